//! Statistics: shares and means, each with n and an interval (law 9).
//!
//! A figure can only be made from its counts, so none is without n and an interval; of fewer than
//! [`FLOOR`] observations none is made at all. Formulas, sources and limits: `docs/science/figures.md`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Fewest observations of which a figure is shown. Below it an interval is so wide that it only
/// invites reading noise as news.
pub const FLOOR: u64 = 10;

/// The normal distribution's two-sided 95 % point.
const Z: f64 = 1.959_963_984_540_054;

/// A figure, or that there are too few observations for one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "FigureOf{T}")]
pub enum Figure<T> {
    /// There are enough observations.
    Shown(T),
    /// There are too few.
    Suppressed {
        /// There are fewer observations than this.
        n_below: u64,
    },
}

/// How many of n observations have a property.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Share {
    /// The share, from 0 to 1.
    pub share: f64,
    /// Lower end of its 95 % interval (Wilson).
    pub low: f64,
    /// Upper end of its 95 % interval (Wilson).
    pub high: f64,
    /// How many have the property.
    pub count: u64,
    /// How many were observed.
    pub n: u64,
}

/// The mean of n observations.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Mean {
    /// The mean, in the observations' own unit.
    pub mean: f64,
    /// Lower end of its 95 % interval (Student's t).
    pub low: f64,
    /// Upper end of its 95 % interval (Student's t).
    pub high: f64,
    /// How many were observed.
    pub n: u64,
}

impl<T> Figure<T> {
    const TOO_FEW: Figure<T> = Figure::Suppressed { n_below: FLOOR };

    /// The figure, if it is shown.
    #[must_use]
    pub fn shown(&self) -> Option<&T> {
        match self {
            Figure::Shown(figure) => Some(figure),
            Figure::Suppressed { .. } => None,
        }
    }
}

impl Share {
    /// The share of `count` among `n`, with Wilson's interval; suppressed below [`FLOOR`].
    #[must_use]
    pub fn of(count: u64, n: u64) -> Figure<Share> {
        if n < FLOOR {
            return Figure::TOO_FEW;
        }
        let count = count.min(n);
        let (low, high) = wilson(count, n);
        let share = number(count) / number(n);
        Figure::Shown(Share { share: told(share), low: told(low), high: told(high), count, n })
    }
}

impl Mean {
    /// The mean of `n` whole numbers from their sum and the sum of their squares, in units of
    /// `1 / scale`, with Student's interval; suppressed below [`FLOOR`].
    #[must_use]
    pub fn of(sum: i64, squares: i64, n: u64, scale: u32) -> Figure<Mean> {
        if n < FLOOR {
            return Figure::TOO_FEW;
        }
        let scale = f64::from(scale);
        // Integers up to here, so nothing is lost by subtracting two large sums.
        let (sum, squares, whole) = (i128::from(sum), i128::from(squares), i128::from(n));
        let spread = (whole * squares - sum * sum).max(0);
        let degrees = number(n - 1);
        let variance = big(spread) / (number(n) * degrees);
        let mean = big(sum) / number(n);
        let margin = student(degrees) * (variance / number(n)).sqrt();
        let (low, high) = ((mean - margin) / scale, (mean + margin) / scale);
        Figure::Shown(Mean { mean: told(mean / scale), low: told(low), high: told(high), n })
    }
}

/// Wilson's score interval: of the shares for which `count` of `n` is within 1.96 standard errors,
/// the lowest and the highest.
fn wilson(count: u64, n: u64) -> (f64, f64) {
    let (p, n) = (number(count) / number(n), number(n));
    let squared = Z * Z;
    let centre = p + squared / (2.0 * n);
    let reach = Z * (p * (1.0 - p) / n + squared / (4.0 * n * n)).sqrt();
    let all = 1.0 + squared / n;
    (((centre - reach) / all).max(0.0), ((centre + reach) / all).min(1.0))
}

/// Student's two-sided 95 % point, by Cornish and Fisher's series around the normal one: right to
/// 0.00001 from 9 degrees of freedom on, which [`FLOOR`] guarantees.
fn student(degrees: f64) -> f64 {
    let z = Z;
    let power = |exponent| z.powi(exponent);
    let terms = [
        (power(3) + z) / 4.0,
        (5.0 * power(5) + 16.0 * power(3) + 3.0 * z) / 96.0,
        (3.0 * power(7) + 19.0 * power(5) + 17.0 * power(3) - 15.0 * z) / 384.0,
        (79.0 * power(9) + 776.0 * power(7) + 1482.0 * power(5) - 1920.0 * power(3) - 945.0 * z) / 92_160.0,
    ];
    // From the smallest term inwards.
    terms.into_iter().rev().fold(0.0, |sum, term| (sum + term) / degrees) + z
}

/// Rounded to four decimals: what an interval can carry, and the same text on every machine.
fn told(value: f64) -> f64 {
    let rounded = (value * 10_000.0).round() / 10_000.0;
    // No minus zero.
    rounded + 0.0
}

#[allow(clippy::cast_precision_loss, reason = "counts above 2^53 lose what no figure shows")]
fn number(count: u64) -> f64 {
    count as f64
}

#[allow(clippy::cast_precision_loss, reason = "sums above 2^53 lose what no figure shows")]
fn big(sum: i128) -> f64 {
    sum as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn share(count: u64, n: u64) -> Share {
        *Share::of(count, n).shown().expect("n is at least the floor")
    }

    #[test]
    fn wilsons_interval_is_the_one_that_newcombe_printed() {
        // Newcombe 1998, table I, method 3.
        for (count, n, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let share = share(count, n);
            assert_eq!((share.low, share.high), (low, high), "{count} of {n}");
        }
    }

    #[test]
    fn students_points_are_those_of_the_printed_tables() {
        for (degrees, point) in [(9.0, 2.26216), (10.0, 2.22814), (30.0, 2.04227), (120.0, 1.97993)] {
            assert!((student(degrees) - point).abs() < 0.000_02, "{degrees}: {}", student(degrees));
        }
    }

    #[test]
    fn a_mean_carries_the_interval_that_a_pocket_calculator_gives() {
        // 1 to 10: mean 5.5, standard deviation 3.02765, margin 2.26216 · 3.02765 / √10 = 2.16584.
        let shown = Mean::of(55, 385, 10, 1);
        assert_eq!(shown, Figure::Shown(Mean { mean: 5.5, low: 3.3342, high: 7.6658, n: 10 }));
        let scaled = Mean::of(-55, 385, 10, 1000);
        assert_eq!(scaled, Figure::Shown(Mean { mean: -0.0055, low: -0.0077, high: -0.0033, n: 10 }));
    }

    #[test]
    fn of_fewer_than_ten_no_figure_is_shown() {
        assert_eq!(Share::of(9, 9), Figure::Suppressed { n_below: 10 });
        assert_eq!(Mean::of(9, 9, 9, 1), Figure::Suppressed { n_below: 10 });
        assert!(Share::of(0, 10).shown().is_some());
    }

    proptest! {
        #[test]
        fn a_share_lies_within_its_interval_and_the_interval_within_the_scale(
            n in FLOOR..1_000_000, part in 0.0..=1.0_f64,
        ) {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
            let count = (part * n as f64) as u64;
            let share = share(count, n);
            prop_assert!(0.0 <= share.low && share.low <= share.share);
            prop_assert!(share.share <= share.high && share.high <= 1.0);
        }

        #[test]
        fn ten_times_the_observations_never_widen_the_interval(n in FLOOR..100_000, count in 0_u64..100_000) {
            let count = count.min(n);
            let (few, many) = (share(count, n), share(count * 10, n * 10));
            prop_assert!(many.high - many.low <= few.high - few.low + 0.0002);
        }

        #[test]
        fn the_interval_of_the_opposite_is_the_mirror_image(n in FLOOR..100_000, count in 0_u64..100_000) {
            let count = count.min(n);
            let (with, without) = (share(count, n), share(n - count, n));
            prop_assert!((with.low - (1.0 - without.high)).abs() < 0.0002);
        }
    }
}
