//! When the fast tier suffices.
//!
//! A missed complaint costs most, so the fast tier is believed where it is nearly sure that a text is *not* negative, or
//! quite sure that it is, and where its likeliest valence stands clear of the others. All else goes to the deep tier.
//! The three lines are chosen on dev data: `docs/science/emotion.md` shows what each choice costs and gives.

use opcx_core::reading::Permille;

use crate::heads::{Chances, Heads, likeliest};

/// The deep tier's heads, and the lines between the tiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judge {
    /// Counted up at every training that ships.
    pub version: u16,
    /// How the deep tier's scores become chances.
    pub heads: Heads,
    /// When the fast tier suffices.
    pub cascade: Cascade,
}

/// The lines, on the fast tier's chances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cascade {
    /// At this chance of negative or less, no complaint is missed.
    pub harmless_to: Permille,
    /// At this chance of negative or more, it is one.
    pub negative_from: Permille,
    /// The likeliest valence must be at least so likely.
    pub likely_from: Permille,
}

impl Cascade {
    /// The deep tier reads everything.
    pub const NEVER_SURE: Cascade =
        Cascade { harmless_to: Permille::new(0), negative_from: Permille::ONE, likely_from: Permille::ONE };

    /// The fast tier's answer may stand.
    #[must_use]
    pub fn is_sure(self, chances: &Chances) -> bool {
        let negative = chances.valences[0];
        let likely = chances.valences[likeliest(&chances.valences)];
        likely >= self.likely_from && (negative <= self.harmless_to || negative >= self.negative_from)
    }
}
