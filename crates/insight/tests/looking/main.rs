//! What a week at a small airline looks like, from every view.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod carried;
mod company;
mod denial;
mod known_as;
mod overview;
mod views;
mod went_through;
mod workspace;
mod world;
