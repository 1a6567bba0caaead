//! Reads the folder that is imported. It is other people's: no link is followed, nothing large is read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;
use question_bank::{ImportContent, ImportFile};

/// A file larger than this is not read.
const FILE_BYTES_MAX: u64 = 512 * 1024;
/// All files together.
const TOTAL_BYTES_MAX: u64 = 64 * 1024 * 1024;
const FILES_MAX: usize = 20_000;
const DEPTH_MAX: usize = 24;

/// Why a folder cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It is a file.
    #[error("{0} is no folder: only folders are imported, so unpack an archive first")]
    NoFolder(PathBuf),
    /// The system refuses.
    #[error("cannot read {path}")]
    Read {
        /// Which.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Folders inside folders without end.
    #[error("{0} is more than {DEPTH_MAX} folders deep; name a folder further down")]
    TooDeep(PathBuf),
    /// It is no course.
    #[error("{0} has more than {FILES_MAX} files; name a folder further down")]
    TooMany(PathBuf),
    /// It is too large.
    #[error(
        "the files of {0} have more than {TOTAL_BYTES_MAX} bytes together; name a folder further down"
    )]
    TooLarge(PathBuf),
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> FolderError + use<> {
    let path = path.to_owned();
    move |source| FolderError::Read { path, source }
}

/// The name of a folder and all its files, in the order of their paths.
pub fn read(root: &Path) -> Result<(String, Vec<ImportFile>), FolderError> {
    if !fs::metadata(root).map_err(failed(root))?.is_dir() {
        return Err(FolderError::NoFolder(root.to_owned()));
    }
    let full = fs::canonicalize(root).map_err(failed(root))?;
    let name = full.file_name().unwrap_or_default().to_string_lossy();
    let mut reader = Reader {
        root,
        files: Vec::new(),
        left: TOTAL_BYTES_MAX,
    };
    reader.folder(root, "", 0)?;
    reader.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok((name.into_owned(), reader.files))
}

struct Reader<'a> {
    root: &'a Path,
    files: Vec<ImportFile>,
    left: u64,
}

impl Reader<'_> {
    fn folder(&mut self, folder: &Path, inside: &str, depth: usize) -> Result<(), FolderError> {
        if depth > DEPTH_MAX {
            return Err(FolderError::TooDeep(folder.to_owned()));
        }
        for entry in fs::read_dir(folder).map_err(failed(folder))? {
            let entry = entry.map_err(failed(folder))?;
            let (path, name) = (entry.path(), entry.file_name());
            // The history of a repository is no content.
            if name == ".git" {
                continue;
            }
            let name = name.to_string_lossy();
            let inside = match inside {
                "" => name.into_owned(),
                inside => format!("{inside}/{name}"),
            };
            let kind = entry.file_type().map_err(failed(&path))?;
            if kind.is_dir() {
                self.folder(&path, &inside, depth + 1)?;
                continue;
            }
            if self.files.len() >= FILES_MAX {
                return Err(FolderError::TooMany(self.root.to_owned()));
            }
            let content = match () {
                () if kind.is_symlink() => ImportContent::Link,
                () if kind.is_file() => self.content(&path)?,
                () => ImportContent::Special,
            };
            self.files.push(ImportFile {
                path: inside,
                content,
            });
        }
        Ok(())
    }

    fn content(&mut self, path: &Path) -> Result<ImportContent, FolderError> {
        let file = open(path).map_err(failed(path))?;
        let metadata = file.metadata().map_err(failed(path))?;
        let bytes = metadata.len();
        if !metadata.is_file() {
            return Ok(ImportContent::Special);
        }
        if bytes > FILE_BYTES_MAX {
            let max = FILE_BYTES_MAX;
            return Ok(ImportContent::TooLarge { bytes, max });
        }
        self.left = self
            .left
            .checked_sub(bytes)
            .ok_or_else(|| FolderError::TooLarge(self.root.to_owned()))?;
        let mut content = Vec::new();
        // It may grow while it is read.
        let mut file = file.take(FILE_BYTES_MAX);
        file.read_to_end(&mut content).map_err(failed(path))?;
        Ok(ImportContent::Bytes(content))
    }
}

/// Opens a file, but no link and no pipe that took its place meanwhile.
fn open(path: &Path) -> io::Result<File> {
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
    OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits())
        .open(path)
}
