//! Says without the code under test whether a form exists and whether one is right.

use std::collections::BTreeSet;

use question_bank::{Blueprint, DomainId, Form, FormEntry, SectionKind};

use crate::small::{Counts, Entry};

pub(crate) fn id(entry: &FormEntry) -> &str {
    match entry {
        FormEntry::Item(item) => item.item_id.as_str(),
        FormEntry::Task(task) => task.task_id.as_str(),
    }
}

pub(crate) fn ids(form: &Form) -> Vec<&str> {
    form.entries().map(id).collect()
}

pub(crate) fn are_enemies(entries: &[Entry], a: usize, b: usize) -> bool {
    entries[a].enemies.contains(&b) || entries[b].enemies.contains(&a)
}

/// What is wrong with a form, if anything, found without the code that drew it.
pub(crate) fn flaw(entries: &[Entry], blueprint: &Blueprint, form: &Form) -> Option<String> {
    let chosen: Vec<usize> = ids(form)
        .iter()
        .map(|id| id[1..].parse().unwrap())
        .collect();
    let distinct: BTreeSet<usize> = chosen.iter().copied().collect();
    if distinct.len() != chosen.len() {
        return Some("something is in it twice".into());
    }
    if chosen.iter().any(|index| entries[*index].is_seen) {
        return Some("something was seen before".into());
    }
    if chosen.iter().any(|a| {
        chosen
            .iter()
            .any(|b| a != b && are_enemies(entries, *a, *b))
    }) {
        return Some("two enemies are in it".into());
    }
    let seconds: u32 = chosen
        .iter()
        .map(|index| entries[*index].time_seconds)
        .sum();
    if seconds > blueprint.time_limit_minutes * 60 {
        return Some(format!("it takes {seconds} seconds"));
    }
    for (section, wanted) in form.sections.iter().zip(&blueprint.sections) {
        if section.entries.len() != usize::try_from(wanted.count).unwrap() {
            return Some("a section has the wrong length".into());
        }
        let domain = |entry: &FormEntry| -> (bool, DomainId) {
            match entry {
                FormEntry::Item(item) => (false, item.domain.clone()),
                FormEntry::Task(task) => (true, task.domain.clone()),
            }
        };
        let found: Vec<(bool, DomainId)> = section.entries.iter().map(domain).collect();
        if found
            .iter()
            .any(|(is_task, _)| *is_task != (wanted.kind == SectionKind::Tasks))
        {
            return Some("a section has the wrong kind".into());
        }
        let is_allowed = |domain| wanted.from.is_empty() || wanted.from.contains(domain);
        if !found.iter().all(|(_, domain)| is_allowed(domain)) {
            return Some("something is of a domain that is not drawn from".into());
        }
        for (domain, count) in &wanted.domains {
            let has = found.iter().filter(|(_, found)| found == domain).count();
            if has != usize::try_from(*count).unwrap() {
                return Some(format!("a section has {has} of {domain}"));
            }
        }
    }
    (form.sections.len() != blueprint.sections.len()).then(|| "a section lacks".into())
}

/// Whether any choice fills the places from `place` on: tries every entry for every place.
pub(crate) fn exists(
    entries: &[Entry],
    places: &[(bool, Option<usize>)],
    chosen: &mut Vec<usize>,
    seconds_left: u32,
) -> bool {
    let Some((is_task, domain)) = places.get(chosen.len()) else {
        return true;
    };
    (0..entries.len()).any(|index| {
        let entry = &entries[index];
        let fits = entry.is_task == *is_task
            && domain.is_none_or(|domain| domain == entry.domain)
            && !entry.is_seen
            && !chosen.contains(&index)
            && entry.time_seconds <= seconds_left
            && !chosen
                .iter()
                .any(|other| are_enemies(entries, index, *other));
        if !fits {
            return false;
        }
        chosen.push(index);
        let found = exists(entries, places, chosen, seconds_left - entry.time_seconds);
        chosen.pop();
        found
    })
}

pub(crate) fn places(sections: &[(bool, Counts)]) -> Vec<(bool, Option<usize>)> {
    let mut places = Vec::new();
    for (is_task, counts) in sections {
        let mut add = |domain, count: u32| places.extend((0..count).map(|_| (*is_task, domain)));
        match counts {
            Counts::Any(count) => add(None, *count),
            Counts::From(domain, count) => add(Some(*domain), *count),
            Counts::Domains([first, second]) => {
                add(Some(0), *first);
                add(Some(1), *second);
            }
        }
    }
    places
}
