//! `exam-server bank ..`: the author's commands.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use crate::authoring::load::{LoadError, LoadedBank};
use crate::cli::{fail, import, print, proof};

#[derive(Debug, Subcommand)]
pub enum BankCommand {
    /// Validate a bank; exit 1 with file:line for every fault
    Check {
        /// The bank's folder
        path: PathBuf,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Prove live tasks on real labs; exit 1 with the check and what was found for every task that is not proved
    Test(proof::TestArguments),
    /// Import scenarios of Killercoda or Katacoda as live tasks, with a report of what is lost
    Import(import::ImportArguments),
}

/// Runs a bank command.
pub fn run(command: BankCommand) -> ExitCode {
    match command {
        BankCommand::Check { path, json } => check(path, json),
        BankCommand::Test(arguments) => proof::run(arguments),
        BankCommand::Import(arguments) => import::run(arguments),
    }
}

fn check(path: PathBuf, json: bool) -> ExitCode {
    let (faults, items, tasks) = match LoadedBank::folder(&path) {
        Ok(loaded) => {
            let (items, tasks) = (loaded.bank.items.len(), loaded.bank.tasks.len());
            (loaded.proved_only().faults, items, tasks)
        }
        Err(LoadError::Unloadable { faults }) => (faults, 0, 0),
        Err(error) => return fail(&error),
    };
    if json {
        let report = serde_json::json!({"faults": faults, "items": items, "tasks": tasks});
        print(&report.to_string());
    } else {
        for fault in &faults {
            print(&format!("{}/{fault}", path.display()));
        }
        print(&format!(
            "{items} items, {tasks} tasks, {} faults",
            faults.len()
        ));
    }
    if faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
