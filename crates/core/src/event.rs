//! Events: what happened, when, to whom, where, with which facts, and what the customer said.
//!
//! An event is the only thing that comes from outside. It was checked once at the edge (sizes,
//! times, identifiers), so nothing inside checks it again.

mod category;
mod facts;
mod key;

pub use category::{Categories, Category};
pub use facts::{FACTS_MAX, Facts, FactsError, Value};
pub use key::EventKey;

use alloc::vec::Vec;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::consent::Statement;
use crate::identity::{Identifier, IdentifierKind, Refusal};
use crate::time::Timestamp;

/// A short name out of a company's own words: an event kind, a channel, a fact, a moment.
pub type Name = CompactString;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The system that told us. With [`Event::id`] it makes the event one of its kind.
    pub source: Name,
    /// The event's id within its source; a repeat of the pair is not counted again.
    pub id: CompactString,
    /// When it happened, by the log's clock: the sender's clock error is already taken out.
    pub happened: Timestamp,
    /// What kind of event it is, in the company's words: `Order Completed`.
    pub kind: Name,
    /// Where it happened: `web`, `phone`, `branch`, `twitter`.
    pub channel: Name,
    /// Who it happened to: every identifier the sender gave, strongest first, none blocked.
    pub who: Vec<Identifier>,
    /// Identifiers that the sender gave too, that were not believed, and whose owner was erased since:
    /// of what kind they were, and why they were not believed.
    pub masked: Vec<(IdentifierKind, Refusal)>,
    /// The typed properties.
    pub facts: Facts,
    /// What the customer said, word for word, if anything.
    pub said: Option<CompactString>,
    /// What the customer allowed or forbade with this event.
    pub consents: Vec<Statement>,
    /// Whether a customer or a synthetic customer did it.
    pub origin: Origin,
}

/// Who caused an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Origin {
    /// A real customer, or a system on a real customer's behalf.
    Customer,
    /// A probe: a synthetic customer. It never touches a customer's number.
    Probe,
    /// Somebody of the company, answering or acting for a customer.
    Staff,
}
