//! How the server is set up: a TOML file with every key optional, then the command line.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The whole configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where to listen. Default 127.0.0.1:8080.
    pub listen: SocketAddr,
    /// The URL under which people and verifiers reach the server, without a slash at the end. Default `http://LISTEN`.
    pub public_url: Option<String>,
    /// Where database, keys and secrets live. Default `data`.
    pub data: PathBuf,
    /// `sqlite:PATH` or `postgres://..`. Default `sqlite:DATA/exam.db`.
    pub database: Option<String>,
    /// Where web services of labs are shown, an address of their own so that their pages are strangers to ours. None: they
    /// are not shown.
    pub preview_listen: Option<SocketAddr>,
    /// The URL of a preview, in which `{label}` names it: a name of its own for each, that leads to `preview_listen`.
    /// Default `http://{label}.preview.localhost:PORT`.
    pub preview_url: Option<String>,
    /// The runner's socket. Default `DATA/runner/runner.sock`.
    pub runner_socket: Option<PathBuf>,
    /// A folder with a bank to serve in place of the embedded one.
    pub bank: Option<PathBuf>,
    /// The issuer's name on certificates.
    pub issuer_name: String,
    /// HTTP workers. Default: one per processor.
    pub workers: Option<usize>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            data: PathBuf::from("data"),
            database: None,
            preview_listen: None,
            preview_url: None,
            runner_socket: None,
            bank: None,
            issuer_name: "Assay".to_owned(),
            workers: None,
        }
    }
}

/// Why a configuration file was refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The file says something that is not understood.
    #[error("cannot use the configuration {path}: {message}")]
    Parse {
        /// The file.
        path: PathBuf,
        /// Line, column and reason.
        message: String,
    },
}

impl Config {
    /// Reads a configuration file.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read {
            path: path.to_owned(),
            source,
        })?;
        toml::from_str(&text).map_err(|error| ConfigError::Parse {
            path: path.to_owned(),
            message: error.to_string(),
        })
    }

    /// The public URL without a slash at the end.
    pub fn public_url(&self) -> String {
        match &self.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.listen),
        }
    }

    /// The URL of the preview with this label; none when there are no previews.
    pub fn preview_url(&self, label: &str) -> Option<String> {
        let port = self.preview_listen?.port();
        let usual = || format!("http://{{label}}.preview.localhost:{port}");
        let url = self.preview_url.clone().unwrap_or_else(usual);
        Some(url.replace("{label}", label))
    }

    /// The database's URL.
    pub fn database_url(&self) -> String {
        match &self.database {
            Some(url) => url.clone(),
            None => format!("sqlite:{}", self.data.join("exam.db").display()),
        }
    }

    /// The runner's socket.
    pub fn runner_socket(&self) -> PathBuf {
        match &self.runner_socket {
            Some(path) => path.clone(),
            None => self.data.join("runner").join("runner.sock"),
        }
    }
}
