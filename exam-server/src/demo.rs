//! The demo: sample people and an exam on the starter bank, one finished session, and links that sign in by one click.
//!
//! It has no data of its own: everything is made by the same operations as everybody's, on real parts.
//! Invariant: only `exam-server demo` makes links, and only the process that made them knows them.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::account::Area;
use crate::ids::AccountId;
use crate::random::{self, NoRandomness};

pub mod finished;
pub mod programme;
pub mod routes;

/// Codes of links: who is signed in where.
#[derive(Debug, Default)]
pub struct Links(HashMap<String, (AccountId, Area)>);

impl Links {
    /// Makes a link's code.
    pub fn add(&mut self, account_id: AccountId, area: Area) -> Result<String, NoRandomness> {
        let code = URL_SAFE_NO_PAD.encode(random::bytes::<9>()?);
        self.0.insert(code.clone(), (account_id, area));
        Ok(code)
    }

    /// Whom the code signs in.
    pub fn find(&self, code: &str) -> Option<(AccountId, Area)> {
        self.0.get(code).copied()
    }
}
