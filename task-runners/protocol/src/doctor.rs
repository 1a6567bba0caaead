//! What works on the runner's machine.

use serde::{Deserialize, Serialize};

/// One fact about the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoctorCheck {
    /// Stable name, in `snake_case`.
    pub name: String,
    /// Whether it is as it must be.
    pub ok: bool,
    /// What was found, and what to do when it is not well.
    pub detail: String,
}
