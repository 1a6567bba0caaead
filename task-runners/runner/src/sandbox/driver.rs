//! The labs of the OCI driver, by name.

use std::collections::BTreeMap;
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use task_protocol::{
    CheckpointView, DoctorCheck, GradeReport, JobId, LabId, LabSpec, ScriptOutput, TerminalSize,
    WarmPool,
};

use super::oci::locked;
use super::{Driver, Files, Oci, OciLab, SandboxError, Work};
use crate::{doctor, grading};

impl Oci {
    fn lab(&self, lab_id: &LabId) -> Result<Arc<OciLab>, SandboxError> {
        locked(&self.labs)
            .get(lab_id)
            .cloned()
            .ok_or_else(|| SandboxError::NotRunning {
                lab_id: lab_id.clone(),
            })
    }

    /// Takes the lab out of the table; whoever still works in it finishes first.
    fn take_lab(&self, lab_id: &LabId) -> Option<OciLab> {
        let mut lab = locked(&self.labs).remove(lab_id)?;
        loop {
            match Arc::try_unwrap(lab) {
                Ok(lab) => return Some(lab),
                Err(shared) => lab = shared,
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Driver for Oci {
    fn checks(&self) -> Vec<DoctorCheck> {
        doctor::checks(Some(self))
    }

    fn image_digest(&self, image: &str) -> Result<String, SandboxError> {
        Ok(self.image(image)?.digest)
    }

    fn take_checkpoint(&self, lab_id: &LabId) -> Result<CheckpointView, SandboxError> {
        Self::take_checkpoint(self, &*self.lab(lab_id)?)
    }

    fn checkpoints(&self, lab_id: &LabId) -> Vec<CheckpointView> {
        self.checkpoints_of(lab_id)
    }

    fn forget_checkpoints(&self, lab_id: &LabId) {
        Self::forget_checkpoints(self, lab_id);
    }

    fn start(
        &self,
        lab_id: &LabId,
        spec: &LabSpec,
        checkpoint: Option<u32>,
    ) -> Result<(), SandboxError> {
        let lab = OciLab::start(self, lab_id, spec, checkpoint)?;
        locked(&self.labs).insert(lab_id.clone(), Arc::new(lab));
        Ok(())
    }

    fn stop(&self, lab_id: &LabId) {
        drop(self.take_lab(lab_id));
    }

    fn replenish(&self) {
        self.fill_pool();
    }

    fn warm_pool(&self) -> WarmPool {
        Self::warm_pool(self)
    }

    fn open_shell(
        &self,
        lab_id: &LabId,
        host: &str,
        size: TerminalSize,
    ) -> Result<OwnedFd, SandboxError> {
        self.lab(lab_id)?.host(host)?.open_shell(size)
    }

    fn run_script(
        &self,
        lab_id: &LabId,
        host: &str,
        script: &str,
        env: &BTreeMap<String, String>,
        timeout: Duration,
    ) -> Result<ScriptOutput, SandboxError> {
        let mut env = env.clone();
        env.insert("HOST".to_owned(), host.to_owned());
        let lab = self.lab(lab_id)?;
        lab.host(host)?.run_script(script, &env, timeout)
    }

    fn connect(&self, lab_id: &LabId, host: &str, port: u16) -> Result<TcpStream, SandboxError> {
        let namespace = self.lab(lab_id)?.host(host)?.container.network_namespace();
        crate::probe::connect(&namespace, port).map_err(SandboxError::system("connect"))
    }

    fn files(&self, lab_id: &LabId, host: &str) -> Result<Files, SandboxError> {
        let lab = self.lab(lab_id)?;
        let host = lab.host(host)?;
        Files::of(host.container.root_directory(), host.ids)
            .map_err(SandboxError::system("files of a host"))
    }

    fn grade(
        &self,
        lab_id: &LabId,
        job_id: &JobId,
        work: &Work,
    ) -> Result<GradeReport, SandboxError> {
        let lab = self
            .take_lab(lab_id)
            .ok_or_else(|| SandboxError::NotRunning {
                lab_id: lab_id.clone(),
            })?;
        Ok(grading::grade(self, lab, job_id, work)?)
    }

    fn resume_grading(
        &self,
        job_id: &JobId,
        work: &Work,
    ) -> Result<Option<GradeReport>, SandboxError> {
        Ok(grading::resume(self, job_id, work)?)
    }
}
