//! The simulated company through the whole program: played, taken in, scored, shown.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod demo;
mod walk;
mod whole;
