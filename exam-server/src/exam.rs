//! An exam on offer: a blueprint and a certification as they were when the exam was made, its rooms, seats and forms.
//!
//! Invariant: a form is drawn once, from a secret random seed, and stored; nothing about it changes when the bank does.
//! Invariant: the seed is stored apart from the form, where no query of forms can show it.
//! Invariant: what a candidate gets of a form is made of types that have no place for a key, a rationale or a check.

pub mod create;
pub mod form;
pub mod paper;
pub mod prepare;

pub use create::{NewExam, Registration, add_room, create, register};
