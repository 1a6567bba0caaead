//! Imports of other formats: the files of a folder in, files of a bank and a report of losses out.

mod killercoda;

use serde::Serialize;

use crate::{DomainId, Fault, SourceFile, TaskId};

/// The largest file of a bank, in bytes. What an import makes must not be larger.
pub const BANK_FILE_BYTES_MAX: usize = 1024 * 1024;

/// One file of the folder that is imported, as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFile {
    /// Path inside the folder, with `/` between the parts.
    pub path: String,
    /// What it holds, or why that was not read.
    pub content: ImportContent,
}

/// What a file holds. What was not read is refused only if the import needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportContent {
    /// Its bytes.
    Bytes(Vec<u8>),
    /// It is larger than `max` bytes.
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The most that is read.
        max: u64,
    },
    /// A symbolic link: it is never followed, because it may lead out of the folder.
    Link,
    /// A pipe, a socket or a device.
    Special,
}

/// What was imported of one question or task of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedTask {
    /// Its folder inside the folder that was imported; `.` is that folder itself.
    pub source: String,
    /// Name that people see.
    pub title: String,
    /// Id, made from the name of the folder.
    pub id: TaskId,
    /// The files of the task's folder.
    pub files: Vec<SourceFile>,
    /// What the source has and the task has not.
    pub losses: Vec<Loss>,
    /// What a person should know; nothing of it is lost.
    pub notes: Vec<String>,
    /// Why the task cannot stand in a bank yet; empty if it can.
    pub quarantine: Vec<String>,
}

/// Something of the source that the task has not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Loss {
    /// The step it belongs to: `step 2`, `intro`; none if it is of the whole.
    pub step: Option<String>,
    /// What is lost, and why.
    pub reason: String,
}

/// What became of a question or task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportStatus {
    /// All of it was imported.
    Imported,
    /// It was imported with losses.
    Lossy,
    /// It is kept apart until a person finishes it.
    Quarantined,
}

impl ImportedTask {
    /// What became of it.
    #[must_use]
    pub fn status(&self) -> ImportStatus {
        match (self.quarantine.is_empty(), self.losses.is_empty()) {
            (false, _) => ImportStatus::Quarantined,
            (true, false) => ImportStatus::Lossy,
            (true, true) => ImportStatus::Imported,
        }
    }
}

/// The folder cannot be imported. Nothing of it is, so that nothing is half there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the folder cannot be imported: {} faults", .faults.len())]
pub struct ImportRefused {
    /// What is wrong, where, and what to do about it; never empty.
    pub faults: Vec<Fault>,
}

/// Imports a scenario or a course of Killercoda or Katacoda. `name` is the name of the folder and
/// `domain` the domain that the tasks get.
///
/// # Errors
/// The folder has no scenario, a file of it cannot be used, or two scenarios get the same id.
pub fn import_killercoda(
    name: &str,
    domain: &DomainId,
    files: &[ImportFile],
) -> Result<Vec<ImportedTask>, ImportRefused> {
    killercoda::import(name, domain, files)
}
