//! Reads the declared kind of a check, and refuses what could not be judged.

use std::collections::BTreeMap;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use toml::Spanned;

use crate::bank::report::Report;
use crate::bank::task::Text;
use crate::check_kind::{Rule, data_format};
use crate::parameters::names;
use crate::{
    CheckKind, Declared, FaultCode, FileFacts, Parameter, ProbeTemplate, TextFacts, ValueFacts,
    Values,
};

/// A text, or a number or truth value that means its text.
#[derive(Debug, Clone)]
pub(super) struct Scalar {
    text: String,
    is_text: bool,
}

impl AsRef<str> for Scalar {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a text, a number or a truth value")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar {
            text: text.to_owned(),
            is_text: true,
        })
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Scalar, E> {
        Ok(plain(number.to_string()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Scalar, E> {
        Ok(plain(format!("{number:?}")))
    }

    fn visit_bool<E: de::Error>(self, is_true: bool) -> Result<Scalar, E> {
        Ok(plain(is_true.to_string()))
    }
}

fn plain(text: String) -> Scalar {
    Scalar {
        text,
        is_text: false,
    }
}

pub(super) type RawText = Spanned<Scalar>;

/// A declared kind as it stands in the file, and where.
pub(super) type RawKind = (usize, CheckKind<RawText>);

/// One kind of a check, if the check has it.
pub(super) fn given<F: Clone>(
    facts: Option<&Spanned<F>>,
    kind: impl FnOnce(F) -> CheckKind<RawText>,
) -> Option<RawKind> {
    let facts = facts?;
    Some((facts.span().start, kind(facts.get_ref().clone())))
}

/// What else the check has, which the kinds need.
pub(super) struct Beside<'a> {
    /// Where the check stands.
    pub(super) start: usize,
    pub(super) judge: Option<&'a Spanned<String>>,
    pub(super) expected: Option<&'a RawText>,
    pub(super) has_run: bool,
    pub(super) has_requirements: bool,
    pub(super) probe: Option<&'a ProbeTemplate>,
}

/// The declaration of a check; none if it has a judge, or neither.
pub(super) fn read(
    report: &mut Report<'_>,
    kinds: Vec<RawKind>,
    beside: &Beside<'_>,
    parameters: &BTreeMap<String, Parameter>,
    texts: &mut Vec<Text>,
) -> Option<Declared> {
    let mut refuse = |start, message: String, hint| {
        report.add(start, FaultCode::BadCheck, message, hint);
    };
    let count = kinds.len() + usize::from(beside.judge.is_some());
    if count == 0 {
        let hint = "give it `judge`, or declare file, content, value, git, http, port, output or undamaged";
        refuse(beside.start, "nothing decides the check".to_owned(), hint);
    }
    if let (2.., Some((start, _))) = (count, kinds.last()) {
        let hint = "keep one of them, and make another check of the other";
        refuse(*start, "two things decide the check".to_owned(), hint);
    }
    if let (Some(expected), true) = (beside.expected, kinds.is_empty()) {
        let hint = "remove it: a judge says itself what it expected";
        refuse(
            expected.span().start,
            "`expected` has no kind".to_owned(),
            hint,
        );
    }
    let (start, kind) = kinds.into_iter().next()?;
    if let Some((message, hint)) = obstacle(&kind, beside) {
        refuse(start, message.to_owned(), hint);
    }
    let raw = Declared {
        kind,
        expected: beside.expected.cloned(),
    };
    Some(raw.map(&mut |rule, text| one(report, rule, text, parameters, texts)))
}

/// Checks one text for every value that its parameters can have.
fn one(
    report: &mut Report<'_>,
    rule: Rule,
    raw: &RawText,
    parameters: &BTreeMap<String, Parameter>,
    texts: &mut Vec<Text>,
) -> String {
    let (start, scalar) = (raw.span().start, raw.get_ref());
    texts.push((scalar.text.clone(), report.place(start)));
    if rule == Rule::Mode && !scalar.is_text {
        let message = format!("the mode {} is a number", scalar.text);
        let hint = "write it in quotes, such as \"0640\": a number would be read as decimal";
        report.add(start, FaultCode::BadMode, message, hint);
        return scalar.text.clone();
    }
    for values in samples(&scalar.text, parameters) {
        let Ok(filled) = rule.fill(&scalar.text, &values) else {
            continue;
        };
        if let Err(refusal) = rule.check(&filled) {
            report.add(start, refusal.code, refusal.message, refusal.hint);
            break;
        }
    }
    scalar.text.clone()
}

/// Values for what a text names: each one that can be picked, and the ends of the ranges.
/// A name without a parameter has a fault of its own.
fn samples(text: &str, parameters: &BTreeMap<String, Parameter>) -> Vec<Values> {
    let of = |parameter: &Parameter| match parameter {
        Parameter::Pick(texts) => texts.clone(),
        Parameter::Number(low, high) => vec![low.to_string(), high.to_string()],
        Parameter::Token(length) => vec!["a".repeat((*length).min(64) as usize)],
    };
    let known: BTreeMap<String, Vec<String>> = names(text)
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), of(parameters.get(name)?))))
        .collect();
    let first = |(name, texts): (&String, &Vec<String>)| {
        (name.clone(), texts.first().cloned().unwrap_or_default())
    };
    let firsts = Values(known.iter().map(first).collect());
    let mut samples = vec![firsts.clone()];
    for (name, texts) in &known {
        for text in texts.iter().skip(1) {
            let mut values = firsts.clone();
            values.0.insert(name.clone(), text.clone());
            samples.push(values);
        }
    }
    samples
}

/// Why facts that are sound one by one cannot be judged together.
fn obstacle(
    kind: &CheckKind<RawText>,
    beside: &Beside<'_>,
) -> Option<(&'static str, &'static str)> {
    const NOTHING: (&str, &str) = ("the check asks for nothing", "say what must be so");
    const NO_RUN: (&str, &str) = (
        "the check looks at what `run` gives and has none",
        "add `run = { script = \"checks/run.sh\" }`",
    );
    let after = match kind {
        CheckKind::File(facts) => facts.after,
        CheckKind::Content(facts) => facts.after,
        CheckKind::Value(facts) => facts.after,
        CheckKind::Git(facts) => facts.after,
        CheckKind::Http(_) | CheckKind::Port(_) | CheckKind::Undamaged(_) => false,
        CheckKind::Output(_) => true,
    };
    if after && !beside.has_run {
        return Some(NO_RUN);
    }
    match kind {
        CheckKind::File(facts) => file_obstacle(facts),
        CheckKind::Content(facts) => {
            (facts.equals.is_none() && facts.matches.is_empty() && facts.lacks.is_empty())
                .then_some(NOTHING)
        }
        CheckKind::Value(facts) => value_obstacle(facts).or_else(|| {
            let wanted = [
                &facts.r#type,
                &facts.equals,
                &facts.at_least,
                &facts.at_most,
            ];
            let asks = wanted.iter().any(|text| text.is_some())
                || facts.length.is_some()
                || facts.absent
                || !facts.matches.is_empty();
            (!asks).then_some(NOTHING)
        }),
        CheckKind::Git(facts) => {
            let asks = facts.head_subject_matches.is_some()
                || facts.contains_file.is_some()
                || facts.commits_at_least.is_some()
                || !facts.history_lacks.is_empty()
                || facts.branch.is_some();
            match facts.is_ancestor.len() {
                0 => (!asks).then_some(NOTHING),
                2 => None,
                _ => Some((
                    "`is_ancestor` does not name two commits",
                    "write [\"older\", \"newer\"]",
                )),
            }
        }
        CheckKind::Http(facts) => {
            let is_lower = |name: &String| {
                let is_fit = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
                !name.is_empty() && name.bytes().all(is_fit)
            };
            if !matches!(beside.probe, Some(ProbeTemplate::Http { .. })) {
                let hint = "add `probe = { http = { port = 80, path = \"/\" } }`";
                Some(("the check is about an HTTP probe and has none", hint))
            } else if !facts.headers.keys().all(is_lower) {
                let hint = "write content-type and the like; answers may spell it as they want";
                Some(("the name of a header is not in lower case", hint))
            } else if is_idle(facts.body.as_ref()) {
                Some(NOTHING)
            } else {
                let asks =
                    facts.status.is_some() || !facts.headers.is_empty() || facts.body.is_some();
                (!asks).then_some(NOTHING)
            }
        }
        // On an untouched machine nothing is damaged: alone it would give points for nothing.
        CheckKind::Undamaged(_) => (!beside.has_requirements).then_some((
            "the check passes on a machine that nobody touched",
            "let it require the checks of the work itself",
        )),
        CheckKind::Port(_) => {
            (!matches!(beside.probe, Some(ProbeTemplate::Tcp { .. }))).then_some((
                "the check is about a TCP probe and has none",
                "add `probe = { tcp = { port = 80 } }`",
            ))
        }
        CheckKind::Output(facts) => {
            let asks = facts.exit.is_some() || facts.stdout.is_some() || facts.stderr.is_some();
            let is_idle = is_idle(facts.stdout.as_ref()) || is_idle(facts.stderr.as_ref());
            (!asks || is_idle).then_some(NOTHING)
        }
    }
}

/// Whether a text is named of which nothing is asked.
fn is_idle<T>(facts: Option<&TextFacts<T>>) -> bool {
    facts.is_some_and(|facts| {
        facts.equals.is_none() && facts.matches.is_empty() && facts.lacks.is_empty()
    })
}

fn file_obstacle(facts: &FileFacts<RawText>) -> Option<(&'static str, &'static str)> {
    let type_ = facts.r#type.as_ref().map(|text| text.get_ref().as_ref());
    let of_content = [&facts.sha256, &facts.size_at_least, &facts.size_at_most];
    let of_inode = [&facts.mode, &facts.mode_at_most, &facts.owner, &facts.group];
    let has = |texts: &[&Option<RawText>]| texts.iter().any(|text| text.is_some());
    match type_ {
        Some("absent") if has(&of_content) || has(&of_inode) || facts.target.is_some() => Some((
            "what is absent has no other facts",
            "remove them, or the type",
        )),
        Some("file" | "directory" | "any") if facts.target.is_some() => {
            Some(("only a link has a target", "write type = \"link\""))
        }
        Some("link") | None if facts.target.is_some() && has(&of_content) => Some((
            "a link has no content",
            "make another check of what it leads to",
        )),
        Some("link" | "directory" | "any") if has(&of_content) => Some((
            "only a file has a size and a digest",
            "write type = \"file\"",
        )),
        _ => None,
    }
}

fn value_obstacle(facts: &ValueFacts<RawText>) -> Option<(&'static str, &'static str)> {
    let format = facts.format.as_ref().map(|text| text.get_ref().as_ref());
    let others = [
        &facts.r#type,
        &facts.equals,
        &facts.at_least,
        &facts.at_most,
    ];
    let has_others = others.iter().any(|text| text.is_some())
        || facts.length.is_some()
        || !facts.matches.is_empty();
    if data_format(format, facts.path.get_ref().as_ref()).is_none() {
        let hint = "add format = \"ini\" (or json, yaml, toml)";
        return Some(("the path does not tell the format", hint));
    }
    if facts.absent && (has_others || facts.pointer.is_none()) {
        let hint = "give a pointer, and nothing else beside `absent`";
        return Some(("a value that is absent has no other facts", hint));
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_value_of_a_parameter_is_tried_once() {
        let parameters = BTreeMap::from([
            (
                "a".to_owned(),
                Parameter::Pick(vec!["x".into(), "y".into()]),
            ),
            ("n".to_owned(), Parameter::Number(1, 9)),
        ]);
        let tried: BTreeSet<String> = samples("{{a}}{{n}}{{unknown}}", &parameters)
            .iter()
            .map(|values| format!("{:?}{:?}", values.get("a"), values.get("n")))
            .collect();
        assert_eq!(tried.len(), 3, "{tried:?}");
        assert_eq!(samples("plain", &parameters).len(), 1);
    }
}
