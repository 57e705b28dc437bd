//! Trust: how far one customer may expect us to do well by them, as the log's evidence has it.
//!
//! A [`Ledger`] holds four accounts per customer ([`Account`]). Only [`Evidence`] moves them, and
//! every move leaves an [`Entry`] that points to its event and says why it was that large.
//!
//! * **Unit, range**: permille, `0..=1000`; 500 is "no evidence", and what silence fades to.
//! * **Input**: one piece of evidence at a time, in log order, each with its own time. No clock and
//!   no floating point, so a replay gives every past level again, bit for bit.
//! * **Shape**: bad weighs ten times good, and a promise broken thirty times one kept, since that was
//!   owed anyway; a good past softens a hit; good fades in half the time that bad does; a verified
//!   repair gives back part of what its failure cost, and less of it once failures resemble each other.
//!   Claims T-1 to T-10 of `docs/science/trust.md`, sources included.
//! * **Limits**: a description of what happened. It has not been shown to foresee anything, and
//!   no rule may lower service because it is low (law 11).
//! * **Elsewhere**: which event is evidence, and what a fall below a line leads to.

mod entry;
mod failure;
mod ledger;
mod level;
mod weigh;
mod weights;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod stories;

pub use entry::{Entry, Why};
pub use ledger::{ENTRIES_MAX, FAILURES_MAX, Ledger};
pub use weights::Weights;

use core::fmt;
use serde::{Deserialize, Serialize};

use crate::event::Name;
use crate::log::Position;
use crate::time::Timestamp;

/// One of the four sides of trust that are kept apart.
///
/// Capability and reliability are about competence, humanity and transparency about intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Account {
    /// It works.
    Capability,
    /// Promises are kept.
    Reliability,
    /// They care.
    Humanity,
    /// They say what is so.
    Transparency,
}

impl Account {
    /// Every account, in a fixed order.
    pub const ALL: [Account; 4] =
        [Account::Capability, Account::Reliability, Account::Humanity, Account::Transparency];

    /// The word used in files, messages and the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Account::Capability => "capability",
            Account::Reliability => "reliability",
            Account::Humanity => "humanity",
            Account::Transparency => "transparency",
        }
    }

    /// The account of that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Account> {
        Account::ALL.into_iter().find(|account| account.word() == word)
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The standing of one account in permille, `0..=1000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Trust(u16);

impl Trust {
    /// No evidence, or so old that it has faded.
    pub const NEUTRAL: Trust = Trust(500);

    /// `permille`, cut off at 1000.
    #[must_use]
    pub const fn new(permille: u16) -> Trust {
        Trust(if permille > 1000 { 1000 } else { permille })
    }

    /// The number, `0..=1000`.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }

    /// Whether going from `before` to `after` crosses `floor` on the way down.
    ///
    /// A slide below the floor crosses it once, however many steps it takes. Only evidence is
    /// looked at: above 500, trust may also pass a floor by fading, and that is no crossing.
    #[must_use]
    pub fn crossed_below(before: Trust, after: Trust, floor: Trust) -> bool {
        before >= floor && after < floor
    }
}

impl fmt::Display for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// One thing the log says that makes this customer trust us more or less.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The account it moves.
    pub account: Account,
    /// What it says.
    pub what: What,
    /// The moment or promise it is about. Two failures of one account and topic are *similar*.
    pub topic: Name,
    /// When it happened.
    pub at: Timestamp,
    /// The record of the log it was found in.
    pub position: Position,
    /// Which piece of evidence of that record it is, from 0.
    pub number: u16,
}

/// What a piece of evidence says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum What {
    /// A moment went well.
    GoodMoment,
    /// A moment went badly.
    BadMoment,
    /// A promise was kept, by independent evidence.
    PromiseKept,
    /// A promise was not kept in time.
    PromiseBroken,
    /// The newest failure of this account and topic that is still open has been put right, and
    /// that was verified. A repair that was only claimed is no evidence.
    Repaired,
    /// An earlier failure never was one: proof came late. A promise that turns out to have been
    /// kept in time is a correction of the breach, then a [`What::PromiseKept`].
    Corrected {
        /// [`Evidence::position`] of the failure.
        position: Position,
        /// [`Evidence::number`] of the failure.
        number: u16,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_found_by_their_words() {
        for account in Account::ALL {
            assert_eq!(Account::from_word(account.word()), Some(account));
        }
        assert_eq!(Account::from_word("loyalty"), None);
    }

    #[test]
    fn a_floor_is_crossed_once_on_the_way_down() {
        let crossed =
            |before, after| Trust::crossed_below(Trust::new(before), Trust::new(after), Trust::new(400));
        assert!(crossed(400, 399));
        assert!(!crossed(399, 350), "already below");
        assert!(!crossed(410, 400), "on the floor is not below it");
        assert!(!crossed(350, 450), "the way up");
    }
}
