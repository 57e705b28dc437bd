//! What the core does, as stories; what it never does, as laws.
//!
//! `story` is the kit: a small company, a language for what happens to one customer, and a record of
//! what came of it. `stories` hold one subject each. `laws` are named after the laws of the design.

mod story;

mod laws;
mod stories;
