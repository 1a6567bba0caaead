//! Grading: checks against a lab that is frozen, and what came of them.

use serde::{Deserialize, Serialize};

/// One check to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckSpec {
    /// Id, unique in the task.
    pub id: String,
    /// Script that decides, in a clean room over the snapshot.
    pub judge_script: String,
    /// Time for the judge, in milliseconds.
    pub timeout_ms: u64,
    /// Script that runs first, in a copy of the candidate's machine.
    pub run: Option<RunSpec>,
    /// Question asked from outside on the live lab, before the freeze.
    pub probe: Option<Probe>,
    /// Checks that must pass before this one is run.
    pub requires: Vec<String>,
}

/// A script in a copy of the candidate's machine. What it prints is untrusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSpec {
    /// The script, for bash.
    pub script: String,
    /// Time for it, in milliseconds.
    pub timeout_ms: u64,
}

/// A question asked from outside through the lab's network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Probe {
    /// An HTTP GET.
    Http {
        /// Port of the lab.
        port: u16,
        /// Path, with the leading slash.
        path: String,
        /// Value of the `Host` header.
        host: Option<String>,
    },
    /// Whether a TCP port takes connections.
    Tcp {
        /// Port of the lab.
        port: u16,
    },
}

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Pass,
    /// It does not hold.
    Fail,
    /// The check itself failed; a person must decide.
    Broken,
}

/// The outcome of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckOutcome {
    /// The check.
    pub id: String,
    /// What came of it.
    pub outcome: Outcome,
    /// What should have been found.
    pub expected: Option<String>,
    /// What was found.
    pub found: Option<String>,
    /// For staff: why it is broken, or which requirement failed.
    pub detail: Option<String>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// All outcomes of a lab, with what is needed to repeat them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GradeReport {
    /// The job that the server named; asking for it again gives this same report.
    pub job_id: String,
    /// The lab.
    pub lab_id: String,
    /// SHA-256 (hex) over the snapshot of what the candidate changed.
    pub snapshot_digest: String,
    /// Digest of the image that the lab was made from.
    pub image_digest: String,
    /// The outcomes, in the order of the checks.
    pub outcomes: Vec<CheckOutcome>,
    /// How long it all took, in milliseconds.
    pub took_ms: u64,
}
