//! The map: journeys, their stages, and the micro-moments that build or erode trust.
//!
//! One map for real customers and for probes. Every moment answers four questions (who and what
//! concerns them, what they are trying to do, how, what they feel), says what it listens to, what
//! good and bad look like there, who owns it, and how a human can be reached from it (law 10).

use alloc::vec::Vec;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::condition::{Condition, Declared};
use crate::event::Name;
use crate::time::Span;
use crate::trust::Account;

/// A moment's place in [`crate::definitions::Definitions::moments`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MomentIndex(pub u16);

/// A journey's place in [`crate::definitions::Definitions::journeys`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JourneyIndex(pub u16);

/// One journey: what a customer sets out to do, from first thought to after-care.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Journey {
    /// Its name.
    pub name: Name,
    /// Who in the company answers for it.
    pub owner: CompactString,
    /// Its stages in order, each with its moments.
    pub stages: Vec<Stage>,
    /// The fact that tells one run of the journey from another (an order's id). Without it a
    /// customer has one run at a time.
    pub one_per: Option<Declared>,
    /// After how long without a moment a run counts as abandoned.
    pub abandoned_after: Span,
}

/// One stage of a journey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// Its name.
    pub name: Name,
    /// Its moments.
    pub moments: Vec<MomentIndex>,
}

/// One micro-moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// Its name, unique in the company.
    pub name: Name,
    /// The journey it belongs to.
    pub journey: JourneyIndex,
    /// Which stage of that journey, counted from 0.
    pub stage: u16,
    /// Who is here, and what concerns them.
    pub who: CompactString,
    /// What they are trying to do.
    pub wants: CompactString,
    /// How: the channels.
    pub how: Vec<Name>,
    /// What they feel.
    pub feels: CompactString,
    /// Who answers for it; the journey's owner unless the moment names its own.
    pub owner: CompactString,
    /// Which account of trust it touches.
    pub account: Account,
    /// Which events happen at this moment.
    pub listens: Condition,
    /// When it went well. Without it, a moment that did not go badly is neutral.
    pub good: Option<Condition>,
    /// When it went badly. Asked before `good`: negatives weigh more.
    pub bad: Option<Condition>,
    /// When an earlier bad outcome of this moment was verifiably made good. An event that is bad
    /// itself makes nothing good.
    pub repaired: Option<Condition>,
    /// How a human can be reached from here: a channel.
    pub way_out: Name,
    /// Whether the journey has reached its goal here, unless it went badly.
    pub goal: bool,
}

/// How one event at a moment went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It went well.
    Good,
    /// Neither.
    Neutral,
    /// It went badly.
    Bad,
}

impl Outcome {
    /// Every outcome, in a fixed order.
    pub const ALL: [Outcome; 3] = [Outcome::Good, Outcome::Neutral, Outcome::Bad];

    /// The word used in files, messages and the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Outcome::Good => "good",
            Outcome::Neutral => "neutral",
            Outcome::Bad => "bad",
        }
    }
}
