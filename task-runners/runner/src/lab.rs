//! The labs of this runner: their states, and one operation at a time for each.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use task_protocol::{
    Call, CallError, CallResult, CheckSpec, GradeReport, HOSTS_MAX, JobId, LabId, LabSpec,
    LabState, LabView, Refusal, TERMINALS_MAX,
};

use crate::recording::{Finished, Recording};
use crate::sandbox::{Driver, Files, SandboxError, Work};
use crate::terminal::Terminal;

mod operations;

/// All labs.
pub struct Labs {
    driver: Arc<dyn Driver>,
    reports: PathBuf,
    recordings: PathBuf,
    labs_max: u32,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    labs: BTreeMap<LabId, Arc<Lab>>,
    is_stopping: bool,
}

/// One lab.
struct Lab {
    lab_id: LabId,
    spec: LabSpec,
    image_digest: String,
    progress: Mutex<Progress>,
    recording: Arc<Recording>,
    is_opened: AtomicBool,
    /// The terminals of each host, in the order of the spec.
    terminals: Vec<Vec<Terminal>>,
    /// Held by the operation that is going on.
    turn: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug, Clone)]
struct Progress {
    state: LabState,
    detail: Option<String>,
    resets: u32,
    start_ms: Option<u32>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn milliseconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}

fn call_error(error: SandboxError) -> CallError {
    match error {
        SandboxError::UnknownImage { image } => CallError::UnknownImage { image },
        SandboxError::NoRuntime { detail } => CallError::Unavailable { detail },
        SandboxError::Grading(error) => CallError::Grading {
            detail: error.to_string(),
        },
        SandboxError::NotRunning { lab_id } => CallError::UnknownLab { lab_id },
        SandboxError::UnknownCheckpoint { number } => {
            CallError::UnknownCheckpoint { checkpoint: number }
        }
        error @ SandboxError::UnknownHost { .. } => CallError::BadCall {
            detail: error.to_string(),
        },
        error => CallError::Sandbox {
            detail: error.to_string(),
        },
    }
}

/// Whether a lab can be made from this: the numbers become limits of the kernel.
fn check_spec(spec: &LabSpec) -> Result<(), CallError> {
    let limits = &spec.limits;
    let problem = if !(1..=TERMINALS_MAX).contains(&spec.terminals) {
        "terminals must be 1 to 4"
    } else if !(16..=1_048_576).contains(&limits.memory_mib) {
        "memory_mib must be 16 to 1048576"
    } else if !(8..=65_536).contains(&limits.processes) {
        "processes must be 8 to 65536"
    } else if !(8..=1_048_576).contains(&limits.disk_mib) {
        "disk_mib must be 8 to 1048576"
    } else if !(limits.cpus >= 0.05 && limits.cpus <= 1024.0) {
        "cpus must be 0.05 to 1024"
    } else if !(1..=HOSTS_MAX).contains(&spec.hosts.len()) {
        "there must be 1 to 5 hosts"
    } else if !spec.hosts.iter().all(|name| is_host_name(name)) {
        "the name of a host must be 1 to 63 of a-z, 0-9 and -"
    } else if has_twins(&spec.hosts) {
        "two hosts have the same name"
    } else if spec.env.values().any(|value| value.contains('\0'))
        || [&spec.setup, &spec.boot]
            .iter()
            .any(|script| script.contains('\0'))
    {
        "a script must not hold a zero byte"
    } else {
        return Ok(());
    };
    Err(CallError::BadCall {
        detail: problem.to_owned(),
    })
}

fn is_host_name(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn has_twins(names: &[String]) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    !names.iter().all(|name| seen.insert(name))
}

impl Lab {
    fn view(&self, driver: &dyn Driver) -> LabView {
        let progress = locked(&self.progress).clone();
        LabView {
            lab_id: self.lab_id.clone(),
            task_id: self.spec.task_id.clone(),
            state: progress.state,
            detail: progress.detail,
            image_digest: self.image_digest.clone(),
            resets: progress.resets,
            checkpoints: driver.checkpoints(&self.lab_id),
            start_ms: progress.start_ms,
        }
    }

    fn state(&self) -> LabState {
        locked(&self.progress).state
    }

    fn enter(&self, state: LabState, detail: Option<String>) {
        let mut progress = locked(&self.progress);
        progress.state = state;
        progress.detail = detail;
    }

    /// Marks this moment on everything that is recorded.
    fn mark(&self, label: &str) {
        self.recording.mark(label);
        for terminal in self.terminals.iter().flatten() {
            terminal.mark(label);
        }
    }

    async fn suspend_terminals(&self) {
        for terminal in self.terminals.iter().flatten() {
            terminal.suspend().await;
        }
    }

    fn end_terminals(&self) {
        for terminal in self.terminals.iter().flatten() {
            terminal.end();
        }
    }
}

impl Labs {
    /// No labs yet. Reports of grading and recordings of terminals are kept in these directories,
    /// which exist.
    #[must_use]
    pub fn new(
        driver: Arc<dyn Driver>,
        reports: PathBuf,
        recordings: PathBuf,
        labs_max: u32,
    ) -> Self {
        Self {
            driver,
            reports,
            recordings,
            labs_max,
            table: Mutex::default(),
        }
    }

    /// The driver under the labs.
    #[must_use]
    pub fn driver(&self) -> &Arc<dyn Driver> {
        &self.driver
    }

    /// How many labs there may be.
    #[must_use]
    pub fn labs_max(&self) -> u32 {
        self.labs_max
    }

    /// How every lab is, in the order of their ids.
    #[must_use]
    pub fn views(&self) -> Vec<LabView> {
        let labs: Vec<_> = locked(&self.table).labs.values().cloned().collect();
        labs.iter().map(|lab| lab.view(&*self.driver)).collect()
    }

    /// Carries out a call about one lab.
    ///
    /// # Errors
    /// It was refused or failed.
    pub async fn call(&self, call: Call) -> Result<CallResult, CallError> {
        match call {
            Call::Describe | Call::ListLabs => Ok(CallResult::Labs { labs: self.views() }),
            Call::CreateLab { lab_id, instance } => {
                self.create(lab_id, *instance).await.map(CallResult::Lab)
            }
            Call::InspectLab { lab_id } => {
                Ok(CallResult::Lab(self.lab(&lab_id)?.view(&*self.driver)))
            }
            Call::ResetLab { lab_id, checkpoint } => {
                let view = self.reset(&lab_id, checkpoint).await;
                view.map(CallResult::Lab)
            }
            Call::TakeCheckpoint { lab_id } => {
                self.take_checkpoint(&lab_id).await.map(CallResult::Lab)
            }
            Call::DestroyLab { lab_id } => {
                self.destroy(&lab_id).await;
                Ok(CallResult::Destroyed)
            }
            Call::RunScript {
                lab_id,
                host,
                script,
                env,
                timeout_ms,
            } => self
                .run_script(&lab_id, host, script, env, timeout_ms)
                .await
                .map(CallResult::Script),
            Call::ListDirectory { lab_id, host, path } => {
                let list = move |files: &Files| files.list(&path);
                let entries = self.with_files(&lab_id, host, list).await?;
                Ok(CallResult::Directory { entries })
            }
            Call::ReadFile { lab_id, host, path } => {
                let read = move |files: &Files| files.read(&path);
                let file = self.with_files(&lab_id, host, read).await?;
                Ok(CallResult::File(file))
            }
            Call::WriteFile {
                lab_id,
                host,
                path,
                content,
                digest,
            } => {
                let write = move |files: &Files| files.write(&path, &content, digest.as_deref());
                let file = self.with_files(&lab_id, host, write).await?;
                Ok(CallResult::File(file))
            }
            Call::ListRecordings { lab_id } => {
                let finished = Finished::of(&self.recordings, &lab_id);
                Ok(CallResult::Recordings {
                    recordings: finished.views(),
                    markers: finished.markers(),
                })
            }
            Call::ReadRecording {
                lab_id,
                host,
                terminal,
                offset,
            } => Finished::of(&self.recordings, &lab_id)
                .piece(&host, terminal, offset)
                .map(|text| CallResult::RecordingPiece { text })
                .map_err(|_gone| CallError::UnknownRecording),
            Call::GradeLab {
                lab_id,
                job_id,
                checks,
                foreign_tokens,
            } => {
                let work = Work {
                    checks,
                    foreign_tokens,
                };
                let report = self.grade(&lab_id, job_id, work).await;
                report.map(CallResult::Graded)
            }
            Call::Regrade { job_id, checks } => {
                self.regrade(job_id, checks).await.map(CallResult::Graded)
            }
        }
    }

    /// A terminal of a lab that can be worked in.
    ///
    /// # Errors
    /// There is none now.
    pub fn terminal(&self, lab_id: &LabId, host: &str, number: u8) -> Result<Terminal, Refusal> {
        let lab = locked(&self.table).labs.get(lab_id).cloned();
        let lab = lab.ok_or_else(|| Refusal::UnknownLab {
            lab_id: lab_id.clone(),
        })?;
        match lab.state() {
            LabState::Ready | LabState::Resetting => {}
            state => return Err(Refusal::LabState { state }),
        }
        if !lab.is_opened.swap(true, Ordering::Relaxed) {
            lab.recording.mark("opened");
        }
        let known = lab.spec.hosts.iter().position(|name| name == host);
        let of_host = known.and_then(|place| lab.terminals.get(place));
        let of_host = of_host.ok_or_else(|| Refusal::UnknownHost {
            host: host.to_owned(),
        })?;
        let index = usize::from(number).checked_sub(1);
        index
            .and_then(|index| of_host.get(index))
            .cloned()
            .ok_or(Refusal::UnknownTerminal {
                terminals: lab.spec.terminals,
            })
    }

    /// A connection to a port of a host.
    ///
    /// # Errors
    /// There is none now.
    pub async fn connect(
        &self,
        lab_id: LabId,
        host: String,
        port: u16,
    ) -> Result<std::net::TcpStream, Refusal> {
        let lab = locked(&self.table).labs.get(&lab_id).cloned();
        let lab = lab.ok_or_else(|| Refusal::UnknownLab {
            lab_id: lab_id.clone(),
        })?;
        match lab.state() {
            LabState::Ready => {}
            state => return Err(Refusal::LabState { state }),
        }
        if !lab.spec.hosts.contains(&host) {
            return Err(Refusal::UnknownHost { host });
        }
        let driver = Arc::clone(&self.driver);
        let connecting = move || driver.connect(&lab_id, &host, port);
        let connected = tokio::task::spawn_blocking(connecting).await;
        connected
            .ok()
            .and_then(Result::ok)
            .ok_or(Refusal::PortClosed { port })
    }

    fn lab(&self, lab_id: &LabId) -> Result<Arc<Lab>, CallError> {
        locked(&self.table)
            .labs
            .get(lab_id)
            .cloned()
            .ok_or_else(|| CallError::UnknownLab {
                lab_id: lab_id.clone(),
            })
    }

    fn report_path(&self, job_id: &JobId) -> PathBuf {
        self.reports.join(format!("{job_id}.json"))
    }

    fn kept_report(&self, job_id: &JobId) -> Option<GradeReport> {
        serde_json::from_slice(&fs::read(self.report_path(job_id)).ok()?).ok()
    }

    /// Keeps the report before anybody hears of it, so that the same job never has two.
    fn keep_report(&self, report: &GradeReport) -> Result<(), CallError> {
        let path = self.report_path(&report.job_id);
        let keep = || {
            let draft = tempfile::NamedTempFile::new_in(&self.reports)?;
            serde_json::to_writer(draft.as_file(), report)?;
            draft.as_file().sync_all()?;
            draft.persist(&path)?;
            Ok::<_, std::io::Error>(())
        };
        keep().map_err(|error| CallError::Grading {
            detail: format!("the report cannot be kept: {error}"),
        })
    }
}
