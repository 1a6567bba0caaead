//! Proofs of live tasks: what was shown on real labs before a task may be in an exam.

use serde::{Deserialize, Serialize};

use crate::Task;

/// What must have been shown, by the names that `exam-server bank test` uses.
pub const NEEDED_PROOFS: [&str; 5] = [
    "untouched_fails",
    "solution_passes",
    "solution_passes_again",
    "cheats_gain_nothing",
    "within_time",
];

/// The record of a proof, in the file `proof.toml` of the task's folder. `exam-server bank test --record` writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskProof {
    /// The version that was proved: [`Task::digest`].
    pub task_digest: String,
    /// Digest of the lab image that it was proved on.
    pub image_digest: String,
    /// For how many candidates' values.
    pub seeds: u8,
    /// When, in UTC (RFC 3339).
    pub proved_at: String,
    /// What was shown.
    pub proofs: Vec<String>,
}

/// Why a task may not be in an exam yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unproved {
    /// There is no record.
    #[error("the task is not proved")]
    Missing,
    /// The task was changed since.
    #[error("the task was changed since it was proved")]
    OtherVersion,
    /// Something was not shown.
    #[error("the proof does not show `{0}`")]
    Lacking(&'static str),
}

impl TaskProof {
    /// Whether this record proves the task as it is now.
    ///
    /// # Errors
    /// It proves another version, or too little.
    pub fn check(&self, task: &Task) -> Result<(), Unproved> {
        if self.task_digest != task.digest() {
            return Err(Unproved::OtherVersion);
        }
        let is_shown = |name: &&str| self.proofs.iter().any(|proof| proof == name);
        match NEEDED_PROOFS.into_iter().find(|name| !is_shown(name)) {
            Some(name) => Err(Unproved::Lacking(name)),
            None => Ok(()),
        }
    }
}
