//! What the exam server and a task runner say to each other. No IO: bytes in, messages out.
//!
//! A connection starts with [`ClientMessage::Hello`] and [`RunnerMessage::Welcome`]. After that it
//! is used in one of two ways: for calls ([`ClientMessage::Call`] and [`RunnerMessage::Reply`],
//! many in flight), or for one terminal ([`ClientMessage::Attach`], then bytes both ways).

#![deny(missing_docs)]

mod call;
mod check;
mod doctor;
mod file;
mod frame;
mod id;
mod lab;
mod message;
mod recording;
mod terminal;

pub use call::{Call, CallError, CallResult, Description, ImageView, ScriptOutput, WarmPool};
pub use check::{CheckOutcome, CheckSpec, ForeignToken, GradeReport, Outcome, Probe, RunSpec};
pub use doctor::DoctorCheck;
pub use file::{DirectoryEntry, ENTRIES_MAX, EntryKind, FILE_LENGTH_MAX, FileRefusal, TextFile};
pub use frame::{Decoder, Frame, FrameError, PAYLOAD_LENGTH_MAX, encode_bytes, encode_message};
pub use id::{InvalidName, JobId, LabId};
pub use lab::{CheckpointView, HOSTS_MAX, LabLimits, LabSpec, LabState, LabView};
pub use message::{ClientMessage, PROTOCOL_VERSION, Refusal, RunnerMessage};
pub use recording::{RecordingMarker, RecordingView};
pub use terminal::{COLUMNS_MAX, ROWS_MAX, TERMINALS_MAX, TerminalSize, UNACKNOWLEDGED_BYTES_MAX};
