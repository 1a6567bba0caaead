//! `exam-server bank import`: scenarios of other systems become live tasks of a bank, with a report of what is lost.
//!
//! Nothing is half written: all is made in a hidden folder beside its place and renamed at the end.

mod destination;
mod folder;
mod readme;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use question_bank::{
    DomainId, Fault, ImportRefused, ImportStatus, ImportedTask, Loss, TaskId, import_killercoda,
};
use serde::Serialize;

use crate::authoring::load::LoadError;
use crate::cli::proof::{self, TaskReport, TestError};
use crate::cli::{fail, print};

use self::destination::{Destination, DestinationError, Stage};
use self::folder::FolderError;

/// For how many candidates tasks are proved: they have no parameters, so the same candidate is tried twice.
const SEEDS: u8 = 1;

/// What to import.
#[derive(Debug, clap::Args)]
pub struct ImportArguments {
    /// The folder of a scenario or of a course
    path: PathBuf,
    /// The format of the folder
    #[arg(long, value_enum, default_value = "killercoda")]
    format: Format,
    /// The bank to import into; a new one is made if the folder is not there
    #[arg(long)]
    into: PathBuf,
    /// The domain of the tasks. Default: the bank's only domain, or `imported`
    #[arg(long)]
    domain: Option<DomainId>,
    /// Prove the tasks on real labs; what is not proved is quarantined
    #[arg(long)]
    prove: bool,
    /// The socket of a runner to prove with. Default: one is started
    #[arg(long, requires = "prove")]
    runner: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// Scenarios and courses of Killercoda and Katacoda
    #[value(alias = "katacoda")]
    Killercoda,
}

#[derive(Debug, thiserror::Error)]
enum ImportError {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(transparent)]
    Destination(#[from] DestinationError),
    #[error(transparent)]
    Refused(#[from] ImportRefused),
    #[error("what was made is no bank without faults")]
    Made(#[source] LoadError),
    #[error(transparent)]
    Proof(#[from] TestError),
}

/// What became of one scenario. This is an interface: see `--json`.
#[derive(Debug, Serialize)]
struct Question {
    source: String,
    title: String,
    kind: &'static str,
    status: ImportStatus,
    losses: Vec<Loss>,
    notes: Vec<String>,
    /// Why it is quarantined.
    reasons: Vec<String>,
    id: TaskId,
}

#[derive(Debug, Default, Serialize)]
struct Counts {
    imported: usize,
    lossy: usize,
    quarantined: usize,
}

/// What `--json` prints. With faults nothing was imported.
#[derive(Debug, Default, Serialize)]
struct Report {
    questions: Vec<Question>,
    counts: Counts,
    faults: Vec<Fault>,
}

/// Imports a folder.
pub fn run(arguments: ImportArguments) -> ExitCode {
    let (json, path) = (arguments.json, arguments.path.clone());
    match import(arguments) {
        Ok(tasks) => {
            let report = report(tasks);
            match json {
                true => print(&serde_json::to_string(&report).unwrap_or_default()),
                false => show(&report),
            }
        }
        Err(ImportError::Refused(ImportRefused { faults })) => {
            if json {
                let report = Report {
                    faults,
                    ..Report::default()
                };
                print(&serde_json::to_string(&report).unwrap_or_default());
            } else {
                for fault in &faults {
                    print(&format!("{}/{fault}", path.display()));
                }
                print(&format!("nothing was imported: {} faults", faults.len()));
            }
            ExitCode::FAILURE
        }
        Err(error) => fail(&error),
    }
}

fn import(arguments: ImportArguments) -> Result<Vec<ImportedTask>, ImportError> {
    let (name, files) = folder::read(&arguments.path)?;
    let destination = Destination::open(&arguments.into, arguments.domain)?;
    let mut tasks = match arguments.format {
        Format::Killercoda => import_killercoda(&name, &destination.domain, &files)?,
    };
    destination.refuse_existing(&tasks)?;
    let stage = destination.stage()?;
    for task in &tasks {
        stage.write(task)?;
    }
    let made = stage.load().map_err(ImportError::Made)?;
    if !made.faults.is_empty() {
        let faults = made.faults;
        return Err(ImportError::Made(LoadError::Unloadable { faults }));
    }
    if arguments.prove {
        let proved = made.bank.tasks.into_values().collect();
        let reports = proof::prove_all(
            proved,
            proof::Extent::Whole { seeds: SEEDS },
            arguments.runner,
            |task, report| proof::record(stage.root(), task, report, SEEDS),
        )?;
        settle(&stage, &mut tasks, &reports)?;
    } else {
        for task in &mut tasks {
            task.notes
                .push("not proved yet: see `exam-server bank test`".to_owned());
        }
    }
    for task in &tasks {
        stage.explain(task)?;
    }
    destination.publish(stage, &tasks)?;
    Ok(tasks)
}

/// Notes what the proofs gave; a task that is not proved is kept apart.
fn settle(
    stage: &Stage,
    tasks: &mut [ImportedTask],
    reports: &[TaskReport],
) -> Result<(), DestinationError> {
    for report in reports {
        let Some(task) = tasks.iter_mut().find(|task| task.id == report.id) else {
            continue;
        };
        if report.proved {
            let note = "proved: untouched fails, the solution passes";
            task.notes.push(note.to_owned());
            continue;
        }
        for (name, proof) in report.proofs.iter().filter(|(_, proof)| !proof.ok) {
            task.quarantine.push(format!("{name}: {}", proof.detail));
        }
        stage.quarantine(task)?;
    }
    Ok(())
}

fn report(tasks: Vec<ImportedTask>) -> Report {
    let mut report = Report::default();
    for task in tasks {
        let status = task.status();
        let count = match status {
            ImportStatus::Imported => &mut report.counts.imported,
            ImportStatus::Lossy => &mut report.counts.lossy,
            ImportStatus::Quarantined => &mut report.counts.quarantined,
        };
        *count += 1;
        report.questions.push(Question {
            source: task.source,
            title: task.title,
            kind: "live_task",
            status,
            losses: task.losses,
            notes: task.notes,
            reasons: task.quarantine,
            id: task.id,
        });
    }
    report
}

fn show(report: &Report) -> ExitCode {
    for question in &report.questions {
        let word = match question.status {
            ImportStatus::Imported => "imported",
            ImportStatus::Lossy => "imported with losses",
            ImportStatus::Quarantined => "QUARANTINED",
        };
        print(&format!("{} ({}): {word}", question.id, question.source));
        for reason in &question.reasons {
            print(&format!(
                "  because {}",
                reason.replace('\n', "\n          ")
            ));
        }
        for loss in &question.losses {
            print(&format!("  lost    {}", readme::loss(loss)));
        }
        for note in &question.notes {
            print(&format!("  note    {note}"));
        }
    }
    let Counts {
        imported,
        lossy,
        quarantined,
    } = report.counts;
    print(&format!(
        "{imported} imported, {lossy} with losses, {quarantined} quarantined"
    ))
}

#[cfg(test)]
mod tests;
