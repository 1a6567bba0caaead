//! The receipt chain of a session: each event's hash covers the event and the hash before it.

use hmac::{Hmac, KeyInit, Mac};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use sha2::Sha256;

use crate::app::App;
use crate::audit::hex;
use crate::entity::session_event;
use crate::ids::SessionId;

/// The hash before a session's first event.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// An event on its way into the log.
#[derive(Clone, Copy, Debug)]
pub struct Link<'a> {
    pub session_id: SessionId,
    pub seq: i64,
    pub at_ms: i64,
    pub kind: &'a str,
    pub actor: &'a str,
    pub epoch: i64,
    pub entry_id: Option<&'a str>,
    pub response_revision: Option<i64>,
    pub client_at_ms: Option<i64>,
    pub is_late: bool,
    pub body: &'a str,
}

impl<'a> Link<'a> {
    fn of(row: &'a session_event::Model) -> Self {
        Self {
            session_id: row.session_id,
            seq: row.seq,
            at_ms: row.at_ms,
            kind: &row.kind,
            actor: &row.actor,
            epoch: row.epoch,
            entry_id: row.entry_id.as_deref(),
            response_revision: row.response_revision,
            client_at_ms: row.client_at_ms,
            is_late: row.is_late,
            body: &row.body,
        }
    }

    /// The receipt of this event after the one with the hash `previous`. Texts are preceded by their length, so that no
    /// two events can be written to the same bytes.
    pub fn hash(&self, key: &[u8; 32], previous: &str) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
            // HMAC takes keys of any length.
            return String::new();
        };
        let optional = |number: Option<i64>| number.map_or([0; 9], |number| with_tag(1, number));
        let mut bytes = Vec::with_capacity(256);
        for text in [
            previous,
            self.kind,
            self.actor,
            self.entry_id.unwrap_or_default(),
            self.body,
        ] {
            bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes.extend_from_slice(self.session_id.0.as_bytes());
        for number in [self.seq, self.at_ms, self.epoch] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend_from_slice(&optional(self.response_revision));
        bytes.extend_from_slice(&optional(self.client_at_ms));
        bytes.push(u8::from(self.is_late));
        mac.update(&bytes);
        hex(&mac.finalize().into_bytes())
    }
}

fn with_tag(tag: u8, number: i64) -> [u8; 9] {
    let mut bytes = [tag; 9];
    let (_, rest) = bytes.split_at_mut(1);
    rest.copy_from_slice(&number.to_be_bytes());
    bytes
}

/// Reads a session's whole log and recomputes its chain. Returns the number of the first event that does not fit.
pub async fn first_broken(app: &App, session_id: SessionId) -> Result<Option<i64>, DbErr> {
    let events = session_event::Entity::find()
        .filter(session_event::COLUMN.session_id.eq(session_id))
        .order_by_asc(session_event::Column::Seq)
        .all(app.db.reader())
        .await?;
    let mut previous = GENESIS;
    for (index, event) in events.iter().enumerate() {
        let hash = Link::of(event).hash(&app.secrets.receipt, previous);
        if event.seq != index as i64 + 1 || event.hash != hash {
            return Ok(Some(event.seq));
        }
        previous = &event.hash;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link() -> Link<'static> {
        Link {
            session_id: SessionId(uuid::Uuid::from_u128(7)),
            seq: 1,
            at_ms: 2,
            kind: "response",
            actor: "candidate",
            epoch: 1,
            entry_id: Some("i01"),
            response_revision: Some(1),
            client_at_ms: Some(2),
            is_late: false,
            body: "{}",
        }
    }

    #[test]
    fn every_part_of_an_event_changes_its_hash() {
        let base = link();
        let mut hashes = vec![
            base.hash(&[1; 32], GENESIS),
            base.hash(&[2; 32], GENESIS),
            base.hash(&[1; 32], "0"),
        ];
        let others = [
            Link { seq: 2, ..base },
            Link { at_ms: 3, ..base },
            Link {
                kind: "respons",
                ..base
            },
            Link {
                actor: "ecandidate",
                ..base
            },
            Link { epoch: 2, ..base },
            Link {
                entry_id: None,
                ..base
            },
            Link {
                response_revision: None,
                ..base
            },
            Link {
                response_revision: Some(0),
                ..base
            },
            Link {
                client_at_ms: Some(3),
                ..base
            },
            Link {
                is_late: true,
                ..base
            },
            Link { body: "", ..base },
        ];
        hashes.extend(others.iter().map(|other| other.hash(&[1; 32], GENESIS)));
        let count = hashes.len();
        hashes.sort();
        hashes.dedup();
        assert_eq!(hashes.len(), count);
        assert_eq!(hashes[0].len(), 64);
    }
}
