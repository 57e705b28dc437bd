//! What both tiers answer: one score per label, and how scores become a reading.
//!
//! A label's score is its log-odds before calibration. A tier's [`Heads`] hold how its scores become chances, fitted
//! on dev data in the runtime that ships. From scores to readings all is integer arithmetic, for both tiers.

pub mod calibration;
pub mod file;

use opcx_core::reading::{Ask, Emotion, Felt, Found, Permille, Unknown, Valence};

use calibration::Calibration;

/// Labels, and so columns of a model's output: 28 emotions, 3 valences, 7 asks, *needs an answer*.
pub const LABELS: usize = EMOTIONS + VALENCES + ASKS + 1;
/// Emotions, the first columns.
pub const EMOTIONS: usize = Emotion::ALL.len();
const VALENCES: usize = 3;
const ASKS: usize = Ask::ALL.len();
/// The first column of the valences: negative, neutral, positive.
pub const VALENCE: usize = EMOTIONS;
/// The first column of the asks, in the order of [`Ask::ALL`].
pub const ASK: usize = VALENCE + VALENCES;
/// The column of *needs an answer*.
pub const ANSWER: usize = ASK + ASKS;

/// One score per label, in 65,536ths.
pub type Scores = [i64; LABELS];

/// How one tier's scores become chances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heads {
    /// One calibration per label.
    pub calibrations: [Calibration; LABELS],
}

/// Chances of every label, before anything is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chances {
    /// Of each emotion by itself, in the order of the taxonomy's ids.
    pub emotions: [Permille; EMOTIONS],
    /// Negative, neutral, positive; together one, but for rounding.
    pub valences: [Permille; VALENCES],
    /// In the order of [`Ask::ALL`]; together one, but for rounding.
    pub asks: [Permille; ASKS],
    /// That the text needs an answer.
    pub answer: Permille,
}

/// With a likeliest valence below this and no emotion found, nothing is claimed.
pub const VALENCE_SURE_FROM: Permille = Permille::new(500);

impl Heads {
    /// Where a fit starts from.
    pub const UNFITTED: Heads = Heads { calibrations: [Calibration::NEVER; LABELS] };

    /// The chances that go with `scores`.
    #[must_use]
    pub fn chances(&self, scores: &Scores) -> Chances {
        let mut single = [Permille::default(); LABELS];
        for ((chance, calibration), &score) in single.iter_mut().zip(&self.calibrations).zip(scores) {
            *chance = calibration.confidence(score);
        }
        let mut emotions = [Permille::default(); EMOTIONS];
        emotions.copy_from_slice(&single[..EMOTIONS]);
        Chances {
            emotions,
            valences: shares(&single[VALENCE..ASK]),
            asks: shares(&single[ASK..ANSWER]),
            answer: single[ANSWER],
        }
    }

    /// What is found at those chances.
    #[must_use]
    pub fn found(&self, chances: &Chances) -> Found {
        let Chances { emotions, valences, asks, answer } = *chances;
        let mut found: Vec<(Emotion, Permille)> = Vec::new();
        for ((&emotion, chance), calibration) in Emotion::ALL.iter().zip(emotions).zip(&self.calibrations) {
            if chance >= calibration.found_from {
                found.push((emotion, chance));
            }
        }
        let valence = likeliest(&valences);
        let valence_confidence = valences[valence];
        if found.is_empty() {
            if valence_confidence < VALENCE_SURE_FROM {
                return Found::Unknown(Unknown::Unsure);
            }
            found.push(self.nearest(&emotions));
        }
        // Stable, so that equals stay in the order of the taxonomy.
        found.sort_by_key(|&(_, chance)| std::cmp::Reverse(chance));
        let permille = |at: usize| i16::try_from(valences[at].get()).expect("at most a thousand");
        Found::Felt(Felt {
            emotions: found,
            valence: [Valence::Negative, Valence::Neutral, Valence::Positive][valence],
            valence_permille: permille(2) - permille(0),
            valence_confidence,
            ask: Ask::ALL[likeliest(&asks)],
            answer,
        })
    }

    /// The emotion that comes nearest to its line.
    fn nearest(&self, emotions: &[Permille; EMOTIONS]) -> (Emotion, Permille) {
        let share = |at: usize| {
            let line = u32::from(self.calibrations[at].found_from.get()).max(1);
            u32::from(emotions[at].get()) * 1000 / line
        };
        let at = (0..EMOTIONS).rev().max_by_key(|&at| share(at)).expect("there are emotions");
        (Emotion::ALL[at], emotions[at])
    }
}

/// The place of a valence among the three.
#[must_use]
pub const fn place(valence: Valence) -> usize {
    match valence {
        Valence::Negative => 0,
        Valence::Neutral => 1,
        Valence::Positive => 2,
    }
}

/// The place of the greatest chance; of equals the first.
#[must_use]
pub fn likeliest(chances: &[Permille]) -> usize {
    (0..chances.len()).rev().max_by_key(|&at| chances[at]).expect("there are chances")
}

/// Chances of labels of which one holds: each one's own, as a share of them all.
fn shares<const COUNT: usize>(single: &[Permille]) -> [Permille; COUNT] {
    let own = |at: usize| u32::from(single[at].get()) + 1;
    let all: u32 = (0..COUNT).map(own).sum();
    std::array::from_fn(|at| {
        Permille::new(u16::try_from((own(at) * 1000 + all / 2) / all).expect("a share of a thousand"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heads() -> Heads {
        let calibration =
            Calibration { slope: 1 << 16, found_from: Permille::new(500), ..Calibration::NEVER };
        Heads { calibrations: [calibration; LABELS] }
    }

    fn scores(some: &[(usize, i64)]) -> Scores {
        let mut scores = [-4 << 16; LABELS];
        for &(label, score) in some {
            scores[label] = score << 16;
        }
        scores
    }

    #[test]
    fn a_factual_complaint_is_negative_though_no_emotion_but_neutral_is_found() {
        let heads = heads();
        let chances = heads.chances(&scores(&[(27, 2), (VALENCE, 3), (ASK + 1, 3), (ANSWER, 1)]));
        let Found::Felt(felt) = heads.found(&chances) else { panic!("the model can tell") };
        assert_eq!(felt.emotions, [(Emotion::Neutral, Permille::new(881))]);
        assert_eq!((felt.valence, felt.ask, felt.needs_answer()), (Valence::Negative, Ask::Complaint, true));
        assert_eq!(felt.intensity(), Permille::default());
    }

    #[test]
    fn where_no_emotion_reaches_its_line_the_nearest_stands_if_the_valence_is_likely() {
        let heads = heads();
        let chances = heads.chances(&scores(&[(9, -1), (VALENCE, 3)]));
        let Found::Felt(felt) = heads.found(&chances) else { panic!("the model can tell") };
        assert_eq!(felt.emotions, [(Emotion::Disappointment, Permille::new(269))]);
        let unsure = heads.chances(&scores(&[]));
        assert_eq!(heads.found(&unsure), Found::Unknown(Unknown::Unsure));
    }

    #[test]
    fn chances_of_labels_that_shut_each_other_out_add_up_to_one() {
        let chances = heads().chances(&scores(&[(VALENCE, 1), (VALENCE + 2, 1)]));
        let sum: u16 = chances.valences.iter().map(|chance| chance.get()).sum();
        assert!((998..=1002).contains(&sum), "{sum}");
        assert_eq!(chances.valences[0], chances.valences[2]);
    }
}
