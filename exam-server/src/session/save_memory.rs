//! What the save lane remembers of the sessions it wrote to, so that the usual save reads nothing.
//!
//! Whatever changes a session appends to its log, and the lane writes only where the log still ends where it remembers
//! (compare-and-set), so what is remembered is either true or found out before anything is acknowledged. Only saves that
//! will be written are decided by it: a refusal, and the receipt of a save that is stored already, are read afresh.

use std::collections::{HashMap, HashSet};

use crate::ids::SessionId;
use crate::session::save_response::{Group, Head, Log, Save, head_key};

/// Sessions that are remembered, at most; then all are forgotten and read again. A few kilobytes each.
const SESSIONS_MAX: usize = 8192;

/// The memory.
#[derive(Debug, Default)]
pub struct Memory(HashMap<SessionId, Remembered>);

#[derive(Debug)]
struct Remembered {
    log: Log,
    /// The current response by entry; none where it is known that there is none.
    heads: HashMap<String, Option<Head>>,
}

impl Memory {
    /// A group for these saves with what is remembered of their sessions.
    pub fn recall(&self, saves: &[Save]) -> Group {
        let mut group = Group::default();
        for save in saves {
            let Some(known) = self.0.get(&save.session_id) else {
                continue;
            };
            group
                .logs
                .entry(save.session_id)
                .or_insert_with(|| known.log.clone());
            if let Some(head) = known.heads.get(&save.entry_id) {
                group.heads.insert(head_key(save), *head);
            }
        }
        let unusual: HashSet<SessionId> = saves
            .iter()
            .filter(|save| group.may_be_stored(save).is_some())
            .map(|save| save.session_id)
            .collect();
        group.logs.retain(|id, _| !unusual.contains(id));
        group.heads.retain(|(id, _), _| !unusual.contains(id));
        group
    }

    /// Remembers what a group left behind. It must be committed.
    pub fn learn(&mut self, group: Group) {
        if self.0.len() + group.touched.len() > SESSIONS_MAX {
            self.0.clear();
        }
        let Group {
            mut logs,
            heads,
            touched,
            ..
        } = group;
        for id in touched.into_keys() {
            if let Some(log) = logs.remove(&id) {
                match self.0.get_mut(&id) {
                    Some(known) => known.log = log,
                    None => {
                        let heads = HashMap::new();
                        self.0.insert(id, Remembered { log, heads });
                    }
                }
            }
        }
        for ((id, entry_id), head) in heads {
            if let Some(known) = self.0.get_mut(&id) {
                known.heads.insert(entry_id, head);
            }
        }
    }

    /// Forgets the sessions of these saves.
    pub fn forget(&mut self, saves: &[Save]) {
        for save in saves {
            self.0.remove(&save.session_id);
        }
    }
}

#[cfg(test)]
#[path = "save_memory_tests.rs"]
mod tests;
