//! A lab on this machine: a container over an image and a disk, prepared by the task's script.

use std::collections::BTreeMap;
use std::fs::{File, Permissions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::time::Duration;

use task_protocol::{LabId, LabSpec, ScriptOutput, TerminalSize};

use super::container::readable_within;
use super::{Container, ContainerSpec, Descriptors, Disk, IdLease, Mounted, Oci, SandboxError};
use crate::image::Image;

/// First process of a lab (read from descriptor 5): runs the setup script (3), reports its status
/// (4), lets go of all, then reaps orphans for ever. It needs no program that the candidate could
/// remove; a bash that waits for a child reaps others too, one that reads does not.
const FIRST_PROCESS: &str = r"
bash /dev/fd/3 4>&- 5<&- </dev/null
echo $? >&4
exec 3<&- 4>&- 5<&- </dev/null >/dev/null 2>&1
exec 6<> <(:)
while :; do (read -r -t 86400 -u 6) & wait $!; done
";

/// How much of a script's output is kept.
const OUTPUT_LENGTH_MAX: usize = 64 * 1024;

/// A lab that runs; ended when dropped. Fields in the order of their end.
#[derive(Debug)]
pub struct OciLab {
    /// Its processes.
    pub container: Container,
    /// Its root file system.
    pub root: Mounted,
    /// Where its writes go.
    pub disk: Disk,
    /// Its user and group ids.
    pub ids: IdLease,
    /// What it runs on.
    pub image: Image,
    /// Its name.
    pub lab_id: LabId,
    /// What it was made from.
    pub spec: LabSpec,
}

/// What is left of a lab whose processes are gone: the disk is nobody's upper layer any more and
/// may be a lower layer of others.
#[derive(Debug)]
pub struct Remains {
    /// What the candidate wrote.
    pub disk: Disk,
    /// Who owns it.
    pub ids: IdLease,
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
///
/// # Errors
/// It cannot be written.
pub fn script_file(script: &str, env: &BTreeMap<String, String>) -> Result<File, SandboxError> {
    let mut text = String::from("exec 3<&-");
    for (name, value) in env {
        if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            text += &format!("; export {name}='{}'", value.replace('\'', r"'\''"));
        }
    }
    text.push('\n');
    text += script;
    nameless_file(&text)
}

/// An open file without a name that the lab can read only: it lies on a disk of the host.
fn nameless_file(text: &str) -> Result<File, SandboxError> {
    let write = || {
        let mut file = tempfile::tempfile()?;
        file.write_all(text.as_bytes())?;
        // Bash opens it anew, as the lab's root.
        file.set_permissions(Permissions::from_mode(0o444))?;
        File::open(format!("/proc/self/fd/{}", file.as_raw_fd()))
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

fn last_part(mut file: File) -> io::Result<String> {
    const LENGTH: u64 = 2000;
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(LENGTH)))?;
    let mut bytes = Vec::new();
    file.take(LENGTH).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}

impl OciLab {
    /// Starts a lab and runs its setup script to the end.
    pub(super) fn start(oci: &Oci, lab_id: &LabId, spec: &LabSpec) -> Result<Self, SandboxError> {
        let image = oci.image(&spec.image)?;
        let ids = oci.lease_ids()?;
        let disk = oci.disk(spec.limits.disk_mib)?;
        let root = oci.overlay(&[&oci.image_root(&image, *ids)?], &disk, *ids)?;
        let script = script_file(&spec.setup, &spec.env)?;
        let first_process = nameless_file(FIRST_PROCESS)?;
        let output = disk.hidden_file()?;
        let (mut reader, writer) = io::pipe().map_err(SandboxError::system("pipe"))?;
        let mut limits = spec.limits;
        if disk.is_in_memory() {
            limits.memory_mib = limits.memory_mib.saturating_add(limits.disk_mib);
        }
        let container_spec = ContainerSpec {
            id: oci.fresh_id(lab_id.as_str()),
            root: root.path().to_owned(),
            is_read_only: false,
            ids: *ids,
            hostname: spec.hostname.clone(),
            argv: ["/bin/bash", "/dev/fd/5"].map(str::to_owned).into(),
            env: environment(),
            cwd: "/root".to_owned(),
            mounts: Vec::new(),
            limits,
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
            more: vec![script.into(), OwnedFd::from(writer), first_process.into()],
        };
        let lab = Self {
            container: oci.start(&container_spec, descriptors)?,
            root,
            disk,
            ids,
            image,
            lab_id: lab_id.clone(),
            spec: spec.clone(),
        };
        let timeout = Duration::from_millis(spec.setup_timeout_ms.into());
        let reason = if readable_within(reader.as_fd(), timeout)? {
            let mut report = [0; 16];
            // One short write: all of it is there, or the other end is closed.
            let length = reader
                .read(&mut report)
                .map_err(SandboxError::system("status of setup"))?;
            match String::from_utf8_lossy(&report[..length]).trim() {
                "0" => return Ok(lab),
                "" => "was killed".to_owned(),
                code => format!("ended with status {code}"),
            }
        } else {
            format!("ran longer than {} ms", timeout.as_millis())
        };
        Err(SandboxError::Setup {
            reason,
            output: last_part(output).map_err(SandboxError::system("setup output"))?,
        })
    }

    /// Starts a login shell on a new terminal.
    pub(super) fn open_shell(&self, size: TerminalSize) -> Result<OwnedFd, SandboxError> {
        self.container
            .open_terminal(&["/bin/bash", "-l"], &[], size)
    }

    /// Runs a bash script as root of the lab.
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
            ids,
            ..
        } = self;
        container.end();
        drop(root);
        Remains { disk, ids }
    }
}
