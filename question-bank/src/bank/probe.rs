//! Reads the probe of a check: what is asked from outside, on the live lab.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::bank::report::Report;
use crate::bank::task::Text;
use crate::{FaultCode, Parameter, ProbeTemplate};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub(super) enum RawProbe {
    Http {
        port: Spanned<RawPort>,
        path: Spanned<String>,
        host: Option<Spanned<String>>,
    },
    Tcp {
        port: Spanned<RawPort>,
    },
}

/// A number, or a text that may name a parameter.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum RawPort {
    Number(i64),
    Text(String),
}

impl RawPort {
    fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

pub(super) fn read(
    report: &mut Report<'_>,
    raw: &RawProbe,
    parameters: &BTreeMap<String, Parameter>,
    texts: &mut Vec<Text>,
) -> ProbeTemplate {
    match raw {
        RawProbe::Http {
            port: raw_port,
            path,
            host,
        } => {
            if !path.get_ref().starts_with('/') {
                let message = format!("the path `{}` does not start with a slash", path.get_ref());
                report.add(
                    path.span().start,
                    FaultCode::BadProbe,
                    message,
                    "write /path",
                );
            }
            for text in [path].into_iter().chain(host) {
                texts.push((text.get_ref().clone(), report.place(text.span().start)));
            }
            ProbeTemplate::Http {
                port: port(report, raw_port, parameters, texts),
                path: path.get_ref().clone(),
                host: host.as_ref().map(|host| host.get_ref().clone()),
            }
        }
        RawProbe::Tcp { port: raw_port } => ProbeTemplate::Tcp {
            port: port(report, raw_port, parameters, texts),
        },
    }
}

fn port(
    report: &mut Report<'_>,
    raw: &Spanned<RawPort>,
    parameters: &BTreeMap<String, Parameter>,
    texts: &mut Vec<Text>,
) -> String {
    let start = raw.span().start;
    let port = raw.get_ref().text();
    if !can_only_be_port(&port, parameters) {
        let message = format!("`{port}` can be something else than a port");
        let hint = "give a number from 1 to 65535, or {{name}} of a parameter that is one";
        report.add(start, FaultCode::BadProbe, message, hint);
    }
    texts.push((port.clone(), report.place(start)));
    port
}

fn can_only_be_port(text: &str, parameters: &BTreeMap<String, Parameter>) -> bool {
    let is_port = |text: &str| text.parse::<u16>().is_ok_and(|port| port > 0);
    let name = text
        .strip_prefix("{{")
        .and_then(|rest| rest.strip_suffix("}}"));
    match name.map(|name| parameters.get(name)) {
        None => is_port(text),
        // An unknown name has a fault of its own.
        Some(None) => true,
        Some(Some(Parameter::Number(low, high))) => *low >= 1 && *high <= i64::from(u16::MAX),
        Some(Some(Parameter::Pick(texts))) => texts.iter().all(|text| is_port(text)),
        Some(Some(Parameter::Token(_))) => false,
    }
}
