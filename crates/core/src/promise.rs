//! Promises: what we owe a customer by a time.
//!
//! A promise is open, then perhaps at risk, and ends kept, broken or released. It is kept only by
//! independent evidence: a later event, not caused by opcx, that its definition accepts. Time comes
//! in as input, so a replay needs no clock. Evidence that arrives late but shows that the promise
//! was kept in time corrects it; the correction has a receipt.

mod definition;

pub use definition::{PromiseDefinition, PromiseIndex, PromiseState};

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::customer::DeedId;
use crate::event::{Facts, Name};
use crate::log::Position;
use crate::time::{Span, Timestamp};

/// A promise's id: what made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PromiseId {
    /// An event of the log made it.
    Event {
        /// The record.
        position: Position,
        /// Which promise of that record.
        number: u16,
    },
    /// A playbook made it.
    Deed(DeedId),
}

impl fmt::Display for PromiseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PromiseId::Event { position, number } => write!(f, "promise_{position}_{number}"),
            PromiseId::Deed(deed) => write!(f, "promise_{deed}"),
        }
    }
}

impl PromiseId {
    /// The lowest bits of what tells it from others of the same record.
    pub(crate) fn number(self) -> u16 {
        match self {
            PromiseId::Event { number, .. } => number,
            PromiseId::Deed(deed) => u16::try_from(deed.number & 0xFFFF).expect("sixteen bits are left"),
        }
    }

    /// Reads an id as [`fmt::Display`] writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<PromiseId> {
        let id = text.strip_prefix("promise_")?;
        if let Some(deed) = DeedId::parse(id) {
            return Some(PromiseId::Deed(deed));
        }
        let (position, number) = id.split_once('_')?;
        Some(PromiseId::Event {
            position: Position::new(position.parse().ok()?),
            number: number.parse().ok()?,
        })
    }
}

/// One promise to one customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Promise {
    /// Its id.
    pub id: PromiseId,
    /// The definition's name. By name, since a folder may change while a promise is open.
    pub name: Name,
    /// When it was made.
    pub made: Timestamp,
    /// By when it is to be kept.
    pub due: Timestamp,
    /// When to warn, if that is before it is due.
    pub warn: Option<Timestamp>,
    /// Where it stands.
    pub state: PromiseState,
    /// The facts of the event that made it, as far as any definition reads them.
    pub facts: Facts,
    /// The record that made it, or led to it.
    pub record: Position,
    /// The record that settled it, and when.
    pub settled: Option<Settled>,
    /// What was promised, done too late: it does not keep the promise, but makes its breaking good.
    pub made_good: Option<Settled>,
}

/// What settled a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// The record that did; the promise's own [`Promise::record`] where time did.
    pub position: Position,
    /// When it happened, by the event's own time.
    pub at: Timestamp,
}

impl Promise {
    /// When time alone changes this promise next.
    #[must_use]
    pub fn next_change(&self) -> Option<Timestamp> {
        match self.state {
            PromiseState::Open => [self.warn, self.breaks_at()].into_iter().flatten().min(),
            PromiseState::AtRisk => self.breaks_at(),
            PromiseState::Kept | PromiseState::Broken | PromiseState::Released => None,
        }
    }

    /// The first moment at which it is broken: just after it is due. `None` when it is due at the
    /// end of time, after which no moment comes.
    #[must_use]
    pub fn breaks_at(&self) -> Option<Timestamp> {
        Some(self.due + Span::from_millis(1)).filter(|&after| after > self.due)
    }

    /// The state that the passing of time up to and including `now` leads to, if it changes. A
    /// promise is broken only *after* its due moment: evidence at that very moment still keeps it.
    #[must_use]
    pub fn as_of(&self, now: Timestamp) -> Option<PromiseState> {
        if !self.state.is_owed() {
            None
        } else if now > self.due {
            Some(PromiseState::Broken)
        } else if self.state == PromiseState::Open && self.warn.is_some_and(|warn| warn <= now) {
            Some(PromiseState::AtRisk)
        } else {
            None
        }
    }
}
