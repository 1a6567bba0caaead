//! Where imported tasks go: a bank that is there, or a new one. All is made in a hidden folder and renamed at the end.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use question_bank::{DomainId, ImportStatus, ImportedTask, TaskId};

use super::readme;
use crate::authoring::load::{LoadError, LoadedBank};

const MANIFEST: &str = "bank.toml";
const TASKS: &str = "tasks";
/// Beside the tasks: no part of the bank, so that nothing of it is published.
const QUARANTINE: &str = "quarantine";
const DOMAIN: &str = "imported";

/// Why tasks cannot be put there.
#[derive(Debug, thiserror::Error)]
pub enum DestinationError {
    /// The folder has other things in it.
    #[error("{0} is neither a bank (it has no bank.toml) nor empty")]
    NoBank(PathBuf),
    /// The bank cannot be read.
    #[error(transparent)]
    Bank(#[from] LoadError),
    /// The bank has not the domain, or it is not clear which.
    #[error("{problem}; name one with --domain: {domains}")]
    Domain {
        /// What is wrong.
        problem: String,
        /// The domains that the bank has.
        domains: String,
    },
    /// The default is no id.
    #[error(transparent)]
    Id(#[from] question_bank::InvalidId),
    /// Something has that id already.
    #[error("{place} is there already: remove or rename it, or import into another bank")]
    Exists {
        /// What.
        place: PathBuf,
    },
    /// The system refuses.
    #[error("cannot write {path}")]
    Write {
        /// Which.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> DestinationError + use<> {
    let path = path.to_owned();
    move |source| DestinationError::Write { path, source }
}

/// A bank that tasks are put into.
pub struct Destination {
    root: PathBuf,
    /// The domain that the tasks get.
    pub domain: DomainId,
    manifest: String,
    /// None if the bank is new.
    bank: Option<LoadedBank>,
}

/// The hidden folder in which all is made. It goes away with everything that is still in it.
pub struct Stage {
    root: PathBuf,
}

impl Destination {
    /// Looks at the folder that is imported into; writes nothing.
    pub fn open(root: &Path, domain: Option<DomainId>) -> Result<Self, DestinationError> {
        // `.` has no parent to make a folder in.
        let full = fs::canonicalize(root);
        let root = full.as_deref().unwrap_or(root);
        let path = root.join(MANIFEST);
        match fs::read_to_string(&path) {
            Ok(manifest) => {
                let bank = LoadedBank::folder(root)?;
                let domain = chosen(&bank, domain)?;
                Ok(Self {
                    root: root.to_owned(),
                    domain,
                    manifest,
                    bank: Some(bank),
                })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let is_empty = match fs::read_dir(root) {
                    Ok(mut entries) => entries.next().is_none(),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => true,
                    Err(error) => return Err(failed(root)(error)),
                };
                if !is_empty {
                    return Err(DestinationError::NoBank(root.to_owned()));
                }
                let domain = match domain {
                    Some(domain) => domain,
                    None => DomainId::new(DOMAIN)?,
                };
                Ok(Self {
                    root: root.to_owned(),
                    manifest: manifest(&domain),
                    domain,
                    bank: None,
                })
            }
            Err(error) => Err(failed(&path)(error)),
        }
    }

    /// Refuses to touch what is there already.
    pub fn refuse_existing(&self, tasks: &[ImportedTask]) -> Result<(), DestinationError> {
        let exists = |place: PathBuf| Err(DestinationError::Exists { place });
        for task in tasks {
            for folder in [TASKS, QUARANTINE] {
                let place = self.root.join(folder).join(task.id.as_str());
                if fs::symlink_metadata(&place).is_ok() {
                    return exists(place);
                }
            }
            // An item and a task must not have the same id.
            let bank = self.bank.as_ref();
            if let Some(item) = bank.and_then(|bank| bank.bank.items.get(task.id.as_str())) {
                let file = format!("items/{}/{}.md", item.domain, item.id);
                return exists(self.root.join(file));
            }
        }
        Ok(())
    }

    /// Makes the hidden folder: beside a new bank, inside one that is there.
    pub fn stage(&self) -> Result<Stage, DestinationError> {
        let hidden = format!(".import-{}", uuid::Uuid::new_v4().simple());
        let root = match (&self.bank, self.root.parent()) {
            (None, Some(parent)) => parent.join(hidden),
            _ => self.root.join(hidden),
        };
        fs::create_dir(&root).map_err(failed(&root))?;
        let stage = Stage { root };
        write(&stage.root.join(MANIFEST), self.manifest.as_bytes())?;
        Ok(stage)
    }

    /// Puts all that was made into its place.
    pub fn publish(&self, stage: Stage, tasks: &[ImportedTask]) -> Result<(), DestinationError> {
        if self.bank.is_none() {
            return fs::rename(&stage.root, &self.root).map_err(failed(&self.root));
        }
        let mut moved = Vec::new();
        let result = tasks.iter().try_for_each(|task| {
            let place = self.root.join(part(task));
            fs::create_dir_all(&place).map_err(failed(&place))?;
            let place = place.join(task.id.as_str());
            fs::rename(stage.place(task), &place).map_err(failed(&place))?;
            moved.push((place, stage.place(task)));
            Ok(())
        });
        if result.is_err() {
            // All or nothing.
            for (place, back) in moved {
                let _best_effort = fs::rename(place, back);
            }
        }
        result
    }
}

impl Stage {
    /// Writes the folder of a task.
    pub fn write(&self, task: &ImportedTask) -> Result<(), DestinationError> {
        let folder = self.place(task);
        for file in &task.files {
            let path = folder.join(&file.path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(failed(parent))?;
            }
            write(&path, &file.text)?;
        }
        Ok(())
    }

    /// Writes what a person should know of a task.
    pub fn explain(&self, task: &ImportedTask) -> Result<(), DestinationError> {
        let path = self.place(task).join("README.md");
        write(&path, readme::text(task).as_bytes())
    }

    /// Moves a task that was good before to those that are kept apart.
    pub fn quarantine(&self, task: &ImportedTask) -> Result<(), DestinationError> {
        let place = self.place(task);
        let folder = self.root.join(QUARANTINE);
        fs::create_dir_all(&folder).map_err(failed(&folder))?;
        fs::rename(task_folder(&self.root, TASKS, &task.id), &place).map_err(failed(&place))
    }

    /// The bank that was made so far.
    pub fn load(&self) -> Result<LoadedBank, LoadError> {
        LoadedBank::folder(&self.root)
    }

    /// The folder that becomes part of the bank.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn place(&self, task: &ImportedTask) -> PathBuf {
        task_folder(&self.root, part(task), &task.id)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _published_or_best_effort = fs::remove_dir_all(&self.root);
    }
}

fn task_folder(root: &Path, part: &str, id: &TaskId) -> PathBuf {
    root.join(part).join(id.as_str())
}

fn part(task: &ImportedTask) -> &'static str {
    match task.status() {
        ImportStatus::Quarantined => QUARANTINE,
        ImportStatus::Imported | ImportStatus::Lossy => TASKS,
    }
}

fn chosen(bank: &LoadedBank, wanted: Option<DomainId>) -> Result<DomainId, DestinationError> {
    let domains: Vec<&DomainId> = bank.bank.domains.iter().map(|domain| &domain.id).collect();
    let has = |id: &str| domains.iter().find(|domain| domain.as_str() == id);
    let (found, problem) = match (&wanted, domains.as_slice()) {
        (Some(wanted), _) => (
            has(wanted.as_str()),
            format!("the bank has no domain `{wanted}`"),
        ),
        (None, [only]) => (Some(only), String::new()),
        (None, _) => (
            has(DOMAIN),
            "the bank has several domains, and the scenarios name none".to_owned(),
        ),
    };
    let names = domains.iter().map(|domain| domain.as_str());
    match found {
        Some(domain) => Ok((*domain).clone()),
        None => Err(DestinationError::Domain {
            problem,
            domains: names.collect::<Vec<_>>().join(", "),
        }),
    }
}

/// The manifest of a new bank. License and titles are for its author to write.
fn manifest(domain: &DomainId) -> String {
    format!(
        "id = \"imported\"\ntitle = \"Imported scenarios\"\nlanguage = \"en\"\nlicense = \"unknown\"\nversion = 1\n\n\
         [[domains]]\nid = \"{domain}\"\ntitle = \"{domain}\"\ndescription = \"Tasks that were imported.\"\n"
    )
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), DestinationError> {
    let written = File::create_new(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(failed(path))
}
