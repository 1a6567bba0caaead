//! Drawing a form: which slots there are, who may fill them, and the form made of the choice.

use std::collections::{BTreeMap, BTreeSet};

use crate::form::search::{Candidate, Problem, Search, Slots, find};
use crate::{
    AssemblyRequest, Bank, BlueprintSection, DomainId, Form, FormEntry, FormItem, FormSection,
    FormTask, Infeasible, Item, SectionKind, SeededDraw, Shortfall, Task,
};

/// An item or a task that may be in the form.
#[derive(Clone, Copy)]
enum Source<'a> {
    Item(&'a Item),
    Task(&'a Task),
}

impl<'a> Source<'a> {
    fn id(self) -> &'a str {
        match self {
            Self::Item(item) => item.id.as_str(),
            Self::Task(task) => task.id.as_str(),
        }
    }

    fn kind(self) -> SectionKind {
        match self {
            Self::Item(_) => SectionKind::Items,
            Self::Task(_) => SectionKind::Tasks,
        }
    }

    fn domain(self) -> &'a DomainId {
        match self {
            Self::Item(item) => &item.domain,
            Self::Task(task) => &task.domain,
        }
    }

    fn time_seconds(self) -> u32 {
        match self {
            Self::Item(item) => item.time_seconds,
            Self::Task(task) => task.time_seconds,
        }
    }

    fn enemies(self) -> impl Iterator<Item = &'a str> {
        match self {
            Self::Item(item) => item.enemies.iter(),
            Self::Task(task) => task.enemies.iter(),
        }
        .map(AsRef::as_ref)
    }

    fn entry(self, seed: &[u8; 32]) -> FormEntry {
        match self {
            Self::Item(item) => FormEntry::Item(FormItem {
                item_id: item.id.clone(),
                digest: item.digest(),
                domain: item.domain.clone(),
                option_order: item.draw_option_order(seed),
            }),
            Self::Task(task) => FormEntry::Task(FormTask {
                task_id: task.id.clone(),
                digest: task.digest(),
                domain: task.domain.clone(),
                values: task.draw_values(seed),
                check_points: task
                    .checks
                    .iter()
                    .map(|c| (c.id.clone(), c.points))
                    .collect(),
            }),
        }
    }
}

/// Equal places of a form: so many of one section, of one domain or of any.
struct Places<'a> {
    section: usize,
    kind: SectionKind,
    /// The domains it may be of when `domain` is none; empty: any.
    from: &'a BTreeSet<DomainId>,
    domain: Option<&'a DomainId>,
    count: u32,
    constraint: String,
}

pub(super) fn assemble(request: &AssemblyRequest<'_>) -> Result<Form, Infeasible> {
    let sources = sources(request);
    let places = places(&request.blueprint.sections);
    let lacking = too_few(&sources, &places);
    if !lacking.is_empty() {
        return Err(Infeasible {
            constraints: lacking,
        });
    }
    let mut problem = problem(&sources, &places, request.blueprint.time_limit_ms() / 1000);
    let mut draw = SeededDraw::new(&request.seed, "selection");
    match find(&problem, &mut draw) {
        Search::Found(chosen) => Ok(build(request, &sources, &places, &chosen, &mut draw)),
        other => Err(Infeasible {
            constraints: vec![explain(&mut problem, other, &mut draw)],
        }),
    }
}

fn sources<'a>(request: &AssemblyRequest<'a>) -> Vec<Source<'a>> {
    let Bank { items, tasks, .. } = request.bank;
    let history = request.history;
    let items = items
        .values()
        .filter(|item| !history.items.contains(&item.id))
        .map(Source::Item);
    let tasks = tasks
        .values()
        .filter(|task| !history.tasks.contains(&task.id))
        .map(Source::Task);
    items.chain(tasks).collect()
}

fn places(sections: &[BlueprintSection]) -> Vec<Places<'_>> {
    let mut places = Vec::new();
    for (index, section) in sections.iter().enumerate() {
        let mut push = |domain, count, constraint| {
            places.push(Places {
                section: index,
                kind: section.kind,
                from: &section.from,
                domain,
                count,
                constraint,
            });
        };
        for (domain, count) in &section.domains {
            push(
                Some(domain),
                *count,
                format!("sections.{}.domains.{domain}", section.id),
            );
        }
        // The loader demands that the domains add up; from elsewhere the rest is of any domain.
        let rest = section.count.saturating_sub(section.domains.values().sum());
        if rest > 0 {
            push(None, rest, format!("sections.{}.count", section.id));
        }
    }
    places
}

fn fits(source: Source<'_>, places: &Places<'_>) -> bool {
    let is_allowed = match places.domain {
        Some(domain) => domain == source.domain(),
        None => places.from.is_empty() || places.from.contains(source.domain()),
    };
    source.kind() == places.kind && is_allowed
}

/// What lacks by counting alone: each kind of place, then all places that share their sources.
fn too_few(sources: &[Source<'_>], places: &[Places<'_>]) -> Vec<Shortfall> {
    let mut lacking = Vec::new();
    let mut demand: BTreeMap<(SectionKind, Option<&DomainId>), u64> = BTreeMap::new();
    for part in places {
        let have = sources.iter().filter(|source| fits(**source, part)).count() as u64;
        let need = u64::from(part.count);
        if have < need {
            lacking.push(Shortfall {
                constraint: part.constraint.clone(),
                have,
                need,
            });
        }
        *demand.entry((part.kind, None)).or_default() += need;
        if part.domain.is_some() {
            *demand.entry((part.kind, part.domain)).or_default() += need;
        }
    }
    if !lacking.is_empty() {
        return lacking;
    }
    for ((kind, domain), need) in demand {
        let of_kind = sources.iter().filter(|source| source.kind() == kind);
        let have = of_kind
            .filter(|s| domain.is_none_or(|d| d == s.domain()))
            .count() as u64;
        if have < need {
            let name = match kind {
                SectionKind::Items => "items",
                SectionKind::Tasks => "tasks",
            };
            let constraint =
                domain.map_or_else(|| name.to_owned(), |domain| format!("{name}.{domain}"));
            lacking.push(Shortfall {
                constraint,
                have,
                need,
            });
        }
    }
    lacking
}

fn problem(sources: &[Source<'_>], places: &[Places<'_>], time_limit_seconds: u64) -> Problem {
    let by_id: BTreeMap<&str, usize> = sources
        .iter()
        .enumerate()
        .map(|(index, source)| (source.id(), index))
        .collect();
    let mut enemies = vec![BTreeSet::new(); sources.len()];
    for (index, source) in sources.iter().enumerate() {
        for enemy in source.enemies().filter_map(|id| by_id.get(id)) {
            enemies[index].insert(*enemy);
            enemies[*enemy].insert(index);
        }
    }
    let candidates = sources
        .iter()
        .zip(enemies)
        .map(|(source, enemies)| Candidate {
            time_seconds: source.time_seconds().into(),
            enemies: enemies.into_iter().collect(),
        })
        .collect();
    let slots = places
        .iter()
        .map(|places| Slots {
            count: usize::try_from(places.count).unwrap_or(usize::MAX),
            pool: (0..sources.len())
                .filter(|index| fits(sources[*index], places))
                .collect(),
        })
        .collect();
    Problem {
        candidates,
        slots,
        time_limit_seconds,
    }
}

/// Why the search found nothing: the search without the time limit tells time from enemies.
fn explain(problem: &mut Problem, outcome: Search, draw: &mut SeededDraw) -> Shortfall {
    let gave_up = |steps| Shortfall {
        constraint: "search_steps".into(),
        have: steps,
        need: steps + 1,
    };
    let limit = problem.time_limit_seconds;
    let quickest = problem.least_time();
    if quickest > limit {
        return Shortfall {
            constraint: "time_limit_seconds".into(),
            have: limit,
            need: quickest,
        };
    }
    if let Search::GaveUp { steps } = outcome {
        return gave_up(steps);
    }
    problem.time_limit_seconds = u64::MAX;
    match find(problem, draw) {
        Search::Found(chosen) => {
            let need = chosen
                .iter()
                .flatten()
                .map(|i| problem.candidates[*i].time_seconds)
                .sum();
            Shortfall {
                constraint: "time_limit_seconds".into(),
                have: limit,
                need,
            }
        }
        Search::Impossible { most } => {
            let need = problem.slots.iter().map(|slots| slots.count as u64).sum();
            Shortfall {
                constraint: "enemies".into(),
                have: most,
                need,
            }
        }
        Search::GaveUp { steps } => gave_up(steps),
    }
}

fn build(
    request: &AssemblyRequest<'_>,
    sources: &[Source<'_>],
    places: &[Places<'_>],
    chosen: &[Vec<usize>],
    draw: &mut SeededDraw,
) -> Form {
    let blueprint = request.blueprint;
    let sections = blueprint
        .sections
        .iter()
        .enumerate()
        .map(|(index, section)| {
            let own = places
                .iter()
                .zip(chosen)
                .filter(|(places, _)| places.section == index);
            // In order of id first: how the search came to its choice must not show in the order.
            let mut own: Vec<usize> = own.flat_map(|(_, chosen)| chosen).copied().collect();
            own.sort_unstable();
            draw.shuffle(&mut own);
            FormSection {
                id: section.id.clone(),
                title: section.title.clone(),
                kind: section.kind,
                weight_percent: section.weight_percent,
                labs: section.labs,
                minimum_percent: section.minimum_percent,
                entries: own
                    .into_iter()
                    .map(|i| sources[i].entry(&request.seed))
                    .collect(),
            }
        });
    Form {
        blueprint_id: blueprint.id.clone(),
        time_limit_ms: blueprint.time_limit_ms(),
        cut_score_percent: blueprint.cut_score_percent,
        sections: sections.collect(),
    }
}
