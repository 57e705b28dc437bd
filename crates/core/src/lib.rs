//! What an event means and what to do about it.
//!
//! The core is pure: no clock, no files, no network, no randomness, no hash order. It is `no_std`,
//! so the compiler refuses `SystemTime::now`, `std::fs`, `std::collections::HashMap` and the
//! platform's `f64::exp`; `clippy.toml` of this crate bans what slips past that.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod consent;
pub mod delivery;
pub mod event;
pub mod identity;
pub mod log;
pub mod reading;
pub mod time;
pub mod trust;
