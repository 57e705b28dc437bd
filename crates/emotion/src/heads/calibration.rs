//! From a label's score to a calibrated chance, in integers only.
//!
//! One slope and one offset per label, fitted on dev data (Platt 1999), turn a score into log-odds; a table of the
//! logistic function turns log-odds into a chance; and a ceiling says how often raters name the label even where the
//! words leave no doubt. No `exp`, no float: the same bits on every machine.

use opcx_core::reading::Permille;

/// How one label's score becomes a chance, and from which chance on it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calibration {
    /// Log-odds per unit of the score, in 65,536ths.
    pub slope: i32,
    /// Log-odds at a score of zero, in 65,536ths.
    pub offset: i32,
    /// The confidence at endless log-odds.
    pub ceiling: Permille,
    /// The label is found at this chance or more.
    pub found_from: Permille,
}

impl Calibration {
    /// Never finds anything: where a fit starts from.
    pub const NEVER: Calibration =
        Calibration { slope: 0, offset: 0, ceiling: Permille::ONE, found_from: Permille::ONE };

    /// The chance for a score in 65,536ths.
    #[must_use]
    pub fn confidence(self, score: i64) -> Permille {
        let share = u32::from(logistic(self.log_odds(score))) * u32::from(self.ceiling.get());
        Permille::new(u16::try_from((share + 500) / 1000).expect("a product of two shares is a share"))
    }

    /// The log-odds for a score, both in 65,536ths, as if there were no ceiling.
    #[must_use]
    pub fn log_odds(self, score: i64) -> i64 {
        (score.saturating_mul(i64::from(self.slope)) >> FRACTION_BITS) + i64::from(self.offset)
    }
}

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

    #[test]
    fn no_confidence_passes_the_ceiling() {
        let calibration = Calibration { slope: 1 << 16, ceiling: Permille::new(800), ..Calibration::NEVER };
        assert_eq!(calibration.confidence(i64::MAX).get(), 800);
        assert_eq!(calibration.confidence(0).get(), 400);
        assert_eq!(calibration.confidence(i64::MIN).get(), 0);
    }
}
