//! The shell around the engine: what comes in from outside and what goes out.

pub mod bench;
pub mod channel;
pub mod cli;
pub mod command;
pub mod demo;
pub mod emotion;
pub mod house;
pub mod http;
pub mod import;
pub mod keep;
pub mod look;
pub mod memory;
pub mod replay;
pub mod reread;
pub mod score;
pub mod segment;
pub mod senses;
pub mod show;
pub mod walk;
mod weighed;
