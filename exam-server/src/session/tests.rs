//! Sessions through the real routes, on the real database, with a clock moved by hand.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod end;
mod grade;
mod life;
mod save;
mod seat;
