//! Sessions through the real routes, on the real database, with a clock moved by hand.

mod end;
mod grade;
mod life;
mod save;
mod seat;
