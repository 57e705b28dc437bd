//! From sums of weights to calibrated confidence, in integers only.
//!
//! A text's sum is divided by the root of its number of features, so that long texts do not shout
//! down short ones. One slope and one offset per emotion, fitted on the dev split (Platt 1999),
//! turn that into log-odds; a table of the logistic function turns log-odds into a chance; and a
//! ceiling says how often raters name the emotion even where the words leave no doubt. No `exp`,
//! no float: the same bits on every machine.

use opcx_core::reading::Permille;

use super::weights::{EMOTIONS, Sums};

/// Calibrated confidence per emotion, in the order of the taxonomy's ids.
pub type Confidences = [Permille; EMOTIONS];

/// How one emotion's sum becomes a confidence, and from which confidence on it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calibration {
    /// Log-odds per unit of the normalised sum, in 65,536ths.
    pub slope: i32,
    /// Log-odds at a sum of zero, in 65,536ths.
    pub offset: i32,
    /// The confidence at endless log-odds.
    pub ceiling: Permille,
    /// The emotion is found at this confidence or more.
    pub found_from: Permille,
}

impl Calibration {
    /// Never finds anything: where a fit starts from.
    pub const NEVER: Calibration =
        Calibration { slope: 0, offset: 0, ceiling: Permille::ONE, found_from: Permille::ONE };

    /// The confidence for a sum, normalised by [`inverse_root`].
    #[must_use]
    pub fn confidence(self, sum: i32, inverse_root: i64) -> Permille {
        let normalised = i64::from(sum) * inverse_root;
        let log_odds = ((normalised * i64::from(self.slope)) >> FRACTION_BITS) + i64::from(self.offset);
        let share = u32::from(logistic(log_odds)) * u32::from(self.ceiling.get());
        Permille::new(u16::try_from((share + 500) / 1000).expect("a product of two shares is a share"))
    }
}

/// Confidence per emotion for the sums of a text of `features` features.
#[must_use]
pub fn confidences(calibrations: &[Calibration; EMOTIONS], sums: &Sums, features: usize) -> Confidences {
    let inverse_root = inverse_root(features);
    let mut confidences = [Permille::default(); EMOTIONS];
    for ((confidence, calibration), &sum) in confidences.iter_mut().zip(calibrations).zip(sums) {
        *confidence = calibration.confidence(sum, inverse_root);
    }
    confidences
}

/// `65536 / sqrt(features + 5)`, rounded down: with the five, a text of two or three features
/// does not speak louder than one of a sentence.
#[must_use]
pub fn inverse_root(features: usize) -> i64 {
    let features = i64::try_from(features).expect("a text is bounded") + FEATURES_ADDED;
    // Eight more bits under the root give its four first binary places twice over.
    (1 << 24) / (features << 16).isqrt()
}

/// Added to the number of features before its root is taken.
pub const FEATURES_ADDED: i64 = 5;

/// Fixed-point numbers here count 65,536ths.
pub const FRACTION_BITS: u32 = 16;

/// `1000 / (1 + e^-x)`, rounded, for log-odds in 65,536ths.
fn logistic(log_odds: i64) -> u16 {
    let step = usize::try_from((log_odds.abs() + (1 << STEP_BITS >> 1)) >> STEP_BITS).unwrap_or(usize::MAX);
    let upper = LOGISTIC[step.min(LOGISTIC.len() - 1)];
    if log_odds < 0 { 1000 - upper } else { upper }
}

/// A step of the table is a 64th of a unit of log-odds: at most 4 permille, at the middle.
const STEP_BITS: u32 = 10;
/// Log-odds of 8 are 999.7 permille; beyond them nothing changes.
const STEPS: usize = 8 * 64 + 1;

static LOGISTIC: [u16; STEPS] = logistic_table();

/// The upper half of the logistic function, by repeated multiplication with `e^(-1/64)`.
const fn logistic_table() -> [u16; STEPS] {
    const ONE: u64 = 1 << 32;
    /// `e^(-1/64) * 2^32`, rounded.
    const SHRINK: u64 = 4_228_380_000;
    let mut table = [0; STEPS];
    let mut power = ONE;
    let mut step = 0;
    while step < STEPS {
        // At most 1000, so nothing is cut off.
        table[step] = ((1000 * ONE + (ONE + power) / 2) / (ONE + power)) as u16;
        power = (power * SHRINK) >> 32;
        step += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_the_logistic_function_to_the_permille() {
        for (step, &permille) in LOGISTIC.iter().enumerate() {
            let exact = 1000.0 / (1.0 + (-(step as f64) / 64.0).exp());
            assert!((exact - f64::from(permille)).abs() <= 0.501, "step {step}: {exact} is not {permille}");
        }
    }

    #[test]
    fn log_odds_beyond_the_table_are_certain_but_within_range() {
        assert_eq!(logistic(i64::MAX / 2), 1000);
        assert_eq!(logistic(i64::MIN / 2), 0);
        assert_eq!(logistic(0), 500);
        assert_eq!(logistic(-65_536) + logistic(65_536), 1000);
    }

    const ROUND: Calibration = Calibration { slope: 1 << 14, ..Calibration::NEVER };

    #[test]
    fn no_confidence_passes_the_ceiling() {
        let calibration = Calibration { ceiling: Permille::new(800), ..ROUND };
        assert_eq!(calibration.confidence(i32::MAX, inverse_root(1)).get(), 800);
        assert_eq!(calibration.confidence(0, inverse_root(1)).get(), 400);
    }

    #[test]
    fn a_text_twice_as_long_needs_a_greater_sum_for_the_same_confidence() {
        let calibration = ROUND;
        let short = calibration.confidence(50, inverse_root(20));
        let long = calibration.confidence(50, inverse_root(200));
        assert!(short > long, "{short:?} {long:?}");
    }
}
