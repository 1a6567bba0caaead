//! The digest of a snapshot: the same for the same files, wherever and in which id range they lie.
//!
//! Covered are, in the order of the paths: kind, mode, owner, group, device numbers (whiteouts of
//! the overlay are character devices), extended attributes, link targets and contents. Times are
//! not covered, nor is what lies deeper than [`DEPTH_MAX`].

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileExt as _, FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use nix::unistd::{Whence, lseek};
use sha2::{Digest as _, Sha256};

use crate::hex::hex;
use crate::sys;

/// How deep directories are looked into; each level holds a descriptor.
const DEPTH_MAX: usize = 256;
/// Files are read in blocks of this size, and blocks of zeros are holes to the digest.
const BLOCK: usize = 4096;
/// How much is read at once.
const PIECE: usize = 64 * BLOCK;
/// Attributes by which the overlay finds its own layers again; they differ from machine to machine.
const PASSING_ATTRIBUTES: &[&str] = &["origin", "impure", "nlink", "uuid"];

/// The digest of the tree at `root`, whose owners start at `ids_base`.
pub(super) fn of_tree(root: &Path, ids_base: u32) -> io::Result<String> {
    let mut hash = Hash {
        sha: Sha256::new(),
        ids_base,
    };
    hash.entry(root, b"", 0)?;
    Ok(hex(&hash.sha.finalize()))
}

struct Hash {
    sha: Sha256,
    ids_base: u32,
}

impl Hash {
    /// Adds a field with its length, so that fields never run into one another.
    fn field(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.sha.update(bytes);
    }

    fn number(&mut self, number: u64) {
        self.sha.update(number.to_be_bytes());
    }

    /// Adds what `place` leads to, under its path in the tree.
    fn entry(&mut self, place: &Path, path: &[u8], depth: usize) -> io::Result<()> {
        let metadata = fs::symlink_metadata(place)?;
        let kind = metadata.file_type();
        self.field(path);
        self.number((metadata.mode() & 0o177_777).into());
        self.number(metadata.uid().wrapping_sub(self.ids_base).into());
        self.number(metadata.gid().wrapping_sub(self.ids_base).into());
        self.attributes(place)?;
        if kind.is_symlink() {
            self.field(fs::read_link(place)?.as_os_str().as_bytes());
        } else if kind.is_file() {
            self.content(place)?;
        } else if kind.is_dir() {
            self.directory(place, path, depth)?;
        } else if kind.is_block_device() || kind.is_char_device() {
            self.number(metadata.rdev());
        }
        Ok(())
    }

    fn attributes(&mut self, place: &Path) -> io::Result<()> {
        for (name, value) in sys::extended_attributes(place)? {
            let text = name.to_string_lossy();
            let own = text
                .strip_prefix("trusted.overlay.")
                .or_else(|| text.strip_prefix("user.overlay."));
            if own.is_some_and(|own| PASSING_ATTRIBUTES.contains(&own)) {
                continue;
            }
            self.field(name.as_bytes());
            self.field(&value);
        }
        self.field(b"");
        Ok(())
    }

    fn directory(&mut self, place: &Path, path: &[u8], depth: usize) -> io::Result<()> {
        if depth == DEPTH_MAX {
            return Ok(());
        }
        let directory = open(place, libc::O_DIRECTORY)?;
        // Names below the descriptor: a path that candidates nest may be longer than the kernel
        // takes.
        let short = PathBuf::from(format!("/proc/self/fd/{}", directory.as_raw_fd()));
        let mut names: Vec<OsString> = fs::read_dir(&short)?
            .map(|entry| entry.map(|entry| entry.file_name()))
            .collect::<io::Result<_>>()?;
        names.sort();
        for name in names {
            let mut below = path.to_vec();
            below.push(b'/');
            below.extend_from_slice(name.as_bytes());
            self.entry(&short.join(&name), &below, depth + 1)?;
        }
        self.field(b"");
        Ok(())
    }

    fn content(&mut self, place: &Path) -> io::Result<()> {
        let file = open(place, 0)?;
        let length = file.metadata()?.len();
        self.number(length);
        let mut piece = vec![0; PIECE];
        let mut offset = 0_u64;
        while offset < length {
            // A huge file may be a huge hole.
            let start = i64::try_from(offset).map_err(io::Error::other)?;
            let data = match lseek(file.as_fd(), start, Whence::SeekData) {
                Ok(data) => u64::try_from(data).map_err(io::Error::other)?,
                Err(nix::errno::Errno::ENXIO) => break,
                Err(error) => return Err(error.into()),
            };
            offset = data - data % (BLOCK as u64);
            let read = read_full(&file, &mut piece, offset)?;
            for (number, block) in piece[..read].chunks(BLOCK).enumerate() {
                if block.iter().any(|byte| *byte != 0) {
                    self.number(offset + (number * BLOCK) as u64);
                    self.field(block);
                }
            }
            offset += read as u64;
            if read == 0 {
                break;
            }
        }
        Ok(())
    }
}

/// Opens a file of the candidate's making: never through a link, never waiting for a partner.
fn open(place: &Path, flags: i32) -> io::Result<File> {
    File::options()
        .read(true)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK | flags)
        .open(place)
}

fn read_full(file: &File, piece: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut length = 0;
    while length < piece.len() {
        match file.read_at(&mut piece[length..], offset + length as u64)? {
            0 => break,
            read => length += read,
        }
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn base() -> u32 {
        nix::unistd::geteuid().as_raw()
    }

    fn digest_of(make: impl FnOnce(&Path)) -> String {
        let dir = tempfile::tempdir().unwrap();
        make(dir.path());
        of_tree(dir.path(), base()).unwrap()
    }

    #[test]
    fn the_same_files_have_the_same_digest() {
        let make = |dir: &Path| {
            fs::write(dir.join("b"), "text").unwrap();
            fs::create_dir(dir.join("a")).unwrap();
            symlink("/etc/passwd", dir.join("a/link")).unwrap();
        };
        let reversed = |dir: &Path| {
            fs::create_dir(dir.join("a")).unwrap();
            symlink("/etc/passwd", dir.join("a/link")).unwrap();
            fs::write(dir.join("b"), "text").unwrap();
        };
        assert_eq!(digest_of(make), digest_of(reversed));
    }

    #[test]
    fn every_difference_shows() {
        let plain = |dir: &Path| fs::write(dir.join("f"), "text").unwrap();
        let others: [fn(&Path); 6] = [
            |_dir| {},
            |dir| fs::write(dir.join("f"), "Text").unwrap(),
            |dir| fs::write(dir.join("g"), "text").unwrap(),
            |dir| {
                fs::write(dir.join("f"), "text").unwrap();
                fs::set_permissions(dir.join("f"), fs::Permissions::from_mode(0o4755)).unwrap();
            },
            |dir| symlink("text", dir.join("f")).unwrap(),
            |dir| fs::create_dir(dir.join("f")).unwrap(),
        ];
        let digests: std::collections::BTreeSet<_> = others
            .into_iter()
            .map(digest_of)
            .chain([digest_of(plain)])
            .collect();
        assert_eq!(digests.len(), 7);
    }

    #[test]
    fn holes_are_zeros_and_cost_nothing() {
        let written = digest_of(|dir| {
            let mut bytes = vec![0; 100_000];
            bytes[50_000] = 1;
            fs::write(dir.join("f"), bytes).unwrap();
        });
        let sparse = digest_of(|dir| {
            let file = File::create(dir.join("f")).unwrap();
            file.set_len(100_000).unwrap();
            file.write_at(&[1], 50_000).unwrap();
        });
        assert_eq!(written, sparse);
        digest_of(|dir| {
            let file = File::create(dir.join("f")).unwrap();
            file.set_len(8 << 40).unwrap();
        });
    }

    #[test]
    fn a_deep_tree_and_a_fifo_do_no_harm() {
        let dir = tempfile::tempdir().unwrap();
        nix::unistd::mkfifo(&dir.path().join("fifo"), nix::sys::stat::Mode::S_IRUSR).unwrap();
        let name = "d".repeat(200);
        let mut deep = dir.path().to_owned();
        for _ in 0..15 {
            deep.push(&name);
            fs::create_dir(&deep).unwrap();
        }
        // Longer than a path may be, from outside.
        let held = File::open(&deep).unwrap();
        let mut below = PathBuf::from(format!("/proc/self/fd/{}", held.as_raw_fd()));
        for _ in 0..10 {
            below.push(&name);
            fs::create_dir(&below).unwrap();
        }
        of_tree(dir.path(), base()).unwrap();
    }
}
