//! Which way the emotions of a text point, taken together.
//!
//! The rule is the same for every tier. From the confidences of all 28 labels, those below the
//! line included:
//!
//! 1. the chance of *any* positive emotion is `1 - product(1 - confidence)` over the positive group
//!    of the taxonomy ([`Emotion::valence`]); likewise for the negative group;
//! 2. the score is the first less the second, `-1000..=1000`;
//! 3. between the two ends of a neutral band the text is neutral, beyond them it is not.
//!
//! The ends are learned from the dev split, separately, because its writers feel something
//! positive more often than something negative: a text that says nothing scores above zero. The
//! ambiguous emotions (surprise, curiosity, realization, confusion) and neutral count for neither.
//! Limits: the product takes emotions as independent, which they are not; see
//! `docs/science/emotion.md`, claim E-4.

use opcx_core::reading::{Emotion, Permille, Valence};

/// The scores that count as neutral, ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NeutralBand {
    /// The lowest neutral score.
    pub from: i16,
    /// The highest neutral score.
    pub to: i16,
}

impl NeutralBand {
    /// Which way a score points.
    #[must_use]
    pub fn valence(self, score: i16) -> Valence {
        if score < self.from {
            Valence::Negative
        } else if score > self.to {
            Valence::Positive
        } else {
            Valence::Neutral
        }
    }
}

/// The chance of any positive emotion less that of any negative one, in permille.
#[must_use]
pub fn score(confidences: &[Permille; Emotion::ALL.len()]) -> i16 {
    let mut no_positive = MILLION;
    let mut no_negative = MILLION;
    for (emotion, confidence) in Emotion::ALL.iter().zip(confidences) {
        let without = 1000 - u32::from(confidence.get());
        match emotion.valence() {
            Some(Valence::Positive) => no_positive = no_positive * without / 1000,
            Some(Valence::Negative) => no_negative = no_negative * without / 1000,
            Some(Valence::Neutral) | None => {}
        }
    }
    let permille = |chance: u32| i16::try_from(chance / 1000).expect("at most a thousand");
    permille(MILLION - no_positive) - permille(MILLION - no_negative)
}

/// Chances are multiplied in millionths, so that eleven roundings stay below a permille.
const MILLION: u32 = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn with(felt: &[(Emotion, u16)]) -> [Permille; 28] {
        let mut confidences = [Permille::default(); 28];
        for &(emotion, permille) in felt {
            confidences[usize::from(emotion.id())] = Permille::new(permille);
        }
        confidences
    }

    #[test]
    fn joy_and_gratitude_add_up_but_never_beyond_the_whole() {
        assert_eq!(score(&with(&[(Emotion::Joy, 500)])), 500);
        assert_eq!(score(&with(&[(Emotion::Joy, 500), (Emotion::Gratitude, 500)])), 750);
        assert_eq!(score(&with(&[(Emotion::Joy, 1000), (Emotion::Gratitude, 1000)])), 1000);
    }

    #[test]
    fn a_mixed_feeling_is_neutral_and_an_ambiguous_one_counts_for_neither() {
        assert_eq!(score(&with(&[(Emotion::Joy, 400), (Emotion::Anger, 400)])), 0);
        assert_eq!(score(&with(&[(Emotion::Surprise, 900), (Emotion::Neutral, 900)])), 0);
    }

    #[test]
    fn the_ends_of_the_band_are_neutral() {
        let band = NeutralBand { from: -100, to: 200 };
        let valences = [-101, -100, 200, 201].map(|score| band.valence(score));
        assert_eq!(valences, [Valence::Negative, Valence::Neutral, Valence::Neutral, Valence::Positive]);
    }
}
