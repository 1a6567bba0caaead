//! Grades a lab: live probes, freeze, snapshot, then each check in its own clean room.
//!
//! What is known is written down as it becomes known ([`Job`]), so that a grading that was
//! interrupted once the lab had ended is finished from its snapshot by the same call.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use task_protocol::{GradeReport, JobId};

use crate::sandbox::host::Remains;
use crate::sandbox::{IdRange, KeptDisk, Oci, OciLab, SandboxError, Work};

pub mod changes;
mod copies;
mod digest;
mod foreign;
mod job;
mod restore;
mod room;
mod schedule;
mod verdict;

use copies::Runs;
use job::Job;
use room::{Evidence, HostEvidence};

/// The tools of judges, sourced by them as `/task/lib.sh`.
const TOOLBOX: [(&str, &str); 3] = [
    ("lib.sh", include_str!("../toolbox/lib.sh")),
    ("declared.sh", include_str!("../toolbox/declared.sh")),
    ("value.py", include_str!("../toolbox/value.py")),
];

/// Grading as a whole did not work. What the candidate left is kept if it could be.
#[derive(Debug, thiserror::Error)]
pub enum GradingError {
    /// A sandbox failed.
    #[error("{0}")]
    Sandbox(Box<SandboxError>),
    /// A file of the job or its snapshot cannot be read or written.
    #[error("{}: {source}", path.display())]
    Files {
        /// Which.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The image that the lab was made from is not here any more.
    #[error("the image {digest} of the lab is not built here")]
    OtherImage {
        /// Its digest.
        digest: String,
    },
}

impl From<SandboxError> for GradingError {
    fn from(error: SandboxError) -> Self {
        Self::Sandbox(Box::new(error))
    }
}

impl GradingError {
    fn files(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Files {
            path: path.to_owned(),
            source,
        }
    }
}

/// Probes the live lab, freezes it, and carries out the checks on what it left.
///
/// The lab is taken and ends, whatever happens. Blocks.
///
/// # Errors
/// There is no report; a single check that cannot be decided is an outcome, not an error. If the
/// snapshot was made, [`resume`] tries again from it.
pub fn grade(
    oci: &Oci,
    lab: OciLab,
    job_id: &JobId,
    work: &Work,
) -> Result<GradeReport, GradingError> {
    let start = Instant::now();
    let mut job = Job::begin(&lab)?;
    for check in &work.checks {
        // A check of a host that is not there is broken, as one that has no answer.
        if let (Some(probe), Ok(host)) = (&check.probe, lab.host(&check.host)) {
            let namespace = host.container.network_namespace();
            match crate::probe::ask(&namespace, probe, &job.nonce_of(check)) {
                Ok(answer) => drop(job.answers.insert(check.id.clone(), answer)),
                // Without an answer the check is broken, which is right: it could not be asked.
                Err(error) => tracing::warn!(%error, check = check.id, "no probe"),
            }
        }
    }
    for (_, host) in &lab.hosts {
        if let Err(error) = host.container.freeze() {
            // Ending it stops it as well; what runs meanwhile can change its files only.
            tracing::warn!(%error, lab_id = %lab.lab_id, "a lab is not frozen before its end");
        }
    }
    // The ids are taken until the end: what the candidate left belongs to them.
    let (disks, _ids): (Vec<_>, Vec<_>) = lab
        .hosts
        .into_iter()
        .zip(&mut job.hosts)
        .map(|((_, host), known)| {
            let (baseline, ids) = (Arc::clone(&host.baseline), host.ids);
            let Remains { disk, lease } = host.end();
            if let Ok(image) = oci.image_root(&lab.image, ids) {
                known.changes = baseline.changes(&disk.upper(), &image, ids.base);
            }
            (disk, lease)
        })
        .unzip();
    // Known first, kept then: what is kept and not known would be lost.
    job.store(oci, job_id)?;
    for (place, disk) in disks.into_iter().enumerate() {
        disk.keep(&job_snapshot(oci, job_id, place))?;
    }
    finish(oci, job, job_id, work, start)
}

/// Grades what the lab of a job left: the end of an interrupted grading, or once more with the same
/// nonce and answers. None when nothing is kept of it. Blocks.
///
/// # Errors
/// As for [`grade`].
pub fn resume(oci: &Oci, job_id: &JobId, work: &Work) -> Result<Option<GradeReport>, GradingError> {
    let Some(job) = Job::load(oci, job_id)? else {
        return Ok(None);
    };
    let is_lost = job.hosts.iter().enumerate().any(|(place, host)| {
        let kept = match &host.snapshot_digest {
            Some(digest) => oci.snapshots_dir().join(digest),
            None => job_snapshot(oci, job_id, place),
        };
        !kept.exists()
    });
    if is_lost {
        return Ok(None);
    }
    tracing::info!(%job_id, "grading what a lab left");
    finish(oci, job, job_id, work, Instant::now()).map(Some)
}

/// The digests of the images of what was graded in a runner's data directory.
///
/// # Errors
/// The directory cannot be read.
pub fn images_of_gradings(data: &Path) -> io::Result<BTreeSet<String>> {
    let mut digests = BTreeSet::new();
    for entry in fs::read_dir(data.join("gradings"))? {
        let bytes = fs::read(entry?.path())?;
        // What is no job of this version cannot be graded again.
        if let Ok(job) = serde_json::from_slice::<Job>(&bytes) {
            digests.insert(job.image_digest);
        }
    }
    Ok(digests)
}

/// Where the snapshot of a host lies until its digest is known.
fn job_snapshot(oci: &Oci, job_id: &JobId, place: usize) -> PathBuf {
    oci.snapshots_dir().join(format!("job-{job_id}-{place}"))
}

/// The snapshots of the hosts, each with its digest in the job.
fn snapshots(oci: &Oci, job: &mut Job, job_id: &JobId) -> Result<Vec<KeptDisk>, GradingError> {
    let mut opened = Vec::new();
    for place in 0..job.hosts.len() {
        let host = &mut job.hosts[place];
        if let Some(digest) = &host.snapshot_digest {
            opened.push(oci.kept_disk(&oci.snapshots_dir().join(digest))?);
            continue;
        }
        let kept = job_snapshot(oci, job_id, place);
        let snapshot = oci.kept_disk(&kept)?;
        let digest = digest::of_tree(snapshot.upper(), host.ids_base)
            .map_err(GradingError::files(snapshot.upper()))?;
        name_snapshot(&kept, &oci.snapshots_dir().join(&digest))?;
        host.snapshot_digest = Some(digest);
        job.store(oci, job_id)?;
        opened.push(snapshot);
    }
    Ok(opened)
}

fn finish(
    oci: &Oci,
    mut job: Job,
    job_id: &JobId,
    work: &Work,
    start: Instant,
) -> Result<GradeReport, GradingError> {
    let image = oci
        .images()
        .by_digest(&job.image, &job.image_digest)
        .ok_or_else(|| GradingError::OtherImage {
            digest: job.image_digest.clone(),
        })?;
    let snapshots = snapshots(oci, &mut job, job_id)?;
    let snapshot_ms = milliseconds(start.elapsed());
    let hosts = job.hosts.iter().zip(&snapshots).map(|(host, snapshot)| {
        let ids = IdRange {
            base: host.ids_base,
        };
        Ok::<_, GradingError>(HostEvidence {
            name: &host.name,
            changes: &host.changes,
            ids,
            image: oci.image_root(&image, ids)?,
            snapshot: snapshot.upper(),
        })
    });
    let evidence = Evidence {
        oci,
        job: &job,
        hosts: hosts.collect::<Result<_, _>>()?,
        runs: Runs::default(),
    };
    let outcomes = schedule::carry_out(&work.checks, |check, carried| {
        room::judge(&evidence, check, carried)
    });
    let foreign_tokens = foreign::find(&evidence, &work.foreign_tokens);
    Ok(GradeReport {
        job_id: job_id.clone(),
        lab_id: job.lab_id.clone(),
        snapshot_digest: job.snapshot_digest(),
        image_digest: image.digest,
        outcomes,
        foreign_tokens,
        recordings: Vec::new(),
        snapshot_ms,
        total_ms: milliseconds(start.elapsed()),
    })
}

/// Gives the snapshot its final name, safe from a crash of the host. Equal ones are kept once.
fn name_snapshot(kept: &Path, named: &Path) -> Result<(), GradingError> {
    if named.is_dir() {
        // A disk in memory was kept as a directory, which a rename does not replace.
        return restore::remove_tree(kept).map_err(GradingError::files(kept));
    }
    File::open(kept)
        .and_then(|file| file.sync_all())
        .map_err(GradingError::files(kept))?;
    fs::rename(kept, named).map_err(GradingError::files(named))
}

fn milliseconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}
