//! Reads a bank's files: from a folder, or from the starter bank inside the binary.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use question_bank::{Bank, Fault, SourceFile};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../question-bank/banks/devops"]
#[allow_missing = true]
struct StarterBank;

/// A file larger than this is no part of a bank.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// A bank as it was loaded, with what is wrong in its files.
#[derive(Debug)]
pub struct LoadedBank {
    /// All that is without fault.
    pub bank: Bank,
    /// What is wrong, where, and what to do.
    pub faults: Vec<Fault>,
    /// The text of every file, by path: examiners see the source.
    pub sources: BTreeMap<String, String>,
}

/// Why there is no bank at all.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file or folder cannot be read.
    #[error("cannot read the bank at {path}")]
    Read {
        /// Which.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A file is too large.
    #[error("{path} has {bytes} bytes; a file of a bank has at most {FILE_BYTES_MAX}")]
    TooLarge {
        /// Which.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// `bank.toml` cannot be used.
    #[error("{}", .faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Unloadable {
        /// What is wrong with it.
        faults: Vec<Fault>,
    },
}

impl LoadedBank {
    /// The starter bank.
    pub fn starter() -> Result<Self, LoadError> {
        let files = StarterBank::iter().filter_map(|path| {
            let file = StarterBank::get(&path)?;
            Some(SourceFile {
                path: path.into_owned(),
                text: file.data.into_owned(),
            })
        });
        Self::from_files(files.collect())
    }

    /// The bank in a folder.
    pub fn folder(root: &Path) -> Result<Self, LoadError> {
        let mut files = Vec::new();
        collect(root, root, &mut files)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Self::from_files(files)
    }

    /// The same without the tasks that are not proved; those are faults then. What is served is this.
    #[must_use]
    pub fn proved_only(mut self) -> Self {
        self.faults.extend(self.bank.withhold_unproved());
        self.faults.sort();
        self
    }

    fn from_files(files: Vec<SourceFile>) -> Result<Self, LoadError> {
        let sources = files
            .iter()
            .map(|file| {
                (
                    file.path.clone(),
                    String::from_utf8_lossy(&file.text).into_owned(),
                )
            })
            .collect();
        match Bank::load(files) {
            Ok(loaded) => Ok(Self {
                bank: loaded.bank,
                faults: loaded.faults,
                sources,
            }),
            Err(unloadable) => Err(LoadError::Unloadable {
                faults: unloadable.faults,
            }),
        }
    }
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<SourceFile>) -> Result<(), LoadError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| LoadError::Read { path, source }
    };
    for entry in std::fs::read_dir(folder).map_err(failed(folder))? {
        let path = entry.map_err(failed(folder))?.path();
        let is_hidden = path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if is_hidden {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, files)?;
            continue;
        }
        let bytes = std::fs::metadata(&path).map_err(failed(&path))?.len();
        if bytes > FILE_BYTES_MAX {
            return Err(LoadError::TooLarge { path, bytes });
        }
        let text = std::fs::read(&path).map_err(failed(&path))?;
        let inside = path.strip_prefix(root).unwrap_or(&path);
        files.push(SourceFile {
            path: inside.to_string_lossy().into_owned(),
            text,
        });
    }
    Ok(())
}
