//! Playbooks: when this happens, if that holds, do these actions.

mod template;

pub use template::{Claim, MESSAGE_BYTES_MAX, Piece, Template, TemplateIndex};

use alloc::vec::Vec;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::condition::Condition;
use crate::consent::Purpose;
use crate::event::Name;
use crate::map::{MomentIndex, Outcome};
use crate::promise::{PromiseIndex, PromiseState};
use crate::reading::Permille;
use crate::time::Span;
use crate::trust::Account;

/// A playbook's place in [`crate::definitions::Definitions::playbooks`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlaybookIndex(pub u16);

/// One playbook, checked: everything it names exists.
#[derive(Debug, Clone, PartialEq)]
pub struct Playbook {
    /// Its name, unique in the company.
    pub name: Name,
    /// What sets it off.
    pub when: Trigger,
    /// What must hold besides.
    pub condition: Option<Condition>,
    /// What it does, in order.
    pub actions: Vec<ActionDefinition>,
    /// What it looks at data for; limits its sight (law 4).
    pub purpose: Purpose,
    /// What it is there for; repair goes before delight (law 6).
    pub aim: Aim,
    /// Of several set off at once the higher one goes first; 0 to 100.
    pub priority: u8,
    /// How often it may act for one customer.
    pub at_most: Option<Cap>,
    /// The share of customers for whom it never acts, so that its effect can be measured.
    pub hold_out: Permille,
    /// Whether it acts or only says what it would have done.
    pub mode: Mode,
}

impl Playbook {
    /// After how long a silence it is set off, if it watches for silence.
    #[must_use]
    pub fn silence(&self) -> Option<Span> {
        match self.when {
            Trigger::Silence(span) => Some(span),
            Trigger::Event(_)
            | Trigger::Moment(..)
            | Trigger::Promise(..)
            | Trigger::TrustBelow(..)
            | Trigger::TrustAbove(..) => None,
        }
    }

    /// Whether it writes to the customer.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.actions.iter().any(|action| matches!(action, ActionDefinition::Message { .. }))
    }

    /// Whether it promises something.
    #[must_use]
    pub fn promises(&self) -> bool {
        self.actions.iter().any(|action| matches!(action, ActionDefinition::Promise(_)))
    }
}

/// What sets a playbook off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trigger {
    /// An event of that kind.
    Event(Name),
    /// A moment that went that way.
    Moment(MomentIndex, Outcome),
    /// A promise that came into that state.
    Promise(PromiseIndex, PromiseState),
    /// Trust on an account that fell from at or above the level to below it.
    TrustBelow(Account, u16),
    /// Trust on an account that rose from below the level to at or above it.
    TrustAbove(Account, u16),
    /// Nothing heard from the customer for so long.
    Silence(Span),
}

/// What a playbook is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aim {
    /// To prevent or mend bad feeling.
    Repair,
    /// To tell the customer what they need to know.
    Inform,
    /// To create good feeling, sell, or ask: an offer, a survey, a wow. Refused while something is
    /// to be repaired.
    Delight,
}

/// Whether a playbook acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// It decides and acts.
    Live,
    /// It decides and leaves receipts, and delivers nothing.
    Shadow,
}

/// How often something may happen to one customer: `1 per customer per 7d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cap {
    /// How many times, at least 1.
    pub times: u16,
    /// In how long a sliding window.
    pub within: Span,
}

/// What a playbook does, as defined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActionDefinition {
    /// Tells another system.
    Webhook {
        /// The endpoint's name in `opcx.toml`.
        endpoint: Name,
    },
    /// Writes to the customer.
    Message {
        /// What is written.
        template: TemplateIndex,
        /// Through which channel of `opcx.toml`.
        channel: Name,
    },
    /// Gives a human the matter and the facts.
    Case {
        /// Who gets it.
        team: Name,
        /// How soon.
        priority: Priority,
    },
    /// Promises something.
    Promise(PromiseIndex),
    /// Leaves a note in the customer's history.
    Note(CompactString),
}

/// How soon a human should look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// When there is time.
    Low,
    /// In turn.
    Normal,
    /// Before others.
    High,
}

impl Priority {
    /// The word used in files, messages and the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Priority::Low => "low",
            Priority::Normal => "normal",
            Priority::High => "high",
        }
    }
}
