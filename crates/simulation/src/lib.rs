//! The whole engine under one seed, with everything that can go wrong, and the laws checked.
//!
//! * **What runs** is what production runs: the door with its queue, the appender, the decider, the outbox's
//!   bookkeeping, and the log in segment files. What is simulated lies outside: the disk, the tables' disk,
//!   clocks, clients, operators and receivers.
//! * **One seed, one run.** All of it follows from the seed, in one thread; the same seed gives the same
//!   state, byte for byte, which [`Finished::digest`] says in one hash.
//! * **What goes wrong**: kills and power cuts at any point, pauses, a clock that jumps both ways, a full
//!   disk, errors of the device, failed syncs, torn and short writes, turned bits, events out of order and
//!   late, repeats, receivers that are slow, hang, fail and want nothing more, and ten times the load. In half of the worlds customers
//!   are erased, and that is broken off anywhere.
//! * **Whether it would be noticed**: [`Bug`] lists bugs that can be planted at the ports, one at a time;
//!   every one of them must be found.

mod broken;
mod company;
mod erased;
pub mod exhaustion;
pub mod identity;
mod laws;
mod ledger;
mod machine;
mod many;
mod models;
mod outside;
mod plant;
mod random;
mod replay;
mod run;
mod tables;
mod words;
mod world;

pub use broken::Broken;
pub use many::{Failure, Many, many};
pub use plant::{Bug, Found, find};
pub use run::{Finished, STEPS, run};
pub use tables::TableFault;
