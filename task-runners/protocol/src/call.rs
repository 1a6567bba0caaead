//! Calls of the server and what comes back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    CheckSpec, DirectoryEntry, DoctorCheck, FileRefusal, GradeReport, JobId, LabId, LabSpec,
    LabState, LabView, RecordingMarker, RecordingView, TextFile,
};

/// What the server asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum Call {
    /// What works here and which images there are. Answered by [`CallResult::Description`].
    Describe,
    /// Makes a lab and answers when it is ready or failed. The same id again gives the same lab.
    /// Answered by [`CallResult::Lab`], as is everything below unless it says otherwise.
    CreateLab {
        /// Name of the new lab.
        lab_id: LabId,
        /// What it is made from.
        instance: Box<LabSpec>,
    },
    /// How a lab is.
    InspectLab {
        /// The lab.
        lab_id: LabId,
    },
    /// All labs. Answered by [`CallResult::Labs`].
    ListLabs,
    /// Throws away what the candidate did and starts anew, or goes back to a checkpoint; answers
    /// when it is ready.
    ResetLab {
        /// The lab.
        lab_id: LabId,
        /// The checkpoint to go back to; none: the beginning.
        checkpoint: Option<u32>,
    },
    /// Keeps the files of a lab as they are now, so that it can go back to them.
    TakeCheckpoint {
        /// The lab.
        lab_id: LabId,
    },
    /// Ends a lab and forgets it. A lab that is not there is no error. Answered by
    /// [`CallResult::Destroyed`].
    DestroyLab {
        /// The lab.
        lab_id: LabId,
    },
    /// Runs a script as root on one host of the lab, for proofs of tasks; its name is in `HOST`.
    /// Answered by [`CallResult::Script`].
    RunScript {
        /// The lab.
        lab_id: LabId,
        /// The host.
        host: String,
        /// A bash script.
        script: String,
        /// Its environment, beside PATH, HOME and the like.
        env: BTreeMap<String, String>,
        /// Time for it.
        timeout_ms: u32,
    },
    /// What is in a directory of a host. Answered by [`CallResult::Directory`].
    ListDirectory {
        /// The lab.
        lab_id: LabId,
        /// The host.
        host: String,
        /// The directory.
        path: String,
    },
    /// What is in a text file of a host. Answered by [`CallResult::File`].
    ReadFile {
        /// The lab.
        lab_id: LabId,
        /// The host.
        host: String,
        /// The file.
        path: String,
    },
    /// Writes a text file of a host. Answered by [`CallResult::File`].
    WriteFile {
        /// The lab.
        lab_id: LabId,
        /// The host.
        host: String,
        /// The file.
        path: String,
        /// What is to be in it.
        content: String,
        /// Digest of what was in it when it was read; none: it must not be there yet.
        digest: Option<String>,
    },
    /// What was recorded of a lab, also of one that is gone. Answered by
    /// [`CallResult::Recordings`].
    ListRecordings {
        /// The lab.
        lab_id: LabId,
    },
    /// A piece of a tape. Answered by [`CallResult::RecordingPiece`].
    ReadRecording {
        /// The lab.
        lab_id: LabId,
        /// The host.
        host: String,
        /// The terminal, from 1.
        terminal: u8,
        /// Where the piece begins, in bytes.
        offset: u64,
    },
    /// Freezes the lab, carries out the checks and ends it. The same job again gives the same
    /// report. Answered by [`CallResult::Graded`].
    GradeLab {
        /// The lab.
        lab_id: LabId,
        /// Name of the job.
        job_id: JobId,
        /// What to check.
        checks: Vec<CheckSpec>,
        /// Texts that were planted in labs of others: where one of them is found is reported.
        foreign_tokens: Vec<String>,
    },
    /// Carries out checks once more on what a graded lab left, with the answers and the nonce of
    /// then. Nothing is kept of it. Answered by [`CallResult::Graded`].
    Regrade {
        /// The job that graded the lab.
        job_id: JobId,
        /// What to check.
        checks: Vec<CheckSpec>,
    },
}

/// What a call came to, when it went well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CallResult {
    /// The runner and its machine.
    Description(Description),
    /// One lab.
    Lab(LabView),
    /// All labs.
    Labs {
        /// Ordered by id.
        labs: Vec<LabView>,
    },
    /// The lab is gone.
    Destroyed,
    /// A script ended or ran out of time.
    Script(ScriptOutput),
    /// What is in a directory, ordered by name.
    Directory {
        /// The first so many entries.
        entries: Vec<DirectoryEntry>,
    },
    /// A text file as it is now.
    File(TextFile),
    /// What was recorded.
    Recordings {
        /// The tapes.
        recordings: Vec<RecordingView>,
        /// The markers of the lab.
        markers: Vec<RecordingMarker>,
    },
    /// A piece of a tape; empty at its end.
    RecordingPiece {
        /// Lines of asciicast v2, perhaps cut inside of a line.
        text: String,
    },
    /// A lab was graded.
    Graded(GradeReport),
}

/// The runner and its machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// What works.
    pub checks: Vec<DoctorCheck>,
    /// Images that labs can be made from.
    pub images: Vec<ImageView>,
    /// How many labs may exist at once.
    pub labs_max: u32,
    /// How many exist.
    pub labs: u32,
    /// Hosts that wait ready.
    pub warm_pool: WarmPool,
}

/// Hosts that were started before anybody asked for them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WarmPool {
    /// How many wait.
    pub ready: u32,
    /// How often one was there when it was needed, since the runner started.
    pub hits: u64,
    /// How often none was there.
    pub misses: u64,
}

/// An image that labs can be made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageView {
    /// Name, as tasks call it.
    pub name: String,
    /// SHA-256 in hex of the declaration it was built from.
    pub digest: String,
    /// Whether it is the build of the declaration that this runner knows under the name.
    pub is_current: bool,
}

/// How a script ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptOutput {
    /// Exit status; none when it was killed or ran out of time.
    pub exit_code: Option<i32>,
    /// Whether it ran out of time.
    pub timed_out: bool,
    /// First part of its output.
    pub stdout: String,
    /// First part of its error output.
    pub stderr: String,
    /// How long it took.
    pub duration_ms: u32,
}

/// Why a call was refused or failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum CallError {
    /// There is no such lab.
    #[error("there is no lab {lab_id}")]
    UnknownLab {
        /// The id asked for.
        lab_id: LabId,
    },
    /// The id is taken by a lab that was made from something else.
    #[error("lab {lab_id} exists and was made from another description")]
    LabExists {
        /// The lab.
        lab_id: LabId,
    },
    /// The lab is not in a state in which this can be done.
    #[error("the lab is {state:?}")]
    WrongState {
        /// Where it is in its life.
        state: LabState,
    },
    /// The image is not built.
    #[error("image `{image}` is not built here")]
    UnknownImage {
        /// Its name.
        image: String,
    },
    /// There is no such checkpoint, or not any more.
    #[error("there is no checkpoint {checkpoint}")]
    UnknownCheckpoint {
        /// Its number.
        checkpoint: u32,
    },
    /// A file is not read or written.
    #[error("{reason}")]
    File {
        /// Why.
        reason: FileRefusal,
    },
    /// No lab was graded by that job, or what it left is not kept any more.
    #[error("nothing is kept of job {job_id}")]
    UnknownJob {
        /// The job.
        job_id: JobId,
    },
    /// Nothing of the kind was recorded.
    #[error("there is no such recording")]
    UnknownRecording,
    /// No more labs fit.
    #[error("the limit of {labs_max} labs is reached")]
    TooManyLabs {
        /// The limit.
        labs_max: u32,
    },
    /// The call makes no sense.
    #[error("{detail}")]
    BadCall {
        /// What is wrong.
        detail: String,
    },
    /// The runner cannot make sandboxes on this machine.
    #[error("no sandboxes on this machine: {detail}")]
    Unavailable {
        /// What is missing.
        detail: String,
    },
    /// The sandbox could not do it.
    #[error("sandbox: {detail}")]
    Sandbox {
        /// What went wrong.
        detail: String,
    },
    /// Grading could not be carried out; the lab is kept as it was.
    #[error("grading: {detail}")]
    Grading {
        /// What went wrong.
        detail: String,
    },
    /// The runner is stopping.
    #[error("the runner is stopping")]
    Stopping,
}
