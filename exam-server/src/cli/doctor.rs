//! `exam-server doctor`: what works on this machine, for the server and for live tasks.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use serde::Deserialize;
use task_protocol::DoctorCheck;

use crate::cli::{fail, print};
use crate::config::Config;
use crate::db::Database;
use crate::lab::runner_process::program;

/// Tries everything; exit 1 if something does not work.
pub fn doctor(config: Option<PathBuf>, json: bool) -> ExitCode {
    let config = match config.map(|path| Config::read(&path)).transpose() {
        Ok(config) => config.unwrap_or_default(),
        Err(error) => return fail(&error),
    };
    let mut checks = vec![
        check("database", database(&config)),
        check("data_directory", data_directory(&config.data)),
        check("clock", clock()),
    ];
    match runner_checks() {
        Ok(of_runner) => checks.extend(of_runner),
        Err(detail) => checks.push(check("task_runner", Err(detail))),
    }
    if json {
        print(&serde_json::json!({ "checks": checks }).to_string());
    } else {
        for check in &checks {
            let mark = if check.ok { "ok  " } else { "FAIL" };
            print(&format!("{mark} {:<16} {}", check.name, check.detail));
        }
    }
    if checks.iter().all(|check| check.ok) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn check(name: &str, result: Result<String, String>) -> DoctorCheck {
    let ok = result.is_ok();
    DoctorCheck {
        name: name.to_owned(),
        ok,
        detail: result.unwrap_or_else(|detail| detail),
    }
}

fn database(config: &Config) -> Result<String, String> {
    let url = config.database_url();
    actix_web::rt::System::new()
        .block_on(Database::probe(&url))
        .map_err(|error| match std::error::Error::source(&error) {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        })
}

fn data_directory(data: &Path) -> Result<String, String> {
    use std::os::unix::fs::PermissionsExt;
    // What is not there yet is made inside the nearest folder that is.
    let mut existing = std::path::absolute(data).map_err(|error| error.to_string())?;
    while !existing.exists() && existing.pop() {}
    let at = existing.display();
    let mode = std::fs::metadata(&existing)
        .map_err(|error| format!("{at}: {error}"))?
        .permissions()
        .mode();
    nix::unistd::access(&existing, nix::unistd::AccessFlags::W_OK)
        .map_err(|error| format!("{at} cannot be written: {error}"))?;
    if existing.ends_with(data) && mode & 0o022 != 0 {
        return Err(format!(
            "{at} can be written by others (mode {:o}); chmod 0700 it",
            mode & 0o777
        ));
    }
    Ok(format!("{} can be written", data.display()))
}

/// Deadlines and certificates carry this clock's time.
fn clock() -> Result<String, String> {
    let answer = Command::new("timedatectl")
        .args(["show", "--property=NTPSynchronized", "--value"])
        .output();
    let state = answer
        .ok()
        .filter(|answer| answer.status.success())
        .map(|answer| String::from_utf8_lossy(&answer.stdout).trim().to_owned());
    match state.as_deref() {
        Some("yes") => Ok("synchronised".to_owned()),
        Some("no") => {
            Err("not synchronised; start a time service (chrony, systemd-timesyncd)".to_owned())
        }
        // Containers and machines without systemd: their host keeps the time.
        _ => Ok("cannot tell whether it is synchronised: timedatectl does not answer".to_owned()),
    }
}

#[derive(Deserialize)]
struct RunnerChecks {
    checks: Vec<DoctorCheck>,
}

fn runner_checks() -> Result<Vec<DoctorCheck>, String> {
    let program = program().map_err(|error| error.to_string())?;
    let output = Command::new(&program)
        .args(["doctor", "--json"])
        .output()
        .map_err(|error| format!("{}: {error}", program.display()))?;
    let found: RunnerChecks = serde_json::from_slice(&output.stdout).map_err(|error| {
        let said = String::from_utf8_lossy(&output.stderr);
        format!("{} doctor: {error}: {}", program.display(), said.trim())
    })?;
    Ok(found.checks)
}
