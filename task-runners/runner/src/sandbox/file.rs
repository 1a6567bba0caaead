//! Files of a running host, read and written from outside. Paths are followed as the host would, but
//! never out of its own file system, and nothing but regular files and directories is opened.

use std::fs::{File, Metadata};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{PermissionsExt as _, fchown};
use std::path::PathBuf;

use nix::errno::Errno;
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2};
use nix::sys::stat::Mode;
use sha2::{Digest as _, Sha256};
use task_protocol::{
    DirectoryEntry, ENTRIES_MAX, EntryKind, FILE_LENGTH_MAX, FileRefusal, TextFile,
};

use super::IdRange;
use crate::hex::hex;

/// The files of one host.
pub struct Files {
    root: File,
    ids: IdRange,
}

fn refusal(error: Errno) -> FileRefusal {
    match error {
        Errno::ENOENT => FileRefusal::NotFound,
        Errno::ENOSPC | Errno::EDQUOT => FileRefusal::DiskFull,
        Errno::EXDEV => FileRefusal::Elsewhere,
        Errno::EEXIST => FileRefusal::Changed,
        _ => FileRefusal::WrongKind,
    }
}

fn of_io(error: &io::Error) -> FileRefusal {
    error.raw_os_error().map_or(FileRefusal::WrongKind, |code| {
        refusal(Errno::from_raw(code))
    })
}

impl Files {
    /// The files below the root directory of a host's first process.
    pub(super) fn of(root: PathBuf, ids: IdRange) -> io::Result<Self> {
        let root = File::open(root)?;
        Ok(Self { root, ids })
    }

    fn open(&self, path: &str, flags: OFlag, mode: Mode) -> Result<File, FileRefusal> {
        // A pipe must not hold us up, and a terminal must not become ours.
        let flags = flags | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
        let resolve = ResolveFlag::RESOLVE_IN_ROOT
            | ResolveFlag::RESOLVE_NO_XDEV
            | ResolveFlag::RESOLVE_NO_MAGICLINKS;
        let how = OpenHow::new().flags(flags).mode(mode).resolve(resolve);
        let opened = openat2(self.root.as_fd(), path, how).map_err(refusal)?;
        Ok(File::from(opened))
    }

    /// A regular file, and what is known of it.
    fn regular(&self, path: &str, flags: OFlag) -> Result<(File, Metadata), FileRefusal> {
        let file = self.open(path, flags, Mode::empty())?;
        let metadata = file.metadata().map_err(|error| of_io(&error))?;
        if metadata.is_file() {
            Ok((file, metadata))
        } else {
            Err(FileRefusal::WrongKind)
        }
    }

    /// What is in a directory, ordered by name.
    ///
    /// # Errors
    /// It is no directory of the host's own.
    pub fn list(&self, path: &str) -> Result<Vec<DirectoryEntry>, FileRefusal> {
        let directory = self.open(path, OFlag::O_RDONLY | OFlag::O_DIRECTORY, Mode::empty())?;
        let place = format!(
            "/proc/self/fd/{}",
            std::os::fd::AsRawFd::as_raw_fd(&directory)
        );
        let read = std::fs::read_dir(place).map_err(|error| of_io(&error))?;
        let mut entries: Vec<_> = read
            .flatten()
            .take(ENTRIES_MAX)
            .map(|entry| {
                // Not followed; one that is gone meanwhile has no length.
                let metadata = entry.metadata().ok();
                let kind = entry.file_type().ok();
                DirectoryEntry {
                    name: entry.file_name().to_string_lossy().into_owned(),
                    kind: match kind {
                        Some(kind) if kind.is_dir() => EntryKind::Directory,
                        Some(kind) if kind.is_file() => EntryKind::File,
                        Some(kind) if kind.is_symlink() => EntryKind::Link,
                        _ => EntryKind::Other,
                    },
                    bytes: metadata.map_or(0, |metadata| metadata.len()),
                }
            })
            .collect();
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    /// What is in a text file.
    ///
    /// # Errors
    /// It is not there, too long or no text.
    pub fn read(&self, path: &str) -> Result<TextFile, FileRefusal> {
        let (file, _) = self.regular(path, OFlag::O_RDONLY)?;
        text_of(bytes_of(file)?)
    }

    /// Writes a text file, keeping its owner and mode; a new one belongs to root of the host.
    /// `digest` is that of what was read before, none for a file that must not be there.
    ///
    /// # Errors
    /// It was changed meanwhile, or it cannot be written; then it is as it was.
    pub fn write(
        &self,
        path: &str,
        content: &str,
        digest: Option<&str>,
    ) -> Result<TextFile, FileRefusal> {
        if content.len() > FILE_LENGTH_MAX {
            return Err(FileRefusal::TooLong);
        }
        let (mut file, before) = match digest {
            Some(digest) => {
                let (file, _) = self.regular(path, OFlag::O_RDWR)?;
                let before = bytes_of(file.try_clone().map_err(|error| of_io(&error))?)?;
                if hex(&Sha256::digest(&before)) != digest {
                    return Err(FileRefusal::Changed);
                }
                (file, before)
            }
            None => {
                let flags = OFlag::O_RDWR | OFlag::O_CREAT | OFlag::O_EXCL;
                let file = self.open(path, flags, Mode::from_bits_truncate(0o644))?;
                let owned = fchown(&file, Some(self.ids.base), Some(self.ids.base))
                    .and_then(|()| file.set_permissions(std::fs::Permissions::from_mode(0o644)));
                owned.map_err(|error| of_io(&error))?;
                (file, Vec::new())
            }
        };
        if let Err(error) = replace(&mut file, content.as_bytes()) {
            // What was there fits.
            if let Err(error) = replace(&mut file, &before) {
                tracing::error!(%error, "a file of a lab is written in part only");
            }
            return Err(of_io(&error));
        }
        text_of(content.as_bytes().to_vec())
    }
}

fn replace(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    file.rewind()?;
    file.set_len(0)?;
    file.write_all(bytes)
}

fn bytes_of(file: File) -> Result<Vec<u8>, FileRefusal> {
    let mut bytes = Vec::new();
    let most = FILE_LENGTH_MAX as u64 + 1;
    file.take(most)
        .read_to_end(&mut bytes)
        .map_err(|error| of_io(&error))?;
    if bytes.len() > FILE_LENGTH_MAX {
        return Err(FileRefusal::TooLong);
    }
    Ok(bytes)
}

fn text_of(bytes: Vec<u8>) -> Result<TextFile, FileRefusal> {
    let digest = hex(&Sha256::digest(&bytes));
    let content = String::from_utf8(bytes).map_err(|_other| FileRefusal::NotText)?;
    if content.contains('\0') {
        return Err(FileRefusal::NotText);
    }
    Ok(TextFile { content, digest })
}
