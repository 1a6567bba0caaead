//! Grades a lab: live probes, freeze, snapshot, then each check in its own clean room.

use task_protocol::{CheckSpec, GradeReport, JobId};

use crate::sandbox::{Oci, OciLab, SandboxError};

/// Grading as a whole did not work; the lab is kept.
#[derive(Debug, thiserror::Error)]
pub enum GradingError {
    /// Not written yet.
    #[error("grading is not ready")]
    NotReady,
    /// A sandbox failed.
    #[error("{0}")]
    Sandbox(Box<SandboxError>),
}

impl From<SandboxError> for GradingError {
    fn from(error: SandboxError) -> Self {
        Self::Sandbox(Box::new(error))
    }
}

/// Probes the live lab, freezes it, and carries out the checks on what it left.
///
/// The lab is taken: whatever happens, the caller drops it afterwards, which ends it. Blocks.
///
/// # Errors
/// There is no report; a single check that cannot be decided is an outcome, not an error.
pub fn grade(
    _oci: &Oci,
    _lab: OciLab,
    _job_id: &JobId,
    _checks: &[CheckSpec],
) -> Result<GradeReport, GradingError> {
    Err(GradingError::NotReady)
}
