//! Recordings of terminals.

use serde::{Deserialize, Serialize};

/// A tape: what was seen on one terminal, as asciicast v2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingView {
    /// The host.
    pub host: String,
    /// The terminal, from 1.
    pub terminal: u8,
    /// How long the tape is, in bytes.
    pub bytes: u64,
    /// The end of its chain of digests (SHA-256 in hex), which stands for all of it.
    pub digest: String,
}

/// A moment of a lab that has a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingMarker {
    /// Milliseconds since the lab was made.
    pub at_ms: u64,
    /// What happened.
    pub label: String,
}
