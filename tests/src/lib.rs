//! Whole-system tests and benchmarks: an exam is stored through the library, then the real `exam-server` is started on it
//! and driven from outside over HTTP. `benches/` measures, `browser/` drives the pages. Nothing here is used by the product.

#![expect(
    clippy::unwrap_used,
    reason = "support for tests: whatever goes wrong here ends the test"
)]

pub mod browser;
pub mod connection;
pub mod exam;
pub mod server;
