//! Saving responses: what becomes of each save of a group. Pure: the lane reads before and writes afterwards.

use std::collections::HashMap;

use crate::http::problem::{ApiError, ErrorCode};
use crate::ids::SessionId;
use crate::session::chain::Link;
use crate::session::rules::{Command, Decision, Refusal, State, decide};
use crate::session::store::CANDIDATE;

/// A response on its way into the log.
#[derive(Clone, Debug)]
pub struct Save {
    pub session_id: SessionId,
    /// The epochs of the request and of its token.
    pub epochs: [i64; 2],
    pub entry_id: String,
    pub revision: i64,
    /// What the log stores. The same response always has the same body.
    pub body: String,
    pub is_answered: bool,
    pub is_flagged: bool,
    pub client_at_ms: i64,
    /// When the request arrived: a queue never makes a response late.
    pub received_at_ms: i64,
}

/// A response that is, or was already, in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    pub seq: i64,
    pub receipt: String,
    pub saved_at_ms: i64,
    pub remaining_ms: i64,
}

/// Why a response did not become the current one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SaveRefusal {
    #[error("no such session")]
    UnknownSession,
    #[error(transparent)]
    Rule(#[from] Refusal),
    /// A newer revision is stored.
    #[error("revision {0} is stored")]
    OldRevision(i64),
    /// The revision is stored with another content.
    #[error("the revision is stored with another content; send the response as a newer revision")]
    Conflict,
    /// It is kept apart.
    #[error("the time was over when the response arrived; it is kept, and a person decides")]
    Late,
}

impl From<SaveRefusal> for ApiError {
    fn from(refusal: SaveRefusal) -> Self {
        let text = refusal.to_string();
        match refusal {
            SaveRefusal::UnknownSession => Self::not_found("session"),
            SaveRefusal::Rule(rule) => rule.into(),
            SaveRefusal::OldRevision(stored) => {
                Self::new(ErrorCode::OldRevision, text).with("revision", stored)
            }
            SaveRefusal::Conflict => Self::new(ErrorCode::RevisionConflict, text),
            SaveRefusal::Late => Self::new(ErrorCode::LateResponse, text).with("kept", true),
        }
    }
}

/// A session as the group finds it and leaves it.
#[derive(Clone, Debug)]
pub struct Log {
    pub state: State,
    pub seq: i64,
    pub hash: String,
}

/// Names the current response to one entry.
pub type HeadKey = (SessionId, String);
/// Names one response: session, entry, epoch, revision.
pub type ResponseKey = (SessionId, String, i64, i64);

/// The current response to one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub seq: i64,
    pub revision: i64,
    pub epoch: i64,
    pub is_answered: bool,
    pub is_flagged: bool,
}

/// A response that the log holds.
#[derive(Clone, Debug)]
pub struct Stored {
    pub seq: i64,
    pub at_ms: i64,
    pub hash: String,
    pub is_late: bool,
    pub body: String,
}

/// An event to insert.
#[derive(Clone, Debug)]
pub struct NewEvent {
    pub session_id: SessionId,
    pub seq: i64,
    pub at_ms: i64,
    pub epoch: i64,
    pub entry_id: String,
    pub revision: i64,
    pub client_at_ms: i64,
    pub is_late: bool,
    pub body: String,
    pub hash: String,
}

/// A group of saves: what was read for it, and what is to be written.
#[derive(Debug, Default)]
pub struct Group {
    pub logs: HashMap<SessionId, Log>,
    /// None where it is known that there is no response.
    pub heads: HashMap<HeadKey, Option<Head>>,
    pub stored: HashMap<ResponseKey, Stored>,
    pub events: Vec<NewEvent>,
    pub new_heads: HashMap<HeadKey, Head>,
    /// The numbers of the last events before the group, of the sessions that it writes to.
    pub touched: HashMap<SessionId, i64>,
}

/// The key of the current response that a save would replace.
pub fn head_key(save: &Save) -> HeadKey {
    (save.session_id, save.entry_id.clone())
}

fn response_key(save: &Save) -> ResponseKey {
    (
        save.session_id,
        save.entry_id.clone(),
        save.epochs[0],
        save.revision,
    )
}

fn rule(state: &State, save: &Save) -> Result<Decision, Refusal> {
    decide(
        state,
        Command::Save {
            epochs: save.epochs,
        },
        save.received_at_ms,
    )
}

impl Group {
    /// Whether the log may hold this very response already, so that it must be looked up. In the usual case it cannot:
    /// the session runs and the revision is newer than the current one. (After an extension a response that came late
    /// before it may come again.)
    pub fn may_be_stored(&self, save: &Save) -> Option<ResponseKey> {
        let log = self.logs.get(&save.session_id)?;
        let is_plain = self.is_newer(save).is_ok()
            && log.state.adjustment_ms == 0
            && rule(&log.state, save) == Ok(Decision::Store);
        (!is_plain).then(|| response_key(save))
    }

    /// Where the log holds the response of this key, if it is the current one of its entry.
    pub fn current(&self, key: &ResponseKey) -> Option<(SessionId, i64)> {
        let (session_id, entry_id, epoch, revision) = key;
        let head = self.heads.get(&(*session_id, entry_id.clone()))?.as_ref()?;
        (head.epoch == *epoch && head.revision == *revision).then_some((*session_id, head.seq))
    }

    /// Decides one save, after all saves before it, and notes what is to be written.
    pub fn decide(
        &mut self,
        key: &[u8; 32],
        save: &Save,
        now_ms: i64,
    ) -> Result<Saved, SaveRefusal> {
        let log = self.logs.get(&save.session_id);
        let log = log.ok_or(SaveRefusal::UnknownSession)?;
        let decision = rule(&log.state, save);
        if let Err(refusal @ (Refusal::StaleEpoch(_) | Refusal::WrongState(_))) = decision {
            return Err(refusal.into());
        }
        let stored = self.stored.get(&response_key(save));
        if let Some(stored) = stored {
            if stored.body != save.body {
                return Err(SaveRefusal::Conflict);
            }
            let saved = Saved {
                seq: stored.seq,
                receipt: stored.hash.clone(),
                saved_at_ms: stored.at_ms,
                remaining_ms: log.state.remaining_ms(now_ms).unwrap_or_default(),
            };
            return match (stored.is_late, decision) {
                (false, _) => Ok(saved),
                // The time was extended after it came: it becomes current after all.
                (true, Ok(Decision::Store)) => self.promote(save, saved),
                (true, _) => Err(SaveRefusal::Late),
            };
        }
        match decision? {
            Decision::Store => {
                self.is_newer(save)?;
                let saved = self.append(key, save, now_ms, false)?;
                self.point(save, saved.seq);
                Ok(saved)
            }
            Decision::StoreLate => {
                self.append(key, save, now_ms, true)?;
                Err(SaveRefusal::Late)
            }
            Decision::Already | Decision::Append(_) | Decision::Allowed => {
                Err(SaveRefusal::UnknownSession)
            }
        }
    }

    fn is_newer(&self, save: &Save) -> Result<(), SaveRefusal> {
        match self.heads.get(&head_key(save)) {
            Some(Some(head)) if save.revision <= head.revision => {
                Err(SaveRefusal::OldRevision(head.revision))
            }
            _ => Ok(()),
        }
    }

    fn promote(&mut self, save: &Save, saved: Saved) -> Result<Saved, SaveRefusal> {
        if self.is_newer(save).is_ok() {
            self.point(save, saved.seq);
        }
        Ok(saved)
    }

    fn point(&mut self, save: &Save, seq: i64) {
        let head = Head {
            seq,
            revision: save.revision,
            epoch: save.epochs[0],
            is_answered: save.is_answered,
            is_flagged: save.is_flagged,
        };
        self.heads.insert(head_key(save), Some(head));
        self.new_heads.insert(head_key(save), head);
    }

    fn append(
        &mut self,
        key: &[u8; 32],
        save: &Save,
        now_ms: i64,
        is_late: bool,
    ) -> Result<Saved, SaveRefusal> {
        let log = self.logs.get_mut(&save.session_id);
        let log = log.ok_or(SaveRefusal::UnknownSession)?;
        self.touched.entry(save.session_id).or_insert(log.seq);
        log.seq += 1;
        let link = Link {
            session_id: save.session_id,
            seq: log.seq,
            at_ms: save.received_at_ms,
            kind: "response",
            actor: CANDIDATE,
            epoch: save.epochs[0],
            entry_id: Some(&save.entry_id),
            response_revision: Some(save.revision),
            client_at_ms: Some(save.client_at_ms),
            is_late,
            body: &save.body,
        };
        log.hash = link.hash(key, &log.hash);
        let saved = Saved {
            seq: log.seq,
            receipt: log.hash.clone(),
            saved_at_ms: save.received_at_ms,
            remaining_ms: log.state.remaining_ms(now_ms).unwrap_or_default(),
        };
        self.stored.insert(
            response_key(save),
            Stored {
                seq: log.seq,
                at_ms: save.received_at_ms,
                hash: log.hash.clone(),
                is_late,
                body: save.body.clone(),
            },
        );
        self.events.push(NewEvent {
            session_id: save.session_id,
            seq: log.seq,
            at_ms: save.received_at_ms,
            epoch: save.epochs[0],
            entry_id: save.entry_id.clone(),
            revision: save.revision,
            client_at_ms: save.client_at_ms,
            is_late,
            body: save.body.clone(),
            hash: log.hash.clone(),
        });
        Ok(saved)
    }
}

/// The body of a response in the log. Options are sorted by the caller; their ids need no escaping.
pub fn body(options: &[String], is_flagged: bool) -> String {
    let mut body = String::with_capacity(40 + options.len() * 4);
    body.push_str("{\"is_flagged\":");
    body.push_str(if is_flagged { "true" } else { "false" });
    body.push_str(",\"options\":[");
    for (index, option) in options.iter().enumerate() {
        if index > 0 {
            body.push(',');
        }
        body.push('"');
        body.push_str(option);
        body.push('"');
    }
    body.push_str("]}");
    body
}

#[cfg(test)]
#[path = "save_response_tests.rs"]
pub mod tests;
