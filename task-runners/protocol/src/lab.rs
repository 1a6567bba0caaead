//! A lab: the machine on which one candidate works on one task.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::LabId;

/// How many hosts a lab can have.
pub const HOSTS_MAX: usize = 5;

/// What a lab is made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabSpec {
    /// The task; for records only.
    pub task_id: String,
    /// Name of the lab image, for example `base`.
    pub image: String,
    /// Names of its hosts, 1 to [`HOSTS_MAX`]: machines of their own on a network of their own, on
    /// which they know one another by name. The first is the main one.
    pub hosts: Vec<String>,
    /// Bash script that prepares each host as its root, before the candidate gets the lab. It runs
    /// on all hosts at once and finds the host's name in `HOST`.
    pub setup: String,
    /// Bash script that each host runs when it goes back to a checkpoint, as a machine does when it
    /// boots: files come back, programs do not run by themselves.
    pub boot: String,
    /// Environment of the setup script (`PARAM_<NAME>`); the candidate's shell does not get it.
    pub env: BTreeMap<String, String>,
    /// What each host may use.
    pub limits: LabLimits,
    /// How many terminals may be opened on each host, 1 to [`crate::TERMINALS_MAX`].
    pub terminals: u8,
    /// Time for the setup script.
    pub setup_timeout_ms: u32,
}

/// What a lab may use.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LabLimits {
    /// Memory, in MiB.
    pub memory_mib: u32,
    /// Number of processes and threads.
    pub processes: u32,
    /// Space for files written, in MiB.
    pub disk_mib: u32,
    /// Processor time per time; 1.0 is one processor.
    pub cpus: f64,
}

impl Default for LabLimits {
    fn default() -> Self {
        Self {
            memory_mib: 512,
            processes: 256,
            disk_mib: 512,
            cpus: 1.0,
        }
    }
}

/// Where a lab is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabState {
    /// The sandbox starts or the setup script runs.
    Preparing,
    /// The candidate can work.
    Ready,
    /// It is being thrown away and started anew.
    Resetting,
    /// It could not be prepared; the detail says why.
    Failed,
    /// It is frozen and being graded, or graded and gone.
    Ended,
}

/// The files of a lab at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointView {
    /// Its number in the lab, from 1.
    pub number: u32,
    /// When, in milliseconds since 1970 (UTC).
    pub at_ms: i64,
}

/// A lab as the runner reports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabView {
    /// The lab.
    pub lab_id: LabId,
    /// The task that it was made for.
    pub task_id: String,
    /// Where it is in its life.
    pub state: LabState,
    /// Why it failed.
    pub detail: Option<String>,
    /// Digest of the image it runs.
    pub image_digest: String,
    /// How often it was reset.
    pub resets: u32,
    /// What it can go back to, the oldest first.
    pub checkpoints: Vec<CheckpointView>,
    /// Time from the call to a lab that is ready, of the latest start.
    pub start_ms: Option<u32>,
}
