//! Certificates: the keys that sign them, issuing, and verification by anybody.
//!
//! A certificate is an Open Badges 3.0 credential (W3C VC 2.0) signed as a VC-JWT with ES256. People read "certificate",
//! software reads "credential".
//!
//! Invariant: the private half of a key is a file that only the server's user can read; it is never in the database.
//! Invariant: a public key stays published for ever, so that what it signed verifies after it is retired.
//! Invariant: a session has at most one certificate, and only a final, passed score has one.
//! Invariant: the token names no person; its subject is a random id.
//! Invariant: verification fetches nothing. The algorithm comes from the stored key, never from the token.

pub mod did;
pub mod document;
pub mod issue;
pub mod keys;
pub mod lookup;
pub mod page;
pub mod read;
pub mod reading;
pub mod routes;
pub mod rules;
#[cfg(test)]
mod sample;
pub mod signer;
pub mod strict_json;
pub mod verify;

pub use issue::{Award, CredentialError, issue};
