//! One scenario becomes one task.

mod estimate;
mod files;

use serde_json::Value;

use self::files::Named;

use super::image::{self, Image};
use super::index::{self, Details, Page, read_json};
use super::task::{Check, Draft, apart, one_line};
use super::tree::{Tree, inside};
use super::words::{self, Part};
use super::{assets, page, shell};
use crate::import::{BANK_FILE_BYTES_MAX, ImportedTask, Loss};
use crate::{DomainId, Fault, FaultCode, TaskId};

/// Time for a step of a scenario that does not say how long it takes.
const STEP_SECONDS: usize = 300;

/// Keys that say nothing about the work: who wrote it, who may see it, pictures of a catalogue.
const IGNORED: [&str; 12] = [
    "description",
    "private",
    "noindex",
    "icon",
    "pathwayTitle",
    "pathwayDescription",
    "credits",
    "finish",
    "tags",
    "author",
    "authors",
    "language",
];

/// A scenario while it is read.
struct Reader<'a> {
    tree: &'a Tree<'a>,
    folder: &'a str,
    index_path: String,
    index_text: String,
    faults: &'a mut Vec<Fault>,
    losses: Vec<Loss>,
    notes: Vec<String>,
    quarantine: Vec<String>,
    statement: String,
    setup: String,
    commands: Vec<(String, String)>,
    shown_commands: usize,
    checks: Vec<Check>,
    /// Bytes of all texts and scripts so far.
    bytes: usize,
}

/// Makes the task of a scenario. What cannot be used at all is a fault; then there is no task to rely on.
pub(super) fn read(
    tree: &Tree<'_>,
    folder: &str,
    id: TaskId,
    domain: &DomainId,
    faults: &mut Vec<Fault>,
) -> Option<ImportedTask> {
    let index_path = inside(folder, index::FILE);
    let (index, index_text) = read_json::<index::Index>(tree, &index_path, faults)?;
    let mut reader = Reader {
        tree,
        folder,
        index_path,
        index_text,
        faults,
        losses: Vec::new(),
        notes: Vec::new(),
        quarantine: Vec::new(),
        statement: String::new(),
        setup: String::new(),
        commands: Vec::new(),
        shown_commands: 0,
        checks: Vec::new(),
        bytes: 0,
    };
    let backend = index.backend.and_then(|backend| backend.imageid);
    reader.image(backend.as_deref());
    reader.unknown(None, index.rest.keys());
    let details = index.details.unwrap_or_default();
    let step_count = details.steps.as_ref().map_or(0, Vec::len);
    reader.details(details);
    reader.conclude(step_count);

    let title = Some(one_line(&index.title)).filter(|title| !title.is_empty());
    let source = if folder.is_empty() { "." } else { folder };
    let draft = Draft {
        id: &id,
        domain,
        source,
        title: title.unwrap_or_else(|| id.to_string()),
        facility: estimate::facility(index.difficulty.as_ref()),
        time_seconds: reader.time(index.time.as_ref(), step_count),
        statement: std::mem::take(&mut reader.statement),
        setup: std::mem::take(&mut reader.setup),
        commands: std::mem::take(&mut reader.commands),
        checks: std::mem::take(&mut reader.checks),
    };
    let files = draft.files();
    for file in &files {
        if file.text.len() > BANK_FILE_BYTES_MAX {
            let bytes = file.text.len();
            let message = format!(
                "the task's `{}` would have {bytes} bytes; a file of a bank has at most {BANK_FILE_BYTES_MAX}",
                file.path
            );
            let hint = "import fewer or smaller files";
            reader.fault(index::FILE, FaultCode::TooLarge, &message, hint);
        }
    }
    let title = draft.title;
    let Reader {
        mut losses,
        notes,
        quarantine,
        ..
    } = reader;
    losses.dedup();
    Some(ImportedTask {
        source: source.to_owned(),
        title,
        id,
        files,
        losses,
        notes,
        quarantine,
    })
}

impl Reader<'_> {
    fn lose(&mut self, step: Option<&str>, reason: impl Into<String>) {
        let loss = Loss {
            step: step.map(str::to_owned),
            reason: reason.into(),
        };
        if !self.losses.contains(&loss) {
            self.losses.push(loss);
        }
    }

    /// A fault at the place of the index where a text stands.
    fn fault(&mut self, text: &str, code: FaultCode, message: &str, hint: &str) {
        let place = index::place_of(&self.index_path, &self.index_text, text);
        self.faults.push(place.fault(code, message, hint));
    }

    fn unknown<'k>(&mut self, step: Option<&str>, keys: impl Iterator<Item = &'k String>) {
        for key in keys {
            match key.as_str() {
                key if IGNORED.contains(&key) => {}
                "interface" | "environment" | "files" => {
                    let reason = format!(
                        "`{key}`: tabs, editor and layout; the candidate has terminals only"
                    );
                    self.lose(step, reason);
                }
                "type" => self.lose(
                    step,
                    "`type`: a challenge is not checked while it is worked on",
                ),
                key => self.lose(step, format!("`{}` is not known", one_line(key))),
            }
        }
    }

    fn image(&mut self, imageid: Option<&str>) {
        match image::of(imageid) {
            Image::Plain => self.notes.push(format!(
                "the image `{}` is replaced by `{}`, a Debian",
                one_line(imageid.unwrap_or_default()),
                image::BASE
            )),
            Image::None(reason) => {
                let reason = one_line(&reason);
                self.lose(None, &reason);
                self.quarantine.push(reason);
            }
        }
    }

    fn details(&mut self, details: Details) {
        self.unknown(None, details.rest.keys());
        for (host, assets) in details.assets.unwrap_or_default() {
            if assets::HOSTS.contains(&host.as_str()) {
                self.assets(&assets);
            } else {
                let host = one_line(&host);
                self.lose(
                    None,
                    format!("assets for the machine `{host}`: a lab is one machine"),
                );
            }
        }
        if let Some(intro) = details.intro {
            self.page("intro", &intro, false);
        }
        for (n, step) in details.steps.unwrap_or_default().iter().enumerate() {
            self.step(n + 1, step);
        }
        if let Some(finish) = details.finish {
            if finish.background.is_some() || finish.foreground.is_some() {
                self.lose(Some("finish"), "its scripts would run after the work");
            }
            self.notes.push("the finish page is left out".to_owned());
        }
    }

    fn step(&mut self, number: usize, step: &Page) {
        let name = format!("step {number}");
        let title = step.title.as_deref().map(one_line);
        let title = title.filter(|title| !title.is_empty());
        let title = title.unwrap_or_else(|| format!("Step {number}"));
        self.statement.push_str(&format!("## {title}\n\n"));
        self.page(&name, step, number > 1);
        match self.named(&name, step.verify.as_ref(), "verify script") {
            Named::None => self.lose(Some(&name), "it has no verify script, so it is not checked"),
            Named::Missing => {
                self.lose(
                    Some(&name),
                    "its verify script is missing, so it is not checked",
                );
            }
            Named::Refused => {}
            Named::Text(script) if script.trim().is_empty() => {
                self.lose(
                    Some(&name),
                    "its verify script is empty, so it is not checked",
                );
            }
            Named::Text(script) => {
                for loss in words::losses(Part::Verify, &script) {
                    self.lose(Some(&name), format!("verify script: {loss}"));
                }
                self.notes.push(format!(
                    "check step-{number} runs in a copy of the candidate's machine"
                ));
                self.checks.push(Check {
                    number,
                    title,
                    script,
                });
            }
        }
        if step.hint.is_some() {
            self.lose(Some(&name), "its hint is not shown");
        }
    }

    /// What intro and steps have in common: text, scripts and commands.
    fn page(&mut self, name: &str, page: &Page, is_late: bool) {
        self.unknown(Some(name), page.rest.keys());
        let mut commands = match self.needed(name, page.text.as_ref(), "text") {
            Some(text) => self.text(name, &text, true),
            None => Vec::new(),
        };
        if let Some(answer) = self.needed(name, page.answer.as_ref(), "answer") {
            // The answer repeats what the text offers, if that offers anything.
            let answers = self.text(name, &answer, false);
            if commands.is_empty() {
                commands = answers;
            }
        }
        for command in commands {
            for loss in words::losses(Part::Solution, &command) {
                self.lose(Some(name), format!("solution: {loss}"));
            }
            self.commands.push((name.to_owned(), command));
        }
        let scripts = [
            ("background script", &page.background),
            ("foreground script", &page.foreground),
        ];
        for (what, script) in scripts {
            let Some(script) = self.needed(name, script.as_ref(), what) else {
                continue;
            };
            for loss in words::losses(Part::Setup, &script) {
                self.lose(Some(name), format!("{what}: {loss}"));
            }
            if is_late {
                let reason =
                    format!("its {what} runs before the candidate begins, not when the step does");
                self.lose(Some(name), reason);
            }
            self.setup.push_str(&format!("# {name}: {what}\n"));
            self.setup.push_str(&shell::run(&script));
        }
    }

    fn text(&mut self, name: &str, text: &str, is_shown: bool) -> Vec<String> {
        let text = page::read(text);
        for loss in text.losses {
            self.lose(Some(name), one_line(&loss));
        }
        if is_shown {
            self.shown_commands += text.shown_commands;
            if text.has_hidden_solution {
                self.notes.push(format!(
                    "{name}: the part that gives the solution is not in the statement"
                ));
            }
            let statement = apart(&text.statement);
            if statement != text.statement {
                self.lose(
                    Some(name),
                    "two braces in the text stand apart: together they would name a parameter",
                );
            }
            self.statement.push_str(statement.trim());
            self.statement.push_str("\n\n");
        }
        text.commands
    }

    fn time(&mut self, time: Option<&Value>, steps: usize) -> u32 {
        if let Some(seconds) = time.and_then(estimate::seconds) {
            return seconds;
        }
        self.notes
            .push("the scenario gives no time; it is guessed from its steps".to_owned());
        u32::try_from((STEP_SECONDS * steps.max(1)).min(86_400)).unwrap_or(86_400)
    }

    /// What only the whole tells.
    fn conclude(&mut self, steps: usize) {
        if self.statement.trim().is_empty() {
            self.quarantine
                .push("the scenario has no text, so nothing is asked".to_owned());
            self.statement = "The scenario has no text.\n".to_owned();
        }
        if self.checks.is_empty() {
            let reason = match steps {
                0 => "the scenario has no steps, so nothing is checked",
                _ => "no step has a verify script, so nothing is checked",
            };
            self.quarantine.push(reason.to_owned());
        }
        if self.commands.is_empty() {
            let reason = "no page offers a command to run, so there is no solution";
            self.quarantine.push(reason.to_owned());
        }
        if self.shown_commands > 0 {
            self.notes.push(format!(
                "commands of the solution stand in the statement ({}): take them out before an exam",
                self.shown_commands
            ));
        }
        self.statement = format!("{}\n", self.statement.trim());
    }
}
