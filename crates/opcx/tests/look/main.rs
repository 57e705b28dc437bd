//! Looking at a week of a small airline, as people and programs see it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod api;
#[path = "../../../insight/tests/looking/company.rs"]
mod company;
mod deliveries;
mod folder;
mod inbox;
mod keys;
mod live;
mod pages;
mod session;
#[path = "../../../insight/tests/looking/world.rs"]
mod world;
