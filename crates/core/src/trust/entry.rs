use core::fmt;

use alloc::string::{String, ToString};
use serde::{Deserialize, Serialize};

use super::level::Level;
use super::{Evidence, Trust, What};
use crate::time::Timestamp;

/// What one piece of evidence did to its account, and why that much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The evidence, which points to its event.
    pub evidence: Evidence,
    pub(super) before: Level,
    pub(super) after: Level,
    /// Why the change is as large as it is.
    pub why: Why,
    /// Whether it happened before evidence that was already in the ledger, and was counted then.
    pub late: bool,
}

/// Why a change is as large as it is. Weights and shares: [`super::Weights`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Why {
    /// The evidence's own weight, less towards the ends of the scale.
    Weight,
    /// A hit, softened by goodwill.
    Softened {
        /// How much less it cost for that, in permille of the scale.
        permille: u16,
    },
    /// A verified repair.
    Repair {
        /// How many similar failures there were, the repaired one included.
        similar: u8,
    },
    /// A repair without an open failure of its account and topic in the ledger.
    NothingToRepair,
    /// A failure taken back that was none.
    Correction,
    /// A correction of a failure that the ledger does not hold (any more).
    NothingToCorrect,
}

impl Entry {
    /// Trust just before, faded to the moment at which the evidence counted.
    #[must_use]
    pub fn before(&self) -> Trust {
        self.before.trust()
    }

    /// Trust just after.
    #[must_use]
    pub fn after(&self) -> Trust {
        self.after.trust()
    }

    /// The change in permille, `-1000..=1000`: after less before.
    #[must_use]
    pub fn change_permille(&self) -> i16 {
        self.after().get().cast_signed() - self.before().get().cast_signed()
    }

    /// Whether this evidence took the account below `floor`.
    #[must_use]
    pub fn crossed_below(&self, floor: Trust) -> bool {
        Trust::crossed_below(self.before(), self.after(), floor)
    }
}

impl fmt::Display for Entry {
    /// One line for people: `2015-02-20 −81 reliability: promise answer-in-72h broken (goodwill
    /// softened 9) → 465`. The date is UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Evidence { account, what, topic, at, .. } = &self.evidence;
        let change = self.change_permille();
        let sign = match change {
            ..0 => "−",
            0 => "±",
            1.. => "+",
        };
        write!(f, "{} {sign}{} {account}: ", date(*at), change.unsigned_abs())?;
        match what {
            What::GoodMoment => write!(f, "moment {topic} good"),
            What::BadMoment => write!(f, "moment {topic} bad"),
            What::PromiseKept => write!(f, "promise {topic} kept"),
            What::PromiseBroken => write!(f, "promise {topic} broken"),
            What::Repaired => write!(f, "{topic} repaired"),
            What::Corrected { position, .. } => write!(f, "{topic} did not fail at {position} after all"),
        }?;
        match self.why {
            Why::Weight | Why::Correction | Why::Repair { similar: 0 | 1 } => Ok(()),
            Why::Softened { permille } => write!(f, " (goodwill softened {permille})"),
            Why::Repair { similar } => write!(f, " (weaker: {similar} similar failures)"),
            Why::NothingToRepair => f.write_str(" (no open failure to repair)"),
            Why::NothingToCorrect => f.write_str(" (that failure is not in the ledger)"),
        }?;
        write!(f, "{} → {}", if self.late { " (told late)" } else { "" }, self.after())
    }
}

/// The day in UTC: `2015-02-20`.
pub(super) fn date(at: Timestamp) -> String {
    let mut text = at.to_string();
    if let Some(end) = text.find('T') {
        text.truncate(end);
    }
    text
}
