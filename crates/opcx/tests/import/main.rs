//! Files of the past: what becomes of rows, and of whole imports.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod examples;
mod outbox;
mod replay;
mod rows;
mod runs;
mod second_look;
mod shop;
