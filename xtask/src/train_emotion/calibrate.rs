//! Sets calibration, lines and bands from the dev split.

use opcx_core::reading::{Emotion, Permille, Unknown, Valence};
use opcx_emotion::fast::calibration::{Calibration, FRACTION_BITS, inverse_root};
use opcx_emotion::fast::features::Features;
use opcx_emotion::fast::language::{Language, WordSet};
use opcx_emotion::fast::weights::{EMOTIONS, Sums};
use opcx_emotion::fast::{Model, Scratch};
use opcx_emotion::valence::{self, NeutralBand};

use super::data::{Comment, Labels};
use super::figures::ThreeWay;

/// A text as the weights see it.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) sums: Sums,
    pub(super) features: usize,
    pub(super) labels: Labels,
}

/// How strongly a slope is held to 1, in texts: rare emotions have a dozen texts to fit it with.
pub(super) const SLOPE_HELD_BY: f64 = 5.0;
/// One English text in so many may be refused by the language check. Allowing more refused no
/// further sentence of `crates/emotion/tests/other_languages.txt`.
pub(super) const ENGLISH_REFUSED_ONE_IN: usize = 650;

/// One calibration per emotion, fitted on `seen`.
pub(super) fn calibrations(seen: &[Seen], steps_per_unit: &[f32; EMOTIONS]) -> [Calibration; EMOTIONS] {
    let mut calibrations = [Calibration::NEVER; EMOTIONS];
    for (at, &emotion) in Emotion::ALL.iter().enumerate() {
        let calibration = &mut calibrations[at];
        let points: Vec<(f64, bool)> = seen
            .iter()
            .map(|text| {
                let normalised = f64::from(text.sums[at]) * inverse_root(text.features) as f64 / ONE;
                (normalised / f64::from(steps_per_unit[at]), text.labels.has(emotion))
            })
            .collect();
        let Fit { slope, offset, ceiling } = fit(&points);
        // Casts from float cut off at the ends of an i32, which these values are far from.
        calibration.slope = (slope / f64::from(steps_per_unit[at]) * ONE).round() as i32;
        calibration.offset = (offset * ONE).round() as i32;
        calibration.ceiling = Permille::new((ceiling * 1000.0).round() as u16);
        let confidences: Vec<(Permille, bool)> = seen
            .iter()
            .map(|text| {
                let confidence = calibration.confidence(text.sums[at], inverse_root(text.features));
                (confidence, text.labels.has(emotion))
            })
            .collect();
        calibration.found_from = found_from(&confidences);
    }
    calibrations
}

const ONE: f64 = (1u64 << FRACTION_BITS) as f64;

/// What turns a normalised sum `x` into a chance: `ceiling * logistic(slope * x + offset)`.
struct Fit {
    slope: f64,
    offset: f64,
    ceiling: f64,
}

/// Fits by expectation and maximisation: a text without the label may still deserve it, with the
/// chance that raters left it out; those chances and the three numbers are found in turns.
fn fit(points: &[(f64, bool)]) -> Fit {
    let mut fit = Fit { slope: 1.0, offset: 0.0, ceiling: 1.0 };
    let labelled = points.iter().filter(|point| point.1).count() as f64;
    for turn in 0..TURNS {
        let deserved = |chance: f64, truth: bool, ceiling: f64| {
            if truth { 1.0 } else { chance * (1.0 - ceiling) / (1.0 - ceiling * chance) }
        };
        let (mut by_slope, mut by_offset) = (SLOPE_HELD_BY * (fit.slope - 1.0), 0.0);
        let (mut slope_slope, mut slope_offset, mut offset_offset) = (SLOPE_HELD_BY, 0.0, 1e-9);
        let mut deserving = 0.0;
        for &(x, truth) in points {
            // Never certain, so that every text keeps a pull.
            let chance = f64::from(super::learn::logistic((fit.slope * x + fit.offset) as f32))
                .clamp(1e-9, 1.0 - 1e-9);
            let target = deserved(chance, truth, fit.ceiling);
            let error = chance - target;
            let curvature = chance * (1.0 - chance);
            deserving += target;
            by_slope += error * x;
            by_offset += error;
            slope_slope += curvature * x * x;
            slope_offset += curvature * x;
            offset_offset += curvature;
        }
        let determinant = slope_slope * offset_offset - slope_offset * slope_offset;
        let slope_change = (offset_offset * by_slope - slope_offset * by_offset) / determinant;
        let offset_change = (slope_slope * by_offset - slope_offset * by_slope) / determinant;
        // Far from the answer Newton's method overshoots; shorter steps get there all the same.
        fit.slope = (fit.slope - slope_change.clamp(-0.5, 0.5)).clamp(0.1, 10.0);
        fit.offset = (fit.offset - offset_change.clamp(-1.0, 1.0)).clamp(-12.0, 12.0);
        if turn == TURNS_WITHOUT_CEILING {
            fit.ceiling = CEILING_AT_FIRST;
        } else if turn > TURNS_WITHOUT_CEILING {
            fit.ceiling = (labelled + CEILING_HELD_BY) / (deserving + CEILING_HELD_BY);
        }
    }
    fit
}

/// Newton's method has settled by then, and the chances with it.
const TURNS: usize = 120;
const TURNS_WITHOUT_CEILING: usize = 15;
/// Anything below the whole: from 1 the turns would not move.
const CEILING_AT_FIRST: f64 = 0.9;
/// How strongly a ceiling is held to 1, in texts.
pub(super) const CEILING_HELD_BY: f64 = 2.0;

/// The confidence from which on an emotion counts as found: halfway between the line that gave the
/// best F1 on these texts and the one that the confidences themselves expect to give it.
///
/// The first is noisy where an emotion is rare, the second trusts the calibration; their mean held
/// up best on texts that neither had seen.
fn found_from(confidences: &[(Permille, bool)]) -> Permille {
    let mut texts = [0u32; 1001];
    let mut hits = [0u32; 1001];
    for &(confidence, truth) in confidences {
        texts[usize::from(confidence.get())] += 1;
        hits[usize::from(confidence.get())] += u32::from(truth);
    }
    let all_hits: u32 = hits.iter().sum();
    let all_expected: f64 =
        confidences.iter().map(|(confidence, _)| f64::from(confidence.get()) / 1000.0).sum();

    let (mut found, mut hit, mut expected) = (0u32, 0u32, 0.0);
    let (mut best_seen, mut best_expected) = ((0.0, 1000, 1000), (0.0, 1000));
    for line in (1..=1000u16).rev() {
        found += texts[usize::from(line)];
        hit += hits[usize::from(line)];
        expected += f64::from(texts[usize::from(line)]) * f64::from(line) / 1000.0;
        let f1_seen = 2.0 * f64::from(hit) / f64::from((found + all_hits).max(1));
        let f1_expected = 2.0 * expected / (f64::from(found) + all_expected).max(1e-9);
        if f1_seen > best_seen.0 {
            best_seen = (f1_seen, line, line);
        } else if f1_seen == best_seen.0 && best_seen.2 == line + 1 {
            best_seen.2 = line;
        }
        if f1_expected > best_expected.0 {
            best_expected = (f1_expected, line);
        }
    }
    let middle_of_seen = u16::midpoint(best_seen.1, best_seen.2);
    Permille::new(u16::midpoint(middle_of_seen, best_expected.1))
}

/// The highest share of known words to ask for that refuses no more English texts than allowed.
pub(super) fn known_from(known: &WordSet, common: &WordSet, english: &[Features]) -> Permille {
    let refused = |known_from: u16| {
        let language =
            Language { known: known.clone(), common: common.clone(), known_from: Permille::new(known_from) };
        english.iter().filter(|text| language.check(&text.words) == Err(Unknown::Language)).count()
    };
    let allowed = english.len() / ENGLISH_REFUSED_ONE_IN;
    let highest = (0..=1000).rev().step_by(50).find(|&known_from| refused(known_from) <= allowed);
    Permille::new(highest.expect("asking for no share refuses nothing"))
}

/// The neutral band with the best macro-F1 over the three valences.
pub(super) fn neutral_band(model: &Model, comments: &[Comment]) -> NeutralBand {
    let mut scratch = Scratch::default();
    let scores: Vec<(i16, Valence)> = comments
        .iter()
        .filter_map(|comment| {
            let confidences = model.confidences(&comment.text, &mut scratch).ok()?;
            Some((valence::score(&confidences), comment.labels.valence()))
        })
        .collect();
    let mut best = (0.0, NeutralBand { from: 0, to: 0 });
    for from in (-600..=100).step_by(10) {
        for to in (from.max(-100)..=700).step_by(10) {
            let band = NeutralBand { from, to };
            let pairs = scores.iter().map(|&(score, truth)| (band.valence(score), truth));
            let macro_f1 = ThreeWay::of(pairs).macro_f1();
            if macro_f1 > best.0 {
                best = (macro_f1, band);
            }
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train_emotion::learn::{Random, logistic};

    #[test]
    fn a_fit_finds_the_slope_the_offset_and_the_ceiling_that_made_the_labels() {
        let mut random = Random(1);
        let points: Vec<(f64, bool)> = (0..100_000)
            .map(|_| {
                let x = random.below(20_000) as f64 / 1000.0 - 10.0;
                let chance = 0.8 * f64::from(logistic((1.5 * x - 2.0) as f32));
                (x, (random.below(1_000_000) as f64) < chance * 1e6)
            })
            .collect();
        let Fit { slope, offset, ceiling } = fit(&points);
        assert!((slope - 1.5).abs() < 0.05 && (offset + 2.0).abs() < 0.1, "{slope} {offset}");
        assert!((ceiling - 0.8).abs() < 0.01, "{ceiling}");
    }

    #[test]
    fn the_line_lies_between_what_was_seen_and_what_was_expected() {
        // Seen: best from 600 on, and anywhere down to 301. Expected: a confidence of 300 counts too.
        let mut confidences = vec![(Permille::new(600), true); 10];
        confidences.extend(vec![(Permille::new(300), false); 10]);
        assert_eq!(found_from(&confidences).get(), (u16::midpoint(600, 301)).midpoint(600));
    }
}
