//! `exam-server bank test`: proves live tasks on real labs. A task is proved when its untouched lab fails every check, its
//! solution passes all of them for every seed, no cheat gains any, and the solution fits the task's time.

mod proofs;
mod steps;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitCode};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use question_bank::{Task, TaskId, TaskProof};
use serde::Serialize;

use crate::authoring::load::{LoadError, LoadedBank};
use crate::cli::{fail, print};
use crate::lab::link::RunnerLink;
use crate::lab::runner_process::{self, RunnerProcessError};

/// Time for a runner of our own to end its labs.
const STOP_TIMEOUT: Duration = Duration::from_secs(30);

/// What to test.
#[derive(Debug, clap::Args)]
pub struct TestArguments {
    /// The bank's folder
    path: PathBuf,
    /// Only this task; can be given several times
    #[arg(long = "task")]
    tasks: Vec<TaskId>,
    /// For how many candidates to draw the parameters
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=20))]
    seeds: u8,
    /// The socket of a runner to use. Default: one is started for the test
    #[arg(long)]
    runner: Option<PathBuf>,
    /// Write the record of each proof into the task's folder (proof.toml); without it a task is in no exam
    #[arg(long)]
    record: bool,
    /// Only that the untouched lab fails and the solution passes, for one candidate: enough to see that a proof that is
    /// recorded still holds on this machine
    #[arg(long, conflicts_with_all = ["record", "seeds"])]
    quick: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// How much is shown.
#[derive(Debug, Clone, Copy)]
pub enum Extent {
    /// Everything, for so many candidates.
    Whole {
        seeds: u8,
    },
    Quick,
}

/// Why tasks cannot be tested.
#[derive(Debug, thiserror::Error)]
pub enum TestError {
    #[error(transparent)]
    Bank(#[from] LoadError),
    #[error(transparent)]
    Runner(#[from] RunnerProcessError),
    #[error("the bank has no task `{0}`, or it has faults: see `exam-server bank check`")]
    UnknownTask(TaskId),
    #[error("the bank has no task without faults: see `exam-server bank check`")]
    NoTasks,
    #[error("interrupted; the labs of the test are ended")]
    Interrupted,
    #[error("cannot make a folder for the runner")]
    Folder(#[source] std::io::Error),
    #[error("cannot write the record of the proof to {path}")]
    Record {
        path: PathBuf,
        source: std::io::Error,
    },
}

/// Whether one thing about a task holds.
#[derive(Debug, Serialize)]
pub struct Proof {
    /// Whether it does.
    pub ok: bool,
    /// What was seen.
    pub detail: String,
}

/// What is known of one task. This is an interface: see `--json`.
#[derive(Debug, Serialize)]
pub struct TaskReport {
    /// The task.
    pub id: TaskId,
    /// Whether all proofs hold.
    pub proved: bool,
    /// The proofs by name.
    pub proofs: BTreeMap<&'static str, Proof>,
    /// The image of its labs; none if none came up.
    #[serde(skip)]
    pub image_digest: Option<String>,
}

#[derive(Debug, Serialize)]
struct Report {
    tasks: Vec<TaskReport>,
}

/// A runner for the time of a test.
struct OwnRunner {
    process: Child,
    folder: PathBuf,
}

impl OwnRunner {
    fn start() -> Result<(Self, PathBuf), TestError> {
        let name = format!("assay-test-{}", uuid::Uuid::new_v4().simple());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder).map_err(TestError::Folder)?;
        let socket = folder.join("runner.sock");
        match runner_process::start(&socket, &folder.join("data")) {
            Ok(process) => Ok((Self { process, folder }, socket)),
            Err(error) => {
                let _best_effort = std::fs::remove_dir_all(&folder);
                Err(error.into())
            }
        }
    }
}

impl Drop for OwnRunner {
    /// The runner ends its labs first; then nothing of it is left.
    fn drop(&mut self) {
        let begin = Instant::now();
        if let Ok(pid) = i32::try_from(self.process.id()) {
            let _ended_already = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
        while begin.elapsed() < STOP_TIMEOUT {
            if !matches!(self.process.try_wait(), Ok(None)) {
                let _best_effort = std::fs::remove_dir_all(&self.folder);
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ended_meanwhile = self.process.kill();
    }
}

/// Tests the tasks of a bank.
pub fn run(arguments: TestArguments) -> ExitCode {
    let json = arguments.json;
    match test(arguments) {
        Ok(report) => show(&report, json),
        Err(error) => fail(&error),
    }
}

fn chosen(bank: LoadedBank, wanted: &[TaskId]) -> Result<Vec<Task>, TestError> {
    let mut tasks = bank.bank.tasks;
    if wanted.is_empty() {
        let all: Vec<Task> = tasks.into_values().collect();
        return match all.is_empty() {
            true => Err(TestError::NoTasks),
            false => Ok(all),
        };
    }
    wanted
        .iter()
        .map(|id| {
            tasks
                .remove(id)
                .ok_or_else(|| TestError::UnknownTask(id.clone()))
        })
        .collect()
}

fn test(arguments: TestArguments) -> Result<Report, TestError> {
    let tasks = chosen(LoadedBank::folder(&arguments.path)?, &arguments.tasks)?;
    let each = |task: &Task, report: &TaskReport| {
        if !arguments.json {
            show_task(report);
        }
        match arguments.record {
            true => record(&arguments.path, task, report, arguments.seeds),
            false => Ok(()),
        }
    };
    let extent = match arguments.quick {
        true => Extent::Quick,
        false => Extent::Whole {
            seeds: arguments.seeds,
        },
    };
    let tasks = prove_all(tasks, extent, arguments.runner.clone(), each)?;
    Ok(Report { tasks })
}

/// Proves tasks one after the other, and tells of each when it is done. Without a socket a runner is started for the time.
pub fn prove_all(
    tasks: Vec<Task>,
    extent: Extent,
    runner: Option<PathBuf>,
    mut each: impl FnMut(&Task, &TaskReport) -> Result<(), TestError>,
) -> Result<Vec<TaskReport>, TestError> {
    let (_own, socket) = match runner {
        Some(socket) => (None, socket),
        None => OwnRunner::start().map(|(own, socket)| (Some(own), socket))?,
    };
    actix_web::rt::System::new().block_on(async {
        let proving = async {
            let link = RunnerLink::new(socket);
            let mut reports = Vec::new();
            for task in tasks {
                let proved = proofs::prove(&link, &task, extent).await;
                let report = TaskReport {
                    id: task.id.clone(),
                    proved: proved.proofs.values().all(|proof| proof.ok),
                    proofs: proved.proofs,
                    image_digest: proved.image_digest,
                };
                each(&task, &report)?;
                reports.push(report);
            }
            Ok(reports)
        };
        // The runner is in a group of its own and would go on.
        tokio::select! {
            done = proving => done,
            _ = tokio::signal::ctrl_c() => Err(TestError::Interrupted),
        }
    })
}

/// Writes the record of a proof into the task's folder in a bank; nothing if the task is not proved.
pub fn record(bank: &Path, task: &Task, report: &TaskReport, seeds: u8) -> Result<(), TestError> {
    let (true, Some(image_digest)) = (report.proved, report.image_digest.clone()) else {
        return Ok(());
    };
    let proof = TaskProof {
        task_digest: task.digest(),
        image_digest,
        seeds,
        proved_at: chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        proofs: report.proofs.keys().map(ToString::to_string).collect(),
    };
    let path = bank.join(format!("tasks/{}/proof.toml", task.id));
    let text = toml::to_string(&proof).unwrap_or_default();
    std::fs::write(&path, text).map_err(|source| TestError::Record { path, source })
}

fn show_task(task: &TaskReport) {
    let word = match task.proved {
        true => "proved",
        false => "NOT PROVED",
    };
    print(&format!("{}: {word}", task.id));
    for (name, proof) in &task.proofs {
        let mark = if proof.ok { "ok  " } else { "FAIL" };
        let detail = proof.detail.replace('\n', "\n         ");
        print(&format!("  {mark} {name}: {detail}"));
    }
}

fn show(report: &Report, json: bool) -> ExitCode {
    let proved = report.tasks.iter().filter(|task| task.proved).count();
    let all = report.tasks.len();
    if json {
        print(&serde_json::to_string(report).unwrap_or_default());
    } else {
        print(&format!("{proved} of {all} tasks proved"));
    }
    match proved == all {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
