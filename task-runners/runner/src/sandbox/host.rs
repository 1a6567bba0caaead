//! One host of a lab: a container over an image and a disk. It starts without knowing what for, so
//! that some can wait ready in the [`super::pool`], and begins its work with a script.

use std::collections::BTreeMap;
use std::fs::{File, Permissions};
use std::io::{self, PipeReader, PipeWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nix::unistd::write;
use task_protocol::{LabLimits, ScriptOutput, TerminalSize};

use super::container::readable_within;
use super::{
    Container, ContainerSpec, Descriptors, Disk, ExtraMount, IdLease, IdRange, Mounted, Oci,
    SandboxError,
};
use crate::grading::changes::Baseline;
use crate::image::Image;
use crate::sys;

/// First process of a host (read from descriptor 5): waits for a line (6), runs the script (3),
/// reports its status (4), lets go of all, then reaps orphans for ever. It needs no program that
/// the candidate could remove; a bash that waits for a child reaps others too, one that reads does
/// not.
const FIRST_PROCESS: &str = r"
read -r _ <&6 || exit 1
exec 6<&-
bash /dev/fd/3 4>&- 5<&- </dev/null
echo $? >&4
exec 3<&- 4>&- 5<&- </dev/null >/dev/null 2>&1
exec 6<> <(:)
while :; do (read -r -t 86400 -u 6) & wait $!; done
";

/// What a shell does that is started before anybody wants it.
const WAITING_SHELL: &[&str] = &["/bin/bash", "-c", "read -rs _; exec /bin/bash -l"];

/// How much of a script's output is kept.
const OUTPUT_LENGTH_MAX: usize = 64 * 1024;

/// A host that runs; ended when dropped. Fields in the order of their end.
#[derive(Debug)]
pub struct Host {
    /// Its processes.
    pub container: Container,
    /// Its root file system.
    pub root: Mounted,
    /// Where its writes go.
    pub disk: Disk,
    /// Its user and group ids.
    pub ids: IdRange,
    /// That nobody else has them.
    lease: Option<Arc<IdLease>>,
    /// The ends that the first process waits on, until it has its script.
    waiting: Option<Waiting>,
    /// Its files when its script had ended.
    pub baseline: Arc<Baseline>,
    /// A shell that was started ahead.
    shell: Mutex<Option<OwnedFd>>,
}

#[derive(Debug)]
struct Waiting {
    script: File,
    go: PipeWriter,
    report: PipeReader,
    output: File,
}

/// What is left of a host whose processes are gone: the disk is nobody's upper layer any more and
/// may be a lower layer of others.
#[derive(Debug)]
pub struct Remains {
    /// What was written.
    pub disk: Disk,
    /// That nobody else has the ids that own it.
    pub lease: Option<Arc<IdLease>>,
}

/// The environment of everything in a lab.
#[must_use]
pub fn environment() -> Vec<(String, String)> {
    [
        (
            "PATH",
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ),
        ("HOME", "/root"),
        ("USER", "root"),
        ("LOGNAME", "root"),
        ("SHELL", "/bin/bash"),
        ("LANG", "C.UTF-8"),
        ("TERM", "xterm-256color"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// A script for descriptor 3, with the environment in its first line: neither shows up in the
/// lab's process list, and nothing that the script starts inherits the descriptor.
fn script_text(script: &str, env: &BTreeMap<String, String>) -> String {
    let mut text = String::from("exec 3<&-");
    for (name, value) in env {
        if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            text += &format!("; export {name}='{}'", value.replace('\'', r"'\''"));
        }
    }
    text.push('\n');
    text + script
}

/// The script as a file for descriptor 3.
///
/// # Errors
/// It cannot be written.
pub fn script_file(script: &str, env: &BTreeMap<String, String>) -> Result<File, SandboxError> {
    Ok(nameless_file(&script_text(script, env))?.1)
}

/// A program for another descriptor than 3, without an environment.
///
/// # Errors
/// It cannot be written.
pub fn program_file(text: &str) -> Result<File, SandboxError> {
    Ok(nameless_file(text)?.1)
}

/// An open file without a name, to be written by us and read by the lab: it lies on a disk of the
/// host.
fn nameless_file(text: &str) -> Result<(File, File), SandboxError> {
    let write = || {
        let mut file = tempfile::tempfile()?;
        file.write_all(text.as_bytes())?;
        // Bash opens it anew, as the lab's root.
        file.set_permissions(Permissions::from_mode(0o444))?;
        let reader = File::open(format!("/proc/self/fd/{}", file.as_raw_fd()))?;
        Ok::<_, io::Error>((file, reader))
    };
    write().map_err(SandboxError::system("script file"))
}

fn first_part(file: &File) -> io::Result<String> {
    let mut buffer = vec![0; OUTPUT_LENGTH_MAX];
    let mut length = 0;
    loop {
        let place = u64::try_from(length).map_err(io::Error::other)?;
        match file.read_at(&mut buffer[length..], place)? {
            0 => break,
            read => length += read,
        }
    }
    Ok(String::from_utf8_lossy(&buffer[..length]).into_owned())
}

fn last_part(file: &mut File) -> io::Result<String> {
    const LENGTH: u64 = 2000;
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(LENGTH)))?;
    let mut bytes = Vec::new();
    file.take(LENGTH).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}

/// What a host is made on.
pub struct Parts {
    /// Its user and group ids.
    pub ids: IdRange,
    /// That nobody else has them; none when somebody else sees to it.
    pub lease: Option<Arc<IdLease>>,
    /// Where its writes go.
    pub disk: Disk,
    /// Its root file system over the disk.
    pub root: Mounted,
    /// What is mounted beside the usual.
    pub mounts: Vec<ExtraMount>,
}

impl Host {
    /// Starts a host on an empty disk over the image. It waits for [`Self::begin`].
    pub(super) fn start(oci: &Oci, image: &Image, limits: LabLimits) -> Result<Self, SandboxError> {
        let lease = oci.lease_ids()?;
        let disk = oci.disk(limits.disk_mib)?;
        let root = oci.overlay(&[&oci.image_root(image, *lease)?], &disk, *lease)?;
        let parts = Parts {
            ids: *lease,
            lease: Some(Arc::new(lease)),
            disk,
            root,
            mounts: Vec::new(),
        };
        Self::start_on(oci, parts, limits)
    }

    /// Starts a host on a root file system that is there.
    ///
    /// # Errors
    /// It does not start.
    pub fn start_on(oci: &Oci, parts: Parts, limits: LabLimits) -> Result<Self, SandboxError> {
        let Parts {
            ids,
            lease,
            disk,
            root,
            mounts,
        } = parts;
        let (script, script_reader) = nameless_file("")?;
        let first_process = program_file(FIRST_PROCESS)?;
        let output = disk.hidden_file()?;
        let pipe = || io::pipe().map_err(SandboxError::system("pipe"));
        let ((report, report_writer), (go_reader, go)) = (pipe()?, pipe()?);
        let mut allowed = limits;
        if disk.is_in_memory() {
            allowed.memory_mib = allowed.memory_mib.saturating_add(limits.disk_mib);
        }
        let spec = ContainerSpec {
            id: oci.fresh_id("host"),
            root: root.path().to_owned(),
            is_read_only: false,
            ids,
            hostname: "lab".to_owned(),
            argv: ["/bin/bash", "/dev/fd/5"].map(str::to_owned).into(),
            env: environment(),
            cwd: "/root".to_owned(),
            mounts,
            limits: allowed,
            allows_set_uid: true,
        };
        let copy = || {
            output
                .try_clone()
                .map_err(SandboxError::system("setup output"))
        };
        let descriptors = Descriptors {
            stdin: None,
            stdout: Some(copy()?),
            stderr: Some(copy()?),
            more: vec![
                script_reader.into(),
                OwnedFd::from(report_writer),
                first_process.into(),
                OwnedFd::from(go_reader),
            ],
        };
        Ok(Self {
            container: oci.start(&spec, descriptors)?,
            root,
            disk,
            ids,
            lease,
            waiting: Some(Waiting {
                script,
                go,
                report,
                output,
            }),
            baseline: Arc::default(),
            shell: Mutex::default(),
        })
    }

    /// That nobody else has its ids.
    pub(super) fn lease(&self) -> Option<Arc<IdLease>> {
        self.lease.clone()
    }

    /// Starts the first shell ahead; it says nothing before [`Self::open_shell`].
    pub(super) fn start_shell_ahead(&self) -> Result<(), SandboxError> {
        let size = TerminalSize::default();
        let master = self.container.open_terminal(WAITING_SHELL, &[], size)?;
        *self.shell.lock().unwrap_or_else(PoisonError::into_inner) = Some(master);
        Ok(())
    }

    /// Gives the host its name and its script, which begins at once.
    ///
    /// # Errors
    /// It has ended.
    pub fn begin(
        &mut self,
        name: &str,
        script: &str,
        env: &BTreeMap<String, String>,
    ) -> Result<(), SandboxError> {
        let Some(waiting) = &mut self.waiting else {
            return Ok(());
        };
        self.container.set_host_name(name)?;
        let mut env = env.clone();
        env.insert("HOST".to_owned(), name.to_owned());
        waiting
            .script
            .write_all(script_text(script, &env).as_bytes())
            .and_then(|()| waiting.go.write_all(b"\n"))
            .map_err(SandboxError::system("begin a host"))
    }

    /// Waits for the end of the script that [`Self::begin`] started.
    ///
    /// # Errors
    /// It fails or takes too long.
    pub fn wait(&mut self, timeout: Duration) -> Result<(), SandboxError> {
        let Some(mut waiting) = self.waiting.take() else {
            return Ok(());
        };
        let reason = if readable_within(waiting.report.as_fd(), timeout)? {
            let mut report = [0; 16];
            // One short write: all of it is there, or the other end is closed.
            let length = waiting
                .report
                .read(&mut report)
                .map_err(SandboxError::system("status of setup"))?;
            match String::from_utf8_lossy(&report[..length]).trim() {
                "0" => return Ok(()),
                "" => "was killed".to_owned(),
                code => format!("ended with status {code}"),
            }
        } else {
            format!("ran longer than {} ms", timeout.as_millis())
        };
        Err(SandboxError::Setup {
            reason,
            output: last_part(&mut waiting.output).map_err(SandboxError::system("setup output"))?,
        })
    }

    /// Remembers the files as they are now: what is changed from here on is the candidate's work.
    pub(super) fn remember_files(&mut self) {
        self.baseline = Arc::new(Baseline::of(&self.disk.upper(), self.ids.base));
    }

    /// A login shell on a new terminal.
    pub(super) fn open_shell(&self, size: TerminalSize) -> Result<OwnedFd, SandboxError> {
        let ahead = self
            .shell
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(master) = ahead {
            let begun =
                sys::set_terminal_size(&master, size).and_then(|()| Ok(write(&master, b"\n")?));
            if begun.is_ok() {
                return Ok(master);
            }
        }
        self.container
            .open_terminal(&["/bin/bash", "-l"], &[], size)
    }

    /// Runs a bash script as root.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn run_script(
        &self,
        script: &str,
        env: &BTreeMap<String, String>,
        timeout: Duration,
    ) -> Result<ScriptOutput, SandboxError> {
        let (stdout, stderr) = (self.disk.hidden_file()?, self.disk.hidden_file()?);
        let what = || SandboxError::system("script output");
        let descriptors = Descriptors {
            stdin: None,
            stdout: Some(stdout.try_clone().map_err(what())?),
            stderr: Some(stderr.try_clone().map_err(what())?),
            more: vec![script_file(script, env)?.into()],
        };
        let argv = ["/bin/bash", "/dev/fd/3"];
        let ended = self.container.exec(&argv, &[], descriptors, timeout)?;
        Ok(ScriptOutput {
            exit_code: ended.exit_code,
            timed_out: ended.timed_out,
            stdout: first_part(&stdout).map_err(what())?,
            stderr: first_part(&stderr).map_err(what())?,
            duration_ms: u32::try_from(ended.duration.as_millis()).unwrap_or(u32::MAX),
        })
    }

    /// Kills what runs and takes the root file system apart; the disk stays.
    #[must_use]
    pub fn end(self) -> Remains {
        let Self {
            container,
            root,
            disk,
            lease,
            ..
        } = self;
        container.end();
        drop(root);
        Remains { disk, lease }
    }
}
