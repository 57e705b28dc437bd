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
use crate::reading::Reading;
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
    /// What was read in it when the event was accepted; nothing where no customer said anything. A fact like the
    /// others, so that deciding again needs no model.
    pub reading: Option<Reading>,
    /// What the customer allowed or forbade with this event.
    pub consents: Vec<Statement>,
    /// Whether a customer or a synthetic customer did it.
    pub origin: Origin,
}

/// What a customer said.
///
/// An event gives it only if a customer is its [`Origin`], so what reads feelings cannot be handed words of staff (law
/// 11): it takes this type and no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CustomersWords<'a>(&'a str);

impl<'a> CustomersWords<'a> {
    /// A text of which a person vouches that a customer wrote it, such as a line given to a command.
    #[must_use]
    pub const fn vouched(text: &'a str) -> CustomersWords<'a> {
        CustomersWords(text)
    }

    /// The words.
    #[must_use]
    pub const fn get(self) -> &'a str {
        self.0
    }
}

impl Event {
    /// What tells it from all others.
    #[must_use]
    pub fn key(&self) -> EventKey {
        EventKey::of(&self.source, &self.id)
    }

    /// The strongest of the identifiers it names: whose event it is.
    #[must_use]
    pub fn strongest(&self) -> Option<&Identifier> {
        self.who.iter().min()
    }

    /// The event with what `read` reads in the customer's words, if there are any.
    #[must_use]
    pub fn sensed(self, read: impl FnOnce(CustomersWords<'_>) -> Reading) -> Event {
        Event { reading: self.customers_words().map(read), ..self }
    }

    /// What the customer said; nothing if nothing was said, or by a probe or staff.
    #[must_use]
    pub fn customers_words(&self) -> Option<CustomersWords<'_>> {
        match self.origin {
            Origin::Customer => self.said.as_deref().map(CustomersWords),
            Origin::Probe | Origin::Staff => None,
        }
    }
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
