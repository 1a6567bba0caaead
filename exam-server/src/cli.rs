//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub mod audit;
pub mod bank;
pub mod certificate;
pub mod demo;
pub mod doctor;
pub mod form;
pub mod image;
pub mod import;
pub mod proof;
pub mod serve;

/// Exams of items and live tasks, with certificates that others can verify.
#[derive(Debug, Parser)]
#[command(name = "exam-server", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve with the sample programme and demo accounts, and print the sign-in links
    Demo {
        /// Where to listen [default: 127.0.0.1:8080]
        #[arg(long)]
        listen: Option<std::net::SocketAddr>,
        /// Where the data lives [default: data]
        #[arg(long)]
        data: Option<PathBuf>,
    },
    /// Serve
    Serve {
        /// The configuration file (TOML)
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Tell what works on this machine: database, data directory, clock, and what live tasks need; exit 1 if something does not
    Doctor {
        /// The configuration file (TOML)
        #[arg(long)]
        config: Option<PathBuf>,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Author's commands for banks
    #[command(subcommand)]
    Bank(bank::BankCommand),
    /// Build and list lab images
    #[command(subcommand)]
    Image(image::ImageCommand),
    /// Draw forms
    #[command(subcommand)]
    Form(form::FormCommand),
    /// Verify certificates
    #[command(subcommand)]
    Certificate(certificate::CertificateCommand),
    /// Verify the audit log
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Print the description of the HTTP interface (OpenAPI 3.1)
    Openapi,
}

/// Runs the command of the command line.
pub fn run() -> ExitCode {
    match Arguments::parse().command {
        Command::Demo { listen, data } => demo::demo(listen, data),
        Command::Serve { config } => serve::serve(config),
        Command::Doctor { config, json } => doctor::doctor(config, json),
        Command::Bank(command) => bank::run(command),
        Command::Image(command) => image::run(command),
        Command::Form(command) => form::run(command),
        Command::Certificate(command) => certificate::run(command),
        Command::Audit(command) => audit::run(command),
        Command::Openapi => print(
            &crate::server::openapi()
                .to_pretty_json()
                .unwrap_or_default(),
        ),
    }
}

/// Prints to standard output; a closed pipe is not a fault.
pub fn print(text: &str) -> ExitCode {
    use std::io::Write;
    let _closed_pipe = writeln!(std::io::stdout(), "{text}");
    ExitCode::SUCCESS
}

/// Says on standard error why a command failed, with every cause.
pub fn fail(error: &dyn std::error::Error) -> ExitCode {
    use std::io::Write;
    let mut text = format!("exam-server: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    let _closed_pipe = writeln!(std::io::stderr(), "{text}");
    ExitCode::FAILURE
}
