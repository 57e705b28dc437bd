//! Sets calibration and lines from dev texts, alike for both tiers.

use opcx_core::reading::{Permille, Unknown};
use opcx_emotion::fast::features::Features;
use opcx_emotion::fast::language::{Language, WordSet};
use opcx_emotion::heads::calibration::FRACTION_BITS;
use opcx_emotion::heads::{ANSWER, ASK, EMOTIONS, Heads, LABELS, Scores, VALENCE};

use super::data::Taught;
use super::shares::{self, Choice};

/// A dev text as a tier scores it.
pub(super) struct Seen<'a> {
    pub(super) taught: &'a Taught,
    pub(super) scores: Scores,
}

/// How strongly a slope is held to 1, in texts: rare labels have a dozen texts to fit it with.
const SLOPE_HELD_BY: f64 = 5.0;
/// One English text in so many may be refused by the language check. Allowing more refused no
/// further sentence of `crates/emotion/tests/other_languages.txt`.
const ENGLISH_REFUSED_ONE_IN: usize = 650;
/// How much a source's texts count together for the heads that are not emotions. Messages of customers to companies are
/// what will be read; the other sources are there for what those have too few of, such as praise. DynaSent is left out:
/// people wrote it so that a model would misread it, and no text of a customer is as hard.
const SOURCES_COUNT: [(&str, f64); 3] = [("twitter-care", 600.0), ("nhs", 100.0), ("senti4sd", 100.0)];

/// One calibration per label, fitted on `seen`; those of which one holds then once more as shares. `steps_per_unit` says what one unit of log-odds is of a score.
pub(super) fn heads(seen: &[Seen<'_>], steps_per_unit: &[f32; LABELS]) -> Heads {
    let unit = |label: usize| f64::from(steps_per_unit[label]);
    let score = |text: &Seen<'_>, label: usize| text.scores[label] as f64 / ONE / unit(label);
    let mut fits: Vec<Fit> = (0..LABELS)
        .map(|label| {
            let points: Vec<Point> = seen
                .iter()
                .filter_map(|text| {
                    let truth = text.taught.truth[label]?;
                    let counts = if label < EMOTIONS { 1.0 } else { counts(seen, &text.taught.source) };
                    (counts > 0.0).then(|| Point { x: score(text, label), truth, counts })
                })
                .collect();
            fit(&points, label < EMOTIONS)
        })
        .collect();
    for (from, to) in [(VALENCE, ASK), (ASK, ANSWER)] {
        let choices: Vec<Choice> = seen
            .iter()
            .filter_map(|text| {
                let (truth, counts) = (text.taught.one_of(from, to)?, counts(seen, &text.taught.source));
                let scores = (from..to).map(|label| score(text, label)).collect();
                (counts > 0.0).then_some(Choice { scores, truth, counts })
            })
            .collect();
        shares::fit(&mut fits[from..to], &choices);
    }
    let mut heads = Heads::UNFITTED;
    for (label, (calibration, fit)) in heads.calibrations.iter_mut().zip(fits).enumerate() {
        let (unit, Fit { slope, offset, ceiling }) = (unit(label), fit);
        // Casts from float cut off at the ends of an i32, which these values are far from.
        calibration.slope = (slope / unit * ONE).round() as i32;
        calibration.offset = (offset * ONE).round() as i32;
        calibration.ceiling = Permille::new((ceiling * 1000.0).round() as u16);
        let chances: Vec<(Permille, bool)> = seen
            .iter()
            .filter_map(|text| Some((calibration.confidence(text.scores[label]), text.taught.truth[label]?)))
            .collect();
        calibration.found_from = found_from(&chances);
    }
    heads
}

const ONE: f64 = (1u64 << FRACTION_BITS) as f64;

/// Whether a source's dev texts set anything.
pub(super) fn is_asked(source: &str) -> bool {
    source == "goemotions" || SOURCES_COUNT.iter().any(|(name, _)| *name == source)
}

/// How much one text of a source counts for the heads that are not emotions.
pub(super) fn counts(seen: &[Seen<'_>], source: &str) -> f64 {
    let Some((_, together)) = SOURCES_COUNT.iter().find(|(name, _)| *name == source) else { return 0.0 };
    let texts = seen.iter().filter(|text| text.taught.source == source).count();
    together / texts.max(1) as f64
}

struct Point {
    x: f64,
    truth: bool,
    counts: f64,
}

/// What turns a score `x` into a chance: `ceiling * logistic(slope * x + offset)`.
pub(super) struct Fit {
    pub(super) slope: f64,
    pub(super) offset: f64,
    pub(super) ceiling: f64,
}

/// Fits by expectation and maximisation: a text without the label may still deserve it, with the
/// chance that raters left it out; those chances and the three numbers are found in turns.
fn fit(points: &[Point], has_ceiling: bool) -> Fit {
    let mut fit = Fit { slope: 1.0, offset: 0.0, ceiling: 1.0 };
    let labelled: f64 = points.iter().filter(|point| point.truth).map(|point| point.counts).sum();
    for turn in 0..TURNS {
        let deserved = |chance: f64, truth: bool, ceiling: f64| {
            if truth { 1.0 } else { chance * (1.0 - ceiling) / (1.0 - ceiling * chance) }
        };
        let (mut by_slope, mut by_offset) = (SLOPE_HELD_BY * (fit.slope - 1.0), 0.0);
        let (mut slope_slope, mut slope_offset, mut offset_offset) = (SLOPE_HELD_BY, 0.0, 1e-9);
        let mut deserving = 0.0;
        for &Point { x, truth, counts } in points {
            // Never certain, so that every text keeps a pull.
            let chance = f64::from(super::learn::logistic((fit.slope * x + fit.offset) as f32))
                .clamp(1e-9, 1.0 - 1e-9);
            let target = deserved(chance, truth, fit.ceiling);
            let error = (chance - target) * counts;
            let curvature = chance * (1.0 - chance) * counts;
            deserving += target * counts;
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
        if has_ceiling && turn == TURNS_WITHOUT_CEILING {
            fit.ceiling = CEILING_AT_FIRST;
        } else if has_ceiling && turn > TURNS_WITHOUT_CEILING {
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
const CEILING_HELD_BY: f64 = 2.0;

/// The chance from which on a label counts as found: halfway between the line that gave the
/// best F1 on these texts and the one that the chances themselves expect to give it.
///
/// The first is noisy where a label is rare, the second trusts the calibration; their mean held
/// up best on texts that neither had seen.
pub(super) fn found_from(chances: &[(Permille, bool)]) -> Permille {
    let mut texts = [0u32; 1001];
    let mut hits = [0u32; 1001];
    for &(chance, truth) in chances {
        texts[usize::from(chance.get())] += 1;
        hits[usize::from(chance.get())] += u32::from(truth);
    }
    let all_hits: u32 = hits.iter().sum();
    let all_expected: f64 = chances.iter().map(|(chance, _)| f64::from(chance.get()) / 1000.0).sum();

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
pub(super) fn known_from(known: &WordSet, common: &WordSet, english: &[(&str, Features)]) -> Permille {
    let refused = |known_from: u16| {
        let language =
            Language { known: known.clone(), common: common.clone(), known_from: Permille::new(known_from) };
        let refused = |(text, features): &&(&str, Features)| {
            language.check(&features.words, text) == Err(Unknown::Language)
        };
        english.iter().filter(refused).count()
    };
    let allowed = english.len() / ENGLISH_REFUSED_ONE_IN + refused(0);
    let highest = (0..=1000).rev().step_by(50).find(|&known_from| refused(known_from) <= allowed);
    Permille::new(highest.expect("asking for no share refuses no more than that"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train_emotion::learn::{Random, logistic};

    #[test]
    fn a_fit_finds_the_slope_the_offset_and_the_ceiling_that_made_the_labels() {
        let mut random = Random(1);
        let points: Vec<Point> = (0..100_000)
            .map(|_| {
                let x = random.below(20_000) as f64 / 1000.0 - 10.0;
                let chance = 0.8 * f64::from(logistic((1.5 * x - 2.0) as f32));
                Point { x, truth: (random.below(1_000_000) as f64) < chance * 1e6, counts: 1.0 }
            })
            .collect();
        let Fit { slope, offset, ceiling } = fit(&points, true);
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
