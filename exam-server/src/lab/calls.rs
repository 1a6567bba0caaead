//! The calls that the server makes, each with its time limit and the one kind of answer it can have.

use std::collections::BTreeMap;
use std::time::Duration;

use task_protocol::{
    Call, CallResult, CheckSpec, DirectoryEntry, GradeReport, JobId, LabId, LabSpec, LabView,
    RecordingMarker, RecordingView, ScriptOutput, TextFile,
};

use crate::lab::link::{LinkError, RunnerLink};

const SHORT: Duration = Duration::from_secs(15);
/// Beside the time that scripts may take, for what the runner does around them.
const AROUND: Duration = Duration::from_secs(60);

fn script_time(timeout_ms: u32) -> Duration {
    Duration::from_millis(timeout_ms.into()) + AROUND
}

/// The most that checks may take, one after the other.
fn time_of(checks: &[CheckSpec]) -> Duration {
    let times = checks.iter().map(|check| {
        let run = check.run.as_ref().map_or(0, |run| run.timeout_ms);
        check.timeout_ms.saturating_add(run)
    });
    script_time(times.fold(0, u32::saturating_add))
}

impl RunnerLink {
    async fn call_lab(&self, call: Call, timeout: Duration) -> Result<LabView, LinkError> {
        match self.call(call, timeout).await? {
            CallResult::Lab(view) => Ok(view),
            _ => Err(LinkError::Unexpected),
        }
    }

    /// Makes a lab. Asking again gives the same lab.
    pub async fn create(&self, lab_id: LabId, spec: LabSpec) -> Result<LabView, LinkError> {
        let timeout = script_time(spec.setup_timeout_ms);
        let instance = Box::new(spec);
        self.call_lab(Call::CreateLab { lab_id, instance }, timeout)
            .await
    }

    /// Throws away what is in a lab and prepares it anew, or goes back to a checkpoint.
    pub async fn reset(
        &self,
        lab_id: LabId,
        checkpoint: Option<u32>,
        setup_timeout_ms: u32,
    ) -> Result<LabView, LinkError> {
        let call = Call::ResetLab { lab_id, checkpoint };
        self.call_lab(call, script_time(setup_timeout_ms)).await
    }

    /// How a lab is.
    pub async fn inspect(&self, lab_id: LabId) -> Result<LabView, LinkError> {
        self.call_lab(Call::InspectLab { lab_id }, SHORT).await
    }

    /// Keeps the files of a lab as they are now.
    pub async fn take_checkpoint(&self, lab_id: LabId) -> Result<LabView, LinkError> {
        self.call_lab(Call::TakeCheckpoint { lab_id }, AROUND).await
    }

    /// All labs that the runner has.
    pub async fn labs(&self) -> Result<Vec<LabView>, LinkError> {
        match self.call(Call::ListLabs, SHORT).await? {
            CallResult::Labs { labs } => Ok(labs),
            _ => Err(LinkError::Unexpected),
        }
    }

    /// Ends a lab; one that is not there is none.
    pub async fn destroy(&self, lab_id: LabId) -> Result<(), LinkError> {
        match self.call(Call::DestroyLab { lab_id }, AROUND).await? {
            CallResult::Destroyed => Ok(()),
            _ => Err(LinkError::Unexpected),
        }
    }

    /// Runs a script as root on each host of a lab, one after the other, up to the first that it fails on; for proofs
    /// of tasks only. Gives what came of it on the last.
    pub async fn run_script(
        &self,
        lab_id: LabId,
        hosts: &[String],
        script: &str,
        env: &BTreeMap<String, String>,
        timeout_ms: u32,
    ) -> Result<ScriptOutput, LinkError> {
        let mut last = Err(LinkError::Unexpected);
        for host in hosts {
            let call = Call::RunScript {
                lab_id: lab_id.clone(),
                host: host.clone(),
                script: script.to_owned(),
                env: env.clone(),
                timeout_ms,
            };
            match self.call(call, script_time(timeout_ms)).await? {
                CallResult::Script(output) if output.exit_code == Some(0) => last = Ok(output),
                CallResult::Script(output) => return Ok(output),
                _ => return Err(LinkError::Unexpected),
            }
        }
        last
    }

    /// Grades a lab and ends it. The same job again gives the same report.
    pub async fn grade(
        &self,
        lab_id: LabId,
        job_id: JobId,
        checks: Vec<CheckSpec>,
        foreign_tokens: Vec<String>,
    ) -> Result<GradeReport, LinkError> {
        let timeout = time_of(&checks);
        let call = Call::GradeLab {
            lab_id,
            job_id,
            checks,
            foreign_tokens,
        };
        self.call_graded(call, timeout).await
    }

    /// Grades once more what a graded lab left. Nothing is kept of it.
    pub async fn regrade(
        &self,
        job_id: JobId,
        checks: Vec<CheckSpec>,
    ) -> Result<GradeReport, LinkError> {
        let timeout = time_of(&checks);
        self.call_graded(Call::Regrade { job_id, checks }, timeout)
            .await
    }

    async fn call_graded(&self, call: Call, timeout: Duration) -> Result<GradeReport, LinkError> {
        match self.call(call, timeout).await? {
            CallResult::Graded(report) => Ok(report),
            _ => Err(LinkError::Unexpected),
        }
    }

    /// What is in a directory of a host.
    pub async fn directory(
        &self,
        lab_id: LabId,
        host: String,
        path: String,
    ) -> Result<Vec<DirectoryEntry>, LinkError> {
        let call = Call::ListDirectory { lab_id, host, path };
        match self.call(call, SHORT).await? {
            CallResult::Directory { entries } => Ok(entries),
            _ => Err(LinkError::Unexpected),
        }
    }

    /// What is in a text file of a host.
    pub async fn read_file(
        &self,
        lab_id: LabId,
        host: String,
        path: String,
    ) -> Result<TextFile, LinkError> {
        let call = Call::ReadFile { lab_id, host, path };
        self.call_file(call).await
    }

    /// Writes a text file of a host.
    pub async fn write_file(
        &self,
        lab_id: LabId,
        host: String,
        path: String,
        content: String,
        digest: Option<String>,
    ) -> Result<TextFile, LinkError> {
        let call = Call::WriteFile {
            lab_id,
            host,
            path,
            content,
            digest,
        };
        self.call_file(call).await
    }

    async fn call_file(&self, call: Call) -> Result<TextFile, LinkError> {
        match self.call(call, SHORT).await? {
            CallResult::File(file) => Ok(file),
            _ => Err(LinkError::Unexpected),
        }
    }

    /// What was recorded of a lab: its tapes and its markers.
    pub async fn recordings(
        &self,
        lab_id: LabId,
    ) -> Result<(Vec<RecordingView>, Vec<RecordingMarker>), LinkError> {
        match self.call(Call::ListRecordings { lab_id }, SHORT).await? {
            CallResult::Recordings {
                recordings,
                markers,
            } => Ok((recordings, markers)),
            _ => Err(LinkError::Unexpected),
        }
    }

    /// A piece of a tape from an offset on; empty at its end.
    pub async fn recording_piece(
        &self,
        lab_id: LabId,
        host: String,
        terminal: u8,
        offset: u64,
    ) -> Result<String, LinkError> {
        let call = Call::ReadRecording {
            lab_id,
            host,
            terminal,
            offset,
        };
        match self.call(call, SHORT).await? {
            CallResult::RecordingPiece { text } => Ok(text),
            _ => Err(LinkError::Unexpected),
        }
    }
}
