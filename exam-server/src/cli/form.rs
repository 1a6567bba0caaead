//! `exam-server form ..`: draws forms from a bank, to see whether a blueprint can be filled.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Subcommand;
use question_bank::{
    AssemblyRequest, Bank, Blueprint, DomainId, Form, FormEntry, History, Infeasible, ItemId,
    TaskId, assemble,
};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::authoring::load::{LoadError, LoadedBank};
use crate::cli::{fail, print};
use crate::random;

#[derive(Debug, Subcommand)]
pub enum FormCommand {
    /// Draw forms and show what they contain; exit 1 if none can be drawn
    Assemble {
        /// The bank's folder
        #[arg(long)]
        bank: PathBuf,
        /// The blueprint's file
        #[arg(long)]
        blueprint: PathBuf,
        /// How many forms to draw, each by itself
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        forms: u32,
        /// Any text; the same text always draws the same forms. Default: random
        #[arg(long)]
        seed: Option<String>,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, thiserror::Error)]
enum AssembleError {
    #[error(transparent)]
    Bank(#[from] LoadError),
    #[error("cannot read the blueprint {path}")]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path} is not a blueprint: {message}")]
    Parse { path: PathBuf, message: String },
    #[error(transparent)]
    Randomness(#[from] random::NoRandomness),
}

/// What a form contains. This is an interface: see `--json`.
#[derive(Debug, Serialize)]
struct FormReport {
    items: Vec<ItemId>,
    tasks: Vec<TaskId>,
    /// The expected time of all items and tasks.
    minutes: f64,
    /// Items and tasks per domain.
    coverage: BTreeMap<DomainId, usize>,
}

#[derive(Debug, Serialize)]
struct Report {
    forms: Vec<FormReport>,
    /// How far the forms are from the best ones. Forms are drawn, not optimized: every form that fits is as good.
    gap: f64,
    seconds: f64,
    seed: String,
}

/// Runs a form command.
pub fn run(command: FormCommand) -> ExitCode {
    let FormCommand::Assemble {
        bank,
        blueprint,
        forms,
        seed,
        json,
    } = command;
    let drawn = prepare(&bank, &blueprint, seed)
        .map(|(bank, blueprint, seed)| (draw(&bank, &blueprint, forms, &seed), seed));
    match drawn {
        Ok((Ok((forms, seconds)), seed)) => {
            let report = Report {
                forms,
                gap: 0.0,
                seconds,
                seed,
            };
            show(&report, json)
        }
        Ok((Err(infeasible), _)) => {
            if json {
                let report = serde_json::json!({"infeasible": infeasible.constraints});
                print(&report.to_string());
            } else {
                print(&infeasible.to_string());
            }
            ExitCode::FAILURE
        }
        Err(error) => fail(&error),
    }
}

fn prepare(
    bank: &Path,
    blueprint: &Path,
    seed: Option<String>,
) -> Result<(Bank, Blueprint, String), AssembleError> {
    let loaded = LoadedBank::folder(bank)?;
    let text = std::fs::read_to_string(blueprint).map_err(|source| AssembleError::Read {
        path: blueprint.to_owned(),
        source,
    })?;
    let parsed = parse(&text).map_err(|error| AssembleError::Parse {
        path: blueprint.to_owned(),
        message: error.to_string(),
    })?;
    let seed = match seed {
        Some(seed) => seed,
        None => crate::audit::hex(&random::bytes::<16>()?),
    };
    Ok((loaded.bank, parsed, seed))
}

/// The loader leaves out a blueprint that the bank cannot fill; here it is read by itself, to say what lacks.
fn parse(text: &str) -> Result<Blueprint, toml::de::Error> {
    let mut table: toml::Table = toml::from_str(text)?;
    let sections = table
        .get_mut("sections")
        .and_then(toml::Value::as_array_mut);
    for section in sections.into_iter().flatten() {
        if let Some(section) = section.as_table_mut() {
            section
                .entry("domains")
                .or_insert_with(|| toml::Value::Table(toml::Table::new()));
        }
    }
    table.try_into()
}

fn draw(
    bank: &Bank,
    blueprint: &Blueprint,
    count: u32,
    seed: &str,
) -> Result<(Vec<FormReport>, f64), Infeasible> {
    let started = Instant::now();
    let history = History::default();
    let forms = (0..count)
        .map(|number| {
            let mut digest = Sha256::new();
            digest.update(number.to_be_bytes());
            digest.update(seed.as_bytes());
            let form = assemble(&AssemblyRequest {
                bank,
                blueprint,
                history: &history,
                seed: digest.finalize().into(),
            })?;
            Ok(FormReport::new(bank, &form))
        })
        .collect::<Result<_, _>>()?;
    Ok((forms, started.elapsed().as_secs_f64()))
}

impl FormReport {
    fn new(bank: &Bank, form: &Form) -> Self {
        let items: Vec<ItemId> = form.items().map(|item| item.item_id.clone()).collect();
        let tasks: Vec<TaskId> = form.tasks().map(|task| task.task_id.clone()).collect();
        let of_items = items.iter().filter_map(|id| bank.items.get(id));
        let of_tasks = tasks.iter().filter_map(|id| bank.tasks.get(id));
        let seconds: u32 = of_items.map(|item| item.time_seconds).sum::<u32>()
            + of_tasks.map(|task| task.time_seconds).sum::<u32>();
        let mut coverage = BTreeMap::new();
        for entry in form.entries() {
            let domain = match entry {
                FormEntry::Item(item) => &item.domain,
                FormEntry::Task(task) => &task.domain,
            };
            *coverage.entry(domain.clone()).or_default() += 1;
        }
        Self {
            items,
            tasks,
            minutes: f64::from(seconds) / 60.0,
            coverage,
        }
    }
}

fn show(report: &Report, json: bool) -> ExitCode {
    if json {
        return print(&serde_json::to_string(report).unwrap_or_default());
    }
    for (number, form) in report.forms.iter().enumerate() {
        let coverage: Vec<String> = form
            .coverage
            .iter()
            .map(|(domain, count)| format!("{domain} {count}"))
            .collect();
        print(&format!(
            "form {}: {} items, {} tasks, {:.0} minutes ({})",
            number + 1,
            form.items.len(),
            form.tasks.len(),
            form.minutes,
            coverage.join(", ")
        ));
        let items = form.items.iter().map(ItemId::as_str);
        for id in items.chain(form.tasks.iter().map(TaskId::as_str)) {
            print(&format!("  {id}"));
        }
    }
    let distinct: BTreeSet<&ItemId> = report.forms.iter().flat_map(|form| &form.items).collect();
    print(&format!(
        "{} forms from {} different items in {:.3} s; seed {}",
        report.forms.len(),
        distinct.len(),
        report.seconds,
        report.seed
    ))
}
