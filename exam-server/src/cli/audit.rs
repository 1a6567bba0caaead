//! `exam-server audit verify`: recomputes the chain of the audit log.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use crate::audit;
use crate::cli::{fail, print};
use crate::config::Config;
use crate::db::Database;

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Read the whole audit log and recompute its chain; exit 1 if an entry was changed, added or removed
    Verify {
        /// The configuration file (TOML)
        #[arg(long)]
        config: Option<PathBuf>,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
}

/// Runs an audit command.
pub fn run(command: AuditCommand) -> ExitCode {
    let AuditCommand::Verify { config, json } = command;
    let config = match config.map(|path| Config::read(&path)).transpose() {
        Ok(config) => config.unwrap_or_default(),
        Err(error) => return fail(&error),
    };
    actix_web::rt::System::new().block_on(async {
        let db = match Database::open(&config.database_url()).await {
            Ok(db) => db,
            Err(error) => return fail(&error),
        };
        let found = match audit::verify(&db).await {
            Ok(found) => found,
            Err(error) => return fail(&error),
        };
        if json {
            print(&serde_json::to_string(&found).unwrap_or_default());
        } else {
            print(&match found.first_broken_seq {
                None => format!("{} entries, the chain is unbroken", found.entries),
                Some(seq) => format!(
                    "the chain breaks at entry {seq}, after {} good ones",
                    found.entries
                ),
            });
        }
        if found.first_broken_seq.is_none() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    })
}
