//! What one server process remembers of its sessions. None of it must survive a restart.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use crate::ids::SessionId;
use crate::session::shape::Shapes;

/// When a session was last heard of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Presence {
    /// Its page asked for something.
    pub seen_at_ms: Option<i64>,
    /// A response of it was acknowledged.
    pub acknowledged_at_ms: Option<i64>,
}

/// The memory.
#[derive(Debug, Default)]
pub struct Live {
    presence: Mutex<HashMap<SessionId, Presence>>,
    settling: Mutex<HashSet<SessionId>>,
    retry_at_ms: Mutex<HashMap<SessionId, i64>>,
    /// The shapes of forms, for validating responses.
    pub shapes: Shapes,
    /// Wakes the sweeper before its second is over.
    pub wake: Notify,
}

impl Live {
    /// The session's page asked for something.
    pub fn note_seen(&self, id: SessionId, now_ms: i64) {
        let mut presence = self.presence.lock().unwrap_or_else(PoisonError::into_inner);
        presence.entry(id).or_default().seen_at_ms = Some(now_ms);
    }

    /// Responses of these sessions were acknowledged.
    pub fn note_acknowledged(&self, ids: impl Iterator<Item = SessionId>, now_ms: i64) {
        let mut presence = self.presence.lock().unwrap_or_else(PoisonError::into_inner);
        for id in ids {
            let entry = presence.entry(id).or_default();
            entry.seen_at_ms = Some(now_ms);
            entry.acknowledged_at_ms = Some(now_ms);
        }
    }

    /// When the sessions were last heard of.
    pub fn presence(&self, id: SessionId) -> Presence {
        let presence = self.presence.lock().unwrap_or_else(PoisonError::into_inner);
        presence.get(&id).copied().unwrap_or_default()
    }

    /// Takes a session for settling; none if somebody has it, or if it failed a moment ago.
    pub fn begin_settling(self: &Arc<Self>, id: SessionId, now_ms: i64) -> Option<Settling> {
        let retry = self
            .retry_at_ms
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if retry.get(&id).is_some_and(|&at| now_ms < at) {
            return None;
        }
        drop(retry);
        let mut settling = self.settling.lock().unwrap_or_else(PoisonError::into_inner);
        settling.insert(id).then(|| Settling {
            live: Arc::clone(self),
            id,
        })
    }

    /// Settling failed: not again before that time.
    pub fn retry_settling(&self, id: SessionId, at_ms: i64) {
        let mut retry = self
            .retry_at_ms
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        retry.insert(id, at_ms);
    }

    /// The session is over for good.
    pub fn forget(&self, id: SessionId) {
        self.shapes.forget(id);
        let mut retry = self
            .retry_at_ms
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        retry.remove(&id);
    }
}

/// A session that is being settled, until this is dropped.
#[derive(Debug)]
pub struct Settling {
    live: Arc<Live>,
    id: SessionId,
}

impl Drop for Settling {
    fn drop(&mut self) {
        let mut settling = self
            .live
            .settling
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        settling.remove(&self.id);
    }
}
