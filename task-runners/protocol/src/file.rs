//! Files of a lab, for an editor beside its terminals.

use serde::{Deserialize, Serialize};

/// The longest file that is read or written whole, in bytes.
pub const FILE_LENGTH_MAX: usize = 96 * 1024;
/// How many entries of a directory are listed.
pub const ENTRIES_MAX: usize = 1_000;

/// What an entry of a directory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// A directory.
    Directory,
    /// A regular file.
    File,
    /// A symbolic link.
    Link,
    /// A pipe, a socket, a device.
    Other,
}

/// An entry of a directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryEntry {
    /// Its name; bytes that are no UTF-8 are replaced.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
    /// How long it is, in bytes.
    pub bytes: u64,
}

/// A text file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextFile {
    /// What is in it.
    pub content: String,
    /// SHA-256 in hex over it.
    pub digest: String,
}

/// Why a file is not read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum FileRefusal {
    /// There is no such file or directory.
    #[error("there is no such file or directory")]
    NotFound,
    /// It is something else than was asked for.
    #[error("it is no regular file, or no directory")]
    WrongKind,
    /// It is too long for the editor.
    #[error("the file is too long for the editor")]
    TooLong,
    /// It is no UTF-8 text.
    #[error("the file is no text")]
    NotText,
    /// It was changed since it was read.
    #[error("the file was changed since it was opened")]
    Changed,
    /// The disk of the lab is full.
    #[error("the disk of the lab is full")]
    DiskFull,
    /// The path leads out of the files of the lab, such as into /proc.
    #[error("the editor does not go there")]
    Elsewhere,
}
