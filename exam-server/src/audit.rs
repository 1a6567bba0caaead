//! The tamper-evident log: what people and the server did, each entry chained to the one before it.
//!
//! Invariant: an entry is written in the transaction of the change it tells of.
//! Invariant: an entry never holds an answer, a key, a password or a token.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr,
    EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set, Statement,
};
use sha2::{Digest, Sha256};

use crate::db::Database;
use crate::entity::audit_event;

/// The hash before the first entry.
const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Writes one entry. `actor` is an account id or `server`; `detail` is JSON.
pub async fn record(
    tx: &DatabaseTransaction,
    at_ms: i64,
    actor: &str,
    action: &str,
    object: &str,
    detail: &str,
) -> Result<(), DbErr> {
    // Several servers on one PostgreSQL must not fork the chain; SQLite's one writer cannot.
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_raw(Statement::from_string(
            DbBackend::Postgres,
            "SELECT pg_advisory_xact_lock(4153534159)",
        ))
        .await?;
    }
    let last = audit_event::Entity::find()
        .order_by_desc(audit_event::Column::Seq)
        .one(tx)
        .await?;
    let (seq, previous_hash) = match last {
        Some(last) => (last.seq + 1, last.hash),
        None => (1, GENESIS.to_owned()),
    };
    let hash = chain(&previous_hash, seq, at_ms, [actor, action, object, detail]);
    audit_event::ActiveModel {
        seq: Set(seq),
        at_ms: Set(at_ms),
        actor: Set(actor.to_owned()),
        action: Set(action.to_owned()),
        object: Set(object.to_owned()),
        detail: Set(detail.to_owned()),
        previous_hash: Set(previous_hash),
        hash: Set(hash),
    }
    .insert(tx)
    .await?;
    Ok(())
}

/// Each part is preceded by its length, so that no two entries can be written to the same bytes.
fn chain(previous: &str, seq: i64, at_ms: i64, parts: [&str; 4]) -> String {
    let mut hash = Sha256::new();
    hash.update(previous.as_bytes());
    hash.update(seq.to_be_bytes());
    hash.update(at_ms.to_be_bytes());
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize())
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _infallible = write!(text, "{byte:02x}");
            text
        })
}

/// What a reading of the whole log found.
#[derive(Debug, serde::Serialize)]
pub struct Verification {
    /// How many entries were read.
    pub entries: u64,
    /// The first entry that does not fit the one before it.
    pub first_broken_seq: Option<i64>,
}

/// Reads the whole log and recomputes its chain.
pub async fn verify(db: &Database) -> Result<Verification, DbErr> {
    let mut previous = GENESIS.to_owned();
    let mut expected_seq = 1;
    let mut entries = 0;
    loop {
        let page = audit_event::Entity::find()
            .filter(audit_event::Column::Seq.gte(expected_seq))
            .order_by_asc(audit_event::Column::Seq)
            .limit(1000)
            .all(db.reader())
            .await?;
        if page.is_empty() {
            return Ok(Verification {
                entries,
                first_broken_seq: None,
            });
        }
        for row in page {
            let parts = [&*row.actor, &*row.action, &*row.object, &*row.detail];
            let hash = chain(&previous, row.seq, row.at_ms, parts);
            if row.seq != expected_seq || row.previous_hash != previous || row.hash != hash {
                return Ok(Verification {
                    entries,
                    first_broken_seq: Some(row.seq),
                });
            }
            previous = row.hash;
            expected_seq += 1;
            entries += 1;
        }
    }
}
