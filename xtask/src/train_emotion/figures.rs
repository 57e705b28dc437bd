//! The measures: hits per emotion, calibration error, three-way valence.

use opcx_core::reading::{Emotion, Valence};
use opcx_emotion::fast::weights::EMOTIONS;
use serde::Serialize;

use super::data::Labels;
use super::learn::{Random, SEED};

/// How often an emotion was found, labelled, and both.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Count {
    pub(super) hit: u32,
    pub(super) found: u32,
    pub(super) labelled: u32,
}

impl Count {
    pub(super) fn f1(self) -> f64 {
        2.0 * f64::from(self.hit) / f64::from((self.found + self.labelled).max(1))
    }
}

/// Hits per emotion, over pairs of found and labelled.
pub(super) struct Counts(pub(super) [Count; EMOTIONS]);

impl Counts {
    pub(super) fn of(pairs: impl Iterator<Item = (Labels, Labels)>) -> Counts {
        let mut counts = [Count::default(); EMOTIONS];
        for (found, labelled) in pairs {
            for (count, &emotion) in counts.iter_mut().zip(&Emotion::ALL) {
                count.hit += u32::from(found.has(emotion) && labelled.has(emotion));
                count.found += u32::from(found.has(emotion));
                count.labelled += u32::from(labelled.has(emotion));
            }
        }
        Counts(counts)
    }

    pub(super) fn macro_f1(&self) -> f64 {
        self.0.iter().map(|count| count.f1()).sum::<f64>() / EMOTIONS as f64
    }

    pub(super) fn micro_f1(&self) -> f64 {
        let sum = |part: fn(&Count) -> u32| self.0.iter().map(part).sum();
        Count { hit: sum(|c| c.hit), found: sum(|c| c.found), labelled: sum(|c| c.labelled) }.f1()
    }
}

/// Confidence beside what came true, in twenty bins of equal width.
#[derive(Default)]
pub(super) struct Reliability([(u64, u64, u64); 20]);

impl Reliability {
    pub(super) fn add(&mut self, permille: u16, truth: bool) {
        let (texts, confidence, hits) = &mut self.0[usize::from(permille / 50).min(19)];
        *texts += 1;
        *confidence += u64::from(permille);
        *hits += u64::from(truth);
    }

    /// The mean distance between confidence and truth, over bins weighted by size.
    pub(super) fn expected_error(&self) -> f64 {
        let texts: u64 = self.0.iter().map(|bin| bin.0).sum();
        let distances =
            self.0.iter().map(|&(_, confidence, hits)| (confidence as f64 / 1000.0 - hits as f64).abs());
        distances.sum::<f64>() / texts.max(1) as f64
    }
}

/// Three-way valence: a row per truth, a column per reading.
pub(super) struct ThreeWay(pub(super) [[u32; 3]; 3]);

impl ThreeWay {
    /// Counts pairs of reading and truth.
    pub(super) fn of(pairs: impl Iterator<Item = (Valence, Valence)>) -> ThreeWay {
        let mut counts = [[0; 3]; 3];
        for (read, truth) in pairs {
            counts[column(truth)][column(read)] += 1;
        }
        ThreeWay(counts)
    }

    pub(super) fn texts(&self) -> u32 {
        self.0.as_flattened().iter().sum()
    }

    pub(super) fn accuracy(&self) -> f64 {
        let right: u32 = (0..3).map(|at| self.0[at][at]).sum();
        f64::from(right) / f64::from(self.texts().max(1))
    }

    pub(super) fn macro_f1(&self) -> f64 {
        let f1 = |at: usize| {
            let found = self.0.iter().map(|row| row[at]).sum();
            Count { hit: self.0[at][at], found, labelled: self.0[at].iter().sum() }.f1()
        };
        (0..3).map(f1).sum::<f64>() / 3.0
    }
}

impl std::fmt::Display for ThreeWay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [negative, neutral, positive] = self.0;
        write!(f, "read as negative, neutral, positive: of the negative {negative:?}, ")?;
        write!(f, "of the neutral {neutral:?}, of the positive {positive:?}")
    }
}

/// Three-way valence with intervals.
#[derive(Debug, Serialize)]
pub(super) struct ValenceFigures {
    texts: usize,
    macro_f1: f64,
    macro_f1_interval_95: [f64; 2],
    accuracy: f64,
    accuracy_interval_95: [f64; 2],
}

impl ValenceFigures {
    /// Of pairs of reading and truth.
    pub(super) fn of(pairs: &[(Valence, Valence)]) -> ValenceFigures {
        let all = ThreeWay::of(pairs.iter().copied());
        ValenceFigures {
            texts: pairs.len(),
            macro_f1: rounded(all.macro_f1()),
            macro_f1_interval_95: interval(pairs, |pairs| ThreeWay::of(pairs).macro_f1()),
            accuracy: rounded(all.accuracy()),
            accuracy_interval_95: interval(pairs, |pairs| ThreeWay::of(pairs).accuracy()),
        }
    }
}

impl std::fmt::Display for ValenceFigures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ValenceFigures { texts, macro_f1, macro_f1_interval_95, accuracy, accuracy_interval_95 } = self;
        write!(f, "n = {texts}: macro-F1 {macro_f1:.4} {macro_f1_interval_95:?}, ")?;
        write!(f, "accuracy {accuracy:.4} {accuracy_interval_95:?}")
    }
}

/// The middle 95 of a hundred values of `measure`, over a thousand draws of as many pairs.
pub(super) fn interval<Pair: Copy>(
    pairs: &[Pair],
    measure: impl Fn(&mut dyn Iterator<Item = Pair>) -> f64,
) -> [f64; 2] {
    const DRAWS: usize = 1000;
    let mut random = Random(SEED);
    let mut draw = || measure(&mut (0..pairs.len()).map(|_| pairs[random.below(pairs.len())]));
    let mut values: Vec<f64> = (0..DRAWS).map(|_| draw()).collect();
    values.sort_by(f64::total_cmp);
    [rounded(values[DRAWS * 25 / 1000]), rounded(values[DRAWS * 975 / 1000 - 1])]
}

/// To four places.
pub(super) fn rounded(share: f64) -> f64 {
    (share * 10_000.0).round() / 10_000.0
}

fn column(valence: Valence) -> usize {
    match valence {
        Valence::Negative => 0,
        Valence::Neutral => 1,
        Valence::Positive => 2,
    }
}
