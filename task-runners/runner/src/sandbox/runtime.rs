//! OCI runtimes: other people's programs that turn a bundle into a container.

use std::cell::RefCell;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::waitpid;
use nix::unistd::Pid;

use super::SandboxError;

/// Time for a command that only starts or stops something.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is looked for, the fastest first.
pub const KNOWN: &[&str] = &["crun", "runc", "runsc", "kata-runtime"];

/// One runtime, with its state in the runner's own directory so that runners never meet.
#[derive(Debug, Clone)]
pub struct Runtime {
    /// Name of the program.
    pub name: &'static str,
    program: PathBuf,
    state: PathBuf,
}

impl Runtime {
    /// The runtimes on PATH. PATH may leave out where Debian puts runc.
    #[must_use]
    pub fn installed(state: &Path) -> Vec<Self> {
        let path = env::var_os("PATH").unwrap_or_default();
        let mut dirs: Vec<PathBuf> = env::split_paths(&path).collect();
        dirs.extend(["/usr/sbin".into(), "/usr/local/sbin".into()]);
        KNOWN
            .iter()
            .filter_map(|name| {
                let program = dirs
                    .iter()
                    .map(|dir| dir.join(name))
                    .find(|p| p.is_file())?;
                Some(Self {
                    name,
                    program,
                    state: state.join(name),
                })
            })
            .collect()
    }

    /// A command of the runtime; errors of its own go to `log`.
    #[must_use]
    pub fn command(&self, log: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg("--root")
            .arg(&self.state)
            .arg("--log")
            .arg(log)
            .args(["--log-format", "json"]);
        command
    }

    /// Runs a command of [`Self::command`] to its end. Its standard descriptors are left alone: a
    /// container may have got them.
    ///
    /// # Errors
    /// It failed; the log says why. Or it took too long, which a candidate can bring about.
    pub fn complete(
        &self,
        mut command: Command,
        what: &str,
        log: &Path,
    ) -> Result<(), SandboxError> {
        let child = command
            .spawn()
            .map_err(SandboxError::system(self.name.to_owned()))?;
        // The command holds descriptors of the container; a pipe among them must not stay open.
        drop(command);
        let id = child.id();
        let stopped = RefCell::new(Vec::new());
        let (status, timed_out) = wait_for(child, PATIENCE, || {
            stopped.borrow_mut().extend(stop_waiting(id));
        })?;
        if timed_out {
            // The runtime has left them to us, and a pid namespace does not end before they are
            // reaped. Those that it reaped itself are no children of ours.
            for process in stopped.into_inner() {
                let _ = waitpid(process, None);
            }
            return Err(SandboxError::Program {
                program: self.name.to_owned(),
                what: what.to_owned(),
                detail: format!("took longer than {} s", PATIENCE.as_secs()),
            });
        }
        if status.success() {
            return Ok(());
        }
        Err(self.failed(what, status, log))
    }

    /// What the log says about a failure.
    pub(super) fn failed(&self, what: &str, status: ExitStatus, log: &Path) -> SandboxError {
        SandboxError::Program {
            program: self.name.to_owned(),
            what: what.to_owned(),
            detail: logged_error(log).unwrap_or_else(|| status.to_string()),
        }
    }

    /// Ends and forgets everything in the runner's directory: what a runner left that was killed.
    pub fn remove_all(&self) {
        let Ok(entries) = fs::read_dir(&self.state) else {
            return;
        };
        for entry in entries.flatten() {
            let id = entry.file_name();
            tracing::info!(id = %id.to_string_lossy(), "removing a stale container");
            let mut command = self.command(Path::new("/dev/null"));
            command.args(["delete", "--force"]).arg(&id);
            if let Err(error) = complete(&mut command, "remove a stale container") {
                tracing::warn!(%error, "a stale container stays");
            }
        }
    }
}

/// Makes a command of the runtime end that waits for something inside the container, such as for
/// the other end of a FIFO that the candidate put in the place of /etc/passwd. What waits is a child
/// of the runtime, which fails as that dies. Gives what was killed.
fn stop_waiting(runtime: u32) -> Vec<Pid> {
    let parent = format!("PPid:\t{runtime}");
    let is_child = |place: &Path| {
        fs::read_to_string(place.join("status"))
            .is_ok_and(|status| status.lines().any(|line| line == parent))
    };
    let mut children: Vec<Pid> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| is_child(&entry.path()))
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .map(Pid::from_raw)
        .collect();
    if children.is_empty() {
        // Its own end is awaited anyway.
        children.extend(i32::try_from(runtime).ok().map(Pid::from_raw));
    }
    for child in &children {
        // It may just have ended.
        let _ = kill(*child, Signal::SIGKILL);
    }
    children
}

/// The latest error in a runtime's log.
pub(super) fn logged_error(log: &Path) -> Option<String> {
    let text = fs::read_to_string(log).ok()?;
    text.lines().rev().find_map(|line| {
        let entry: serde_json::Value = serde_json::from_str(line).ok()?;
        let is_error = matches!(entry["level"].as_str(), Some("error" | "fatal"));
        is_error.then(|| entry["msg"].as_str().unwrap_or_default().to_owned())
    })
}

/// Runs a short command of the host to its end.
///
/// # Errors
/// It failed; what it printed is the detail.
pub(super) fn complete(command: &mut Command, what: &str) -> Result<(), SandboxError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(SandboxError::system(program.clone()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(SandboxError::Program {
        program,
        what: what.to_owned(),
        detail: format!(
            "{}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        ),
    })
}

/// Waits for the end of a child, but not longer than `timeout`; then `kill` must make it end.
///
/// # Errors
/// The child cannot be waited for.
pub(super) fn wait_for(
    mut child: Child,
    timeout: Duration,
    kill: impl Fn(),
) -> Result<(ExitStatus, bool), SandboxError> {
    let (sender, receiver) = mpsc::channel();
    // The thread ends with the child.
    thread::spawn(move || sender.send(child.wait()));
    let mut timed_out = false;
    let mut patience = timeout;
    loop {
        match receiver.recv_timeout(patience) {
            Ok(status) => {
                let status = status.map_err(SandboxError::system("wait for a container"))?;
                return Ok((status, timed_out));
            }
            Err(_) => {
                timed_out = true;
                // A container that was just being made may miss the first signal.
                kill();
                patience = Duration::from_millis(100);
            }
        }
    }
}
