//! The laws of the design that the core keeps, over stories that nobody thought of.
//!
//! Laws 1 to 3 are the engine's and the store's; here is their part that lies in the core.

mod bounds;
mod consent;
mod determinism;
mod generated;
mod identity;
mod probes;
mod receipts;
mod repair;
mod rollups;
mod staff;
mod truth;
