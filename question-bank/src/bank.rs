//! The bank: all content of a programme, loaded from the files of one folder.

mod check;
mod hosts;
mod item;
mod kind;
mod load;
mod probe;
mod programme;
mod proof;
pub(crate) mod report;
mod task;
mod task_files;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bank::report::Place;
use crate::{
    BankId, Blueprint, BlueprintId, Certification, CertificationId, DomainId, Fault, FaultCode,
    Item, ItemId, Task, TaskId, TaskProof, Unproved,
};

/// One file of a bank, as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path inside the bank, with `/` between the parts: `items/git/git-reflog.md`.
    pub path: String,
    /// Content. It should be UTF-8; whatever is not is a fault.
    pub text: Vec<u8>,
}

/// All content of a programme.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bank {
    /// Id.
    pub id: BankId,
    /// Name that people see.
    pub title: String,
    /// Language of the content, such as `en`.
    pub language: String,
    /// License of the content.
    pub license: String,
    /// Version of the content as a whole.
    pub version: u32,
    /// The parts of the field, in the order of the file.
    pub domains: Vec<Domain>,
    /// Items by id.
    pub items: BTreeMap<ItemId, Item>,
    /// Live tasks by id.
    pub tasks: BTreeMap<TaskId, Task>,
    /// Blueprints by id.
    pub blueprints: BTreeMap<BlueprintId, Blueprint>,
    /// Certifications by id.
    pub certifications: BTreeMap<CertificationId, Certification>,
    /// Records of proofs by task, as they stand in the files; see [`Bank::unproved`].
    pub proofs: BTreeMap<TaskId, TaskProof>,
}

/// A part of the field that is examined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domain {
    /// Id.
    pub id: DomainId,
    /// Name that people see.
    pub title: String,
    /// What it covers.
    pub description: String,
}

/// A bank and what is wrong in its files.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// Everything without a fault.
    pub bank: Bank,
    /// The faults by file and line. What has one is left out of the bank.
    pub faults: Vec<Fault>,
}

/// There is no usable `bank.toml`, so there is no bank to check the other files against.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the bank has no usable bank.toml")]
pub struct Unloadable {
    /// What is wrong with it; never empty.
    pub faults: Vec<Fault>,
}

impl Bank {
    /// Loads a bank from the content of all files of its folder.
    ///
    /// # Errors
    /// `bank.toml` is missing or cannot be read. Every other fault leaves the rest of the bank
    /// usable and is reported in [`Loaded::faults`].
    pub fn load(files: Vec<SourceFile>) -> Result<Loaded, Unloadable> {
        load::load(files)
    }

    /// The tasks that may not be in an exam, as faults: those without a record of a proof of just this version.
    #[must_use]
    pub fn unproved(&self) -> Vec<Fault> {
        let missing = |task: &Task| match self.proofs.get(&task.id) {
            Some(proof) => proof.check(task).err(),
            None => Some(Unproved::Missing),
        };
        let fault = |task: &Task| {
            let id = &task.id;
            let hint = format!("run `exam-server bank test PATH --task {id} --record`");
            let place = Place::start_of(&format!("tasks/{id}/proof.toml"));
            Some(place.fault(FaultCode::UnprovedTask, missing(task)?.to_string(), &hint))
        };
        self.tasks.values().filter_map(fault).collect()
    }

    /// Takes the tasks that are not proved out of the bank. Returns them as faults.
    pub fn withhold_unproved(&mut self) -> Vec<Fault> {
        let unproved = self.unproved();
        let is_proved = |id: &TaskId| {
            let file = format!("tasks/{id}/proof.toml");
            !unproved.iter().any(|fault| fault.file == file)
        };
        self.tasks.retain(|id, _| is_proved(id));
        unproved
    }

    /// The blueprint of a certification's exam, if it has one yet.
    #[must_use]
    pub fn blueprint_of(&self, certification: &Certification) -> Option<&Blueprint> {
        self.blueprints.get(certification.blueprint.as_ref()?)
    }

    /// How many levels of certifications must be held before this one.
    #[must_use]
    pub fn levels_below(&self, certification: &Certification) -> usize {
        // The loader refuses circles, so the walk ends.
        let below = certification.requires.iter();
        let depth =
            below.filter_map(|id| Some(1 + self.levels_below(self.certifications.get(id)?)));
        depth.max().unwrap_or(0)
    }

    /// The domain with this id.
    #[must_use]
    pub fn domain(&self, id: &DomainId) -> Option<&Domain> {
        self.domains.iter().find(|domain| &domain.id == id)
    }
}
