use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::condition::Condition;
use crate::due::{AtRisk, Due};
use crate::event::Name;
use crate::map::MomentIndex;
use crate::trust::Account;

/// A promise definition's place in [`crate::definitions::Definitions::promises`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PromiseIndex(pub u16);

/// What the company promises, by when, and what shows that it kept its word.
#[derive(Debug, Clone, PartialEq)]
pub struct PromiseDefinition {
    /// Its name, unique in the company.
    pub name: Name,
    /// The moment that it belongs to.
    pub moment: MomentIndex,
    /// The account of trust that keeping or breaking it touches.
    pub account: Account,
    /// When an event makes it. `None` for one that only a playbook makes.
    pub made: Option<Condition>,
    /// By when it is to be kept.
    pub due: Due,
    /// When to warn.
    pub at_risk: Option<AtRisk>,
    /// What shows that it was kept. Asked only of later events than the one that made it, and
    /// never of one that opcx itself caused: the evidence is independent.
    pub kept: Condition,
    /// What releases the company from it: the customer cancelled.
    pub released: Option<Condition>,
    /// Sources whose events do not count as evidence: those who would vouch for themselves.
    pub not_from: Vec<Name>,
}

/// Where a promise stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromiseState {
    /// Made, not yet due, no warning.
    Open,
    /// Made, not yet due, the time to warn has come.
    AtRisk,
    /// Independent evidence in time.
    Kept,
    /// Due, and no evidence in time.
    Broken,
    /// No longer owed.
    Released,
}

impl PromiseState {
    /// Every state, in a fixed order.
    pub const ALL: [PromiseState; 5] = [
        PromiseState::Open,
        PromiseState::AtRisk,
        PromiseState::Kept,
        PromiseState::Broken,
        PromiseState::Released,
    ];

    /// The words used in files, messages and the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            PromiseState::Open => "open",
            PromiseState::AtRisk => "at risk",
            PromiseState::Kept => "kept",
            PromiseState::Broken => "broken",
            PromiseState::Released => "released",
        }
    }

    /// Whether nothing can change it any more. A broken one may still turn out to have been kept, or be made good.
    #[must_use]
    pub const fn is_final(self) -> bool {
        match self {
            PromiseState::Kept | PromiseState::Released => true,
            PromiseState::Open | PromiseState::AtRisk | PromiseState::Broken => false,
        }
    }

    /// Whether the company still owes it.
    #[must_use]
    pub const fn is_owed(self) -> bool {
        match self {
            PromiseState::Open | PromiseState::AtRisk => true,
            PromiseState::Kept | PromiseState::Broken | PromiseState::Released => false,
        }
    }
}
