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

/// How far two shares are apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// The share now less the share it is compared with, from -1 to 1.
    pub difference: f64,
    /// Lower end of its interval (Newcombe's, of Wilson's ends), widened as `compared` says.
    pub low: f64,
    /// Upper end of its interval.
    pub high: f64,
    /// How many were observed now.
    pub n: u64,
    /// How many were observed in what it is compared with.
    pub n_before: u64,
}

impl Difference {
    /// The difference of two shares, each `(count, n)`, with Newcombe's interval; suppressed where either is. With
    /// `looks` comparisons at a time the interval is so wide that all of them together hold the truth in 95 % of
    /// cases (Bonferroni), and `spread` (at least 1) is how much more shares vary from one period to the next than chance
    /// alone would make them: observations count for that much less.
    #[must_use]
    pub fn of(now: (u64, u64), before: (u64, u64), looks: usize, spread: f64) -> Figure<Difference> {
        if now.1 < FLOOR || before.1 < FLOOR {
            return Figure::TOO_FEW;
        }
        let z = normal_point(looks);
        let spread = spread.max(1.0);
        let ends = |(count, n): (u64, u64)| {
            let n = number(n);
            let share = (number(count) / n).min(1.0);
            let (low, high) = wilson_of(share, n / spread, z);
            (share, low, high)
        };
        let ((p, p_low, p_high), (q, q_low, q_high)) = (ends(now), ends(before));
        let below = ((p - p_low).powi(2) + (q_high - q).powi(2)).sqrt();
        let above = ((p_high - p).powi(2) + (q - q_low).powi(2)).sqrt();
        let difference = p - q;
        Figure::Shown(Difference {
            difference: told(difference),
            low: told((difference - below).max(-1.0)),
            high: told((difference + above).min(1.0)),
            n: now.1,
            n_before: before.1,
        })
    }

    /// Whether no difference at all is out of the interval.
    #[must_use]
    pub fn is_sure(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// How much more shares vary between groups than chance alone would make them: Pearson's chi-squared over its degrees of
/// freedom, at least 1. Groups without observations are left out.
#[must_use]
pub fn spread(groups: &[(u64, u64)]) -> f64 {
    let groups: Vec<(f64, f64)> =
        groups.iter().filter(|(_, n)| *n > 0).map(|(count, n)| (number(*count), number(*n))).collect();
    let (count, n) = groups.iter().fold((0.0, 0.0), |sums, group| (sums.0 + group.0, sums.1 + group.1));
    let share = count / n;
    if groups.len() < 2 || !(share > 0.0 && share < 1.0) {
        return 1.0;
    }
    let square = |(count, n): &(f64, f64)| (count - n * share).powi(2) / (n * share * (1.0 - share));
    let degrees = number((groups.len() - 1) as u64);
    (groups.iter().map(square).sum::<f64>() / degrees).max(1.0)
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
    wilson_of(number(count) / number(n), number(n), Z)
}

fn wilson_of(p: f64, n: f64, z: f64) -> (f64, f64) {
    let squared = z * z;
    let centre = p + squared / (2.0 * n);
    let reach = z * (p * (1.0 - p) / n + squared / (4.0 * n * n)).sqrt();
    let all = 1.0 + squared / n;
    (((centre - reach) / all).max(0.0), ((centre + reach) / all).min(1.0))
}

/// The normal distribution's two-sided point at which `looks` intervals together hold in 95 % of cases: Abramowitz and
/// Stegun 26.2.23, right to 0.00045.
fn normal_point(looks: usize) -> f64 {
    if looks <= 1 {
        return Z;
    }
    let tail = 0.025 / number(looks as u64);
    let t = (-2.0 * tail.ln()).sqrt();
    let above = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let below = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    t - above / below
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
    fn the_difference_of_two_shares_has_the_interval_that_newcombe_printed() {
        // Newcombe 1998, Interval estimation for the difference, table II, method 10: 56 of 70 and 48 of 80.
        let Figure::Shown(difference) = Difference::of((56, 70), (48, 80), 1, 1.0) else { panic!("shown") };
        assert_eq!((difference.difference, difference.low, difference.high), (0.2, 0.0524, 0.3339));
        assert!(difference.is_sure());
        let Figure::Shown(wider) = Difference::of((56, 70), (48, 80), 20, 1.0) else { panic!("shown") };
        assert!(!wider.is_sure(), "of twenty looks one may well be that far off by chance: {wider:?}");
        assert_eq!(Difference::of((1, 9), (48, 80), 1, 1.0), Figure::Suppressed { n_below: 10 });
    }

    #[test]
    fn points_for_several_looks_are_those_of_the_printed_tables() {
        for (looks, point) in [(1, 1.959_964), (2, 2.241_4), (5, 2.575_8), (20, 3.023_3)] {
            assert!((normal_point(looks) - point).abs() < 0.000_5, "{looks}: {}", normal_point(looks));
        }
    }

    #[test]
    fn weeks_that_differ_more_than_chance_would_have_it_count_for_less() {
        assert!((spread(&[(10, 100), (10, 100), (10, 100)]) - 1.0).abs() < 1e-9);
        // Shares 0.1, 0.3 and 0.2: (100 + 100 + 0) / (100 · 0.2 · 0.8) / 2.
        assert!((spread(&[(10, 100), (30, 100), (20, 100)]) - 6.25).abs() < 1e-9);
        assert!((spread(&[(0, 0), (5, 50)]) - 1.0).abs() < 1e-9);
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
