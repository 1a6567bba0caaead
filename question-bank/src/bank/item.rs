//! Reads one item: a `+++` block of TOML, then the stem.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use crate::bank::report::{Place, Reference, Report, plain};
use crate::{DomainId, Fault, FaultCode, Item, ItemKind, ItemOption, ItemScoring, OptionId};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawItem {
    id: Spanned<String>,
    kind: Spanned<String>,
    domain: Spanned<String>,
    cognitive_level: Spanned<String>,
    facility_estimate: Spanned<f64>,
    time_seconds: Spanned<i64>,
    #[serde(default)]
    references: Vec<Spanned<String>>,
    #[serde(default)]
    enemies: Vec<Spanned<String>>,
    scoring: Option<Spanned<String>>,
    shuffle: Option<bool>,
    #[serde(default)]
    options: Vec<Spanned<RawOption>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOption {
    text: Spanned<String>,
    #[serde(default)]
    is_key: bool,
    rationale: Option<Spanned<String>>,
}

/// How many options an item may have.
const OPTIONS: std::ops::RangeInclusive<usize> = 3..=6;

/// An item and what it refers to. It may have faults, which are in the list beside it.
pub(super) struct ReadItem {
    pub(super) item: Item,
    pub(super) id_place: Place,
    pub(super) enemies: Vec<Reference>,
}

/// Where an item lies: `items/<folder>/<name>.md`.
pub(super) struct ItemPath<'a> {
    pub(super) path: &'a str,
    pub(super) folder: &'a str,
    pub(super) name: &'a str,
}

pub(super) fn read(
    at: &ItemPath<'_>,
    text: &str,
    domains: &BTreeSet<DomainId>,
) -> (Option<ReadItem>, Vec<Fault>) {
    let Some((toml, stem)) = split(text) else {
        let fault = Place::start_of(at.path).fault(
            FaultCode::MissingFrontMatter,
            "the file has no block between two lines `+++` at its start",
            "begin the file with a line `+++`, the fields in TOML and another line `+++`",
        );
        return (None, vec![fault]);
    };
    let mut report = Report::new(at.path, text, FENCE.len() + 1);
    let item = read_parts(at, &mut report, toml, stem, domains);
    (item, report.faults)
}

const FENCE: &str = "+++";

/// The TOML and the stem. The TOML begins right after the first line.
fn split(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix(FENCE)?.strip_prefix('\n')?;
    let mut end = 0;
    for line in rest.split_inclusive('\n') {
        if line.trim_end() == FENCE {
            return Some((&rest[..end], &rest[end + line.len()..]));
        }
        end += line.len();
    }
    None
}

fn read_parts(
    at: &ItemPath<'_>,
    report: &mut Report<'_>,
    toml: &str,
    stem: &str,
    domains: &BTreeSet<DomainId>,
) -> Option<ReadItem> {
    let raw: RawItem = report.parse(toml)?;
    let id = report.own_id(&raw.id, at.name);
    let domain = report.domain(&raw.domain, domains);
    if domain
        .as_ref()
        .is_some_and(|domain| domain.as_str() != at.folder)
    {
        let message = format!(
            "the item is of `{}` but lies in `{}`",
            raw.domain.get_ref(),
            at.folder
        );
        let hint = "move the file to the folder of its domain";
        report.add(
            raw.domain.span().start,
            FaultCode::WrongFolder,
            message,
            hint,
        );
    }
    let kind = kind(report, &raw.kind);
    let cognitive_level = report.cognitive_level(&raw.cognitive_level);
    let facility_estimate = report.facility(&raw.facility_estimate);
    let time_seconds = report.number(
        &raw.time_seconds,
        1..=86_400,
        FaultCode::BadTime,
        "time_seconds",
    );
    let scoring = scoring(report, raw.scoring.as_ref(), kind);
    if stem.trim().is_empty() {
        let after_fence = toml.len() + FENCE.len() + 1;
        let hint = "write the question below the second `+++`";
        report.add(
            after_fence,
            FaultCode::EmptyStem,
            "the item asks nothing",
            hint,
        );
    }
    let options = options(report, &raw, kind);
    let enemies = report.references(&raw.enemies);
    let item = Item {
        enemies: report.ids(&raw.enemies),
        id: id?,
        kind: kind?,
        domain: domain?,
        cognitive_level: cognitive_level?,
        facility_estimate,
        time_seconds,
        references: plain(raw.references),
        scoring,
        shuffle: raw.shuffle.unwrap_or(true),
        stem: stem.trim_start_matches(['\r', '\n']).trim_end().to_owned(),
        options,
    };
    Some(ReadItem {
        item,
        id_place: report.place(raw.id.span().start),
        enemies,
    })
}

fn kind(report: &mut Report<'_>, text: &Spanned<String>) -> Option<ItemKind> {
    match text.get_ref().as_str() {
        "single_choice" => Some(ItemKind::SingleChoice),
        "multiple_choice" => Some(ItemKind::MultipleChoice),
        other => {
            let message = format!("there is no kind of item `{other}`");
            let hint = "use single_choice or multiple_choice";
            report.add(text.span().start, FaultCode::UnknownKind, message, hint);
            None
        }
    }
}

fn scoring(
    report: &mut Report<'_>,
    text: Option<&Spanned<String>>,
    kind: Option<ItemKind>,
) -> ItemScoring {
    let Some(text) = text else {
        return ItemScoring::default();
    };
    let start = text.span().start;
    if kind == Some(ItemKind::SingleChoice) {
        let message = "a single choice has no scoring of its own";
        report.add(start, FaultCode::BadScoring, message, "remove the field");
    }
    match text.get_ref().as_str() {
        "partial" => ItemScoring::Partial,
        "exact" => ItemScoring::Exact,
        other => {
            let message = format!("there is no scoring `{other}`");
            report.add(
                start,
                FaultCode::BadScoring,
                message,
                "use partial or exact",
            );
            ItemScoring::default()
        }
    }
}

fn options(report: &mut Report<'_>, raw: &RawItem, kind: Option<ItemKind>) -> Vec<ItemOption> {
    let mut options = Vec::with_capacity(raw.options.len());
    let mut first_with: BTreeMap<&str, char> = BTreeMap::new();
    for (option, letter) in raw.options.iter().zip('a'..='z') {
        let start = option.span().start;
        let option = option.get_ref();
        let text = option.text.get_ref().trim();
        let text_start = option.text.span().start;
        if text.is_empty() {
            let message = format!("option {letter} has no text");
            report.add(
                text_start,
                FaultCode::EmptyOption,
                message,
                "write the option",
            );
        } else if let Some(first) = first_with.get(text) {
            let message = format!("option {letter} says the same as option {first}");
            report.add(
                text_start,
                FaultCode::DuplicateOption,
                message,
                "change one of them",
            );
        } else {
            first_with.insert(text, letter);
        }
        let rationale = option
            .rationale
            .as_ref()
            .map_or("", |text| text.get_ref().trim());
        if rationale.is_empty() {
            let start = option
                .rationale
                .as_ref()
                .map_or(start, |text| text.span().start);
            let message = format!("option {letter} has no rationale");
            let hint = "say why it is right, or which mistake leads to it";
            report.add(start, FaultCode::MissingRationale, message, hint);
        }
        options.extend(OptionId::new(letter).ok().map(|id| ItemOption {
            id,
            text: option.text.get_ref().trim_end().to_owned(),
            is_key: option.is_key,
            rationale: rationale.to_owned(),
        }));
    }
    check_keys(report, raw, kind);
    options
}

fn check_keys(report: &mut Report<'_>, raw: &RawItem, kind: Option<ItemKind>) {
    let count = raw.options.len();
    let starts = || raw.options.iter().map(|option| option.span().start);
    let first = starts().next().unwrap_or_default();
    let keys: Vec<usize> = raw
        .options
        .iter()
        .filter(|o| o.get_ref().is_key)
        .map(|o| o.span().start)
        .collect();
    if !OPTIONS.contains(&count) {
        let message = format!("the item has {count} options");
        report.add(
            first,
            FaultCode::BadOptionCount,
            message,
            "give 3 to 6 options",
        );
    }
    if count == 0 {
        return;
    }
    if keys.is_empty() {
        let hint = "set is_key = true for what is right";
        report.add(first, FaultCode::NoKey, "no option is a key", hint);
    }
    if keys.len() == count {
        let hint = "add options that are wrong";
        report.add(
            first,
            FaultCode::NoDistractor,
            "every option is a key",
            hint,
        );
    }
    if let (Some(ItemKind::SingleChoice), [_, second, ..]) = (kind, keys.as_slice()) {
        let message = format!("a single choice has {} keys", keys.len());
        report.add(
            *second,
            FaultCode::ManyKeys,
            message,
            "keep one key, or use multiple_choice",
        );
    }
}
