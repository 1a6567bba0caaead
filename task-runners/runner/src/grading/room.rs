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

use task_protocol::{CheckSpec, LabLimits, RunSpec};

use super::job::Job;
use super::verdict::Verdict;
use super::{TOOLBOX, restore};
use crate::sandbox::lab::script_file;
use crate::sandbox::{
    ContainerSpec, Descriptors, Disk, Ended, ExtraMount, IdRange, Oci, SandboxError,
};

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
    pub ids: IdRange,
    pub image: PathBuf,
    pub snapshot: &'a Path,
}

/// What is shown to a judge as files in `/capture`.
type Capture = BTreeMap<&'static str, Vec<u8>>;

/// Carries out one check. Whatever prevents it makes it broken, never failed.
pub(super) fn judge(evidence: &Evidence<'_>, check: &CheckSpec) -> Verdict {
    let nonce = evidence.job.nonce_of(&check.id);
    let mut capture = Capture::from([("nonce", nonce.clone().into_bytes())]);
    if check.probe.is_some() {
        let Some(answer) = evidence.job.answers.get(&check.id) else {
            return Verdict::broken("the lab could not be probed while it was live");
        };
        capture.insert("probe.status", answer.status.clone().into_bytes());
        capture.insert("probe.headers", answer.headers.clone().into_bytes());
        capture.insert("probe.body", answer.body.clone().into_bytes());
    }
    let after = match &check.run {
        None => None,
        Some(run) => match run_in_copy(evidence, run, &nonce, &mut capture) {
            Ok(disk) => Some(disk),
            Err(error) => return Verdict::broken(format!("the copy did not run: {error}")),
        },
    };
    match clean_room(evidence, check, &capture, after.as_ref()) {
        Ok(verdict) => verdict,
        Err(error) => Verdict::broken(format!("the clean room did not run: {error}")),
    }
}

/// Runs a script in a copy; gives the disk with what it changed.
fn run_in_copy(
    evidence: &Evidence<'_>,
    run: &RunSpec,
    nonce: &str,
    capture: &mut Capture,
) -> Result<Disk, SandboxError> {
    let Evidence { oci, job, .. } = evidence;
    let disk = oci.disk(job.limits.disk_mib)?;
    restore::programs(&disk.upper(), evidence.snapshot, &evidence.image)
        .map_err(SandboxError::system("restore the programs of a copy"))?;
    let root = oci.overlay(&[evidence.snapshot, &evidence.image], &disk, evidence.ids)?;
    let mut limits = job.limits;
    if disk.is_in_memory() {
        limits.memory_mib = limits.memory_mib.saturating_add(limits.disk_mib);
    }
    let env = BTreeMap::from([("NONCE".to_owned(), nonce.to_owned())]);
    let spec = ContainerSpec {
        id: oci.fresh_id("copy"),
        root: root.path().to_owned(),
        is_read_only: false,
        ids: evidence.ids,
        hostname: job.hostname.clone(),
        argv: ["/usr/bin/bash", "/dev/fd/3"].map(str::to_owned).into(),
        env: environment("/root"),
        cwd: "/".to_owned(),
        mounts: vec![ExtraMount {
            source: evidence.image.join("usr"),
            target: "/usr".to_owned(),
            is_read_only: true,
            allows_exec: true,
        }],
        limits,
        allows_set_uid: true,
    };
    let (stdout, stderr) = (Collector::new()?, Collector::new()?);
    let descriptors = Descriptors {
        stdin: None,
        stdout: Some(stdout.writer),
        stderr: Some(stderr.writer),
        more: vec![script_file(&run.script, &env)?.into()],
    };
    let ended = oci.run(&spec, descriptors, milliseconds(run.timeout_ms))?;
    capture.insert("run.stdout", collected(stdout.thread));
    capture.insert("run.stderr", collected(stderr.thread));
    capture.insert("run.exit", exit_text(ended).into_bytes());
    Ok(disk)
}

/// How a script ended, as a judge reads it.
fn exit_text(ended: Ended) -> String {
    match ended.exit_code {
        Some(code) => code.to_string(),
        None if ended.timed_out => "timeout".to_owned(),
        None => "killed".to_owned(),
    }
}

/// Lets the judge look and decide.
fn clean_room(
    evidence: &Evidence<'_>,
    check: &CheckSpec,
    capture: &Capture,
    after: Option<&Disk>,
) -> Result<Verdict, SandboxError> {
    let oci = evidence.oci;
    let scratch = oci.scratch(ROOM_DISK_MIB)?;
    let root = oci.overlay(&[&evidence.image], &scratch, evidence.ids)?;
    let place = |name: &str| root.path().join(name);
    furnish(root.path(), check, capture).map_err(SandboxError::system("furnish a clean room"))?;
    let base = [evidence.snapshot, &evidence.image];
    let _lab = oci.overlay_read_only(place("lab"), &base)?;
    let _after = match after {
        None => None,
        Some(disk) => {
            let upper = disk.upper();
            let layers = [upper.as_path(), evidence.snapshot, &evidence.image];
            Some(oci.overlay_read_only(place("after"), &layers)?)
        }
    };
    let spec = ContainerSpec {
        id: oci.fresh_id("room"),
        root: root.path().to_owned(),
        is_read_only: true,
        ids: evidence.ids,
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
    fs::write(root.join("task/lib.sh"), TOOLBOX)?;
    fs::write(root.join("task/judge.sh"), &check.judge_script)?;
    for (name, content) in capture {
        fs::write(root.join("capture").join(name), content)?;
    }
    Ok(())
}

fn environment(home: &str) -> Vec<(String, String)> {
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

fn milliseconds(number: u32) -> Duration {
    Duration::from_millis(number.into())
}

/// Keeps the first part of what is written, and lets the rest run off.
struct Collector {
    writer: File,
    thread: JoinHandle<Vec<u8>>,
}

impl Collector {
    fn new() -> Result<Self, SandboxError> {
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
fn collected(thread: JoinHandle<Vec<u8>>) -> Vec<u8> {
    thread.join().unwrap_or_default()
}
