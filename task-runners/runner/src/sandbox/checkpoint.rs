//! Checkpoints: copies of the disks of a lab, to which it can go back. They are gone with the lab.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use task_protocol::{CheckpointView, LabId, LabSpec};

use super::host::Parts;
use super::oci::locked;
use super::{Host, IdLease, Oci, OciLab, SandboxError};
use crate::grading::changes::Baseline;
use crate::image::Image;

/// How many are kept of a lab, the latest.
const CHECKPOINTS_MAX: usize = 6;

/// The checkpoints of all labs.
#[derive(Debug, Default)]
pub(super) struct Checkpoints(
    Mutex<HashMap<LabId, Vec<Checkpoint>>>,
    Mutex<HashMap<LabId, Vec<Arc<Baseline>>>>,
);

#[derive(Debug)]
struct Checkpoint {
    view: CheckpointView,
    /// The disks of the hosts, in the order of the lab.
    disks: Vec<Arc<KeptCopy>>,
}

/// A copy of a host's disk.
#[derive(Debug)]
struct KeptCopy {
    path: PathBuf,
    /// Its files belong to these ids.
    lease: Option<Arc<IdLease>>,
}

impl Drop for KeptCopy {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "a checkpoint stays");
        }
    }
}

impl Oci {
    /// Keeps the disks of a lab as they are now.
    pub(super) fn take_checkpoint(&self, lab: &OciLab) -> Result<CheckpointView, SandboxError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let at_ms = i64::try_from(now.unwrap_or_default().as_millis()).unwrap_or(i64::MAX);
        let copy = |(_, host): &(String, Host)| {
            let path = self.place_for("checkpoint");
            // A copy that fails half-way leaves a file, which goes with this.
            let copy = KeptCopy {
                path,
                lease: host.lease(),
            };
            host.disk.copy_to(&copy.path)?;
            Ok::<_, SandboxError>(Arc::new(copy))
        };
        let disks = lab.hosts.iter().map(copy).collect::<Result<_, _>>()?;
        let mut all = locked(&self.checkpoints.0);
        let of_lab = all.entry(lab.lab_id.clone()).or_default();
        let view = CheckpointView {
            number: of_lab.last().map_or(1, |last| last.view.number + 1),
            at_ms,
        };
        of_lab.push(Checkpoint { view, disks });
        let surplus = of_lab.len().saturating_sub(CHECKPOINTS_MAX);
        let dropped: Vec<_> = of_lab.drain(..surplus).collect();
        drop(all);
        // Removing large files takes a moment.
        drop(dropped);
        Ok(view)
    }

    /// What a lab can go back to, the oldest first.
    pub(super) fn checkpoints_of(&self, lab_id: &LabId) -> Vec<CheckpointView> {
        let all = locked(&self.checkpoints.0);
        let of_lab = all.get(lab_id).map(Vec::as_slice).unwrap_or_default();
        of_lab.iter().map(|checkpoint| checkpoint.view).collect()
    }

    /// Keeps how the files of a lab were when it was ready, for when it goes back.
    pub(super) fn keep_baselines(&self, lab_id: &LabId, hosts: &[(String, Host)]) {
        let baselines = hosts.iter().map(|(_, host)| Arc::clone(&host.baseline));
        locked(&self.checkpoints.1).insert(lab_id.clone(), baselines.collect());
    }

    /// Gives the hosts what [`Self::keep_baselines`] kept.
    pub(super) fn recall_baselines(&self, lab_id: &LabId, hosts: &mut [(String, Host)]) {
        let all = locked(&self.checkpoints.1);
        let kept = all.get(lab_id).map(Vec::as_slice).unwrap_or_default();
        for ((_, host), baseline) in hosts.iter_mut().zip(kept) {
            host.baseline = Arc::clone(baseline);
        }
    }

    /// Removes the checkpoints of a lab.
    pub(super) fn forget_checkpoints(&self, lab_id: &LabId) {
        locked(&self.checkpoints.1).remove(lab_id);
        let forgotten = locked(&self.checkpoints.0).remove(lab_id);
        drop(forgotten);
    }

    /// The hosts of a lab with the files of a checkpoint. They wait for their script.
    pub(super) fn hosts_from(
        &self,
        lab_id: &LabId,
        spec: &LabSpec,
        image: &Image,
        number: u32,
    ) -> Result<Vec<(String, Host)>, SandboxError> {
        let disks = {
            let all = locked(&self.checkpoints.0);
            let mut of_lab = all.get(lab_id).into_iter().flatten();
            let found = of_lab.find(|checkpoint| checkpoint.view.number == number);
            found.map(|checkpoint| checkpoint.disks.clone())
        };
        let disks = disks.ok_or(SandboxError::UnknownCheckpoint { number })?;
        let named = |(name, kept): (&String, Arc<KeptCopy>)| {
            let lease = kept.lease.clone();
            let ids = match &lease {
                Some(lease) => ***lease,
                None => return Err(SandboxError::UnknownCheckpoint { number }),
            };
            let disk = self.disk_from(&kept.path)?;
            let root = self.overlay(&[&self.image_root(image, ids)?], &disk, ids)?;
            let parts = Parts {
                ids,
                lease,
                disk,
                root,
                mounts: Vec::new(),
            };
            Ok((name.clone(), Host::start_on(self, parts, spec.limits)?))
        };
        spec.hosts.iter().zip(disks).map(named).collect()
    }
}
