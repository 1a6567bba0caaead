//! Scoring: from responses and check outcomes to a score, and from a passed score to a certificate.
//!
//! Invariant: a score row is never changed; a new one has the next number.
//! Invariant: a broken check never silently costs points. Its score is pending until a person has decided.
//! Invariant: a certificate is issued in the transaction that makes the session graded.

pub mod broken;
pub mod late;
pub mod result;
pub mod routes;
pub mod settle;

pub use settle::settle;
