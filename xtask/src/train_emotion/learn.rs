//! Learns the weights: one logistic regression per label, by stochastic gradient descent with
//! per-weight step sizes (AdaGrad, Duchi et al. 2011), averaged over the last passes.
//!
//! Twice: first over every feature that enough texts hold, to see which matter; then over those
//! alone that have a place in the model file, so that they take over what the others carried.

use std::collections::BTreeMap;

use opcx_emotion::fast::features::{FEATURES_ADDED, Feature, Features};
use opcx_emotion::fast::language::WordSet;
use opcx_emotion::fast::weights::Weights;
use opcx_emotion::heads::{EMOTIONS, LABELS};

use super::data::Taught;

/// A feature that fewer texts hold teaches nothing that lasts.
pub(super) const TEXTS_MIN: usize = 3;
/// Passes over the training split, and how many of them, the last ones, are averaged.
pub(super) const PASSES: usize = 6;
pub(super) const PASSES_AVERAGED: usize = 3;
/// The first step size; it falls by equal amounts to a fifth of itself.
pub(super) const STEP: f32 = 0.3;
/// Where each weight's sum of squared gradients starts: rare features, with few gradients, are
/// held back by it.
pub(super) const SQUARES_AT_START: f32 = 0.1;
/// Pull of each weight toward zero whenever its feature occurs.
pub(super) const SHRINKAGE: f32 = 4e-4;
/// Starts the order in which texts are taken.
pub(super) const SEED: u64 = 0x5eed_0f0e_1071_0401;

/// What was learned.
pub(super) struct Learned {
    /// Features with their weights in eight bits, the most valuable first.
    pub(super) rows: Vec<(Feature, [i8; LABELS])>,
    /// How many of those eight-bit steps are one unit of log-odds, per label.
    pub(super) steps_per_unit: [f32; LABELS],
}

type Row = [f32; LABELS];

/// Learns from `texts` with their `features`.
pub(super) fn learn(texts: &[&Taught], features: &[Features]) -> Learned {
    let frequent = texts_per_feature(features).into_iter().filter(|&(_, texts)| texts >= TEXTS_MIN);
    let (names, counts): (Vec<Feature>, Vec<usize>) = frequent.unzip();
    let everything = descend(&Examples::of(texts, features, &names), names.len());

    let mut ranked: Vec<(f32, Feature)> = names
        .iter()
        .zip(&counts)
        .zip(&everything)
        .map(|((&name, &texts), row)| (value(row, texts), name))
        .collect();
    ranked.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    let kept = Weights::with_room(ranked.into_iter().map(|(_, name)| name));

    let mut names = kept.clone();
    names.sort_unstable();
    let rows = descend(&Examples::of(texts, features, &names), names.len());
    let steps_per_unit = steps_per_unit(&rows);
    let rows = kept
        .into_iter()
        .map(|feature| {
            let at = names.binary_search(&feature).expect("names are the kept features");
            (feature, quantised(&rows[at], &steps_per_unit))
        })
        .collect();
    Learned { rows, steps_per_unit }
}

/// The words that at least `texts_min` texts hold.
pub(super) fn words(features: &[Features], texts_min: usize) -> WordSet {
    let mut texts: BTreeMap<Feature, usize> = BTreeMap::new();
    for text in features {
        for word in distinct(&text.words) {
            *texts.entry(word).or_default() += 1;
        }
    }
    WordSet::of(texts.into_iter().filter(|&(_, texts)| texts >= texts_min).map(|(word, _)| word))
}

fn texts_per_feature(features: &[Features]) -> BTreeMap<Feature, usize> {
    let mut texts = BTreeMap::new();
    for text in features {
        for feature in distinct(&text.all) {
            *texts.entry(feature).or_default() += 1;
        }
    }
    texts
}

fn distinct(features: &[Feature]) -> Vec<Feature> {
    let mut distinct = features.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    distinct
}

/// How much a feature moves readings: the size of its weights times how often they count.
fn value(row: &Row, texts: usize) -> f32 {
    row.iter().map(|weight| weight * weight).sum::<f32>() * texts as f32
}

/// Texts as indices of named features.
struct Examples {
    features: Vec<u32>,
    ends: Vec<usize>,
    /// What one occurrence of a feature counts in each text.
    unit: Vec<f32>,
    /// The chance of each label to learn, and how much it counts.
    targets: Vec<[(f32, f32); LABELS]>,
}

impl Examples {
    fn of(texts: &[&Taught], features: &[Features], names: &[Feature]) -> Examples {
        let mut examples =
            Examples { features: Vec::new(), ends: Vec::new(), unit: Vec::new(), targets: Vec::new() };
        for (taught, text) in texts.iter().zip(features) {
            let indices = text.all.iter().filter_map(|feature| names.binary_search(feature).ok());
            examples
                .features
                .extend(indices.map(|index| u32::try_from(index).expect("fewer features than that")));
            examples.ends.push(examples.features.len());
            examples.unit.push(1.0 / (text.all.len() as f32 + FEATURES_ADDED as f32).sqrt());
            examples.targets.push(std::array::from_fn(|label| target(taught, label)));
        }
        examples
    }

    fn features(&self, text: usize) -> &[u32] {
        let start = if text == 0 { 0 } else { self.ends[text - 1] };
        &self.features[start..self.ends[text]]
    }
}

/// The averaged weights of `features` features. The offsets that go with them are not kept: the
/// calibration fits its own.
fn descend(examples: &Examples, features: usize) -> Vec<Row> {
    let mut weights = vec![[0f32; LABELS]; features];
    let mut squares = vec![[SQUARES_AT_START; LABELS]; features];
    let mut offsets = [0f32; LABELS];
    let mut offset_squares = [1f32; LABELS];
    let mut averaged = vec![[0f32; LABELS]; features];
    let mut order: Vec<usize> = (0..examples.targets.len()).collect();
    let mut random = Random(SEED);

    for pass in 0..PASSES {
        random.shuffle(&mut order);
        let step = STEP * (1.0 - 0.8 * pass as f32 / PASSES as f32);
        for &text in &order {
            let unit = examples.unit[text];
            let mut sums = [0f32; LABELS];
            for &feature in examples.features(text) {
                for (sum, weight) in sums.iter_mut().zip(&weights[feature as usize]) {
                    *sum += weight;
                }
            }
            let mut errors = [0f32; LABELS];
            for (at, &(chance, counts)) in examples.targets[text].iter().enumerate() {
                errors[at] = (logistic(sums[at] * unit + offsets[at]) - chance) * counts;
                offset_squares[at] += errors[at] * errors[at];
                offsets[at] -= step * errors[at] / offset_squares[at].sqrt();
            }
            for &feature in examples.features(text) {
                let row = &mut weights[feature as usize];
                let squares = &mut squares[feature as usize];
                for at in 0..LABELS {
                    let gradient = errors[at] * unit + SHRINKAGE * row[at];
                    squares[at] += gradient * gradient;
                    row[at] -= step * gradient / squares[at].sqrt();
                }
            }
        }
        if pass + PASSES_AVERAGED >= PASSES {
            for (sum, weight) in averaged.as_flattened_mut().iter_mut().zip(weights.as_flattened()) {
                *sum += weight / PASSES_AVERAGED as f32;
            }
        }
    }
    averaged
}

/// How much of a target is the label itself, where one is known; the rest is what the network said.
pub(super) const LABEL_SHARE: f32 = 0.5;
/// How much the network's word counts for emotions of texts that nobody labelled with emotions.
pub(super) const UNLABELLED_EMOTIONS_COUNT: f32 = 0.2;

/// The chance of a label to learn from a text, and how much it counts.
fn target(taught: &Taught, label: usize) -> (f32, f32) {
    let said = taught.chances[label];
    match taught.truth[label] {
        Some(truth) if taught.source != "goemotions" || label < EMOTIONS => {
            let truth = if truth { 1.0 } else { 0.0 };
            (LABEL_SHARE * truth + (1.0 - LABEL_SHARE) * said, 1.0)
        }
        // A comment's feeling is about anything, not about a company: there the network knows better than the label.
        Some(_) => (said, 1.0),
        None if label < EMOTIONS => (said, UNLABELLED_EMOTIONS_COUNT),
        None => (said, 1.0),
    }
}

/// As many steps that the largest weight of a label takes all of its eight bits.
fn steps_per_unit(rows: &[Row]) -> [f32; LABELS] {
    let mut steps = [0f32; LABELS];
    for (at, steps) in steps.iter_mut().enumerate() {
        let largest = rows.iter().map(|row| row[at].abs()).fold(f32::MIN_POSITIVE, f32::max);
        *steps = 127.0 / largest;
    }
    steps
}

fn quantised(row: &Row, steps_per_unit: &[f32; LABELS]) -> [i8; LABELS] {
    let mut quantised = [0; LABELS];
    for ((byte, weight), steps) in quantised.iter_mut().zip(row).zip(steps_per_unit) {
        // The cast cuts off at the ends of an i8; the scale keeps the product within ±127.
        *byte = (weight * steps).round() as i8;
    }
    quantised
}

/// `1 / (1 + e^-x)` from operations that IEEE 754 defines to the bit, unlike `f32::exp`.
pub(super) fn logistic(x: f32) -> f32 {
    let x = x.clamp(-30.0, 30.0);
    let halvings = (-x * std::f32::consts::LOG2_E).round();
    let rest = -x - halvings * std::f32::consts::LN_2;
    let mut series = 1.0f32;
    for denominator in [6.0, 5.0, 4.0, 3.0, 2.0, 1.0] {
        series = 1.0 + series * rest / denominator;
    }
    // Within ±44 after the clamp, so the exponent is in range.
    let power_of_two = f32::from_bits(((halvings as i32 + 127) as u32) << 23);
    1.0 / (1.0 + series * power_of_two)
}

/// SplitMix64 (Steele, Lea and Flood 2014).
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        usize::try_from((u128::from(mixed) * bound as u128) >> 64).expect("less than the bound")
    }

    fn shuffle(&mut self, items: &mut [usize]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logistic_function_is_right_to_six_digits() {
        for step in -300..=300 {
            let x = step as f32 / 10.0;
            let exact = 1.0 / (1.0 + (-f64::from(x)).exp());
            assert!((f64::from(logistic(x)) - exact).abs() < 1e-6, "{x}: {} is not {exact}", logistic(x));
        }
    }
}
