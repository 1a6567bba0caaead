//! The database: one SQL per meaning on SQLite and PostgreSQL. This file holds the only lines that know which of the two it is.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database as SeaOrm, DatabaseConnection, DatabaseTransaction,
    DbBackend, DbErr, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;

use crate::migration::Migrator;
use crate::secrets::create_private_folder;

/// Older SQLite can lose committed writes in WAL mode (the WAL-reset race, fixed in 3.51.3).
const SQLITE_OLDEST: (u32, u32, u32) = (3, 51, 3);

/// Why the database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database file, or its directory, cannot be made.
    #[error("cannot create the database file {path}")]
    File {
        /// The database file.
        path: String,
        /// The cause.
        source: std::io::Error,
    },
    /// The SQLite that is linked is too old to be trusted.
    #[error("SQLite {found} can lose committed writes; 3.51.3 or newer is needed")]
    SqliteTooOld {
        /// What was found.
        found: String,
    },
    /// The database refused.
    #[error("cannot open the database {url}")]
    Database {
        /// The URL without its password.
        url: String,
        /// The cause.
        source: DbErr,
    },
}

/// The pools: reads never wait for the writer.
#[derive(Clone, Debug)]
pub struct Database {
    reader: DatabaseConnection,
    writer: DatabaseConnection,
}

impl Database {
    /// Opens the database at `url` (`sqlite:PATH` or `postgres://..`), checks that it keeps what it acknowledges, and migrates it.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        let failed = |source| OpenError::Database {
            url: without_password(url),
            source,
        };
        let database = match url.strip_prefix("sqlite:") {
            Some(path) => Self::open_sqlite(path, url).await?,
            None => {
                let pool = SeaOrm::connect(options(url, 16)).await.map_err(failed)?;
                Self {
                    reader: pool.clone(),
                    writer: pool,
                }
            }
        };
        Migrator::up(&database.writer, None).await.map_err(failed)?;
        Ok(database)
    }

    async fn open_sqlite(path: &str, url: &str) -> Result<Self, OpenError> {
        create_private(Path::new(path)).map_err(|source| OpenError::File {
            path: path.to_owned(),
            source,
        })?;
        let failed = |source| OpenError::Database {
            url: url.to_owned(),
            source,
        };
        // One writer connection: SQLite has one writer, and a queue in front of it beats a lock that is polled.
        let mut write = options(&format!("sqlite://{path}?mode=rwc"), 1);
        write.map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .statement_cache_capacity(256)
                .pragma("journal_size_limit", "67108864")
        });
        let writer = SeaOrm::connect(write).await.map_err(failed)?;
        trusted_sqlite(&writer, url).await?;
        let mut read = options(&format!("sqlite://{path}?mode=rw"), 4);
        read.map_sqlx_sqlite_opts(|sqlite| sqlite.pragma("query_only", "ON"));
        let reader = SeaOrm::connect(read).await.map_err(failed)?;
        Ok(Self { reader, writer })
    }

    /// Which database answers at `url`, in words. Nothing is made or changed.
    pub async fn probe(url: &str) -> Result<String, OpenError> {
        let failed = |source| OpenError::Database {
            url: without_password(url),
            source,
        };
        let path = url.strip_prefix("sqlite:");
        let connect = path.map_or(url, |_| "sqlite::memory:");
        let connection = SeaOrm::connect(options(connect, 1)).await.map_err(failed)?;
        match path {
            Some(path) => {
                let version = trusted_sqlite(&connection, url).await?;
                Ok(format!("SQLite {version}, in {path}"))
            }
            None => {
                connection.ping().await.map_err(failed)?;
                Ok(format!("{} answers", without_password(url)))
            }
        }
    }

    /// For queries that change nothing.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// Begins a transaction that writes. It takes the write lock at once (IMMEDIATE on SQLite), so that what it reads
    /// stays true until it commits. Dropping it rolls back.
    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let mode = match self.writer.get_database_backend() {
            DbBackend::Sqlite => Some(SqliteTransactionMode::Immediate),
            _ => None,
        };
        let options = TransactionOptions {
            sqlite_transaction_mode: mode,
            ..Default::default()
        };
        self.writer.begin_with_options(options).await
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.reader.ping().await
    }
}

/// Makes the file readable by its owner only, if there is none. SQLite gives its WAL the same permissions.
fn create_private(path: &Path) -> std::io::Result<()> {
    if let Some(directory) = path.parent() {
        create_private_folder(directory)?;
    }
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map(drop)
}

fn options(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        .sqlx_logging(false);
    options
}

/// The version of the SQLite that is linked, if it keeps what it acknowledges.
async fn trusted_sqlite(db: &DatabaseConnection, url: &str) -> Result<String, OpenError> {
    let found = sqlite_version(db)
        .await
        .map_err(|source| OpenError::Database {
            url: url.to_owned(),
            source,
        })?;
    if parse_version(&found).is_none_or(|version| version < SQLITE_OLDEST) {
        return Err(OpenError::SqliteTooOld { found });
    }
    Ok(found)
}

async fn sqlite_version(db: &DatabaseConnection) -> Result<String, DbErr> {
    let row = db.query_one_raw(sea_orm::Statement::from_string(
        DbBackend::Sqlite,
        "SELECT sqlite_version() AS version",
    ));
    row.await?
        .ok_or_else(|| DbErr::RecordNotFound("sqlite_version()".to_owned()))?
        .try_get("", "version")
}

fn parse_version(text: &str) -> Option<(u32, u32, u32)> {
    let mut parts = text.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??, parts.next()??))
}

fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://***@{host}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(parse_version("3.51.3") >= Some(SQLITE_OLDEST));
        assert!(parse_version("3.9.10") < Some(SQLITE_OLDEST));
        assert_eq!(parse_version("three"), None);
    }

    #[tokio::test]
    async fn nobody_else_on_the_machine_reads_the_database() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("data/exam.db");
        let url = format!("sqlite:{}", path.display());
        let _open = Database::open(&url).await.unwrap();
        for file in ["data", "data/exam.db", "data/exam.db-wal"] {
            let mode = std::fs::metadata(home.path().join(file)).unwrap();
            assert_eq!(mode.permissions().mode() & 0o077, 0, "{file}");
        }
    }

    #[test]
    fn a_password_never_reaches_a_message() {
        assert_eq!(
            without_password("postgres://me:secret@host/db"),
            "postgres://***@host/db"
        );
        assert_eq!(
            without_password("sqlite:data/exam.db"),
            "sqlite:data/exam.db"
        );
    }
}
