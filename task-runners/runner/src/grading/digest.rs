//! The digest of a snapshot: the same for the same files, wherever and in which id range they lie.
//!
//! A file with many names or many holes costs no more than its data: candidates make both.
//!
//! Covered are, in the order of the paths: kind, mode, owner, group, device numbers (whiteouts of
//! the overlay are character devices), extended attributes, link targets and contents. Times are
//! not covered, nor is what lies deeper than [`DEPTH_MAX`].

use std::collections::HashMap;
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
        linked: HashMap::new(),
    };
    hash.entry(root, b"", 0)?;
    Ok(hex(&hash.sha.finalize()))
}

struct Hash {
    sha: Sha256,
    ids_base: u32,
    /// Digests of the contents of files that have more than one name, by inode.
    linked: HashMap<u64, [u8; 32]>,
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
            let digest = match self.linked.get(&metadata.ino()) {
                Some(digest) => *digest,
                None => content(place)?,
            };
            if metadata.nlink() > 1 {
                self.linked.insert(metadata.ino(), digest);
            }
            self.field(&digest);
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
}

/// The digest of a file's length and of its blocks that are not all zeros.
fn content(place: &Path) -> io::Result<[u8; 32]> {
    let mut hash = Sha256::new();
    let file = open(place, 0)?;
    let length = file.metadata()?.len();
    hash.update(length.to_be_bytes());
    let mut piece = vec![0; PIECE];
    // The end of the data that was found last; a huge file may be a huge hole.
    let (mut offset, mut end) = (0_u64, 0_u64);
    while offset < length {
        if offset >= end {
            let Some(data) = seek(&file, offset, Whence::SeekData)? else {
                break;
            };
            offset = data - data % (BLOCK as u64);
            end = seek(&file, data, Whence::SeekHole)?.unwrap_or(length);
        }
        let rest = usize::try_from(end - offset).unwrap_or(PIECE);
        // Whole blocks, so that where the holes are does not matter.
        let wanted = rest.next_multiple_of(BLOCK).min(PIECE);
        let read = read_full(&file, &mut piece[..wanted], offset)?;
        for (number, block) in piece[..read].chunks(BLOCK).enumerate() {
            if block.iter().any(|byte| *byte != 0) {
                hash.update((offset + (number * BLOCK) as u64).to_be_bytes());
                hash.update((block.len() as u64).to_be_bytes());
                hash.update(block);
            }
        }
        offset += read as u64;
        if read == 0 {
            break;
        }
    }
    Ok(hash.finalize().into())
}

/// The next data or hole from `offset` on; none when there is none.
fn seek(file: &File, offset: u64, what: Whence) -> io::Result<Option<u64>> {
    let start = i64::try_from(offset).map_err(io::Error::other)?;
    match lseek(file.as_fd(), start, what) {
        Ok(place) => u64::try_from(place).map(Some).map_err(io::Error::other),
        Err(nix::errno::Errno::ENXIO) => Ok(None),
        Err(error) => Err(error.into()),
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
    fn files_with_many_names_are_read_once_and_count_as_often() {
        let bytes = vec![1; 64 << 20];
        let begin = std::time::Instant::now();
        let linked = digest_of(|dir| {
            fs::write(dir.join("f"), &bytes).unwrap();
            for number in 0..1000 {
                fs::hard_link(dir.join("f"), dir.join(number.to_string())).unwrap();
            }
        });
        // Reading it a thousand times takes minutes.
        assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
        let apart = |text: &str| {
            digest_of(|dir| {
                fs::write(dir.join("f"), "text").unwrap();
                fs::hard_link(dir.join("f"), dir.join("g")).unwrap();
                fs::write(dir.join("h"), text).unwrap();
            })
        };
        assert_ne!(apart("text"), apart("Text"));
        assert_ne!(
            linked,
            digest_of(|dir| fs::write(dir.join("f"), &bytes).unwrap())
        );
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
