//! Segment: bytes in the format of the Segment tracking API become events.
//!
//! Pure: no clock, no network. A body is opened ([`Body::open`]), its write key is looked at by the
//! caller, and then it is read ([`Body::read`]) into events and refusals, in the order sent. One
//! bad message never spoils its neighbours: each is read by itself, and what cannot be understood
//! comes back as a [`Refusal`] that holds the message in a form that can be sent again.
//!
//! * **What becomes what** – `docs/guide/segment.md`; each piece in its own file: `who`, `said`, `clock`,
//!   `channel`, `consent`, `flatten`.
//! * **Limits** – [`BODY_BYTES_MAX`] and the constants beside it; all are counted after
//!   decompression.
//! * **Elsewhere** – routes, keys, compression and replies: [`crate::http`].

mod body;
mod channel;
mod clock;
mod consent;
mod context;
mod event;
mod field;
mod flatten;
mod gist;
mod message;
mod refusal;
mod said;
mod surrogates;
mod who;

pub use body::{
    BATCH_EVENTS_MAX, BODY_BYTES_MAX, Body, CONTEXT_BYTES_MAX, EVENT_BYTES_MAX, EVENTS_READ_MAX, text,
};
pub use message::Call;
pub use refusal::{FORMAT, Reason, Refusal, Unreadable};

use std::net::IpAddr;

use opcx_core::event::Name;
use opcx_core::record::Rejected;
use opcx_core::time::Timestamp;

/// What is known of a body besides its bytes.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The name of the write key it came with; the events' source.
    pub source: Name,
    /// The route it came by, for the rejected list: `/v1/batch`.
    pub route: &'static str,
    /// When it was received, by our clock.
    pub received: Timestamp,
    /// Tells bodies apart that are otherwise alike and came at the same moment.
    pub request: u64,
    /// Who sent it, for senders that ask us to note it (`context.direct`).
    pub address: Option<IpAddr>,
    /// Whether the browser said that its user's data is not to be sold or shared (`Sec-GPC: 1`).
    pub opted_out: bool,
}

impl Arrival {
    /// What is known of an input of the rejected list that was mended and is read again. Its raw text
    /// is a batch of its own, which tells when it was first received.
    #[must_use]
    pub fn again(rejected: &Rejected, now: Timestamp, request: u64) -> Arrival {
        let source = rejected.from.split_once(" /").map_or("", |(source, _)| source);
        Arrival {
            source: source.into(),
            route: "/rejected",
            received: now,
            request,
            address: None,
            opted_out: false,
        }
    }
}
