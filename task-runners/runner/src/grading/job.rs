//! What is known about a grading, kept in a file: enough to repeat it from its snapshot.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use task_protocol::{CheckSpec, JobId, LabId, LabLimits};

use super::GradingError;
use crate::hex::hex;
use crate::probe::Answer;
use crate::sandbox::{Oci, OciLab};

/// A grading from the end of its lab on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Job {
    /// The lab.
    pub lab_id: LabId,
    /// Name of its image.
    pub image: String,
    /// Digest of its image.
    pub image_digest: String,
    /// What it was allowed to use; a copy may use the same.
    pub limits: LabLimits,
    /// Its hosts, in the order of the lab.
    pub hosts: Vec<JobHost>,
    /// Random text, unknown until the lab is graded.
    pub nonce: String,
    /// What the probes met, by check.
    pub answers: BTreeMap<String, Answer>,
}

/// One host of a lab that is graded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct JobHost {
    /// Its name.
    pub name: String,
    /// Owner of its files: what 0 inside is outside.
    pub ids_base: u32,
    /// What changed on it since the lab was ready.
    pub changes: Vec<String>,
    /// Digest of its snapshot, once it is known.
    pub snapshot_digest: Option<String>,
}

impl Job {
    pub(super) fn begin(lab: &OciLab) -> Result<Self, GradingError> {
        Ok(Self {
            lab_id: lab.lab_id.clone(),
            image: lab.image.name.clone(),
            image_digest: lab.image.digest.clone(),
            limits: lab.spec.limits,
            hosts: lab
                .hosts
                .iter()
                .map(|(name, host)| JobHost {
                    name: name.clone(),
                    ids_base: host.ids.base,
                    changes: Vec::new(),
                    snapshot_digest: None,
                })
                .collect(),
            nonce: random_text()?,
            answers: BTreeMap::new(),
        })
    }

    /// The nonce of one check, 32 hexadecimal digits: one candidate's script cannot learn from one
    /// check what another will ask. Checks with the same script have the same one: it runs once.
    pub(super) fn nonce_of(&self, check: &CheckSpec) -> String {
        let name = match &check.run {
            Some(run) => hex(&Sha256::digest(&run.script)),
            None => check.id.clone(),
        };
        let hash = Sha256::digest(format!("{}/{name}", self.nonce));
        hex(&hash[..16])
    }

    /// Digest of what the candidate left: that of the one snapshot, or over those of all hosts.
    pub(super) fn snapshot_digest(&self) -> String {
        let of = |host: &JobHost| host.snapshot_digest.clone().unwrap_or_default();
        match self.hosts.as_slice() {
            [host] => of(host),
            hosts => {
                let line = |host| format!("{} {}\n", of(host), host.name);
                let lines: String = hosts.iter().map(line).collect();
                hex(&Sha256::digest(lines))
            }
        }
    }

    fn path(oci: &Oci, job_id: &JobId) -> PathBuf {
        oci.gradings_dir().join(format!("{job_id}.json"))
    }

    pub(super) fn load(oci: &Oci, job_id: &JobId) -> Result<Option<Self>, GradingError> {
        let path = Self::path(oci, job_id);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(GradingError::files(&path)(error)),
        };
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| GradingError::files(&path)(error.into()))
    }

    /// Writes all of it or nothing.
    pub(super) fn store(&self, oci: &Oci, job_id: &JobId) -> Result<(), GradingError> {
        let path = Self::path(oci, job_id);
        let write = || {
            let draft = tempfile::NamedTempFile::new_in(oci.gradings_dir())?;
            serde_json::to_writer(draft.as_file(), self)?;
            draft.as_file().sync_all()?;
            draft.persist(&path)?;
            Ok(())
        };
        write().map_err(GradingError::files(&path))
    }
}

fn random_text() -> Result<String, GradingError> {
    let path = PathBuf::from("/dev/urandom");
    let mut bytes = [0; 16];
    File::open(&path)
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(GradingError::files(&path))?;
    Ok(hex(&bytes))
}
