//! `exam-server serve`.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::app::App;
use crate::cli::{fail, print};
use crate::clock::Clock;
use crate::config::Config;
use crate::server;

/// Serves with a configuration file, or with the defaults.
pub fn serve(config: Option<PathBuf>) -> ExitCode {
    let config = match config.map(|path| Config::read(&path)).transpose() {
        Ok(config) => config.unwrap_or_default(),
        Err(error) => return fail(&error),
    };
    log_to_stderr("info");
    actix_web::rt::System::new().block_on(async {
        let listener = match std::net::TcpListener::bind(config.listen) {
            Ok(listener) => listener,
            Err(error) => return fail(&error),
        };
        let url = config.public_url();
        let app = match App::open(config, Clock::system()).await {
            Ok(app) => app,
            Err(error) => return fail(&error),
        };
        print(&format!("ready on {url}"));
        match server::serve(app, listener, None).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&error),
        }
    })
}

/// Logs to standard error; `RUST_LOG` chooses what.
pub fn log_to_stderr(default: &str) {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let _already_set = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
}
