//! A customer: everything known about the person behind one or more identifiers.
//!
//! What is known falls into two parts. What *happened* (trust, runs, promises, traits, consent) is a
//! fold over the customer's events in log order and can be folded anew at any time: after a merge,
//! an un-merge, or a withdrawal of consent. What *we did* ([`Deeds`]) cannot be undone and is kept.
//! Every list is bounded; the log and the store's tables hold the whole history.

mod deeds;
pub(crate) mod room;
mod traits;

pub use deeds::{CASES_MAX, CONTACTS_MAX, Contact, DeedId, Deeds, FIRED_MAX, Fired, PROMISED_MAX, Promised};
pub use traits::{TRAITS_MAX, Trait, Traits};

use core::fmt;

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::consent::Grants;
use crate::event::Name;
use crate::identity::Person;
use crate::journey::{Run, RunState};
use crate::log::{Lane, Position};
use crate::promise::Promise;
use crate::time::Timestamp;
use crate::trust::Ledger;

/// Most runs kept per customer; the one longest untouched makes room.
pub const RUNS_MAX: usize = 16;
/// Most promises that one customer is owed. A further one is refused, with a receipt. What merged
/// customers are owed stays, however much.
pub const PROMISES_MAX: usize = 64;
/// Most settled promises kept per customer, as many as there are failures in mind: a broken one that is no longer kept can no
/// longer be put right by late evidence. Those that nothing can change go first, then the one settled longest ago. Of those
/// only the latest by each name stay at all: a template may claim what came of it. The store has every promise.
pub const SETTLED_MAX: usize = crate::trust::FAILURES_MAX;

/// A customer's id: the position of the record that first told of them. A merged customer has the
/// smallest of the ids, whatever the order of merging.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CustomerId(pub Position);

impl fmt::Display for CustomerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "c{}", self.0)
    }
}

impl CustomerId {
    /// Reads an id as [`fmt::Display`] writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<CustomerId> {
        text.strip_prefix('c')?.parse().ok().map(|number| CustomerId(Position::new(number)))
    }
}

/// One customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Customer {
    /// Their id.
    pub id: CustomerId,
    /// Their identifiers, and what joined them.
    pub person: Person,
    /// What is known about them: a fold over their events, which can be folded anew.
    pub known: Known,
    /// What we did for them: cannot be undone, and is kept.
    pub deeds: Deeds,
}

/// What is known about a customer: a fold over their events in log order.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Known {
    /// What they allow.
    pub grants: Grants,
    /// Facts about the person.
    pub traits: Traits,
    /// Their trust in us.
    pub trust: Ledger,
    /// Their ways through journeys.
    pub runs: Vec<Run>,
    /// What we owe them, and what was settled lately.
    pub promises: Vec<Promise>,
    /// When kinds of event that templates speak of last happened to them.
    pub happened: Vec<(Name, Timestamp)>,
    /// Their latest complaint, while nobody has answered it.
    pub complaint: Option<Complaint>,
    /// When somebody of the company last answered them.
    pub answered: Option<Timestamp>,
    /// How many of their events were counted.
    pub events: u64,
    /// Of these, how many no moment listened to.
    pub unmatched: u64,
    /// When they were first and last heard of, by the events' own times.
    pub heard: Option<(Timestamp, Timestamp)>,
    /// The clock that their timers run on, and its time when they were last looked at; `None`
    /// before that.
    pub clock: Option<(Lane, Timestamp)>,
    /// Since when nothing was heard from them, by that clock.
    pub silent_since: Option<Timestamp>,
}

/// Something bad that a customer said and nobody has answered yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complaint {
    /// When they said it.
    pub at: Timestamp,
    /// The record.
    pub position: Position,
}

impl Customer {
    /// Somebody of whom nothing is known yet.
    #[must_use]
    pub fn new(id: CustomerId, person: Person) -> Customer {
        Customer { id, person, known: Known::default(), deeds: Deeds::default() }
    }
}

impl Known {
    /// When the passing of time alone changes something next, apart from silence.
    #[must_use]
    pub fn next_change(&self) -> Option<Timestamp> {
        let promises = self.promises.iter().filter_map(Promise::next_change);
        let runs = self.runs.iter().filter(|run| run.state == RunState::UnderWay).map(|run| run.abandoned_at);
        promises.chain(runs).min()
    }
}
