//! The server's own secrets: one file in the data directory, made at the first start, readable by its owner only.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::random;

/// Keys with one purpose each.
#[derive(Clone)]
pub struct Secrets {
    /// Signs session and terminal tokens.
    pub token: [u8; 32],
    /// Keys the HMAC of seat codes.
    pub seat: [u8; 32],
    /// Keys the receipt chains of sessions.
    pub receipt: [u8; 32],
}

/// Why the secrets cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// The file cannot be read or written.
    #[error("cannot use the secrets file {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// Others can read the file.
    #[error(
        "{path} can be read by others (mode {mode:o}); make it 0600, and new secrets if it may have been read"
    )]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file is not a secrets file.
    #[error("{path} is not a secrets file; restore it from a backup (running sessions need it)")]
    Malformed {
        /// The file.
        path: PathBuf,
    },
    /// No randomness for new secrets.
    #[error(transparent)]
    Randomness(#[from] random::NoRandomness),
}

#[derive(Serialize, Deserialize)]
struct Stored {
    token: String,
    seat: String,
    receipt: String,
}

impl Secrets {
    /// Reads the file `secrets.json` in the data directory, or makes it.
    pub fn load_or_create(data: &Path) -> Result<Self, SecretsError> {
        let path = data.join("secrets.json");
        if path.exists() {
            Self::load(&path)
        } else {
            Self::create(data, &path)
        }
    }

    fn load(path: &Path) -> Result<Self, SecretsError> {
        let failed = |source| SecretsError::File {
            path: path.to_owned(),
            source,
        };
        let malformed = || SecretsError::Malformed {
            path: path.to_owned(),
        };
        let mode = std::fs::metadata(path)
            .map_err(failed)?
            .permissions()
            .mode()
            & 0o777;
        if mode & 0o077 != 0 {
            return Err(SecretsError::Exposed {
                path: path.to_owned(),
                mode,
            });
        }
        let text = std::fs::read_to_string(path).map_err(failed)?;
        let stored: Stored = serde_json::from_str(&text).map_err(|_text| malformed())?;
        let key = |text: &str| {
            STANDARD
                .decode(text)
                .ok()
                .and_then(|bytes| bytes.try_into().ok())
                .ok_or_else(malformed)
        };
        Ok(Self {
            token: key(&stored.token)?,
            seat: key(&stored.seat)?,
            receipt: key(&stored.receipt)?,
        })
    }

    fn create(data: &Path, path: &Path) -> Result<Self, SecretsError> {
        let failed = |source| SecretsError::File {
            path: path.to_owned(),
            source,
        };
        let secrets = Self {
            token: random::bytes()?,
            seat: random::bytes()?,
            receipt: random::bytes()?,
        };
        let stored = Stored {
            token: STANDARD.encode(secrets.token),
            seat: STANDARD.encode(secrets.seat),
            receipt: STANDARD.encode(secrets.receipt),
        };
        create_private_folder(data).map_err(failed)?;
        let text = serde_json::to_string(&stored).unwrap_or_default();
        write_private(path, text.as_bytes()).map_err(failed)?;
        Ok(secrets)
    }
}

/// Makes a folder, and those above it that are not there, for the owner only.
pub fn create_private_folder(path: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Writes a new file with mode 0600 and makes it durable before anybody relies on it.
pub fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_survive_a_restart_and_are_private() {
        let data = tempfile::tempdir().unwrap();
        let first = Secrets::load_or_create(data.path()).unwrap();
        let second = Secrets::load_or_create(data.path()).unwrap();
        assert_eq!(first.token, second.token);
        assert_ne!(first.token, first.seat);
        let mode = std::fs::metadata(data.path().join("secrets.json"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let data = tempfile::tempdir().unwrap();
        Secrets::load_or_create(data.path()).unwrap();
        let path = data.path().join("secrets.json");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(
            Secrets::load_or_create(data.path()),
            Err(SecretsError::Exposed { .. })
        ));
    }
}
