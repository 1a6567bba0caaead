//! Reads `bank.toml`, blueprints and certifications.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use crate::bank::report::{Place, Reference, Report, plain};
use crate::{
    BankId, Blueprint, BlueprintSection, Certification, Domain, DomainId, Fault, FaultCode,
    LabPolicy, SectionId, SectionKind,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawManifest {
    id: Spanned<String>,
    title: Spanned<String>,
    language: Spanned<String>,
    license: Spanned<String>,
    version: Spanned<i64>,
    #[serde(default)]
    domains: Vec<RawDomain>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDomain {
    id: Spanned<String>,
    title: Spanned<String>,
    description: Spanned<String>,
}

/// What `bank.toml` says.
pub(super) struct Manifest {
    pub(super) id: BankId,
    pub(super) title: String,
    pub(super) language: String,
    pub(super) license: String,
    pub(super) version: u32,
    pub(super) domains: Vec<Domain>,
}

pub(super) fn read_manifest(path: &str, text: &str) -> (Option<Manifest>, Vec<Fault>) {
    let mut report = Report::new(path, text, 0);
    let manifest = manifest(&mut report, text);
    (manifest, report.faults)
}

fn manifest(report: &mut Report<'_>, text: &str) -> Option<Manifest> {
    let raw: RawManifest = report.parse(text)?;
    let id = report.id(&raw.id);
    let mut domains: Vec<Domain> = Vec::new();
    for raw in &raw.domains {
        let title = report.text(&raw.title, "the title");
        let description = report.text(&raw.description, "the description");
        let Some(id) = report.id::<DomainId>(&raw.id) else {
            continue;
        };
        if domains.iter().any(|domain| domain.id == id) {
            let message = format!("two domains have the id `{id}`");
            report.add(
                raw.id.span().start,
                FaultCode::DuplicateId,
                message,
                "rename one of them",
            );
        } else {
            domains.push(Domain {
                id,
                title,
                description,
            });
        }
    }
    Some(Manifest {
        id: id?,
        title: report.text(&raw.title, "the title"),
        language: report.text(&raw.language, "the language"),
        license: report.text(&raw.license, "the license"),
        version: report.number(&raw.version, 1..=u32::MAX, FaultCode::BadValue, "version"),
        domains,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBlueprint {
    id: Spanned<String>,
    title: Spanned<String>,
    certification: Spanned<String>,
    time_limit_minutes: Spanned<i64>,
    cut_score_percent: Spanned<i64>,
    sections: Spanned<Vec<Spanned<RawSection>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSection {
    id: Spanned<String>,
    title: Spanned<String>,
    kind: Spanned<String>,
    count: Spanned<i64>,
    weight_percent: Spanned<i64>,
    minimum_percent: Spanned<i64>,
    #[serde(default)]
    domains: BTreeMap<Spanned<String>, Spanned<i64>>,
    #[serde(default)]
    from: Vec<Spanned<String>>,
    labs: Option<Spanned<LabPolicy>>,
}

/// A blueprint and the places that faults found later point to.
pub(super) struct ReadBlueprint {
    pub(super) blueprint: Blueprint,
    pub(super) id_place: Place,
    pub(super) certification: Reference,
    /// Places by the name that [`crate::assemble`] gives to a constraint.
    pub(super) constraints: BTreeMap<String, Place>,
}

/// The most entries of one section.
const COUNT_MAX: u32 = 500;

pub(super) fn read_blueprint(
    path: &str,
    name: &str,
    text: &str,
    domains: &BTreeSet<DomainId>,
) -> (Option<ReadBlueprint>, Vec<Fault>) {
    let mut report = Report::new(path, text, 0);
    let blueprint = blueprint(&mut report, name, text, domains);
    (blueprint, report.faults)
}

fn blueprint(
    report: &mut Report<'_>,
    name: &str,
    text: &str,
    domains: &BTreeSet<DomainId>,
) -> Option<ReadBlueprint> {
    let raw: RawBlueprint = report.parse(text)?;
    let id = report.own_id(&raw.id, name);
    let title = report.text(&raw.title, "the title");
    let certification = report.id(&raw.certification);
    let minutes = &raw.time_limit_minutes;
    let time_limit_minutes =
        report.number(minutes, 1..=1440, FaultCode::BadTime, "time_limit_minutes");
    let cut_score_percent = report.percent(&raw.cut_score_percent, "cut_score_percent");

    let mut constraints = BTreeMap::from([(
        "time_limit_seconds".to_owned(),
        report.place(minutes.span().start),
    )]);
    let mut sections: Vec<BlueprintSection> = Vec::new();
    for raw in raw.sections.get_ref() {
        let Some(section) = section(report, raw.get_ref(), domains, &mut constraints) else {
            continue;
        };
        if sections.iter().any(|other| other.id == section.id) {
            let message = format!("two sections have the id `{}`", section.id);
            let start = raw.get_ref().id.span().start;
            report.add(start, FaultCode::DuplicateId, message, "rename one of them");
        }
        sections.push(section);
    }
    let weights: i64 = raw.sections.get_ref().iter().fold(0, |sum, raw| {
        sum.saturating_add(*raw.get_ref().weight_percent.get_ref())
    });
    if weights != 100 {
        let last = raw.sections.get_ref().last();
        let start = last.map_or(raw.sections.span().start, |raw| {
            raw.get_ref().weight_percent.span().start
        });
        let message = format!("the weights of the sections add up to {weights}");
        report.add(
            start,
            FaultCode::BadWeights,
            message,
            "make them add up to 100",
        );
    }
    Some(ReadBlueprint {
        blueprint: Blueprint {
            id: id?,
            title,
            certification: certification?,
            time_limit_minutes,
            cut_score_percent,
            sections,
        },
        id_place: report.place(raw.id.span().start),
        certification: report.reference(&raw.certification),
        constraints,
    })
}

fn section(
    report: &mut Report<'_>,
    raw: &RawSection,
    domains: &BTreeSet<DomainId>,
    constraints: &mut BTreeMap<String, Place>,
) -> Option<BlueprintSection> {
    let id: Option<SectionId> = report.id(&raw.id);
    let title = report.text(&raw.title, "the title");
    let kind = match raw.kind.get_ref().as_str() {
        "items" => Some(SectionKind::Items),
        "tasks" => Some(SectionKind::Tasks),
        other => {
            let message = format!("there is no kind of section `{other}`");
            report.add(
                raw.kind.span().start,
                FaultCode::UnknownKind,
                message,
                "use items or tasks",
            );
            None
        }
    };
    let count = report.number(&raw.count, 1..=COUNT_MAX, FaultCode::BadCount, "count");
    let prefix = format!("sections.{}", raw.id.get_ref());
    constraints.insert(
        format!("{prefix}.count"),
        report.place(raw.count.span().start),
    );
    let mut counts = BTreeMap::new();
    for (name, number) in &raw.domains {
        let number = report.number(number, 1..=COUNT_MAX, FaultCode::BadCount, "the count");
        let place = report.place(name.span().start);
        constraints.insert(format!("{prefix}.domains.{}", name.get_ref()), place);
        counts.extend(report.domain(name, domains).map(|domain| (domain, number)));
    }
    let sum: u32 = counts.values().sum();
    if counts.len() == raw.domains.len() && !counts.is_empty() && sum != count {
        let message = format!("the domains add up to {sum}, the section has {count}");
        let hint = "make count the sum of the domains";
        report.add(raw.count.span().start, FaultCode::BadCount, message, hint);
    }
    let from = raw
        .from
        .iter()
        .filter_map(|name| report.domain(name, domains));
    let from = from.collect();
    if let (Some(first), false) = (raw.from.first(), counts.is_empty()) {
        let hint = "count by domain, or say which domains to draw from";
        let message = "the section has both `domains` and `from`".to_owned();
        report.add(first.span().start, FaultCode::BadValue, message, hint);
    }
    Some(BlueprintSection {
        title,
        count,
        weight_percent: report.percent(&raw.weight_percent, "weight_percent"),
        minimum_percent: report.percent(&raw.minimum_percent, "minimum_percent"),
        domains: counts,
        from,
        labs: lab_policy(report, raw.labs.as_ref()),
        id: id?,
        kind: kind?,
    })
}

fn lab_policy(report: &mut Report<'_>, raw: Option<&Spanned<LabPolicy>>) -> LabPolicy {
    let Some(raw) = raw else {
        return LabPolicy::default();
    };
    let policy = *raw.get_ref();
    if policy.cost_percent > 100 {
        let message = format!("a reset costs {} % of the points", policy.cost_percent);
        let hint = "give cost_percent from 0 to 100";
        report.add(raw.span().start, FaultCode::BadValue, message, hint);
    }
    policy
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCertification {
    id: Spanned<String>,
    family: Spanned<String>,
    level: Spanned<String>,
    title: Spanned<String>,
    audience: Spanned<String>,
    #[serde(default)]
    requires: Vec<Spanned<String>>,
    valid_years: Spanned<i64>,
    blueprint: Option<Spanned<String>>,
    description: Spanned<String>,
    criteria: Spanned<String>,
    #[serde(default)]
    skills: Vec<Spanned<String>>,
}

/// A certification and what it refers to.
pub(super) struct ReadCertification {
    pub(super) certification: Certification,
    pub(super) id_place: Place,
    pub(super) requires: Vec<Reference>,
    pub(super) blueprint: Option<Reference>,
}

pub(super) fn read_certification(
    path: &str,
    name: &str,
    text: &str,
) -> (Option<ReadCertification>, Vec<Fault>) {
    let mut report = Report::new(path, text, 0);
    let certification = certification(&mut report, name, text);
    (certification, report.faults)
}

fn certification(report: &mut Report<'_>, name: &str, text: &str) -> Option<ReadCertification> {
    let raw: RawCertification = report.parse(text)?;
    let id = report.own_id(&raw.id, name);
    // A blueprint that is named must have a good id: a certification without its exam would
    // look unwritten.
    let blueprint = match &raw.blueprint {
        Some(named) => Some(report.id(named)?),
        None => None,
    };
    let requires = report.ids(&raw.requires);
    let references = report.references(&raw.requires);
    let valid_years = report.number(&raw.valid_years, 1..=50, FaultCode::BadValue, "valid_years");
    Some(ReadCertification {
        certification: Certification {
            family: report.text(&raw.family, "the family"),
            level: report.text(&raw.level, "the level"),
            title: report.text(&raw.title, "the title"),
            audience: report.text(&raw.audience, "the audience"),
            description: report.text(&raw.description, "the description"),
            criteria: report.text(&raw.criteria, "the criteria"),
            id: id?,
            requires,
            valid_years,
            blueprint,
            skills: plain(raw.skills),
        },
        id_place: report.place(raw.id.span().start),
        requires: references,
        blueprint: raw.blueprint.as_ref().map(|named| report.reference(named)),
    })
}
