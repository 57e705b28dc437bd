//! Looking at a week of a small airline, as people and programs see it.

mod api;
#[path = "../../../insight/tests/looking/company.rs"]
mod company;
mod pages;
#[path = "../../../insight/tests/looking/world.rs"]
mod world;
