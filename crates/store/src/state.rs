//! The state: what a commit changes in the tables, and the questions they answer.
//!
//! Written once over [`crate::parts`], so that every engine of tables gives the same answers.

mod audit;
mod chunks;
mod erase;
mod keys;
mod outbox;
mod questions;
mod rows;
mod timers;
mod write;

pub(crate) use audit::audit;
pub use audit::{AUDIT_FAULTS_MAX, Audit};
pub(crate) use erase::{clean, erasure, erasures, put as put_erasure, seals};
pub(crate) use questions::*;
pub(crate) use rows::encode;
pub(crate) use timers::KnownTimers;
pub(crate) use write::write;
