//! The files of a task's folder.

use std::fmt::Write;

use super::image::BASE;
use super::shell;
use crate::{DomainId, SourceFile, TaskId};

/// Seconds that a verify script may take.
const VERIFY_SECONDS: u32 = 30;

/// What a task's folder is written from.
pub(super) struct Draft<'a> {
    pub(super) id: &'a TaskId,
    pub(super) domain: &'a DomainId,
    pub(super) source: &'a str,
    pub(super) title: String,
    pub(super) facility: f64,
    pub(super) time_seconds: u32,
    pub(super) statement: String,
    pub(super) setup: String,
    pub(super) commands: Vec<(String, String)>,
    pub(super) checks: Vec<Check>,
}

/// A step that has a verify script.
pub(super) struct Check {
    pub(super) number: usize,
    pub(super) title: String,
    pub(super) script: String,
}

impl Draft<'_> {
    pub(super) fn files(&self) -> Vec<SourceFile> {
        let mut files = vec![
            file("task.toml", self.manifest()),
            file("statement.md", self.statement.clone()),
            file("setup", self.setup()),
            file("solution", self.solution()),
        ];
        for check in &self.checks {
            files.push(file(&judge_path(check), judge(check)));
            files.push(file(&run_path(check), run(check)));
        }
        files
    }

    fn manifest(&self) -> String {
        let mut toml = format!(
            "# Imported from the scenario {}.\nid = {}\ntitle = {}\ndomain = {}\ncognitive_level = \"apply\"\n\
             facility_estimate = {:?}\ntime_seconds = {}\nimage = {}\n",
            one_line(self.source),
            quoted(self.id.as_str()),
            quoted(&self.title),
            quoted(self.domain.as_str()),
            self.facility,
            self.time_seconds,
            quoted(BASE),
        );
        for check in &self.checks {
            let _infallible = write!(
                toml,
                "\n# Runs in a copy of the candidate's machine: root there can fake it, and no process of the lab runs in it.\n\
                 [[checks]]\nid = \"step-{}\"\ntitle = {}\npoints = 1\njudge = {}\n\
                 run = {{ script = {}, timeout_seconds = {VERIFY_SECONDS} }}\n",
                check.number,
                quoted(&check.title),
                quoted(&judge_path(check)),
                quoted(&run_path(check)),
            );
        }
        toml
    }

    fn setup(&self) -> String {
        if self.setup.is_empty() {
            return "#!/bin/bash\n# The scenario prepares nothing.\n".to_owned();
        }
        format!(
            "#!/bin/bash\nset -eu\n{}cd /root\n{}",
            shell::RUN,
            self.setup
        )
    }

    fn solution(&self) -> String {
        if self.commands.is_empty() {
            return "#!/bin/bash\necho 'The scenario offers no commands to run.' >&2\nexit 1\n"
                .to_owned();
        }
        let mut script =
            "#!/bin/bash\n# The commands that the scenario offers to run, in order.\ncd /root\n"
                .to_owned();
        let mut before = "";
        for (step, commands) in &self.commands {
            if before != step {
                script.push_str(&format!("# {step}\n"));
                before = step;
            }
            script.push_str(&shell::inline(commands));
        }
        script
    }
}

fn judge_path(check: &Check) -> String {
    format!("checks/step-{}.sh", check.number)
}

fn run_path(check: &Check) -> String {
    format!("checks/run-step-{}.sh", check.number)
}

fn judge(check: &Check) -> String {
    format!(
        ". /task/lib.sh\n\
         expected='the verify script of step {} ends with exit status 0 in a copy of the machine'\n\
         status=$(captured run.exit)\n\
         [ \"$status\" = 0 ] ||\n\
         \x20 fail \"$expected\" \"exit status $status: $(captured run.stdout | tail -c 300) $(captured run.stderr | tail -c 300)\"\n\
         pass 'exit status 0'\n",
        check.number
    )
}

fn run(check: &Check) -> String {
    format!(
        "#!/bin/bash\n# The verify script of step {}.\n{}cd /root || exit 1\n{}",
        check.number,
        shell::RUN,
        shell::run(&check.script)
    )
}

fn file(path: &str, text: String) -> SourceFile {
    SourceFile {
        path: path.to_owned(),
        text: text.into_bytes(),
    }
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// A text on one line, without control characters and without two braces together.
pub(super) fn one_line(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    apart(line.trim())
}

/// A text in which no two braces stand together: they would name a parameter.
pub(super) fn apart(text: &str) -> String {
    let mut apart = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter == '{' && apart.ends_with('{') {
            apart.push(' ');
        }
        apart.push(letter);
    }
    apart
}
