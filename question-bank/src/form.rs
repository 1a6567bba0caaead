//! Forms: the fixed list of items and tasks that one candidate sits.

mod assemble;
mod search;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    Bank, Blueprint, BlueprintId, CheckId, DomainId, ItemId, LabPolicy, OptionId, SectionId,
    SectionKind, TaskId, Values,
};

/// What one candidate sits, drawn once and stored.
///
/// It holds all that scoring needs (weights, minimums, points of checks) and the digests of the
/// item and task versions, so nothing about it changes when the bank is edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// The blueprint that it was drawn for.
    pub blueprint_id: BlueprintId,
    /// Time to sit it.
    pub time_limit_ms: u64,
    /// The weighted total that passes, in percent.
    pub cut_score_percent: u32,
    /// The sections in order.
    pub sections: Vec<FormSection>,
}

/// One section of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormSection {
    /// Id from the blueprint.
    pub id: SectionId,
    /// Name that people see.
    pub title: String,
    /// Items or tasks.
    pub kind: SectionKind,
    /// Share of the total, in percent.
    pub weight_percent: u32,
    /// What must be reached in this section to pass, in percent.
    pub minimum_percent: u32,
    /// What candidates may do with the labs of its tasks.
    #[serde(default, skip_serializing_if = "LabPolicy::is_default")]
    pub labs: LabPolicy,
    /// The items or tasks in order.
    pub entries: Vec<FormEntry>,
}

/// One item or task in a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FormEntry {
    /// An item.
    Item(FormItem),
    /// A live task.
    Task(FormTask),
}

/// An item in a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormItem {
    /// The item.
    pub item_id: ItemId,
    /// Its version, see [`crate::Item::digest`].
    pub digest: String,
    /// Its domain.
    pub domain: DomainId,
    /// Its options in the order of this form.
    pub option_order: Vec<OptionId>,
}

/// A task in a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormTask {
    /// The task.
    pub task_id: TaskId,
    /// Its version, see [`crate::Task::digest`].
    pub digest: String,
    /// Its domain.
    pub domain: DomainId,
    /// The parameter values of this form.
    pub values: Values,
    /// What each of its checks is worth.
    pub check_points: BTreeMap<CheckId, u32>,
}

impl Form {
    /// All items of the form, in order.
    pub fn items(&self) -> impl Iterator<Item = &FormItem> {
        self.entries().filter_map(|entry| match entry {
            FormEntry::Item(item) => Some(item),
            FormEntry::Task(_) => None,
        })
    }

    /// All tasks of the form, in order.
    pub fn tasks(&self) -> impl Iterator<Item = &FormTask> {
        self.entries().filter_map(|entry| match entry {
            FormEntry::Task(task) => Some(task),
            FormEntry::Item(_) => None,
        })
    }

    /// All entries of the form, in order.
    pub fn entries(&self) -> impl Iterator<Item = &FormEntry> {
        self.sections.iter().flat_map(|section| &section.entries)
    }
}

/// What a candidate has seen in earlier sessions and must not see again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct History {
    /// Items seen.
    pub items: BTreeSet<ItemId>,
    /// Tasks seen.
    pub tasks: BTreeSet<TaskId>,
}

/// Everything a form is drawn from. The same request always gives the same form.
#[derive(Debug, Clone, Copy)]
pub struct AssemblyRequest<'a> {
    /// Where items and tasks come from.
    pub bank: &'a Bank,
    /// What the form must contain.
    pub blueprint: &'a Blueprint,
    /// What it must not contain.
    pub history: &'a History,
    /// The secret seed of all draws.
    pub seed: [u8; 32],
}

/// No form can be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("the bank cannot fill the blueprint: {}", .constraints.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct Infeasible {
    /// What lacks; never empty.
    pub constraints: Vec<Shortfall>,
}

/// One thing that lacks for a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortfall {
    /// What lacks, see [`assemble`].
    pub constraint: String,
    /// What there is.
    pub have: u64,
    /// What the blueprint needs.
    pub need: u64,
}

impl std::fmt::Display for Shortfall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}: have {}, need {}",
            self.constraint, self.have, self.need
        )
    }
}

/// Draws a form.
///
/// The form has what each section of the blueprint asks for, nothing twice, nothing from the
/// history, no two enemies (either may name the other), and its expected times fit into the time
/// limit. Order of entries, order of options and values of parameters are drawn as well.
///
/// # Errors
/// No form exists, or none was found within a bounded search. What lacks is named:
///
/// - `sections.<id>.domains.<domain>` or `sections.<id>.count`: too few in the bank, history left
///   out; `items` or `tasks`: too few for all sections together
/// - `time_limit_seconds`: even the quickest choice takes longer (have: the limit)
/// - `enemies`: too many of those left are enemies (have: the most that the search put together)
/// - `search_steps`: the search gave up undecided
pub fn assemble(request: &AssemblyRequest<'_>) -> Result<Form, Infeasible> {
    assemble::assemble(request)
}
