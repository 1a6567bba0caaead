//! What one check needs: perhaps a copy of the candidate's machine to run a script in, then a
//! clean room for the judge.
//!
//! Candidate code runs in the copy only. The judge's programs are the image's own, and the
//! descriptor for its verdict exists in its clean room alone.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use task_protocol::{CheckSpec, LabLimits};

use super::copies::Runs;
use super::job::Job;
use super::schedule::Carried;
use super::verdict::Verdict;
use super::{TOOLBOX, copies};
use crate::sandbox::{ContainerSpec, Descriptors, Disk, Ended, IdRange, Oci, SandboxError};

/// How much of what a process prints is kept.
const OUTPUT_LENGTH_MAX: usize = 64 * 1024;

/// Disk for what is put into a clean room, in MiB.
const ROOM_DISK_MIB: u32 = 4;

const ROOM_LIMITS: LabLimits = LabLimits {
    memory_mib: 512,
    processes: 256,
    disk_mib: ROOM_DISK_MIB,
    cpus: 1.0,
};

/// What all checks of a job look at.
pub(super) struct Evidence<'a> {
    pub oci: &'a Oci,
    pub job: &'a Job,
    pub hosts: Vec<HostEvidence<'a>>,
    pub runs: Runs,
}

/// What a host left.
pub(super) struct HostEvidence<'a> {
    pub name: &'a str,
    pub changes: &'a [String],
    pub ids: IdRange,
    pub image: PathBuf,
    pub snapshot: &'a Path,
}

/// What is shown to a judge as files in `/capture`.
pub(super) type Capture = BTreeMap<String, Vec<u8>>;

/// Carries out one check. Whatever prevents it makes it broken, never failed.
pub(super) fn judge(evidence: &Evidence<'_>, check: &CheckSpec, carried: &Carried) -> Verdict {
    let Some(host) = evidence.hosts.iter().find(|host| host.name == check.host) else {
        return Verdict::broken(format!("the lab has no host {}", check.host));
    };
    let nonce = evidence.job.nonce_of(check);
    let changes: String = host
        .changes
        .iter()
        .map(|line| format!("{line}\n"))
        .collect();
    let mut capture = Capture::from([
        ("nonce".to_owned(), nonce.clone().into_bytes()),
        ("changes".to_owned(), changes.into_bytes()),
    ]);
    if check.probe.is_some() {
        let Some(answer) = evidence.job.answers.get(&check.id) else {
            return Verdict::broken("the lab could not be probed while it was live");
        };
        capture.insert(
            "probe.status".to_owned(),
            answer.status.clone().into_bytes(),
        );
        capture.insert(
            "probe.headers".to_owned(),
            answer.headers.clone().into_bytes(),
        );
        capture.insert("probe.body".to_owned(), answer.body.clone().into_bytes());
    }
    let after = match &check.run {
        None => None,
        Some(run) => match copies::run_once(evidence, host, run, &nonce) {
            Ok(ran) => Some(ran),
            Err(error) => return Verdict::broken(format!("the copy did not run: {error}")),
        },
    };
    if let Some(ran) = &after {
        capture.extend(ran.capture.clone());
    }
    let after = after.as_ref().map(|ran| &ran.disk);
    let handed = carried.iter();
    let handed = handed.map(|(name, text)| (format!("carried.{name}"), text.clone().into_bytes()));
    capture.extend(handed);
    match clean_room(evidence.oci, host, check, &capture, after) {
        Ok(verdict) => verdict,
        Err(error) => Verdict::broken(format!("the clean room did not run: {error}")),
    }
}

/// How a script ended, as a judge reads it.
pub(super) fn exit_text(ended: Ended) -> String {
    match ended.exit_code {
        Some(code) => code.to_string(),
        None if ended.timed_out => "timeout".to_owned(),
        None => "killed".to_owned(),
    }
}

/// Lets the judge look and decide.
fn clean_room(
    oci: &Oci,
    host: &HostEvidence<'_>,
    check: &CheckSpec,
    capture: &Capture,
    after: Option<&Disk>,
) -> Result<Verdict, SandboxError> {
    let scratch = oci.scratch(ROOM_DISK_MIB)?;
    let root = oci.overlay(&[&host.image], &scratch, host.ids)?;
    let place = |name: &str| root.path().join(name);
    furnish(root.path(), check, capture).map_err(SandboxError::system("furnish a clean room"))?;
    let base = [host.snapshot, &host.image];
    let _lab = oci.overlay_read_only(place("lab"), &base)?;
    let _after = match after {
        None => None,
        Some(disk) => {
            let upper = disk.upper();
            let layers = [upper.as_path(), host.snapshot, &host.image];
            Some(oci.overlay_read_only(place("after"), &layers)?)
        }
    };
    let spec = ContainerSpec {
        id: oci.fresh_id("room"),
        root: root.path().to_owned(),
        is_read_only: true,
        ids: host.ids,
        hostname: "judge".to_owned(),
        argv: ["/usr/bin/bash", "/task/judge.sh"]
            .map(str::to_owned)
            .into(),
        env: environment("/tmp"),
        cwd: "/".to_owned(),
        mounts: Vec::new(),
        limits: ROOM_LIMITS,
        allows_set_uid: false,
    };
    let (said, errors) = (Collector::new()?, Collector::new()?);
    let descriptors = Descriptors {
        stdin: None,
        stdout: None,
        stderr: Some(errors.writer),
        more: vec![said.writer.into()],
    };
    let ended = oci.run(&spec, descriptors, milliseconds(check.timeout_ms))?;
    let (said, errors) = (collected(said.thread), collected(errors.thread));
    Ok(Verdict::read(ended, &said, &errors))
}

/// Puts the judge, its tools and what was captured into the root of a clean room.
fn furnish(root: &Path, check: &CheckSpec, capture: &Capture) -> io::Result<()> {
    for name in ["task", "capture"] {
        fs::create_dir(root.join(name))?;
    }
    for (name, content) in TOOLBOX {
        fs::write(root.join("task").join(name), content)?;
    }
    fs::write(root.join("task/judge.sh"), &check.judge_script)?;
    for (name, content) in capture {
        fs::write(root.join("capture").join(name), content)?;
    }
    Ok(())
}

pub(super) fn environment(home: &str) -> Vec<(String, String)> {
    [
        (
            "PATH",
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ),
        ("HOME", home),
        ("LANG", "C.UTF-8"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

pub(super) fn milliseconds(number: u32) -> Duration {
    Duration::from_millis(number.into())
}

/// Keeps the first part of what is written, and lets the rest run off.
pub(super) struct Collector {
    pub writer: File,
    pub thread: JoinHandle<Vec<u8>>,
}

impl Collector {
    pub fn new() -> Result<Self, SandboxError> {
        let (mut reader, writer) = io::pipe().map_err(SandboxError::system("pipe"))?;
        let thread = thread::spawn(move || {
            let mut kept = Vec::new();
            let bound = OUTPUT_LENGTH_MAX as u64;
            // The other end closes when the container's processes are gone.
            let _ = reader.by_ref().take(bound).read_to_end(&mut kept);
            let _ = io::copy(&mut reader, &mut io::sink());
            kept
        });
        Ok(Self {
            writer: OwnedFd::from(writer).into(),
            thread,
        })
    }
}

/// What a collector kept; call it only when the container has ended.
pub(super) fn collected(thread: JoinHandle<Vec<u8>>) -> Vec<u8> {
    thread.join().unwrap_or_default()
}
