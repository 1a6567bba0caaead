//! Real sandboxes through the real binary. They need root and an OCI runtime; without, every test
//! says that it was skipped.

mod runner;
mod sandbox;
mod terminal;
