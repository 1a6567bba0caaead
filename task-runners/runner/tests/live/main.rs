//! Real sandboxes through the real binary. They need root and an OCI runtime; without, every test
//! says that it was skipped.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod checkpoint;
mod damage;
mod declared;
mod file;
mod grading;
mod hosts;
mod pool;
mod recording;
mod runner;
mod sandbox;
mod terminal;
