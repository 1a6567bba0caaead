//! Proctoring: rooms, seats, seat codes, and what a proctor may do to a session.
//!
//! Invariant: a proctor sees and touches only the rooms that he is assigned to; an administrator all.
//! Invariant: a seat code is stored as its HMAC, fits one seat, can be used once and expires.
//! Invariant: whatever changes a session's time or end has a reason, and stands in the session's log and in the audit log.

pub mod admit;
pub mod end;
pub mod extend;
pub mod read;
pub mod reveal;
pub mod room;
pub mod routes;
pub mod rules;
pub mod seat_code;
pub mod timeline;
