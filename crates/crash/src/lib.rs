//! Kills real engines, cuts their power, and checks from outside what is left.
//!
//! A trial runs the whole program in a process of its own on a small company. Customers send events over
//! HTTP and send everything again until they are told that it is safe; a receiver takes down every
//! webhook. The engine dies again and again, and is started again on what is left. In the end what was
//! seen from outside is compared with what the engine has:
//!
//! * every event acknowledged is in the log, and counted once; none is that nobody sent (laws 1, 2);
//! * every effect promised arrived, and if more than once then under one `webhook-id`;
//! * what customers last chose is in force;
//! * the state is the one that follows from the log (law 3).
//!
//! [`crash`] kills processes, [`powercut`] takes the disk away under them. [`plant`] holds bugs with
//! which a trial must fail: a check that finds nothing proves something only if it can find something.

mod check;
mod company;
pub mod crash;
mod customer;
mod fuse;
mod http;
mod leaver;
mod ledger;
pub mod plan;
pub mod plant;
pub mod powercut;
mod receiver;
mod report;
mod server;
mod trial;
pub mod victim;

pub use report::{Fault, Report};
