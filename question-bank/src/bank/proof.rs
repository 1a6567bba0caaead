//! Reads `proof.toml`: the record of a task's proof.

use crate::bank::report::Report;
use crate::{Fault, TaskId, TaskProof};

/// The record in the folder of this name. A folder that is no id has a fault by its task already.
pub(super) fn read(
    path: &str,
    name: &str,
    text: &str,
) -> (Option<(TaskId, TaskProof)>, Vec<Fault>) {
    let mut report = Report::new(path, text, 0);
    let proof = report.parse::<TaskProof>(text);
    let proof = proof.and_then(|proof| Some((name.parse().ok()?, proof)));
    (proof, report.faults)
}
