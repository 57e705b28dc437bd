//! Fits labels of which one holds so that their *shares* are right.
//!
//! A reading shows the chance of each valence as a share of all three. Fitted one by one, labels of one head are less
//! sure than they are right, since what each of them leaves to chance adds up. So from there on the slopes and offsets of
//! a head move together until the shares of the right labels are the likeliest (by a Newton step for each label at once,
//! shortened until it is no step back).

use super::calibrate::Fit;
use super::learn::logistic;

/// A text, the scores of a head's labels in log-odds, and which of them holds.
pub(super) struct Choice {
    pub(super) scores: Vec<f64>,
    pub(super) truth: usize,
    pub(super) counts: f64,
}

/// How strongly slopes and offsets are held to where they start, in texts. Offsets hardly are, but the shares would not
/// notice if all of them fell together.
const SLOPE_HELD_BY: f64 = 2.0;
const OFFSET_HELD_BY: f64 = 0.1;
/// What a share is too large by, so that no label has none: `Heads::chances` adds a thousandth.
const AT_LEAST: f64 = 0.001;
/// Steps settle after some thirty.
const STEPS: usize = 200;

/// Moves `fits`, one a label, to where the right labels of `texts` have the likeliest shares.
pub(super) fn fit(fits: &mut [Fit], texts: &[Choice]) {
    let start: Vec<(f64, f64)> = fits.iter().map(|fit| (fit.slope, fit.offset)).collect();
    let mut now = start.clone();
    let mut lost = loss(&now, &start, texts);
    let mut pace = 1.0;
    for _ in 0..STEPS {
        let whole = step(&now, &start, texts);
        let tried: Vec<(f64, f64)> =
            now.iter().zip(&whole).map(|(now, by)| (now.0 - pace * by.0, now.1 - pace * by.1)).collect();
        let lost_there = loss(&tried, &start, texts);
        if lost_there < lost {
            (now, lost, pace) = (tried, lost_there, f64::min(1.0, pace * 1.5));
        } else {
            pace /= 2.0;
        }
    }
    for (fit, (slope, offset)) in fits.iter_mut().zip(now) {
        (fit.slope, fit.offset) = (slope.clamp(0.1, 10.0), offset.clamp(-12.0, 12.0));
    }
}

fn chance(score: f64, (slope, offset): (f64, f64)) -> f64 {
    f64::from(logistic((slope * score + offset) as f32))
}

/// How unlikely the right labels are, and how far the start.
fn loss(fits: &[(f64, f64)], start: &[(f64, f64)], texts: &[Choice]) -> f64 {
    let unlikely = texts.iter().map(|text| {
        let chances = text.scores.iter().zip(fits).map(|(&score, &fit)| chance(score, fit) + AT_LEAST);
        let all: f64 = chances.sum();
        -text.counts * ((chance(text.scores[text.truth], fits[text.truth]) + AT_LEAST) / all).ln()
    });
    let far = fits.iter().zip(start).map(|(fit, start)| {
        SLOPE_HELD_BY / 2.0 * (fit.0 - start.0).powi(2) + OFFSET_HELD_BY / 2.0 * (fit.1 - start.1).powi(2)
    });
    unlikely.sum::<f64>() + far.sum::<f64>()
}

/// By how much to lessen each slope and offset: the gradient over the curvature that the label alone would have.
fn step(fits: &[(f64, f64)], start: &[(f64, f64)], texts: &[Choice]) -> Vec<(f64, f64)> {
    // By slope, by offset; by slope twice, by both, by offset twice.
    let mut sums: Vec<[f64; 5]> = fits
        .iter()
        .zip(start)
        .map(|(fit, start)| {
            let (slope, offset) = (fit.0 - start.0, fit.1 - start.1);
            [SLOPE_HELD_BY * slope, OFFSET_HELD_BY * offset, SLOPE_HELD_BY, 0.0, OFFSET_HELD_BY]
        })
        .collect();
    for text in texts {
        let chances: Vec<f64> =
            text.scores.iter().zip(fits).map(|(&score, &fit)| chance(score, fit)).collect();
        let all: f64 = chances.iter().map(|chance| chance + AT_LEAST).sum();
        for (label, (sums, &chance)) in sums.iter_mut().zip(&chances).enumerate() {
            let x = text.scores[label];
            let curvature = text.counts * chance * (1.0 - chance);
            let is_right = if label == text.truth { 1.0 / (chance + AT_LEAST) } else { 0.0 };
            let error = curvature * (1.0 / all - is_right);
            for (sum, part) in
                sums.iter_mut().zip([error * x, error, curvature * x * x, curvature * x, curvature])
            {
                *sum += part;
            }
        }
    }
    sums.iter()
        .map(|&[by_slope, by_offset, slope_slope, slope_offset, offset_offset]| {
            let determinant = slope_slope * offset_offset - slope_offset * slope_offset;
            let slope = (offset_offset * by_slope - slope_offset * by_offset) / determinant;
            let offset = (slope_slope * by_offset - slope_offset * by_slope) / determinant;
            // Far from the answer Newton's method overshoots.
            (slope.clamp(-0.5, 0.5), offset.clamp(-1.0, 1.0))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train_emotion::learn::Random;

    #[test]
    fn shares_become_as_likely_as_the_labels_are() {
        // Texts of three labels whose log-odds are known; a first fit that is only half as sure.
        let mut random = Random(1);
        let mut unit = || random.below(1_000_000) as f64 / 1e6;
        let texts: Vec<Choice> = (0..20_000)
            .map(|_| {
                let scores: Vec<f64> = (0..3).map(|_| unit() * 8.0 - 4.0).collect();
                let chances: Vec<f64> = scores.iter().map(|&score| chance(score, (1.0, -0.5))).collect();
                let drawn = unit() * chances.iter().sum::<f64>();
                let truth =
                    if drawn < chances[0] { 0 } else { usize::from(drawn >= chances[0] + chances[1]) + 1 };
                Choice { scores, truth, counts: 1.0 }
            })
            .collect();
        let mut fits = [(); 3].map(|()| Fit { slope: 0.5, offset: 0.0, ceiling: 1.0 });
        fit(&mut fits, &texts);
        for Fit { slope, offset, ceiling } in fits {
            assert!((slope - 1.0).abs() < 0.1 && (offset + 0.5).abs() < 0.3, "{slope} {offset}");
            assert!((ceiling - 1.0).abs() < 1e-9, "shares need no ceiling");
        }
    }
}
