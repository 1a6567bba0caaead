//! Copies of the candidate's hosts, made from their snapshots, in which a check runs its script.
//! Nothing that ran in the lab runs here, and what starts programs is the image's own again.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use task_protocol::{LabLimits, RunSpec};

use super::restore;
use super::room::{
    Capture, Collector, Evidence, HostEvidence, collected, environment, exit_text, milliseconds,
};
use crate::sandbox::host::{Parts, program_file, script_file};
use crate::sandbox::{
    ContainerSpec, Descriptors, Disk, Ended, ExtraMount, Host, Mounted, Oci, SandboxError, network,
};

/// First process of the copy that a check is about (read from descriptor 4): waits until the copy
/// is on the network (5), then becomes the script (3).
const WHEN_JOINED: &str = "read -r _ <&5 || exit 1
exec 4<&- 5<&-
exec /usr/bin/bash /dev/fd/3
";

/// The runs of a grading, by host and script: several checks may look at what one run came to.
#[derive(Default)]
pub(super) struct Runs(Mutex<BTreeMap<String, Arc<Run>>>);

type Run = OnceLock<Result<Arc<Ran>, String>>;

/// What a run came to.
pub(super) struct Ran {
    /// What the script printed, and how it ended.
    pub capture: Capture,
    /// What it changed on the host.
    pub disk: Disk,
}

/// Runs a script as [`run`] does, unless it has run for another check.
///
/// # Errors
/// A copy does not run.
pub(super) fn run_once(
    evidence: &Evidence<'_>,
    host: &HostEvidence<'_>,
    script: &RunSpec,
    nonce: &str,
) -> Result<Arc<Ran>, String> {
    let key = format!("{} {} {}", host.name, script.timeout_ms, script.script);
    let of_script = {
        let mut runs = evidence
            .runs
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(runs.entry(key.clone()).or_default())
    };
    // Whoever comes second waits here. A copy that did not run is not remembered: it may the next time.
    let ran = of_script.get_or_init(|| {
        let mut capture = Capture::new();
        run(evidence, host, script, nonce, &mut capture)
            .map(|disk| Arc::new(Ran { capture, disk }))
            .map_err(|error| error.to_string())
    });
    if ran.is_err() {
        let mut runs = evidence
            .runs
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        runs.remove(&key);
    }
    ran.clone()
}

/// Directories that are the image's own in a copy: what starts there by a common name must be what
/// the author of the check meant. Some names in /usr are links into /etc.
const OF_THE_IMAGE: &[&str] = &[
    "/usr",
    "/etc/alternatives",
    "/etc/python3",
    "/etc/python3.11",
];

/// The root file system of a copy, with nothing running in it.
struct Copy {
    disk: Disk,
    root: Mounted,
    mounts: Vec<ExtraMount>,
}

impl Copy {
    fn of(oci: &Oci, host: &HostEvidence<'_>, limits: LabLimits) -> Result<Self, SandboxError> {
        let disk = oci.disk(limits.disk_mib)?;
        restore::programs(&disk.upper(), host.snapshot, &host.image)
            .map_err(SandboxError::system("restore the programs of a copy"))?;
        let root = oci.overlay(&[host.snapshot, &host.image], &disk, host.ids)?;
        let mounts = OF_THE_IMAGE
            .iter()
            .map(|path| (host.image.join(path.trim_start_matches('/')), path))
            .filter(|(source, _)| source.is_dir())
            .map(|(source, path)| ExtraMount {
                source,
                target: (*path).to_owned(),
                is_read_only: true,
                allows_exec: true,
            });
        let mounts = mounts.collect();
        Ok(Self { disk, root, mounts })
    }
}

/// Runs a script in copies of the hosts: to its end in that of `host`, and before that on the
/// others, where what it starts goes on. Gives the disk with what changed on `host`.
///
/// # Errors
/// A copy does not run. That the script fails is no error.
fn run(
    evidence: &Evidence<'_>,
    host: &HostEvidence<'_>,
    run: &RunSpec,
    nonce: &str,
    capture: &mut Capture,
) -> Result<Disk, SandboxError> {
    let Evidence {
        oci, job, hosts, ..
    } = evidence;
    let deadline = Instant::now() + milliseconds(run.timeout_ms);
    let mut env = BTreeMap::from([("NONCE".to_owned(), nonce.to_owned())]);
    let mut others = Vec::new();
    for other in hosts.iter().filter(|other| other.name != host.name) {
        let Copy { disk, root, mounts } = Copy::of(oci, other, job.limits)?;
        let parts = Parts {
            ids: other.ids,
            lease: None,
            disk,
            root,
            mounts,
        };
        others.push((other.name, Host::start_on(oci, parts, job.limits)?));
    }
    let Copy { disk, root, mounts } = Copy::of(oci, host, job.limits)?;
    let mut limits = job.limits;
    if disk.is_in_memory() {
        limits.memory_mib = limits.memory_mib.saturating_add(limits.disk_mib);
    }
    let is_alone = others.is_empty();
    let first_process = if is_alone { "/dev/fd/3" } else { "/dev/fd/4" };
    let spec = ContainerSpec {
        id: oci.fresh_id("copy"),
        root: root.path().to_owned(),
        is_read_only: false,
        ids: host.ids,
        hostname: host.name.to_owned(),
        argv: ["/usr/bin/bash", first_process].map(str::to_owned).into(),
        env: environment("/root"),
        cwd: "/".to_owned(),
        mounts,
        limits,
        allows_set_uid: true,
    };
    env.insert("HOST".to_owned(), host.name.to_owned());
    let (stdout, stderr) = (Collector::new()?, Collector::new()?);
    let mut descriptors = Descriptors {
        stdin: None,
        stdout: Some(stdout.writer),
        stderr: Some(stderr.writer),
        more: vec![script_file(&run.script, &env)?.into()],
    };
    let left = || deadline.saturating_duration_since(Instant::now());
    let ended = if is_alone {
        oci.run(&spec, descriptors, left())?
    } else {
        let (go_reader, mut go) = io::pipe().map_err(SandboxError::system("pipe"))?;
        descriptors.more.push(program_file(WHEN_JOINED)?.into());
        descriptors.more.push(OwnedFd::from(go_reader));
        let container = oci.start(&spec, descriptors)?;
        // In the order of the lab, so that each host has the address that the others know.
        let containers: Vec<_> = hosts
            .iter()
            .map(|known| {
                let other = others.iter().find(|(name, _)| *name == known.name);
                other.map_or(&container, |(_, host)| &host.container)
            })
            .collect();
        let _network = network::joined(&containers)?;
        if begin(&mut others, &run.script, &env, left)? {
            go.write_all(b"\n")
                .map_err(SandboxError::system("begin a copy"))?;
            container.wait(left())?
        } else {
            Ended {
                exit_code: None,
                timed_out: true,
                duration: milliseconds(run.timeout_ms),
            }
        }
    };
    drop(others);
    capture.insert("run.stdout".to_owned(), collected(stdout.thread));
    capture.insert("run.stderr".to_owned(), collected(stderr.thread));
    capture.insert("run.exit".to_owned(), exit_text(ended).into_bytes());
    drop(root);
    Ok(disk)
}

/// Runs the script on the other hosts. False when the time is over; that it fails is the check's
/// own business.
fn begin(
    others: &mut [(&str, Host)],
    script: &str,
    env: &BTreeMap<String, String>,
    left: impl Fn() -> Duration,
) -> Result<bool, SandboxError> {
    for (name, host) in &mut *others {
        host.begin(name, script, env)?;
    }
    for (_, host) in others {
        match host.wait(left()) {
            Ok(()) | Err(SandboxError::Setup { .. }) if left().is_zero() => return Ok(false),
            Ok(()) | Err(SandboxError::Setup { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}
