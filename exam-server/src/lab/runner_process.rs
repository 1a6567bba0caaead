//! The runner as a process of this machine: found beside this program, started if none answers.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use task_protocol::{
    Call, CallResult, ClientMessage, Decoder, Description, Frame, PROTOCOL_VERSION, RunnerMessage,
    encode_message,
};

use crate::config::Config;
use crate::secrets::create_private_folder;

const PROGRAM: &str = "task-runner";
/// Time for a runner to listen.
const START_TIMEOUT: Duration = Duration::from_secs(20);
/// Time for a runner to look at its machine: it makes a sandbox.
const DESCRIBE_TIMEOUT: Duration = Duration::from_secs(60);
/// How much of the log is shown when a runner did not start.
const LOG_TAIL_BYTES: u64 = 2_000;

/// Whether labs can be made here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunnerState {
    /// A runner answers and has all that it needs.
    Ready,
    /// A runner answers, and this is what it lacks, with what to do about it.
    Lacking(Vec<String>),
}

/// Why there is no runner.
#[derive(Debug, thiserror::Error)]
pub enum RunnerProcessError {
    /// The program is not there.
    #[error("there is no program `task-runner` beside {0}")]
    NotFound(PathBuf),
    /// The path of this program is not known.
    #[error("the path of this program is not known")]
    OwnPath(#[source] std::io::Error),
    /// Its folder or its log cannot be made.
    #[error("cannot write {path}")]
    Files {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It cannot be started.
    #[error("cannot start {program}")]
    Start {
        /// The program.
        program: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It ended at once.
    #[error("the runner ended ({status}): {log}")]
    Ended {
        /// How.
        status: ExitStatus,
        /// The end of its log.
        log: String,
    },
    /// It runs and does not listen.
    #[error("the runner does not answer; its log is {0}")]
    Silent(PathBuf),
    /// What listens there does not speak the protocol, or broke off.
    #[error("what listens on {0} is no runner of this version")]
    Stranger(PathBuf),
}

/// The program beside this one. Tests lie one folder deeper.
pub fn program() -> Result<PathBuf, RunnerProcessError> {
    let own = std::env::current_exe().map_err(RunnerProcessError::OwnPath)?;
    own.ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join(PROGRAM))
        .find(|program| program.is_file())
        .ok_or(RunnerProcessError::NotFound(own))
}

/// Whether a runner listens there.
pub fn answers(socket: &Path) -> bool {
    UnixStream::connect(socket).is_ok()
}

/// Has a runner answer on the configured socket, the one that does or a new one that goes on by itself, and asks it what
/// it lacks. Blocks.
pub fn ensure(config: &Config) -> Result<RunnerState, RunnerProcessError> {
    let socket = config.runner_socket();
    if !answers(&socket) {
        // Dropping a child of the standard library does not end it.
        drop(start(&socket, &config.data.join("runner"))?);
    }
    let description =
        describe(&socket).ok_or_else(|| RunnerProcessError::Stranger(socket.clone()))?;
    let has_image = description.images.iter().any(|image| image.is_current);
    let missing: Vec<String> = description
        .checks
        .into_iter()
        // What builds images is not needed once there is one.
        .filter(|check| !(check.ok || has_image && check.name == "image_builder"))
        .map(|check| format!("{}: {}", check.name, check.detail))
        .collect();
    Ok(match missing.is_empty() {
        true => RunnerState::Ready,
        false => RunnerState::Lacking(missing),
    })
}

/// Asks a runner about itself, without a runtime.
fn describe(socket: &Path) -> Option<Description> {
    let mut stream = UnixStream::connect(socket).ok()?;
    stream.set_read_timeout(Some(DESCRIBE_TIMEOUT)).ok()?;
    let hello = ClientMessage::Hello {
        version: PROTOCOL_VERSION,
    };
    let call = ClientMessage::Call {
        id: 1,
        call: Call::Describe,
    };
    stream.write_all(&encode_message(&hello).ok()?).ok()?;
    stream.write_all(&encode_message(&call).ok()?).ok()?;
    let mut decoder = Decoder::<RunnerMessage>::new();
    let mut piece = [0; 4096];
    loop {
        match decoder.next_frame().ok()? {
            Some(Frame::Message(RunnerMessage::Welcome { .. })) => {}
            Some(Frame::Message(RunnerMessage::Reply {
                result: Ok(CallResult::Description(description)),
                ..
            })) => return Some(description),
            Some(_) => return None,
            None => match stream.read(&mut piece).ok()? {
                0 => return None,
                length => decoder.push(piece.get(..length)?),
            },
        }
    }
}

/// Starts a runner in a process group of its own, so that no terminal's Ctrl-C ends it, and waits until it listens.
pub fn start(socket: &Path, data: &Path) -> Result<Child, RunnerProcessError> {
    let program = program()?;
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| RunnerProcessError::Files { path, source }
    };
    create_private_folder(data).map_err(failed(data))?;
    if let Some(folder) = socket.parent() {
        create_private_folder(folder).map_err(failed(folder))?;
    }
    let log_path = data.join("runner.log");
    let log = OpenOptions::new().create(true).append(true).open(&log_path);
    let log = log.map_err(failed(&log_path))?;
    let log_too = log.try_clone().map_err(failed(&log_path))?;
    let arguments: [OsString; 5] = [
        "serve".into(),
        "--socket".into(),
        socket.into(),
        "--data".into(),
        data.into(),
    ];
    let mut child = Command::new(&program)
        .args(arguments)
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(log_too)
        .spawn()
        .map_err(|source| RunnerProcessError::Start { program, source })?;
    let begin = Instant::now();
    while begin.elapsed() < START_TIMEOUT {
        if answers(socket) {
            return Ok(child);
        }
        if let Ok(Some(status)) = child.try_wait() {
            let log = tail(&log_path).unwrap_or_default();
            return Err(RunnerProcessError::Ended { status, log });
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    // It may be stuck; a second one would only add to it.
    let _ended_meanwhile = child.kill();
    Err(RunnerProcessError::Silent(log_path))
}

fn tail(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(LOG_TAIL_BYTES)))?;
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    Ok(String::from_utf8_lossy(&text).trim().to_owned())
}
