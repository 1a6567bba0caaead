//! Sandboxes: what a lab, a copy of it and a clean room run in.
//!
//! [`Driver`] is what the rest of the runner knows: labs by name, no local paths, so that another
//! driver can run them elsewhere. [`Oci`] is the driver for this machine; grading with it works on
//! the parts below: an image ([`Oci::image`]), an id range ([`Oci::lease_ids`]), a disk
//! ([`Oci::disk`] or [`Oci::scratch`]), a root file system over both ([`Oci::overlay`]) and a
//! container in it ([`Oci::start`] to leave it running, [`Oci::run`] to wait for its end).
//!
//! Everything here blocks; call it from a blocking thread. Everything mounted or started is undone
//! when its value is dropped.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::time::Duration;

use task_protocol::{
    CheckSpec, CheckpointView, DoctorCheck, GradeReport, JobId, LabId, LabLimits, LabSpec,
    ScriptOutput, TerminalSize, WarmPool,
};

mod checkpoint;
pub mod config;
pub mod container;
pub mod disk;
mod driver;
mod file;
pub mod host;
pub mod ids;
pub mod lab;
pub mod mount;
pub mod network;
pub mod oci;
mod pool;
pub mod runtime;
mod shifted_copy;
#[cfg(test)]
mod trial;

pub use container::Container;
pub use disk::{Disk, KeptDisk};
pub use file::Files;
pub use host::Host;
pub use ids::{IdLease, IdRange};
pub use lab::OciLab;
pub use mount::Mounted;
pub use oci::Oci;

/// Runs labs. All operations block and may be called from several threads. The caller sees to it
/// that a lab is started, stopped and graded by one at a time.
pub trait Driver: Send + Sync {
    /// What works on the machine that labs run on.
    fn checks(&self) -> Vec<DoctorCheck>;

    /// Digest of the image that a name stands for.
    ///
    /// # Errors
    /// There is no such image.
    fn image_digest(&self, image: &str) -> Result<String, SandboxError>;

    /// Starts a lab from nothing and runs its setup script to the end, or starts it from a
    /// checkpoint.
    ///
    /// # Errors
    /// The sandbox does not start, or the script fails or runs out of time.
    fn start(
        &self,
        lab_id: &LabId,
        spec: &LabSpec,
        checkpoint: Option<u32>,
    ) -> Result<(), SandboxError>;

    /// Keeps the files of a lab as they are now.
    ///
    /// # Errors
    /// The lab does not run, or its files cannot be copied here.
    fn take_checkpoint(&self, lab_id: &LabId) -> Result<CheckpointView, SandboxError>;

    /// What a lab can go back to, the oldest first.
    fn checkpoints(&self, lab_id: &LabId) -> Vec<CheckpointView>;

    /// Removes the checkpoints of a lab.
    fn forget_checkpoints(&self, lab_id: &LabId);

    /// Makes ready what the next labs are likely to need. Called when nobody waits.
    fn replenish(&self);

    /// How well what was made ready served.
    fn warm_pool(&self) -> WarmPool;

    /// Ends a lab and throws away what was in it. One that does not run is no error.
    fn stop(&self, lab_id: &LabId);

    /// Starts a login shell of a host on a new pseudo terminal and gives its master.
    ///
    /// # Errors
    /// The lab does not run or the shell does not start.
    fn open_shell(
        &self,
        lab_id: &LabId,
        host: &str,
        size: TerminalSize,
    ) -> Result<OwnedFd, SandboxError>;

    /// Runs a bash script as root on a host.
    ///
    /// # Errors
    /// The lab does not run or the script does not start. A script that fails is no error.
    fn run_script(
        &self,
        lab_id: &LabId,
        host: &str,
        script: &str,
        env: &BTreeMap<String, String>,
        timeout: Duration,
    ) -> Result<ScriptOutput, SandboxError>;

    /// A connection to a port on the loopback address of a host.
    ///
    /// # Errors
    /// The lab does not run, or nobody listens.
    fn connect(&self, lab_id: &LabId, host: &str, port: u16) -> Result<TcpStream, SandboxError>;

    /// The files of a host.
    ///
    /// # Errors
    /// The lab does not run.
    fn files(&self, lab_id: &LabId, host: &str) -> Result<Files, SandboxError>;

    /// Freezes the lab, carries out the checks and ends it.
    ///
    /// # Errors
    /// The lab does not run or grading as a whole did not work.
    fn grade(
        &self,
        lab_id: &LabId,
        job_id: &JobId,
        work: &Work,
    ) -> Result<GradeReport, SandboxError>;

    /// Grades what the lab of this job left: goes on with a grading that was interrupted after its
    /// lab had ended, or does it again. None when nothing is kept of it.
    ///
    /// # Errors
    /// Grading as a whole did not work.
    fn resume_grading(
        &self,
        job_id: &JobId,
        work: &Work,
    ) -> Result<Option<GradeReport>, SandboxError>;
}

/// What there is to do when a lab is graded.
#[derive(Debug, Clone, Default)]
pub struct Work {
    /// The checks.
    pub checks: Vec<CheckSpec>,
    /// Texts that were planted in labs of others.
    pub foreign_tokens: Vec<String>,
}

/// What a container is made from.
#[derive(Debug, Clone)]
pub struct ContainerSpec {
    /// Name, unique in the runner: `a-z`, `0-9` and `-`.
    pub id: String,
    /// Root file system, owned by `ids`; see [`Oci::overlay`].
    pub root: PathBuf,
    /// Whether the root file system is read-only inside (with a small writable /tmp).
    pub is_read_only: bool,
    /// The user and group ids that 0..65536 inside are outside.
    pub ids: IdRange,
    /// Host name inside.
    pub hostname: String,
    /// The first process and its arguments.
    pub argv: Vec<String>,
    /// Its whole environment.
    pub env: Vec<(String, String)>,
    /// Where it starts.
    pub cwd: String,
    /// What is mounted from outside beside the usual.
    pub mounts: Vec<ExtraMount>,
    /// What it may use; the disk limit is that of the disk under `root`.
    pub limits: LabLimits,
    /// Whether set-uid programs work (sudo and su in a lab).
    pub allows_set_uid: bool,
}

/// A directory or file of the runner's, shown inside a container.
#[derive(Debug, Clone)]
pub struct ExtraMount {
    /// Where it is outside. The container's root must be able to walk to it: use a directory from
    /// [`Oci::work_dir`] or a mount of this module.
    pub source: PathBuf,
    /// Where it is inside; must exist in the root file system or be creatable there.
    pub target: String,
    /// Whether it can be written.
    pub is_read_only: bool,
    /// Whether programs on it can be started. Set-uid and devices never work.
    pub allows_exec: bool,
}

/// What a process in a container gets as its descriptors: files, no pipes, or a reader waits for as
/// long as a process inside holds the other end.
#[derive(Debug, Default)]
pub struct Descriptors {
    /// Descriptor 0; empty when none.
    pub stdin: Option<File>,
    /// Descriptor 1; lost when none.
    pub stdout: Option<File>,
    /// Descriptor 2; lost when none.
    pub stderr: Option<File>,
    /// Descriptors 3, 4 and so on.
    pub more: Vec<OwnedFd>,
}

/// How a process in a container ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Exit status; none when it was killed.
    pub exit_code: Option<i32>,
    /// Whether it was killed because its time was over.
    pub timed_out: bool,
    /// How long it took.
    pub duration: Duration,
}

/// A sandbox could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// No OCI runtime works on this machine.
    #[error("no OCI runtime works here: {detail}")]
    NoRuntime {
        /// Which were tried and what they said.
        detail: String,
    },
    /// The image is not built.
    #[error("image `{image}` is not built here")]
    UnknownImage {
        /// Its name.
        image: String,
    },
    /// The lab does not run.
    #[error("lab {lab_id} does not run")]
    NotRunning {
        /// The lab.
        lab_id: LabId,
    },
    /// The lab has no such host.
    #[error("the lab has no host {host}")]
    UnknownHost {
        /// The name.
        host: String,
    },
    /// There is no such checkpoint.
    #[error("there is no checkpoint {number}")]
    UnknownCheckpoint {
        /// Its number.
        number: u32,
    },
    /// All id ranges are in use.
    #[error("all {count} id ranges are in use")]
    NoIds {
        /// How many there are.
        count: u32,
    },
    /// The setup script of the task ended badly.
    #[error("the setup script {reason}: {output}")]
    Setup {
        /// Its exit status or that its time was over.
        reason: String,
        /// The last part of what it printed.
        output: String,
    },
    /// A program of the host failed.
    #[error("{program} {what}: {detail}")]
    Program {
        /// Which.
        program: String,
        /// What it was to do.
        what: String,
        /// Its status and what it said.
        detail: String,
    },
    /// The operating system refused.
    #[error("{what}: {source}")]
    System {
        /// What was being done.
        what: String,
        /// What it said.
        source: io::Error,
    },
    /// Grading did not work.
    #[error(transparent)]
    Grading(#[from] crate::grading::GradingError),
}

impl SandboxError {
    /// Wraps an error of the operating system with what was being done.
    pub fn system<E: Into<io::Error>>(what: impl Into<String>) -> impl FnOnce(E) -> Self {
        let what = what.into();
        move |source| Self::System {
            what,
            source: source.into(),
        }
    }
}
