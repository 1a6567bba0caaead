//! Certifications: what a candidate works towards.

use serde::{Deserialize, Serialize};

use crate::{BlueprintId, CertificationId};

/// One certification of a programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certification {
    /// Id; also the name of the file.
    pub id: CertificationId,
    /// The family of certifications whose levels build on one another.
    pub family: String,
    /// Name of the level in the family.
    pub level: String,
    /// Name that people see.
    pub title: String,
    /// Whom it is for.
    pub audience: String,
    /// Certifications that must be held first.
    pub requires: Vec<CertificationId>,
    /// How long a credential holds.
    pub valid_years: u32,
    /// The blueprint of its exam; none while the exam is still being written.
    pub blueprint: Option<BlueprintId>,
    /// What it says about a holder.
    pub description: String,
    /// What a candidate must do to earn it.
    pub criteria: String,
    /// What a holder can do.
    pub skills: Vec<String>,
}
