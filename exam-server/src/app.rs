//! What every route and operation works with. There is no other global state.

use crate::account::sign_in::FailedTries;
use crate::account::token::Tokens;
use crate::authoring::load::{LoadError, LoadedBank};
use crate::authoring::publish::{PublishError, publish};
use crate::authoring::read::Versions;
use crate::clock::Clock;
use crate::config::Config;
use crate::credential::signer::{Signer, SignerError};
use crate::db::{Database, OpenError};
use crate::exam::paper::RenderedItems;
use crate::http::guard::Origins;
use crate::http::metrics::Metrics;
use crate::lab::link::RunnerLink;
use crate::lab::memory::Memory as Labs;
use crate::secrets::{Secrets, SecretsError};
use crate::session::live::Live;
use crate::session::save_lane::SaveLane;

/// The application.
#[derive(Clone)]
pub struct App {
    pub config: std::sync::Arc<Config>,
    pub db: Database,
    pub clock: Clock,
    pub secrets: Secrets,
    pub tokens: Tokens,
    pub origins: Origins,
    pub signer: std::sync::Arc<Signer>,
    pub bank: std::sync::Arc<LoadedBank>,
    pub versions: std::sync::Arc<Versions>,
    pub failed_tries: std::sync::Arc<FailedTries>,
    pub metrics: std::sync::Arc<Metrics>,
    pub live: std::sync::Arc<Live>,
    pub rendered_items: std::sync::Arc<RenderedItems>,
    pub saves: SaveLane,
    pub runner: std::sync::Arc<RunnerLink>,
    pub labs: std::sync::Arc<Labs>,
}

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Database(#[from] OpenError),
    #[error("the bank cannot be loaded")]
    Bank(#[from] LoadError),
    #[error(transparent)]
    Publish(#[from] PublishError),
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    #[error(transparent)]
    Signer(#[from] SignerError),
}

impl App {
    /// Opens database, secrets and keys.
    pub async fn open(config: Config, clock: Clock) -> Result<Self, StartError> {
        let secrets = Secrets::load_or_create(&config.data)?;
        let db = Database::open(&config.database_url()).await?;
        let bank = match &config.bank {
            Some(folder) => LoadedBank::folder(folder)?,
            None => LoadedBank::starter()?,
        };
        let bank = bank.proved_only();
        publish(&db, &bank, clock.now_ms()).await?;
        let issuer = config.public_url();
        let signer = Signer::open(&db, &config.data, &issuer, clock.now_ms()).await?;
        let tokens = Tokens::new(&secrets.token);
        let origins = Origins::new(&config.public_url(), &config.listen);
        let live = std::sync::Arc::<Live>::default();
        let metrics = std::sync::Arc::<Metrics>::default();
        let saves = SaveLane::start(
            db.clone(),
            clock.clone(),
            secrets.receipt,
            std::sync::Arc::clone(&live),
            std::sync::Arc::clone(&metrics),
        );
        let runner = RunnerLink::new(config.runner_socket());
        Ok(Self {
            config: std::sync::Arc::new(config),
            db,
            clock,
            secrets,
            tokens,
            origins,
            signer: std::sync::Arc::new(signer),
            bank: std::sync::Arc::new(bank),
            versions: std::sync::Arc::default(),
            failed_tries: std::sync::Arc::default(),
            metrics,
            live,
            rendered_items: std::sync::Arc::default(),
            saves,
            runner: std::sync::Arc::new(runner),
            labs: std::sync::Arc::default(),
        })
    }
}
