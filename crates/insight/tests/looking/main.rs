//! What a week at a small airline looks like, from every view.

mod company;
mod views;
mod world;
