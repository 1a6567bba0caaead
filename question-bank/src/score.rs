//! The score of a form, from the scores of its items and the outcomes of its checks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    CheckId, DomainId, Form, FormEntry, FormSection, FormTask, ItemId, Millipoints, SectionId,
    SectionKind, TaskId,
};

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
    /// How much of what was earned the resets of the lab have cost, in percent.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub reset_cost_percent: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks for it")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Scores a form.
///
/// An item without a score was not answered and has 0. A check without an outcome is undecided,
/// as is a broken one: it earns nothing yet and the score is pending. Within a section every
/// point counts the same, so a task with more points weighs more. `resets` are those of the labs;
/// each costs what the section says, of the points earned, rounded down to thousandths of a point.
///
/// Rounding: what is shown is rounded down to a thousandth of a percent. Whether a cut score or a
/// minimum is reached is decided on exact fractions, so 69.9999 % is never 70 %, and a total of
/// exactly 70 % is never lost by rounding its parts.
#[must_use]
pub fn score_form(
    form: &Form,
    item_scores: &BTreeMap<ItemId, Millipoints>,
    check_outcomes: &BTreeMap<TaskId, BTreeMap<CheckId, Outcome>>,
    resets: &BTreeMap<TaskId, u32>,
) -> FormScore {
    let mut tasks = Vec::new();
    let mut domains: BTreeMap<&DomainId, (Points, Points)> = BTreeMap::new();
    let mut sections = Vec::with_capacity(form.sections.len());
    for section in &form.sections {
        let mut points = Points::default();
        for entry in &section.entries {
            match entry {
                FormEntry::Item(item) => {
                    let earned = item_scores.get(&item.item_id).copied().unwrap_or_default();
                    let scored = Points::new(earned.get(), Millipoints::ITEM_MAX.get());
                    points.add(scored);
                    domains.entry(&item.domain).or_default().0.add(scored);
                }
                FormEntry::Task(task) => {
                    let (scored, state) = score_task(task, check_outcomes.get(&task.task_id));
                    let resets = resets.get(&task.task_id).copied().unwrap_or_default();
                    let cost = resets.saturating_mul(section.labs.cost_percent).min(100);
                    let scored = scored.less(cost);
                    points.add(scored);
                    domains.entry(&task.domain).or_default().1.add(scored);
                    tasks.push(scored.of_task(task.task_id.clone(), state, cost));
                }
            }
        }
        sections.push((section, points));
    }
    let total: Vec<(u32, Points)> = sections
        .iter()
        .map(|(section, points)| (section.weight_percent, *points))
        .collect();
    let (total_percent_millis, reaches_cut) = weighted_total(&total, form.cut_score_percent);
    let sections: Vec<SectionScore> = sections
        .into_iter()
        .map(|(section, points)| points.of_section(section))
        .collect();
    let is_pending = tasks.iter().any(|task| task.state == ScoreState::Pending);
    let passed = reaches_cut && sections.iter().all(|section| section.reached);
    FormScore {
        state: if is_pending {
            ScoreState::Pending
        } else {
            ScoreState::Final
        },
        total_percent_millis,
        cut_score_percent: form.cut_score_percent,
        passed: (!is_pending).then_some(passed),
        sections,
        domains: domains
            .into_iter()
            .map(|(domain, (theory, practice))| DomainScore {
                domain: domain.clone(),
                theory_percent_millis: theory.percent_millis(),
                practice_percent_millis: practice.percent_millis(),
            })
            .collect(),
        tasks,
    }
}

fn score_task(
    task: &FormTask,
    outcomes: Option<&BTreeMap<CheckId, Outcome>>,
) -> (Points, ScoreState) {
    let mut points = Points::default();
    let mut state = ScoreState::Final;
    for (check, worth) in &task.check_points {
        let worth = worth.saturating_mul(1000);
        let earned = match outcomes.and_then(|outcomes| outcomes.get(check)) {
            Some(Outcome::Pass) => worth,
            Some(Outcome::Fail) => 0,
            Some(Outcome::Broken) | None => {
                state = ScoreState::Pending;
                0
            }
        };
        points.add(Points::new(earned, worth));
    }
    (points, state)
}

/// Points earned out of points possible, in thousandths.
#[derive(Debug, Clone, Copy, Default)]
struct Points {
    earned: u32,
    possible: u32,
}

impl Points {
    /// Nobody earns more than there is, whatever the scores given say.
    fn new(earned: u32, possible: u32) -> Self {
        Self {
            earned: earned.min(possible),
            possible,
        }
    }

    fn add(&mut self, other: Self) {
        self.earned = self.earned.saturating_add(other.earned);
        self.possible = self.possible.saturating_add(other.possible);
    }

    /// What is left of the earned ones after a cost, rounded down.
    fn less(self, cost_percent: u32) -> Self {
        let left = u64::from(self.earned) * u64::from(100_u32.saturating_sub(cost_percent)) / 100;
        Self {
            earned: u32::try_from(left).unwrap_or(self.earned),
            ..self
        }
    }

    /// Rounded down; none if there is nothing to earn.
    fn percent_millis(self) -> Option<u32> {
        let millis =
            (u64::from(self.earned) * PERCENT_MILLIS).checked_div(u64::from(self.possible))?;
        u32::try_from(millis).ok()
    }

    fn of_section(self, section: &FormSection) -> SectionScore {
        let needed = u64::from(section.minimum_percent) * u64::from(self.possible);
        SectionScore {
            id: section.id.clone(),
            title: section.title.clone(),
            kind: section.kind,
            earned: Millipoints(self.earned),
            possible: Millipoints(self.possible),
            score_percent_millis: self.percent_millis().unwrap_or_default(),
            weight_percent: section.weight_percent,
            minimum_percent: section.minimum_percent,
            reached: u64::from(self.earned) * 100 >= needed,
        }
    }

    fn of_task(self, task_id: TaskId, state: ScoreState, reset_cost_percent: u32) -> TaskScore {
        TaskScore {
            task_id,
            state,
            earned: Millipoints(self.earned),
            possible: Millipoints(self.possible),
            score_percent_millis: self.percent_millis().unwrap_or_default(),
            reset_cost_percent,
        }
    }
}

/// All of it, in thousandths of a percent.
const PERCENT_MILLIS: u64 = 100_000;

/// The weighted total, rounded down, and whether it reaches the cut score, decided exactly.
///
/// The shares are put on a common denominator. That one fits into 128 bits for every blueprint
/// that a bank can hold; for a form so odd that it does not, the parts are rounded down first,
/// which can only lower the total.
fn weighted_total(sections: &[(u32, Points)], cut_score_percent: u32) -> (u32, bool) {
    let parts: Vec<(u32, Points)> = sections
        .iter()
        .copied()
        .filter(|(_, points)| points.possible > 0)
        .collect();
    let exact = common_denominator(&parts).and_then(|common| {
        let sum = parts.iter().try_fold(0_u128, |sum, (weight, points)| {
            let share = (common / u128::from(points.possible)).checked_mul(points.earned.into())?;
            sum.checked_add(share.checked_mul((*weight).into())?)
        })?;
        let millis = sum.checked_mul(1000)? / common;
        Some((millis, sum >= common.checked_mul(cut_score_percent.into())?))
    });
    let (millis, reaches_cut) = exact.unwrap_or_else(|| {
        let millis = parts
            .iter()
            .map(|(weight, points)| {
                u128::from(*weight) * u128::from(points.percent_millis().unwrap_or_default()) / 100
            })
            .sum();
        (millis, millis >= u128::from(cut_score_percent) * 1000)
    });
    (u32::try_from(millis).unwrap_or(u32::MAX), reaches_cut)
}

/// The least common multiple of the points possible; none if it does not fit.
fn common_denominator(parts: &[(u32, Points)]) -> Option<u128> {
    parts.iter().try_fold(1_u128, |common, (_, points)| {
        let possible = u128::from(points.possible);
        (common / greatest_common_divisor(common, possible)).checked_mul(possible)
    })
}

fn greatest_common_divisor(a: u128, b: u128) -> u128 {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}

#[cfg(test)]
mod tests;
