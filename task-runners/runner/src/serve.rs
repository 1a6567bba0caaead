//! Serves the protocol on a Unix socket that only its owner can open.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use nix::sys::stat::{Mode, umask};
use task_protocol::{CallError, CallResult, Description, WarmPool};
use tokio::net::{UnixListener, UnixStream};
use tokio::signal::unix::{SignalKind, signal};

use crate::doctor;
use crate::image::ImageStore;
use crate::lab::Labs;
use crate::sandbox::{Driver, Oci};

mod connection;
mod kept;

/// How to serve.
#[derive(Debug)]
pub struct Options {
    /// Where to listen.
    pub socket: PathBuf,
    /// Where everything but images is kept.
    pub data: PathBuf,
    /// The images.
    pub images: ImageStore,
    /// How many labs there may be at once.
    pub labs_max: u32,
    /// For how long snapshots, recordings and reports are kept.
    pub keep: std::time::Duration,
    /// How often the files of labs are kept as checkpoints; never when it is zero.
    pub checkpoint_interval: std::time::Duration,
    /// How many hosts of each kind wait ready.
    pub warm: u32,
    /// Whether labs go on when the runner stops.
    pub keeps_labs: bool,
}

/// The runner cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Another runner listens there.
    #[error("another runner serves {0}")]
    InUse(PathBuf),
    /// The socket or the data directory cannot be used.
    #[error("{path}: {source}")]
    Files {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system refuses signals or threads.
    #[error("cannot start: {0}")]
    Start(#[source] io::Error),
}

/// What all connections share.
struct Runner {
    id: String,
    images: ImageStore,
    /// The labs, or why there can be none.
    labs: Result<Labs, String>,
}

impl Runner {
    fn labs(&self) -> Result<&Labs, CallError> {
        self.labs.as_ref().map_err(|detail| CallError::Unavailable {
            detail: detail.clone(),
        })
    }

    async fn describe(self: Arc<Self>) -> Result<CallResult, CallError> {
        let unavailable = |detail: String| CallError::Unavailable { detail };
        // Checks start programs and containers.
        tokio::task::spawn_blocking(move || {
            let images = self
                .images
                .views()
                .map_err(|error| unavailable(error.to_string()))?;
            let (checks, labs, labs_max, warm_pool) = match &self.labs {
                Ok(labs) => (
                    labs.driver().checks(),
                    labs.views().len(),
                    labs.labs_max(),
                    labs.driver().warm_pool(),
                ),
                Err(reason) => {
                    let checks = doctor::checks_without_sandbox(&self.images, reason);
                    (checks, 0, 0, WarmPool::default())
                }
            };
            Ok(CallResult::Description(Description {
                checks,
                images,
                labs_max,
                labs: u32::try_from(labs).unwrap_or(u32::MAX),
                warm_pool,
            }))
        })
        .await
        .map_err(|error| unavailable(error.to_string()))?
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> ServeError {
    let path = path.to_owned();
    move |source| ServeError::Files { path, source }
}

/// Serves until it is told to stop by SIGTERM or SIGINT. `oci` is the driver, or why there is none.
///
/// # Errors
/// It cannot begin; once it serves, faults stay with their connection.
pub fn serve(options: Options, oci: Result<Oci, String>) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(ServeError::Start)?;
    runtime.block_on(serve_async(options, oci))
}

async fn serve_async(options: Options, oci: Result<Oci, String>) -> Result<(), ServeError> {
    let reports = options.data.join("reports");
    let recordings = options.data.join("recordings");
    for dir in [&reports, &recordings] {
        std::fs::create_dir_all(dir).map_err(at(dir))?;
    }
    let listener = listen(&options.socket).await?;
    let mut terminate = signal(SignalKind::terminate()).map_err(ServeError::Start)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(ServeError::Start)?;
    let labs = oci.map(|oci| {
        let oci = Arc::new(oci);
        oci.keep_warm(options.warm);
        let warm = Arc::clone(&oci);
        // The first lab waits for this anyway.
        tokio::task::spawn_blocking(move || warm.warm_up());
        Labs::new(
            oci as Arc<dyn Driver>,
            reports,
            recordings,
            options.labs_max,
        )
    });
    if let Err(reason) = &labs {
        tracing::warn!(%reason, "no labs on this machine");
    }
    let runner = Arc::new(Runner {
        id: new_id(),
        images: options.images,
        labs,
    });
    tokio::spawn(remove_old(options.data.clone(), options.keep));
    if !options.checkpoint_interval.is_zero() {
        tokio::spawn(take_checkpoints(
            Arc::clone(&runner),
            options.checkpoint_interval,
        ));
    }
    tracing::info!(socket = %options.socket.display(), runner_id = runner.id, "serving");
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
        };
        match stream {
            Ok((stream, _)) => {
                tokio::spawn(connection::serve(Arc::clone(&runner), stream));
            }
            Err(error) => {
                // Such as no free descriptors: others may free some.
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    // Somebody may have removed it already.
    let _ = std::fs::remove_file(&options.socket);
    if let Ok(labs) = &runner.labs {
        labs.shut_down(options.keeps_labs).await;
    }
    tracing::info!("stopped");
    if options.keeps_labs {
        // Dropping the driver would end what runs.
        std::process::exit(0);
    }
    Ok(())
}

/// Removes once a day what is older than it is to be kept.
async fn remove_old(data: PathBuf, keep: std::time::Duration) {
    const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);
    loop {
        let data = data.clone();
        // It only fails when the runner stops.
        let _ = tokio::task::spawn_blocking(move || kept::remove_old(&data, keep)).await;
        tokio::time::sleep(DAY).await;
    }
}

/// Keeps the files of labs every so often, as long as the runner lives.
async fn take_checkpoints(runner: Arc<Runner>, interval: std::time::Duration) {
    let Ok(labs) = &runner.labs else { return };
    loop {
        tokio::time::sleep(interval).await;
        labs.take_checkpoints().await;
    }
}

/// Binds the socket; one left by a dead runner is replaced.
async fn listen(path: &Path) -> Result<UnixListener, ServeError> {
    if path.exists() {
        if UnixStream::connect(path).await.is_ok() {
            return Err(ServeError::InUse(path.to_owned()));
        }
        std::fs::remove_file(path).map_err(at(path))?;
    }
    let before = umask(Mode::from_bits_truncate(0o177));
    let listener = UnixListener::bind(path);
    umask(before);
    listener.map_err(at(path))
}

/// A name that no other process of this program has had.
fn new_id() -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    format!("{:x}-{:x}", now.as_nanos(), std::process::id())
}
