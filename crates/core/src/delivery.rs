//! Delivery: what became of a parcel that left the outbox, and when it is tried again.
//!
//! Sending is a channel's work, outside the core. What an attempt came to ([`Outcome`]) comes back
//! through the log, and [`next_attempt`] decides from it alone, so a replay decides the same.
//!
//! * **Order** – none between parcels: a parcel that waits for its next attempt holds up no other.
//! * **Repeats** – a parcel may arrive more than once (the answer to an attempt can get lost). Every
//!   attempt carries the same [`ParcelId`], by which the receiver can tell.
//! * **Bounds** – the number of attempts, each pause, what a receiver may ask for, every text.

mod outcome;
mod parcel;
mod policy;

pub use outcome::{Outcome, WHY_BYTES_MAX, Why};
pub use parcel::{ParcelId, ParcelIdError};
pub use policy::{Attempt, Next, PAUSE_MAX, PAUSES_MAX, Policy, PolicyError, RETRY_AFTER_MAX, next_attempt};
