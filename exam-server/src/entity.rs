//! Rows and nothing else: one file per table. Rows never serialise; what goes over the wire is a type of its own beside its route.

pub mod account;
pub mod account_role;
pub mod audit_event;
pub mod bank;
pub mod check_outcome;
pub mod credential;
pub mod exam;
pub mod exam_session;
pub mod form;
pub mod form_seed;
pub mod item_version;
pub mod lab;
pub mod response_head;
pub mod room;
pub mod room_proctor;
pub mod score;
pub mod seat;
pub mod session_event;
pub mod sign_in;
pub mod signing_key;
pub mod task_version;
pub mod time_adjustment;
