//! Blueprints: what a form must contain.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{BlueprintId, CertificationId, DomainId, SectionId};

/// What a section is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SectionKind {
    /// Items: theory.
    Items,
    /// Live tasks: practice.
    Tasks,
}

/// What a form must contain, how long it may take and what passes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blueprint {
    /// Id; also the name of the file.
    pub id: BlueprintId,
    /// Name that people see.
    pub title: String,
    /// The certification that its exams lead to.
    pub certification: CertificationId,
    /// Time to sit a form. The expected times of its items and tasks fit into it.
    pub time_limit_minutes: u32,
    /// The weighted total that passes, in percent.
    pub cut_score_percent: u32,
    /// The sections in the order of the form. Their weights add up to 100.
    pub sections: Vec<BlueprintSection>,
}

/// One section of a blueprint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlueprintSection {
    /// Id, unique in the blueprint.
    pub id: SectionId,
    /// Name that people see.
    pub title: String,
    /// Items or tasks.
    pub kind: SectionKind,
    /// How many.
    pub count: u32,
    /// Share of the total, in percent.
    pub weight_percent: u32,
    /// What must be reached in this section to pass, in percent.
    pub minimum_percent: u32,
    /// How many of each domain; they add up to `count`. Empty: of any domain.
    pub domains: BTreeMap<DomainId, u32>,
    /// What is not counted by domain is of one of these. Empty: of any.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub from: BTreeSet<DomainId>,
    /// What candidates may do with the labs of its tasks.
    #[serde(default, skip_serializing_if = "LabPolicy::is_default")]
    pub labs: LabPolicy,
}

/// What candidates may do with the labs of a section's tasks, and what it costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LabPolicy {
    /// Whether they may begin a lab anew.
    pub reset: bool,
    /// Whether they may go back to a checkpoint.
    pub restore: bool,
    /// What each of either costs, in percent of the points earned on the task.
    pub cost_percent: u32,
}

impl Default for LabPolicy {
    fn default() -> Self {
        Self {
            reset: true,
            restore: true,
            cost_percent: 0,
        }
    }
}

impl LabPolicy {
    /// Whether it is what a blueprint has that says nothing.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Blueprint {
    /// The time limit in milliseconds.
    #[must_use]
    pub fn time_limit_ms(&self) -> u64 {
        u64::from(self.time_limit_minutes) * 60_000
    }
}
