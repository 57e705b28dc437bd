//! Records: what the log holds. The log is the truth; everything else follows from it.

use alloc::boxed::Box;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::case::{CaseChange, CaseId};
use crate::customer::CustomerId;
use crate::delivery::{Attempt, Outcome, ParcelId};
use crate::erasure::Erasure;
use crate::event::{Event, EventKey, Name};
use crate::identity::Identifier;
use crate::log::{Lane, Position};
use crate::promise::PromiseId;
use crate::reading::Reading;
use crate::time::Timestamp;

/// One entry of the log with its place on a clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Which clock it runs on.
    pub lane: Lane,
    /// The lane's time when it was accepted; never before that of the lane's earlier records.
    pub at: Timestamp,
    /// What it holds.
    pub entry: Entry,
}

/// What a record holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Entry {
    /// Something happened to a customer.
    Event(Event),
    /// Something that came in and could not be understood.
    Rejected(Rejected),
    /// A text was read a second time, by a slower model.
    Reading(SecondReading),
    /// Somebody of the company decided something.
    Command(Command),
    /// An attempt at delivery ended.
    Delivery(Report),
    /// Time passed: timers up to the record's time are due.
    Tick,
    /// Something was here about a customer who was erased since. If it was an event, its key still tells
    /// a repeat.
    Erased(Option<EventKey>),
    /// Here an order to erase a customer was carried out; this is what is left.
    Erasure(Box<Erasure>),
}

impl Entry {
    /// The event, if it is one.
    #[must_use]
    pub fn event(&self) -> Option<&Event> {
        match self {
            Entry::Event(event) => Some(event),
            Entry::Rejected(_)
            | Entry::Reading(_)
            | Entry::Command(_)
            | Entry::Delivery(_)
            | Entry::Tick
            | Entry::Erased(_)
            | Entry::Erasure(_) => None,
        }
    }

    /// The key of the event that it is, or was before its customer was erased.
    #[must_use]
    pub fn key(&self) -> Option<EventKey> {
        match self {
            Entry::Event(event) => Some(event.key()),
            Entry::Erased(key) => *key,
            Entry::Rejected(_)
            | Entry::Reading(_)
            | Entry::Command(_)
            | Entry::Delivery(_)
            | Entry::Tick
            | Entry::Erasure(_) => None,
        }
    }
}

/// What a second look at a text read. It stands in the place of the first reading from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondReading {
    /// The event whose text it is.
    pub of: Position,
    /// What was read.
    pub reading: Reading,
}

/// What an attempt at delivery came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What was sent.
    pub parcel: ParcelId,
    /// Which attempt it was.
    pub attempt: Attempt,
    /// What it came to.
    pub outcome: Outcome,
}

/// Something that came in and could not be understood, kept so that it can be sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Where it came from: a route, or a file and line.
    pub from: CompactString,
    /// Why it was refused, and how to mend it.
    pub reason: CompactString,
    /// The mapping or format it was to be read with.
    pub format: Name,
    /// What came in, cut off at [`REJECTED_BYTES_MAX`].
    pub raw: CompactString,
}

/// Most bytes of a rejected input that are kept.
pub const REJECTED_BYTES_MAX: usize = 32 * 1024;

/// A decision of somebody of the company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// Who decided.
    pub by: CompactString,
    /// Why, for the receipt.
    pub reason: CompactString,
    /// What.
    pub order: Order,
}

/// What somebody of the company can order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// These two identifiers are one person.
    Merge(Identifier, Identifier),
    /// These two identifiers are two people: undoes what joined them and keeps them apart.
    Unmerge(Identifier, Identifier),
    /// A case changes hands or ends.
    Case(CaseId, CaseChange),
    /// A promise is no longer owed.
    Release(PromiseId),
    /// A dead letter is to be tried again, from the first attempt.
    Resend(ParcelId),
    /// An endpoint that answered 410 is to be used again.
    Enable(Name),
    /// A rejected input was mended and sent again.
    Redriven(Position),
    /// Nothing that tells of this customer is to be kept.
    Erase(Whom),
}

/// Whom an order is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Whom {
    /// Whoever has this identifier.
    Identifier(Identifier),
    /// Whoever has this id, or was merged into somebody else under it.
    Customer(CustomerId),
}
