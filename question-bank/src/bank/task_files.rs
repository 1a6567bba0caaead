//! The files of a task's folder: which it needs, which it may have, what they name.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;

use crate::bank::report::{Place, Report};
use crate::bank::task::Text;
use crate::parameters::unknown_names;
use crate::{Cheat, FaultCode, Parameter};

/// The readable files of one folder, by path inside it.
pub(super) struct Files<'a> {
    folder: String,
    files: BTreeMap<&'a str, &'a str>,
    /// Files that are there but are not text; they have a fault already.
    unreadable: BTreeSet<&'a str>,
    used: BTreeSet<&'a str>,
}

impl<'a> Files<'a> {
    pub(super) fn new(
        name: &str,
        files: BTreeMap<&'a str, &'a str>,
        unreadable: BTreeSet<&'a str>,
    ) -> Self {
        Self {
            folder: format!("tasks/{name}"),
            files,
            unreadable,
            used: BTreeSet::new(),
        }
    }

    pub(super) fn is_unreadable(&self, path: &str) -> bool {
        self.unreadable.contains(path)
    }

    pub(super) fn take(&mut self, path: &str) -> Option<&'a str> {
        let (path, text) = self.files.get_key_value(path)?;
        self.used.insert(path);
        Some(text)
    }

    /// A file that every task has.
    pub(super) fn needed(&mut self, path: &str, report: &mut Report<'_>) -> String {
        self.get(path, 0, report)
    }

    /// The script that a field of `task.toml` names.
    pub(super) fn script(&mut self, field: &Spanned<String>, report: &mut Report<'_>) -> String {
        self.get(field.get_ref(), field.span().start, report)
    }

    fn get(&mut self, path: &str, named_at: usize, report: &mut Report<'_>) -> String {
        let Some(text) = self.take(path) else {
            if !self.is_unreadable(path) {
                let message = format!("the task has no file `{path}`");
                let hint = "write the file, or correct its name";
                report.add(named_at, FaultCode::MissingFile, message, hint);
            }
            return String::new();
        };
        if text.trim().is_empty() {
            let place = Place::start_of(&format!("{}/{path}", self.folder));
            let fault = place.fault(FaultCode::EmptyFile, "the file is empty", "write it");
            report.faults.push(fault);
        }
        text.to_owned()
    }

    pub(super) fn cheats(&mut self, report: &mut Report<'_>) -> Vec<Cheat> {
        let paths: Vec<&str> = self
            .files
            .keys()
            .copied()
            .filter(|path| path.starts_with("cheats/"))
            .collect();
        paths
            .into_iter()
            .map(|path| Cheat {
                name: path.trim_start_matches("cheats/").to_owned(),
                script: self.get(path, 0, report),
            })
            .collect()
    }

    /// A file that nothing uses is most likely a name that was misspelt somewhere.
    pub(super) fn refuse_rest(&self, report: &mut Report<'_>) {
        for path in self.files.keys().filter(|path| !self.used.contains(**path)) {
            let fault = Place::start_of(&format!("{}/{path}", self.folder)).fault(
                FaultCode::UnexpectedFile,
                "nothing in task.toml uses this file",
                "name it in a check, or remove it",
            );
            report.faults.push(fault);
        }
    }
}

/// Refuses parameters that the task does not have, in all its files and texts.
pub(super) fn check_texts(
    report: &mut Report<'_>,
    parameters: &BTreeMap<String, Parameter>,
    texts: &[Text],
    files: &Files<'_>,
) {
    let names: Vec<&str> = parameters.keys().map(String::as_str).collect();
    let hint = if names.is_empty() {
        "the task has no parameters; write `{ {` for two braces that are not one".to_owned()
    } else {
        format!(
            "use {}, or write `{{ {{` for two braces that are no parameter",
            names.join(", ")
        )
    };
    let message = |name: &str| format!("the task has no parameter `{name}`");
    for (text, place) in texts {
        for unknown in unknown_names(text, parameters) {
            let fault = place.fault(FaultCode::UnknownParameter, message(&unknown.name), &hint);
            report.faults.push(fault);
        }
    }
    for (path, text) in files.files.iter().filter(|(path, _)| **path != "task.toml") {
        let path = format!("{}/{path}", files.folder);
        let mut own = Report::new(&path, text, 0);
        for unknown in unknown_names(text, parameters) {
            let message = message(&unknown.name);
            own.add(unknown.offset, FaultCode::UnknownParameter, message, &hint);
        }
        report.faults.append(&mut own.faults);
    }
}
