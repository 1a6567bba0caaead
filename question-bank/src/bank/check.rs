//! Checks across files: ids, references, and whether the bank can fill its blueprints.

use std::collections::{BTreeMap, BTreeSet};

use crate::bank::item::ReadItem;
use crate::bank::programme::{ReadBlueprint, ReadCertification};
use crate::bank::report::{Place, Reference};
use crate::bank::task::{ReadTask, reaches};
use crate::{AssemblyRequest, Bank, Fault, FaultCode, History, TaskId, TaskProof, assemble};

/// Everything that was read, faulty or not.
#[derive(Default)]
pub(super) struct Read {
    pub(super) items: Vec<ReadItem>,
    pub(super) tasks: Vec<ReadTask>,
    pub(super) blueprints: Vec<ReadBlueprint>,
    pub(super) certifications: Vec<ReadCertification>,
    /// Records of proofs by the folder they are in.
    pub(super) proofs: BTreeMap<TaskId, TaskProof>,
    /// What the files are named after, so that a reference to a faulty file is no second fault.
    pub(super) names: BTreeSet<Name>,
}

/// What kind of thing an id belongs to. Items and tasks share their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Entry,
    Blueprint,
    Certification,
}

pub(super) type Name = (Kind, String);

/// What the file must be named after, if its place says what it is.
pub(super) fn name_of(path: &str) -> Option<Name> {
    let parts: Vec<&str> = path.split('/').collect();
    let (kind, name) = match parts.as_slice() {
        ["items", _, file] => (Kind::Entry, file.strip_suffix(".md")?),
        ["tasks", folder, _, ..] => (Kind::Entry, *folder),
        ["blueprints", file] => (Kind::Blueprint, file.strip_suffix(".toml")?),
        ["certifications", file] => (Kind::Certification, file.strip_suffix(".toml")?),
        _ => return None,
    };
    Some((kind, name.to_owned()))
}

/// What a fault in this file makes unusable: the whole task, or the file itself.
pub(super) fn owner(path: &str) -> &str {
    let mut slashes = path.match_indices('/').map(|(index, _)| index);
    match (path.starts_with("tasks/"), slashes.nth(1)) {
        (true, Some(end)) => &path[..end],
        _ => path,
    }
}

pub(super) fn references(read: &mut Read, faults: &mut Vec<Fault>) {
    duplicates(read, faults);
    let ids = declared(read)
        .map(|(kind, id, _)| (kind, id.to_owned()))
        .collect::<Vec<_>>();
    read.names.extend(ids);
    for item in &read.items {
        enemies(read, item.item.id.as_str(), &item.enemies, faults);
    }
    for task in &read.tasks {
        enemies(read, task.task.id.as_str(), &task.enemies, faults);
    }
    for blueprint in &read.blueprints {
        must_exist(read, Kind::Certification, &blueprint.certification, faults);
    }
    certifications(read, faults);
}

fn declared(read: &Read) -> impl Iterator<Item = (Kind, &str, &Place)> {
    let items = read
        .items
        .iter()
        .map(|r| (Kind::Entry, r.item.id.as_str(), &r.id_place));
    let tasks = read
        .tasks
        .iter()
        .map(|r| (Kind::Entry, r.task.id.as_str(), &r.id_place));
    let blueprints = read
        .blueprints
        .iter()
        .map(|r| (Kind::Blueprint, r.blueprint.id.as_str(), &r.id_place));
    let certifications = read.certifications.iter().map(|r| {
        (
            Kind::Certification,
            r.certification.id.as_str(),
            &r.id_place,
        )
    });
    items.chain(tasks).chain(blueprints).chain(certifications)
}

/// The file that is named after the id keeps it, else the first by path; each other one has a
/// fault that names the keeper.
fn duplicates(read: &Read, faults: &mut Vec<Fault>) {
    let mut all: Vec<(Kind, &str, &Place)> = declared(read).collect();
    all.sort_by_key(|(kind, id, place)| {
        name_of(&place.file).is_none_or(|name| name != (*kind, (*id).to_owned()))
    });
    let mut keepers: BTreeMap<(Kind, &str), &Place> = BTreeMap::new();
    for (kind, id, place) in all {
        let keeper = *keepers.entry((kind, id)).or_insert(place);
        if keeper != place {
            let message = format!(
                "the id `{id}` is also in {} (here: {})",
                keeper.file, place.file
            );
            let hint = "items and tasks share their ids: rename one of them";
            faults.push(place.fault(FaultCode::DuplicateId, message, hint));
        }
    }
}

fn enemies(read: &Read, own: &str, enemies: &[Reference], faults: &mut Vec<Fault>) {
    for Reference { id, place } in enemies {
        if id == own {
            let message = format!("`{own}` is its own enemy");
            faults.push(place.fault(FaultCode::SelfEnemy, message, "remove it from the list"));
        } else if !read.names.contains(&(Kind::Entry, id.clone())) {
            let message = format!("the bank has no item or task `{id}`");
            let hint = "correct the id, or remove it from the list";
            faults.push(place.fault(FaultCode::UnknownEnemy, message, hint));
        }
    }
}

fn must_exist(read: &Read, kind: Kind, reference: &Reference, faults: &mut Vec<Fault>) {
    let (code, name) = match kind {
        Kind::Entry => (FaultCode::UnknownEnemy, "item or task"),
        Kind::Blueprint => (FaultCode::UnknownBlueprint, "blueprint"),
        Kind::Certification => (FaultCode::UnknownCertification, "certification"),
    };
    if !read.names.contains(&(kind, reference.id.clone())) {
        let message = format!("the bank has no {name} `{}`", reference.id);
        faults.push(
            reference
                .place
                .fault(code, message, "correct the id, or add the file"),
        );
    }
}

fn certifications(read: &Read, faults: &mut Vec<Fault>) {
    let requires: BTreeMap<&str, Vec<&str>> = read
        .certifications
        .iter()
        .map(|read| {
            let required = read
                .requires
                .iter()
                .map(|required| required.id.as_str())
                .collect();
            (read.certification.id.as_str(), required)
        })
        .collect();
    for certification in &read.certifications {
        let own = certification.certification.id.as_str();
        if let Some(blueprint) = &certification.blueprint {
            must_exist(read, Kind::Blueprint, blueprint, faults);
            let named = read
                .blueprints
                .iter()
                .find(|r| r.blueprint.id.as_str() == blueprint.id);
            if let Some(other) = named.filter(|r| r.certification.id != own) {
                let message = format!(
                    "blueprint `{}` is of certification `{}`",
                    blueprint.id, other.certification.id
                );
                let hint = "name a blueprint of this certification";
                let place = &blueprint.place;
                faults.push(place.fault(FaultCode::ReferenceMismatch, message, hint));
            }
        }
        for required in &certification.requires {
            must_exist(read, Kind::Certification, required, faults);
            if reaches(&requires, &required.id, own) {
                let message = format!("`{own}` requires itself by way of `{}`", required.id);
                let hint = "remove one requirement of the circle";
                faults.push(
                    required
                        .place
                        .fault(FaultCode::RequirementCycle, message, hint),
                );
            }
        }
    }
}

/// What the bank lacks for one form of the blueprint.
pub(super) fn feasibility(bank: &Bank, read: &ReadBlueprint) -> Vec<Fault> {
    let history = History::default();
    let request = AssemblyRequest {
        bank,
        blueprint: &read.blueprint,
        history: &history,
        seed: [0; 32],
    };
    let Err(infeasible) = assemble(&request) else {
        return Vec::new();
    };
    infeasible
        .constraints
        .iter()
        .map(|lacking| {
            let place = read
                .constraints
                .get(&lacking.constraint)
                .unwrap_or(&read.id_place);
            let message = format!("the bank cannot fill the blueprint: {lacking}");
            let hint = "ask for less, or write more items and tasks without faults";
            place.fault(FaultCode::Infeasible, message, hint)
        })
        .collect()
}
