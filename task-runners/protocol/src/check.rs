//! Checks: what is asked of a lab when it is graded, and what came out.

use serde::{Deserialize, Serialize};

use crate::{JobId, LabId, RecordingView};

/// One check to be carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckSpec {
    /// Id, unique in the task.
    pub id: String,
    /// The host that is asked, that `run` ends on and that the judge sees as `/lab` and `/after`.
    pub host: String,
    /// Bash script that decides in a clean room.
    pub judge_script: String,
    /// Script that runs first in a copy of the candidate's machine.
    pub run: Option<RunSpec>,
    /// Question asked from outside on the live lab, before it is frozen.
    pub probe: Option<Probe>,
    /// Ids of checks that must pass before this one is carried out at all.
    pub requires: Vec<String>,
    /// Ids of checks whose judges are heard before this one, whatever they come to: what they carry
    /// over is in `/capture/carried.NAME`.
    pub follows: Vec<String>,
    /// Time for the judge.
    pub timeout_ms: u32,
}

/// A script that runs in a copy of the candidate's machine. In a lab of several hosts it runs in a
/// copy of each, with the name in `HOST`: first on the others, then on the host of the check, with
/// whose end it is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSpec {
    /// The script.
    pub script: String,
    /// Time for it.
    pub timeout_ms: u32,
}

/// A question asked through the lab's network from outside.
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

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Met.
    Pass,
    /// Not met.
    Fail,
    /// Could not be decided: a person must look. Costs the candidate nothing by itself.
    Broken,
}

/// The outcome of one check and its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckOutcome {
    /// The check.
    pub check_id: String,
    /// What it came to.
    pub outcome: Outcome,
    /// What the judge wanted to see.
    pub expected: Option<String>,
    /// What it saw; text of the candidate's making, never to be shown unescaped.
    pub found: Option<String>,
    /// For staff: why a check is broken or was not carried out.
    pub detail: Option<String>,
    /// How long it took.
    pub duration_ms: u32,
}

/// A text that was planted in the lab of somebody else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ForeignToken {
    /// The text.
    pub token: String,
    /// The host.
    pub host: String,
    /// The file that holds it; its name is of the candidate's making.
    pub path: String,
}

/// What grading a lab came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GradeReport {
    /// The job.
    pub job_id: JobId,
    /// The lab, which has ended.
    pub lab_id: LabId,
    /// SHA-256 in hex over the file system as the candidate left it.
    pub snapshot_digest: String,
    /// Digest of the image under it.
    pub image_digest: String,
    /// One entry per check, in the order of the call.
    pub outcomes: Vec<CheckOutcome>,
    /// Texts planted in labs of others that were found in this one.
    pub foreign_tokens: Vec<ForeignToken>,
    /// What was seen on its terminals.
    pub recordings: Vec<RecordingView>,
    /// How long probing, freezing and the snapshot took.
    pub snapshot_ms: u32,
    /// How long everything took.
    pub total_ms: u32,
}
