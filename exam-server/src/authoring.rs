//! The bank: content as files, published into the database as immutable versions.
//!
//! Invariant: a published version (named by its digest) never changes; editing a file publishes another version, and
//! running sessions keep theirs.
//! Invariant: a file with a fault is not published, and the fault is shown to examiners.

pub mod load;
pub mod publish;
pub mod read;
pub mod routes;
pub mod view;
