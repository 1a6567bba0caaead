//! Reads `task.toml`: the fields of a task and of its checks.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use crate::bank::hosts;
use crate::bank::kind::{self, Beside, RawKind, RawText};
use crate::bank::probe::{self, RawProbe};
use crate::bank::report::{Place, Reference, Report, plain};
use crate::bank::task_files::{Files, check_texts};
use crate::{
    Check, CheckId, CheckKind, ContentFacts, DomainId, Fault, FaultCode, FileFacts, GitFacts,
    HttpFacts, Limits, OutputFacts, Parameter, RunScript, Task, UndamagedFacts, ValueFacts,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTask {
    id: Spanned<String>,
    title: Spanned<String>,
    domain: Spanned<String>,
    cognitive_level: Spanned<String>,
    facility_estimate: Spanned<f64>,
    time_seconds: Spanned<i64>,
    image: Spanned<String>,
    #[serde(default)]
    hosts: Vec<Spanned<String>>,
    #[serde(default)]
    references: Vec<Spanned<String>>,
    #[serde(default)]
    enemies: Vec<Spanned<String>>,
    limits: Option<Spanned<Limits>>,
    #[serde(default)]
    parameters: BTreeMap<Spanned<String>, Spanned<Parameter>>,
    #[serde(default)]
    checks: Vec<Spanned<RawCheck>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCheck {
    id: Spanned<String>,
    title: Spanned<String>,
    points: Spanned<i64>,
    host: Option<Spanned<String>>,
    #[serde(default)]
    requires: Vec<Spanned<String>>,
    #[serde(default)]
    follows: Vec<Spanned<String>>,
    timeout_seconds: Option<Spanned<i64>>,
    judge: Option<Spanned<String>>,
    file: Option<Spanned<FileFacts<RawText>>>,
    content: Option<Spanned<ContentFacts<RawText>>>,
    value: Option<Spanned<ValueFacts<RawText>>>,
    git: Option<Spanned<GitFacts<RawText>>>,
    http: Option<Spanned<HttpFacts<RawText>>>,
    port: Option<RawText>,
    output: Option<Spanned<OutputFacts<RawText>>>,
    undamaged: Option<Spanned<UndamagedFacts<RawText>>>,
    expected: Option<RawText>,
    run: Option<RawRun>,
    probe: Option<RawProbe>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRun {
    script: Spanned<String>,
    timeout_seconds: Option<Spanned<i64>>,
}

impl RawCheck {
    fn kinds(&self) -> Vec<RawKind> {
        let port = self.port.as_ref();
        let kinds = [
            kind::given(self.file.as_ref(), CheckKind::File),
            kind::given(self.content.as_ref(), CheckKind::Content),
            kind::given(self.value.as_ref(), CheckKind::Value),
            kind::given(self.git.as_ref(), CheckKind::Git),
            kind::given(self.http.as_ref(), CheckKind::Http),
            port.map(|port| (port.span().start, CheckKind::Port(port.clone()))),
            kind::given(self.output.as_ref(), CheckKind::Output),
            kind::given(self.undamaged.as_ref(), CheckKind::Undamaged),
        ];
        kinds.into_iter().flatten().collect()
    }
}

/// Time for a judge or a run script that does not say.
const TIMEOUT_SECONDS: u32 = 20;

/// A task and what it refers to. It may have faults, which are in the list beside it.
pub(super) struct ReadTask {
    pub(super) task: Task,
    pub(super) id_place: Place,
    pub(super) enemies: Vec<Reference>,
}

/// A text of the task that may name parameters, and where it stands.
pub(super) type Text = (String, Place);

/// Reads the task of one folder. `name` is the name of the folder.
pub(super) fn read(
    name: &str,
    files: &mut Files<'_>,
    domains: &BTreeSet<DomainId>,
) -> (Option<ReadTask>, Vec<Fault>) {
    let path = format!("tasks/{name}/task.toml");
    let Some(toml) = files.take("task.toml") else {
        let fault = Place::start_of(&path).fault(
            FaultCode::MissingFile,
            "the folder has no task.toml",
            "write it, or remove the folder",
        );
        return (None, vec![fault]);
    };
    let mut report = Report::new(&path, toml, 0);
    let task = read_parts(name, &mut report, toml, files, domains);
    (task, report.faults)
}

fn read_parts(
    name: &str,
    report: &mut Report<'_>,
    toml: &str,
    files: &mut Files<'_>,
    domains: &BTreeSet<DomainId>,
) -> Option<ReadTask> {
    let raw: RawTask = report.parse(toml)?;
    let id = report.own_id(&raw.id, name);
    let domain = report.domain(&raw.domain, domains);
    let cognitive_level = report.cognitive_level(&raw.cognitive_level);
    let limits = limits(report, raw.limits.as_ref());
    let parameters = parameters(report, &raw.parameters);
    let hosts = hosts::read(report, &raw.hosts);
    let statement = files.needed("statement.md", report);
    let setup = files.needed("setup", report);
    let boot = files.take("boot").unwrap_or_default().to_owned();
    let solution = files.needed("solution", report);
    let mut texts = Vec::new();
    let checks = checks(report, &raw.checks, files, &parameters, &mut texts);
    let cheats = files.cheats(report);
    for check in &raw.checks {
        hosts::check(report, check.get_ref().host.as_ref(), &hosts);
    }
    files.refuse_rest(report);
    check_texts(report, &parameters, &texts, files);
    let task = Task {
        title: report.text(&raw.title, "the title"),
        facility_estimate: report.facility(&raw.facility_estimate),
        time_seconds: report.number(
            &raw.time_seconds,
            1..=86_400,
            FaultCode::BadTime,
            "time_seconds",
        ),
        image: report.text(&raw.image, "the image"),
        enemies: report.ids(&raw.enemies),
        id: id?,
        hosts,
        domain: domain?,
        cognitive_level: cognitive_level?,
        references: plain(raw.references),
        limits,
        parameters,
        statement,
        setup,
        boot,
        solution,
        checks,
        cheats,
    };
    let enemies = report.references(&raw.enemies);
    Some(ReadTask {
        task,
        id_place: report.place(raw.id.span().start),
        enemies,
    })
}

fn limits(report: &mut Report<'_>, raw: Option<&Spanned<Limits>>) -> Limits {
    let Some(raw) = raw else {
        return Limits::default();
    };
    let limits = *raw.get_ref();
    let numbers = [limits.memory_mib, limits.processes, limits.disk_mib];
    if numbers.contains(&0) || !limits.cpus.is_finite() || limits.cpus <= 0.0 {
        let hint = "give each limit a number above zero, or leave it out";
        report.add(
            raw.span().start,
            FaultCode::BadValue,
            "a limit is zero or below",
            hint,
        );
    }
    limits
}

fn parameters(
    report: &mut Report<'_>,
    raw: &BTreeMap<Spanned<String>, Spanned<Parameter>>,
) -> BTreeMap<String, Parameter> {
    let mut parameters = BTreeMap::new();
    for (name, parameter) in raw {
        let start = name.span().start;
        let text = name.get_ref();
        // The name is also that of an environment variable.
        let is_name = text.starts_with(|c: char| c.is_ascii_lowercase())
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !is_name {
            let message = format!("`{text}` is not a name for a parameter");
            let hint = "use lower-case letters, digits and underscores, a letter first";
            report.add(start, FaultCode::BadParameter, message, hint);
        }
        let refusal = match parameter.get_ref() {
            Parameter::Pick(texts) if texts.is_empty() => Some("has nothing to pick from"),
            Parameter::Number(low, high) if low > high => {
                Some("has its numbers the wrong way round")
            }
            Parameter::Token(length) if !(1..=64).contains(length) => {
                Some("has a token shorter than 1 or longer than 64")
            }
            Parameter::Pick(_) | Parameter::Number(..) | Parameter::Token(_) => None,
        };
        if let Some(refusal) = refusal {
            let message = format!("parameter `{text}` {refusal}");
            let start = parameter.span().start;
            report.add(
                start,
                FaultCode::BadParameter,
                message,
                "correct what it is drawn from",
            );
        }
        parameters.insert(text.clone(), parameter.get_ref().clone());
    }
    parameters
}

fn checks(
    report: &mut Report<'_>,
    raw: &[Spanned<RawCheck>],
    files: &mut Files<'_>,
    parameters: &BTreeMap<String, Parameter>,
    texts: &mut Vec<Text>,
) -> Vec<Check> {
    if raw.is_empty() {
        let hint = "add [[checks]]: without one nobody can earn points";
        report.add(0, FaultCode::NoChecks, "the task has no checks", hint);
    }
    let mut checks: Vec<Check> = Vec::new();
    for raw in raw {
        let raw = raw.get_ref();
        let Some(id) = report.id::<CheckId>(&raw.id) else {
            continue;
        };
        if checks.iter().any(|other| other.id == id) {
            let message = format!("two checks have the id `{id}`");
            report.add(
                raw.id.span().start,
                FaultCode::DuplicateId,
                message,
                "rename one of them",
            );
        }
        if *raw.points.get_ref() == 0 {
            let message = format!("check `{id}` is worth nothing");
            let hint = "give it points, or remove it";
            report.add(
                raw.points.span().start,
                FaultCode::ZeroPoints,
                message,
                hint,
            );
        }
        let points = report.number(&raw.points, 0..=10_000, FaultCode::BadValue, "points");
        let title = report.text(&raw.title, "the title");
        texts.push((title.clone(), report.place(raw.title.span().start)));
        let run = raw.run.as_ref().map(|run| RunScript {
            script: files.script(&run.script, report),
            timeout_seconds: timeout(report, run.timeout_seconds.as_ref()),
        });
        let probe = raw
            .probe
            .as_ref()
            .map(|raw| probe::read(report, raw, parameters, texts));
        let timeout_seconds = timeout(report, raw.timeout_seconds.as_ref());
        let beside = Beside {
            start: raw.id.span().start,
            judge: raw.judge.as_ref(),
            expected: raw.expected.as_ref(),
            has_run: run.is_some(),
            has_requirements: !raw.requires.is_empty(),
            probe: probe.as_ref(),
        };
        let declared = kind::read(report, raw.kinds(), &beside, parameters, texts);
        let judge = raw.judge.as_ref().map(|judge| files.script(judge, report));
        let made = declared.as_ref().map(|d| d.script(timeout_seconds));
        checks.push(Check {
            id,
            title,
            points,
            host: raw.host.as_ref().map(|host| host.get_ref().clone()),
            requires: report.ids(&raw.requires),
            follows: report.ids(&raw.follows),
            timeout_seconds,
            judge_script: judge.or(made).unwrap_or_default(),
            declared,
            run,
            probe,
        });
    }
    check_requirements(report, raw, &checks);
    checks
}

fn timeout(report: &mut Report<'_>, raw: Option<&Spanned<i64>>) -> u32 {
    raw.map_or(TIMEOUT_SECONDS, |raw| {
        report.number(raw, 1..=600, FaultCode::BadTime, "timeout_seconds")
    })
}

fn check_requirements(report: &mut Report<'_>, raw: &[Spanned<RawCheck>], checks: &[Check]) {
    let requires: BTreeMap<&str, Vec<&str>> = checks
        .iter()
        .map(|check| {
            (
                check.id.as_str(),
                check
                    .requires
                    .iter()
                    .chain(&check.follows)
                    .map(CheckId::as_str)
                    .collect(),
            )
        })
        .collect();
    for raw in raw {
        let id = &raw.get_ref().id;
        let check = raw.get_ref();
        for required in check.requires.iter().chain(&check.follows) {
            let start = required.span().start;
            let (name, own) = (required.get_ref().as_str(), id.get_ref().as_str());
            if !requires.contains_key(name) {
                let message =
                    format!("check `{own}` requires or follows `{name}`, which does not exist");
                let hint = "name another check of this task";
                report.add(start, FaultCode::UnknownRequirement, message, hint);
            } else if reaches(&requires, name, own) {
                let message = format!("check `{own}` comes before itself by way of `{name}`");
                let hint = "remove one requirement of the circle";
                report.add(start, FaultCode::RequirementCycle, message, hint);
            }
        }
    }
}

/// Whether `to` is `from` or is required by it, directly or through others.
pub(super) fn reaches(requires: &BTreeMap<&str, Vec<&str>>, from: &str, to: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        if id == to {
            return true;
        }
        if seen.insert(id) {
            open.extend(requires.get(id).into_iter().flatten());
        }
    }
    false
}
