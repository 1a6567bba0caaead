//! Grades a lab: live probes, freeze, snapshot, then each check in its own clean room.
//!
//! What is known is written down as it becomes known ([`Job`]), so that a grading that was
//! interrupted once the lab had ended is finished from its snapshot by the same call.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use task_protocol::{CheckSpec, GradeReport, JobId};

use crate::sandbox::lab::Remains;
use crate::sandbox::{IdRange, Oci, OciLab, SandboxError};

mod digest;
mod job;
mod restore;
mod room;
mod schedule;
mod verdict;

use job::Job;
use room::Evidence;

/// The tools of judges, sourced by them as `/task/lib.sh`.
const TOOLBOX: &str = include_str!("../toolbox/lib.sh");

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
    checks: &[CheckSpec],
) -> Result<GradeReport, GradingError> {
    let start = Instant::now();
    let mut job = Job::begin(&lab)?;
    for check in checks {
        if let Some(probe) = &check.probe {
            let namespace = lab.container.network_namespace();
            match crate::probe::ask(&namespace, probe, &job.nonce_of(&check.id)) {
                Ok(answer) => drop(job.answers.insert(check.id.clone(), answer)),
                // Without an answer the check is broken, which is right: it could not be asked.
                Err(error) => tracing::warn!(%error, check = check.id, "no probe"),
            }
        }
    }
    if let Err(error) = lab.container.freeze() {
        // Ending it stops it as well; what runs meanwhile can change its files only.
        tracing::warn!(%error, lab_id = %lab.lab_id, "a lab is not frozen before its end");
    }
    // The ids are taken until the end: what the candidate left belongs to them.
    let Remains {
        disk, ids: _ids, ..
    } = lab.end();
    // Known first, kept then: what is kept and not known would be lost.
    job.store(oci, job_id)?;
    disk.keep(&job_snapshot(oci, job_id))?;
    finish(oci, job, job_id, checks, start)
}

/// Finishes a grading whose lab had ended; none when no such job is known. Blocks.
///
/// # Errors
/// As for [`grade`].
pub fn resume(
    oci: &Oci,
    job_id: &JobId,
    checks: &[CheckSpec],
) -> Result<Option<GradeReport>, GradingError> {
    let Some(job) = Job::load(oci, job_id)? else {
        return Ok(None);
    };
    if job.snapshot_digest.is_none() && !job_snapshot(oci, job_id).exists() {
        return Ok(None);
    }
    tracing::info!(%job_id, "going on with an interrupted grading");
    finish(oci, job, job_id, checks, Instant::now()).map(Some)
}

/// Where a snapshot lies until its digest is known.
fn job_snapshot(oci: &Oci, job_id: &JobId) -> PathBuf {
    oci.snapshots_dir().join(format!("job-{job_id}"))
}

fn finish(
    oci: &Oci,
    mut job: Job,
    job_id: &JobId,
    checks: &[CheckSpec],
    start: Instant,
) -> Result<GradeReport, GradingError> {
    let image = oci
        .image(&job.image)
        .ok()
        .filter(|image| image.digest == job.image_digest)
        .ok_or_else(|| GradingError::OtherImage {
            digest: job.image_digest.clone(),
        })?;
    let ids = IdRange { base: job.ids_base };
    let snapshot = match &job.snapshot_digest {
        Some(digest) => oci.kept_disk(&oci.snapshots_dir().join(digest))?,
        None => {
            let kept = job_snapshot(oci, job_id);
            let snapshot = oci.kept_disk(&kept)?;
            let digest = digest::of_tree(snapshot.upper(), ids.base)
                .map_err(GradingError::files(snapshot.upper()))?;
            name_snapshot(&kept, &oci.snapshots_dir().join(&digest))?;
            job.snapshot_digest = Some(digest);
            job.store(oci, job_id)?;
            snapshot
        }
    };
    let snapshot_ms = milliseconds(start.elapsed());
    let evidence = Evidence {
        oci,
        job: &job,
        ids,
        image: oci.image_root(&image, ids)?,
        snapshot: snapshot.upper(),
    };
    let outcomes = schedule::carry_out(checks, |check| room::judge(&evidence, check));
    Ok(GradeReport {
        job_id: job_id.clone(),
        lab_id: job.lab_id.clone(),
        snapshot_digest: job.snapshot_digest.clone().unwrap_or_default(),
        image_digest: image.digest,
        outcomes,
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
