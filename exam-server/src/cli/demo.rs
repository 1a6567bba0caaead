//! `exam-server demo`: serves with the sample programme and prints links that work by one click.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;

use crate::account::Area;
use crate::app::App;
use crate::cli::{fail, print};
use crate::clock::Clock;
use crate::config::Config;
use crate::demo::{Links, finished, programme};
use crate::http::problem::ApiResult;
use crate::lab::runner_process::{self, RunnerState};
use crate::server;

/// The exam of the demo, and the one for machines that cannot run labs.
const HYBRID: &str = "mde-foundation";
const THEORY: &str = "mde-foundation-theory";

/// Serves the demo.
pub fn demo(listen: Option<SocketAddr>, data: Option<PathBuf>) -> ExitCode {
    let mut config = Config::default();
    config.listen = listen.unwrap_or(config.listen);
    config.data = data.unwrap_or(config.data);
    crate::cli::serve::log_to_stderr("warn");
    actix_web::rt::System::new().block_on(async {
        let listener = match TcpListener::bind(config.listen) {
            Ok(listener) => listener,
            Err(error) => {
                print(&format!(
                    "{} is taken or not allowed; choose another with --listen 127.0.0.1:PORT",
                    config.listen
                ));
                return fail(&error);
            }
        };
        if let Ok(address) = listener.local_addr() {
            config.listen = address;
        }
        // The next port, if it is free: without it web services of labs are not shown.
        let next = SocketAddr::new(config.listen.ip(), config.listen.port().wrapping_add(1));
        config.preview_listen = TcpListener::bind(next).is_ok().then_some(next);
        let labs = labs(&config);
        let app = match App::open(config, Clock::system()).await {
            Ok(app) => app,
            Err(error) => return fail(&error),
        };
        let (links, text) = match welcome(&app, labs).await {
            Ok(welcome) => welcome,
            Err(error) => return fail(&error),
        };
        print(&text);
        match server::serve(app, listener, Some(links)).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&error),
        }
    })
}

/// Makes sure of a runner; says what is missing where there can be none.
fn labs(config: &Config) -> Result<(), String> {
    match runner_process::ensure(config) {
        Ok(RunnerState::Ready) => Ok(()),
        Ok(RunnerState::Lacking(missing)) => Err(missing.join("\n  ")),
        Err(error) => Err(error.to_string()),
    }
}

async fn welcome(app: &App, labs: Result<(), String>) -> ApiResult<(Links, String)> {
    let url = app.config.public_url();
    let blueprint = if labs.is_ok() { HYBRID } else { THEORY };
    let programme = programme::prepare(app, blueprint).await?;
    let certificate = finished::certificate(app, &programme).await?;
    let candidates = programme::candidates(app, &programme).await?;
    let mut links = Links::default();
    let mut candidate = String::new();
    for account in candidates.into_iter().rev() {
        candidate = links.add(account, Area::Candidate)?;
    }
    let proctor = links.add(programme.proctor, Area::Proctor)?;
    let examiner = links.add(programme.examiner, Area::Examiner)?;
    let candidate = match candidate.is_empty() {
        false => format!(
            "{url}/demo/{candidate}\n             Waits for a seat code, then sits {blueprint}."
        ),
        true => "everybody has sat the exam; start with another folder: --data DIR".to_owned(),
    };
    let employer = match certificate {
        Some(id) => format!(
            "{url}/verify/{id}\n             Opens the certificate of a finished session; no account."
        ),
        None => format!(
            "{url}/verify\n             Takes a certificate's id. The sample session was interrupted; another --data folder has one."
        ),
    };
    let mut text = String::new();
    if let Err(missing) = &labs {
        text.push_str(&format!(
            "Live tasks cannot run on this machine:\n  {missing}\nEverything else is served; the exam is theory only.\n\n"
        ));
    }
    let stop = match labs {
        Ok(()) => "Ctrl-C (labs go on without it; end them with: pkill task-runner)",
        Err(_) => "Ctrl-C",
    };
    text.push_str(&format!(
        "Assay is ready on {url}\n\n\
         Open each link in the same browser; every area has its own sign-in.\n\n\
         \x20 Candidate  {candidate}\n\
         \x20 Proctor    {url}/demo/{proctor}\n\
         \x20            Press \"Reveal seat code\" and type the code on the candidate's page.\n\
         \x20 Examiner   {url}/demo/{examiner}\n\
         \x20            Looks through the bank and validates it.\n\
         \x20 Employer   {employer}\n\n\
         Data: {}   Password of every sample account: {}\n\
         Stop: {stop}",
        app.config.data.display(),
        programme::PASSWORD,
    ));
    Ok((links, text))
}
