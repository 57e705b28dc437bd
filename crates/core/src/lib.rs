//! What an event means and what to do about it.
//!
//! The core is pure: no clock, no files, no network, no randomness, no hash order. It is `no_std`,
//! so the compiler refuses `SystemTime::now`, `std::fs`, `std::collections::HashMap` and the
//! platform's `f64::exp`; `clippy.toml` of this crate bans what slips past that.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod calendar;
pub mod case;
pub mod condition;
pub mod consent;
pub mod customer;
pub mod definitions;
pub mod delivery;
pub mod due;
pub mod effects;
pub mod erasure;
pub mod event;
pub mod identity;
pub mod journey;
pub mod log;
pub mod map;
pub mod playbook;
pub mod promise;
pub mod reading;
pub mod receipt;
pub mod record;
pub mod rollup;
pub mod step;
pub mod time;
pub mod trust;
