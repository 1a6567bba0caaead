//! Reads the hosts of a task, and the host that a check names.

use toml::Spanned;

use crate::FaultCode;
use crate::bank::report::Report;
use crate::task::{HOSTS_MAX, ONLY_HOST};

/// The hosts, as far as they are sound.
pub(super) fn read(report: &mut Report<'_>, raw: &[Spanned<String>]) -> Vec<String> {
    let mut hosts: Vec<String> = Vec::new();
    for raw in raw {
        let (name, start) = (raw.get_ref(), raw.span().start);
        let refusal = if !is_host_name(name) {
            Some((
                format!("`{name}` is not a name for a host"),
                "use 1 to 63 lower-case letters, digits and hyphens, a letter first",
            ))
        } else if hosts.contains(name) {
            Some((
                format!("two hosts have the name `{name}`"),
                "rename one of them",
            ))
        } else if hosts.len() == HOSTS_MAX {
            Some((
                format!("a lab has at most {HOSTS_MAX} hosts"),
                "remove this one",
            ))
        } else {
            None
        };
        match refusal {
            Some((message, hint)) => report.add(start, FaultCode::BadHost, message, hint),
            None => hosts.push(name.clone()),
        }
    }
    hosts
}

/// Refuses a host that the task does not have.
pub(super) fn check(report: &mut Report<'_>, raw: Option<&Spanned<String>>, hosts: &[String]) {
    let Some(raw) = raw else { return };
    let name = raw.get_ref();
    let is_known = hosts.contains(name) || (hosts.is_empty() && name == ONLY_HOST);
    if !is_known {
        let message = format!("the task has no host `{name}`");
        let hint = "name one of `hosts`, or leave it out for the first of them";
        report.add(raw.span().start, FaultCode::BadHost, message, hint);
    }
}

/// As host names are (RFC 1123), in lower case and a letter first.
fn is_host_name(name: &str) -> bool {
    name.len() <= 63
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.ends_with('-')
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}
