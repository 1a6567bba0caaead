//! One container: a first process in its own namespaces, and what is started beside it.

use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sched::{CloneFlags, setns};
use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, sethostname};
use task_protocol::TerminalSize;

use super::runtime::{Runtime, complete, wait_for};
use super::{ContainerSpec, Descriptors, Ended, SandboxError, config};
use crate::sys;

/// A running container; killed and removed when dropped.
#[derive(Debug)]
pub struct Container {
    runtime: Arc<Runtime>,
    id: String,
    pid: Pid,
    bundle: PathBuf,
    is_frozen: AtomicBool,
    counter: AtomicU64,
    /// What was started beside the first process: our children, to be reaped.
    children: Mutex<Vec<Pid>>,
}

/// Puts the descriptors where the child wants them.
fn give(command: &mut Command, descriptors: Descriptors) -> Result<(), SandboxError> {
    let or_null = |file: Option<File>| file.map_or_else(Stdio::null, Stdio::from);
    command
        .stdin(or_null(descriptors.stdin))
        .stdout(or_null(descriptors.stdout))
        .stderr(or_null(descriptors.stderr));
    if !descriptors.more.is_empty() {
        command.args(["--preserve-fds", &descriptors.more.len().to_string()]);
        sys::give_descriptors(command, &descriptors.more)
            .map_err(SandboxError::system("give descriptors"))?;
    }
    Ok(())
}

fn write_bundle(spec: &ContainerSpec, bundle: &Path, cgroup: &str) -> Result<(), SandboxError> {
    let path = bundle.join("config.json");
    let text = config::bundle(spec, cgroup).to_string();
    fs::create_dir_all(bundle)
        .and_then(|()| fs::write(&path, text))
        .map_err(SandboxError::system(path.display().to_string()))
}

/// Gives the user namespace of a process a share of the watches on files. The kernel counts those of
/// all containers as the root's who started them, and has 128 for each user by default: one
/// container could take them from all others and from the machine.
fn limit_watches(pid: Pid) {
    const SCRIPT: &str = "cd /proc/sys/user && echo 32 > max_inotify_instances && \
                          echo 8192 > max_inotify_watches";
    let mut command = Command::new("nsenter");
    command.args(["--user", "--target", &pid.to_string()]);
    command.args(["--", "sh", "-c", SCRIPT]);
    if let Err(error) = complete(&mut command, "limit watches on files") {
        tracing::warn!(%error, "a container may take all watches on files of this machine");
    }
}

/// Runs a container to the end of its first process.
pub(super) fn run(
    runtime: &Runtime,
    spec: &ContainerSpec,
    bundle: &Path,
    cgroup: &str,
    descriptors: Descriptors,
    timeout: Duration,
) -> Result<Ended, SandboxError> {
    write_bundle(spec, bundle, cgroup)?;
    let log = bundle.join("log");
    let mut command = runtime.command(&log);
    command.arg("run").arg("--bundle").arg(bundle);
    give(&mut command, descriptors)?;
    command.arg(&spec.id);
    let start = Instant::now();
    let child = command
        .spawn()
        .map_err(SandboxError::system(runtime.name.to_owned()))?;
    // The command holds the descriptors too; a pipe among them must not stay open.
    drop(command);
    let waited = wait_for(child, timeout, || {
        let mut command = runtime.command(Path::new("/dev/null"));
        command.args(["kill", &spec.id, "KILL"]);
        if let Err(error) = complete(&mut command, "kill") {
            tracing::debug!(%error, "a container outlives its time");
        }
    });
    let duration = start.elapsed();
    let logged = super::runtime::logged_error(&log);
    let removed = fs::remove_dir_all(bundle);
    let (status, timed_out) = waited?;
    removed.map_err(SandboxError::system(bundle.display().to_string()))?;
    if let (Some(detail), false) = (logged, timed_out) {
        return Err(SandboxError::Program {
            program: runtime.name.to_owned(),
            what: "run".to_owned(),
            detail,
        });
    }
    Ok(Ended {
        // The runtime reports a signal as 128 and its number, as shells do.
        exit_code: status.code().filter(|_| !timed_out),
        timed_out,
        duration,
    })
}

impl Container {
    /// Starts a container and leaves it running.
    pub(super) fn start(
        runtime: Arc<Runtime>,
        spec: &ContainerSpec,
        bundle: PathBuf,
        cgroup: &str,
        descriptors: Descriptors,
    ) -> Result<Self, SandboxError> {
        write_bundle(spec, &bundle, cgroup)?;
        let log = bundle.join("log");
        let pid_file = bundle.join("pid");
        let mut command = runtime.command(&log);
        command.args(["run", "--detach", "--bundle"]).arg(&bundle);
        command.arg("--pid-file").arg(&pid_file);
        give(&mut command, descriptors)?;
        command.arg(&spec.id);
        let pid = runtime
            .complete(command, "start", &log)
            .and_then(|()| read_pid(&pid_file));
        match pid {
            Ok(pid) => {
                limit_watches(pid);
                Ok(Self {
                    runtime,
                    id: spec.id.clone(),
                    pid,
                    bundle,
                    is_frozen: AtomicBool::new(false),
                    counter: AtomicU64::new(0),
                    children: Mutex::default(),
                })
            }
            Err(error) => {
                let mut command = runtime.command(Path::new("/dev/null"));
                command.args(["delete", "--force", &spec.id]);
                // It may not have come so far that there is something to delete.
                let _ = complete(&mut command, "delete");
                let _ = fs::remove_dir_all(&bundle);
                Err(error)
            }
        }
    }

    /// The network namespace, for [`nix::sched::setns`] in a thread of its own.
    #[must_use]
    pub fn network_namespace(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}/ns/net", self.pid))
    }

    /// The root directory of the first process, which the candidate cannot change.
    #[must_use]
    pub fn root_directory(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root", self.pid))
    }

    /// Names the host.
    ///
    /// # Errors
    /// The container has ended, or the name is too long.
    pub fn set_host_name(&self, name: &str) -> Result<(), SandboxError> {
        let path = format!("/proc/{}/ns/uts", self.pid);
        let namespace = File::open(path).map_err(SandboxError::system("host name"))?;
        // A namespace is entered by a thread; this one ends with the work.
        let named = thread::scope(|scope| {
            let naming = scope.spawn(|| {
                setns(&namespace, CloneFlags::CLONE_NEWUTS)?;
                sethostname(name)
            });
            naming.join().unwrap_or(Err(nix::errno::Errno::EIO))
        });
        named.map_err(SandboxError::system("host name"))
    }

    /// Waits for the end of the first process; when the time is over, it is killed.
    ///
    /// # Errors
    /// It cannot be waited for.
    pub fn wait(&self, timeout: Duration) -> Result<Ended, SandboxError> {
        let start = Instant::now();
        let timed_out = !ends_within(self.pid, timeout)?;
        if timed_out {
            // It may just have ended.
            let _ = kill(self.pid, Signal::SIGKILL);
        }
        let status = waitpid(self.pid, None).map_err(SandboxError::system("wait for a host"))?;
        Ok(Ended {
            exit_code: match status {
                WaitStatus::Exited(_, code) if !timed_out => Some(code),
                _ => None,
            },
            timed_out,
            duration: start.elapsed(),
        })
    }

    /// Runs a program inside and waits for its end. What it leaves in the background goes on.
    ///
    /// # Errors
    /// It cannot be started. That it fails is no error.
    pub fn exec(
        &self,
        argv: &[&str],
        env: &[(String, String)],
        descriptors: Descriptors,
        timeout: Duration,
    ) -> Result<Ended, SandboxError> {
        let (log, pid_file) = (self.fresh("log"), self.fresh("pid"));
        let mut command = self.runtime.command(&log);
        command.args(["exec", "--detach", "--pid-file"]);
        command.arg(&pid_file);
        for pair in config::environment(env) {
            command.args(["--env", &pair]);
        }
        give(&mut command, descriptors)?;
        command.arg(&self.id).args(argv);
        let start = Instant::now();
        self.runtime.complete(command, "exec", &log)?;
        let pid = read_pid(&pid_file)?;
        let timed_out = !ends_within(pid, timeout)?;
        if timed_out {
            // The runtime makes it the leader of a process group. It may just have ended.
            let _ = killpg(pid, Signal::SIGKILL);
        }
        let status = waitpid(pid, None).map_err(SandboxError::system("wait for a script"))?;
        for path in [log, pid_file] {
            let _ = fs::remove_file(path);
        }
        Ok(Ended {
            exit_code: match status {
                WaitStatus::Exited(_, code) if !timed_out => Some(code),
                _ => None,
            },
            timed_out,
            duration: start.elapsed(),
        })
    }

    /// Starts a program on a new pseudo terminal and gives the master.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn open_terminal(
        &self,
        argv: &[&str],
        env: &[(String, String)],
        size: TerminalSize,
    ) -> Result<OwnedFd, SandboxError> {
        let (log, socket) = (self.fresh("log"), self.fresh("console"));
        let pid_file = self.fresh("pid");
        let listener = UnixListener::bind(&socket)
            .map_err(SandboxError::system(socket.display().to_string()))?;
        let mut command = self.runtime.command(&log);
        command.args(["exec", "--detach", "--tty", "--console-socket"]);
        command.arg(&socket).arg("--pid-file").arg(&pid_file);
        for pair in config::environment(env) {
            command.args(["--env", &pair]);
        }
        command.arg(&self.id).args(argv);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        self.runtime.complete(command, "exec", &log)?;
        self.adopt(read_pid(&pid_file)?);
        // When the runtime is done, it has connected and sent: nothing here waits.
        let master = listener
            .set_nonblocking(true)
            .and_then(|()| listener.accept())
            .and_then(|(stream, _)| sys::receive_descriptor(&stream))
            .map_err(SandboxError::system("console socket"))?;
        for path in [log, socket, pid_file] {
            let _ = fs::remove_file(path);
        }
        sys::set_terminal_size(&master, size).map_err(SandboxError::system("terminal size"))?;
        Ok(master)
    }

    /// Stops all processes where they are.
    ///
    /// # Errors
    /// The container has ended.
    pub fn freeze(&self) -> Result<(), SandboxError> {
        let log = self.fresh("log");
        let mut command = self.runtime.command(&log);
        command.args(["pause", &self.id]);
        self.runtime.complete(command, "freeze", &log)?;
        self.is_frozen.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Kills all processes, without letting frozen ones run again, and removes the container.
    pub fn end(self) {
        drop(self);
    }

    /// Remembers a child, and forgets those that have ended.
    fn adopt(&self, child: Pid) {
        let mut children = self.children.lock().unwrap_or_else(PoisonError::into_inner);
        children.retain(|child| {
            matches!(
                waitpid(*child, Some(WaitPidFlag::WNOHANG)),
                Ok(WaitStatus::StillAlive)
            )
        });
        children.push(child);
    }

    fn fresh(&self, kind: &str) -> PathBuf {
        let number = self.counter.fetch_add(1, Ordering::Relaxed);
        self.bundle.join(format!("{kind}-{number}"))
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        let nowhere = Path::new("/dev/null");
        if self.is_frozen.load(Ordering::Relaxed) {
            // Signals all processes while they are frozen; they die as they thaw.
            let mut command = self.runtime.command(nowhere);
            command.args(["kill", "--all", &self.id, "KILL"]);
            if let Err(error) = complete(&mut command, "kill") {
                tracing::warn!(%error, id = self.id, "cannot kill a frozen container");
            }
        } else {
            // The kernel ends the whole pid namespace with its first process.
            let _ = kill(self.pid, Signal::SIGKILL);
        }
        // The namespace ends when all are reaped; those of other runtimes are not ours to reap.
        let children = std::mem::take(
            self.children
                .get_mut()
                .unwrap_or_else(PoisonError::into_inner),
        );
        for child in children.into_iter().chain([self.pid]) {
            let _ = waitpid(child, None);
        }
        let mut command = self.runtime.command(nowhere);
        command.args(["delete", "--force", &self.id]);
        if let Err(error) = complete(&mut command, "delete") {
            tracing::warn!(%error, id = self.id, "cannot remove a container");
        }
        if let Err(error) = fs::remove_dir_all(&self.bundle) {
            tracing::warn!(%error, id = self.id, "cannot remove a bundle");
        }
    }
}

fn read_pid(path: &Path) -> Result<Pid, SandboxError> {
    let what = || SandboxError::system(path.display().to_string());
    let text = fs::read_to_string(path).map_err(what())?;
    let number = text
        .trim()
        .parse()
        .map_err(|error| what()(io::Error::new(io::ErrorKind::InvalidData, error)))?;
    Ok(Pid::from_raw(number))
}

/// Whether a child ends in time.
fn ends_within(child: Pid, timeout: Duration) -> Result<bool, SandboxError> {
    let descriptor =
        sys::process_descriptor(child).map_err(SandboxError::system("watch a process"))?;
    readable_within(descriptor.as_fd(), timeout)
}

/// Whether there is something to read, or the end, in time.
pub(super) fn readable_within(
    descriptor: BorrowedFd<'_>,
    timeout: Duration,
) -> Result<bool, SandboxError> {
    let deadline = Instant::now() + timeout;
    loop {
        let rest = deadline.saturating_duration_since(Instant::now());
        // Rounded up, so that the wait does not spin at the end.
        let rest = i32::try_from(rest.as_millis().saturating_add(1)).unwrap_or(i32::MAX);
        let rest = PollTimeout::try_from(rest).unwrap_or(PollTimeout::MAX);
        let mut watched = [PollFd::new(descriptor, PollFlags::POLLIN)];
        match poll(&mut watched, rest) {
            Ok(0) if Instant::now() >= deadline => return Ok(false),
            Ok(0) | Err(nix::errno::Errno::EINTR) => {}
            Ok(_) => return Ok(true),
            Err(error) => return Err(SandboxError::system("wait")(error)),
        }
    }
}
