//! The key that signs certificates: made at the first start, kept in a file of its own.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use p256::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use sea_orm::{ActiveModelTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, Set};
use serde_json::Value;

use crate::audit;
use crate::credential::keys::{KeySet, PublicKey};
use crate::db::Database;
use crate::entity::signing_key;
use crate::random::{self, NoRandomness};
use crate::secrets::write_private;

/// What a key in the table is for.
const PURPOSE: &str = "credential";
/// The key that signs. Any other state only verifies.
const ACTIVE: &str = "active";

/// Why certificates cannot be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignerError {
    /// A key file cannot be read or written.
    #[error("cannot use the signing key {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// Others can read a key file.
    #[error(
        "the signing key {path} can be read by others (mode {mode:o}); make it 0600, and retire the key if it may have been read"
    )]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A key file holds something else.
    #[error(
        "{path} is not the P-256 private key (PKCS #8, PEM) that its name says; restore it from a backup"
    )]
    Malformed {
        /// The file.
        path: PathBuf,
    },
    /// The database knows an active key whose file is gone.
    #[error(
        "the signing key {path} is missing; restore it from a backup, or set its row in signing_key to `retired` to go on with a new key (certificates that it signed stay valid)"
    )]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// No randomness for a new key.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The database refused.
    #[error("cannot read or store the public keys")]
    Database(#[from] DbErr),
}

/// Signs certificates, and knows every key that ever did.
pub struct Signer {
    issuer: String,
    encoding: EncodingKey,
    active: PublicKey,
    keys: KeySet,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer")
            .field("active", &self.active)
            .finish_non_exhaustive()
    }
}

impl Signer {
    /// Opens the active key; makes one if there is none. The public halves are in the table, the private one in
    /// `DATA/keys/credential-KID.pem`.
    pub async fn open(
        db: &Database,
        data: &Path,
        issuer: &str,
        now_ms: i64,
    ) -> Result<Self, SignerError> {
        let folder = data.join("keys");
        let rows = signing_key::Entity::find()
            .filter(signing_key::COLUMN.purpose.eq(PURPOSE))
            .order_by_asc(signing_key::Column::CreatedAtMs)
            .all(db.reader())
            .await?;
        let active = rows.iter().rev().find(|row| row.state == ACTIVE);
        let secret = match active {
            Some(row) => load(&path_of(&folder, &row.kid), &row.kid)?,
            None => {
                // A crash between file and row leaves a file; it is used rather than left behind.
                let retired: Vec<&str> = rows.iter().map(|row| &*row.kid).collect();
                let secret = match left_behind(&folder, &retired)? {
                    Some(secret) => secret,
                    None => create(&folder)?,
                };
                publish(db, &secret, now_ms).await?;
                secret
            }
        };
        let malformed = || SignerError::Malformed {
            path: folder.clone(),
        };
        let pem = secret
            .to_pkcs8_pem(LineEnding::LF)
            .map_err(|_refused| malformed())?;
        let encoding = EncodingKey::from_ec_pem(pem.as_bytes()).map_err(|_refused| malformed())?;
        let own = PublicKey::new(&secret.public_key())
            .ok_or_else(malformed)?
            .published_by(issuer);
        let mut keys = vec![own.clone()];
        keys.extend(
            rows.iter()
                .filter(|row| row.kid != own.thumbprint)
                .filter_map(|row| PublicKey::from_jwk(&serde_json::from_str(&row.public_jwk).ok()?))
                .map(|key| key.published_by(issuer)),
        );
        Ok(Self {
            issuer: issuer.to_owned(),
            encoding,
            active: own,
            keys: KeySet {
                issuer: Some(issuer.to_owned()),
                keys,
            },
        })
    }

    /// Who signs: the public URL, which is the issuer's id.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The key that signs now.
    pub fn active(&self) -> &PublicKey {
        &self.active
    }

    /// All keys that ever signed, the active one first.
    pub fn keys(&self) -> &KeySet {
        &self.keys
    }

    /// Signs a credential with its claims. The header has what Open Badges 3.0 allows and no more.
    pub fn sign(&self, claims: &Value) -> Result<String, jsonwebtoken::errors::Error> {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = self.active.url.clone();
        jsonwebtoken::encode(&header, claims, &self.encoding)
    }
}

fn path_of(folder: &Path, kid: &str) -> PathBuf {
    folder.join(format!("credential-{kid}.pem"))
}

fn thumbprint(secret: &p256::SecretKey) -> Option<String> {
    PublicKey::new(&secret.public_key()).map(|key| key.thumbprint)
}

fn load(path: &Path, kid: &str) -> Result<p256::SecretKey, SignerError> {
    let failed = |source| SignerError::File {
        path: path.to_owned(),
        source,
    };
    let mode = match std::fs::metadata(path) {
        Ok(metadata) => metadata.permissions().mode() & 0o777,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(SignerError::Missing {
                path: path.to_owned(),
            });
        }
        Err(error) => return Err(failed(error)),
    };
    if mode & 0o077 != 0 {
        return Err(SignerError::Exposed {
            path: path.to_owned(),
            mode,
        });
    }
    let pem = std::fs::read_to_string(path).map_err(failed)?;
    let secret = p256::SecretKey::from_pkcs8_pem(&pem).ok();
    secret
        .filter(|secret| thumbprint(secret).as_deref() == Some(kid))
        .ok_or_else(|| SignerError::Malformed {
            path: path.to_owned(),
        })
}

/// A key file that no row knows.
fn left_behind(folder: &Path, known: &[&str]) -> Result<Option<p256::SecretKey>, SignerError> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Ok(None);
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let kid = name
            .to_str()
            .and_then(|name| name.strip_prefix("credential-")?.strip_suffix(".pem"));
        if let Some(kid) = kid.filter(|kid| !known.contains(kid)) {
            return load(&entry.path(), kid).map(Some);
        }
    }
    Ok(None)
}

fn create(folder: &Path) -> Result<p256::SecretKey, SignerError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| SignerError::File { path, source }
    };
    std::fs::create_dir_all(folder).map_err(failed(folder))?;
    let private = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(folder, private).map_err(failed(folder))?;
    let secret = loop {
        // Almost every number is a key; the rare one that is not is drawn again.
        if let Ok(secret) = p256::SecretKey::from_slice(&random::bytes::<32>()?) {
            break secret;
        }
    };
    let malformed = || SignerError::Malformed {
        path: folder.to_owned(),
    };
    let path = path_of(folder, &thumbprint(&secret).ok_or_else(malformed)?);
    let pem = secret
        .to_pkcs8_pem(LineEnding::LF)
        .map_err(|_refused| malformed())?;
    write_private(&path, pem.as_bytes()).map_err(failed(&path))?;
    // The name of the file must survive a power cut before anything is signed with it.
    std::fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed(folder))?;
    Ok(secret)
}

async fn publish(db: &Database, secret: &p256::SecretKey, now_ms: i64) -> Result<(), SignerError> {
    let Some(key) = PublicKey::new(&secret.public_key()) else {
        return Ok(());
    };
    let tx = db.begin().await?;
    signing_key::ActiveModel {
        kid: Set(key.thumbprint.clone()),
        purpose: Set(PURPOSE.to_owned()),
        algorithm: Set(PublicKey::ALGORITHM.to_owned()),
        public_jwk: Set(key.jwk().to_string()),
        state: Set(ACTIVE.to_owned()),
        created_at_ms: Set(now_ms),
    }
    .insert(&tx)
    .await?;
    audit::record(
        &tx,
        now_ms,
        "server",
        "signing_key_created",
        &key.thumbprint,
        "{}",
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
#[path = "signer_tests.rs"]
mod tests;
