//! A session: one candidate sits one form.
//!
//! Invariant: a session is a state machine over an append-only log (`session_event`); its row is the head of the log, and
//! both change in one transaction.
//! Invariant: the server owns the time. A deadline is computed by one function, and a response is in time by its arrival.
//! Invariant: what was acknowledged is committed. The acknowledgement is a receipt: the hash of the log up to there.
//! Invariant: nothing that arrives is dropped: a late response is kept apart, for a person to decide.

pub mod authorize;
pub mod chain;
pub mod enter;
pub mod expire;
pub mod finish;
pub mod live;
pub mod paper;
pub mod read;
pub mod receipt;
pub mod routes;
pub mod rules;
pub mod save_lane;
pub mod save_memory;
pub mod save_response;
pub mod save_sql;
pub mod shape;
pub mod start;
pub mod state;
pub mod store;
pub mod sweep;
pub mod take_over;
#[cfg(test)]
mod tests;
pub mod token;

pub use authorize::authorize;
pub use rules::{EndReason, SessionState};
