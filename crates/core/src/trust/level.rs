use serde::{Deserialize, Serialize};

use super::{Trust, Weights};
use crate::time::Span;

/// How far an account stands from "no evidence", in millionths of a permille; positive is above.
///
/// So fine because fading is taken anew at every piece of evidence: at whole permille a customer
/// with evidence every day would never fade at all. Always within [`Level::LOWEST`] and
/// [`Level::HIGHEST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Level(i32);

/// Millionths in one permille.
pub(super) const PERMILLE: i64 = 1_000_000;

impl Level {
    pub(super) const NEUTRAL: Level = Level(0);
    pub(super) const LOWEST: Level = Level(-500_000_000);
    pub(super) const HIGHEST: Level = Level(500_000_000);

    /// The distance from "no evidence" in millionths of a permille.
    pub(super) const fn distance(self) -> i64 {
        self.0 as i64
    }

    /// The level that many millionths of a permille higher, within the scale.
    pub(super) fn plus(self, millionths: i64) -> Level {
        let lowest = i64::from(Level::LOWEST.0);
        let highest = i64::from(Level::HIGHEST.0);
        let sum = self.distance().saturating_add(millionths).clamp(lowest, highest);
        Level(i32::try_from(sum).expect("the scale's ends are numbers of 32 bits"))
    }

    /// The level rounded to whole permille.
    pub(super) fn trust(self) -> Trust {
        let height = self.distance() - Level::LOWEST.distance();
        let permille = (height + PERMILLE / 2) / PERMILLE;
        Trust::new(u16::try_from(permille).expect("a level is at most 1000 permille above the lowest"))
    }

    /// What is left after `silence` without evidence; a negative silence counts as none.
    ///
    /// The distance from "no evidence" halves once per half-life, and the half-life below 500 is
    /// the longer one. Rounded towards 500, so it always arrives.
    pub(super) fn faded(self, silence: Span) -> Level {
        let half_life = match self.0 {
            ..0 => BAD_HALF_LIFE,
            0 => return self,
            1.. => GOOD_HALF_LIFE,
        };
        let left = halved(self.0.unsigned_abs(), silence, half_life);
        let left = i32::try_from(left).expect("what is left is at most what there was");
        Level(if self.0 < 0 { -left } else { left })
    }
}

const GOOD_HALF_LIFE: Span = Span::DAY.times(Weights::STANDARD.good_half_life_days as i64);
const BAD_HALF_LIFE: Span = Span::DAY.times(Weights::STANDARD.bad_half_life_days as i64);

/// `distance · 2^(−silence / half_life)`, rounded down, in integers only.
///
/// Whole half-lives are shifts; the rest is read from [`HALVING`] and between two of its points
/// taken as a straight line, which is at most one part in a million too high. Never rises as
/// `silence` grows.
fn halved(distance: u32, silence: Span, half_life: Span) -> u32 {
    let Ok(silence) = u64::try_from(silence.as_millis()) else { return distance };
    let half_life = half_life.as_millis().unsigned_abs();
    let half_lives = silence / half_life;
    if half_lives >= u64::from(u32::BITS) {
        return 0;
    }
    // The part of a half-life in 2^-24: a second or less. Half-lives are at most ten years, 2^39
    // milliseconds, so the shift does not overflow.
    let part = ((silence % half_life) << 24) / half_life;
    let (point, between) = ((part >> 16) as usize, part & 0xFFFF);
    let (high, low) = (HALVING[point], HALVING[point + 1]);
    let share = high - (((high - low) * between) >> 16);
    let left = ((u64::from(distance) * share) >> 32) >> half_lives;
    u32::try_from(left).expect("a share of the distance is no larger than the distance")
}

/// `2^(−i/256)` for `i` of `0..=256`, in units of 2^-32.
const HALVING: [u64; 257] = {
    const ONE: u128 = 1 << 62;
    // Eight square roots of one half: 2^(−1/256).
    let mut ratio = ONE / 2;
    let mut roots = 0;
    while roots < 8 {
        ratio = (ratio * ONE).isqrt();
        roots += 1;
    }
    let mut table = [0; 257];
    let mut power = ONE;
    let mut point = 0;
    while point < table.len() {
        table[point] = ((power + (1 << 29)) >> 30) as u64;
        power = power * ratio / ONE;
        point += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn days(days: i64) -> Span {
        Span::DAY.times(days)
    }

    fn levels() -> impl Strategy<Value = Level> {
        (Level::LOWEST.0..=Level::HIGHEST.0).prop_map(Level)
    }

    /// Up to about twenty years.
    fn silences() -> impl Strategy<Value = Span> {
        (0_i64..630_000_000_000).prop_map(Span::from_millis)
    }

    #[test]
    fn half_is_left_after_one_half_life_and_a_quarter_after_two() {
        assert_eq!(Level::HIGHEST.faded(days(180)), Level(250_000_000));
        assert_eq!(Level::HIGHEST.faded(days(360)), Level(125_000_000));
        assert_eq!(Level::LOWEST.faded(days(360)), Level(-250_000_000));
        assert_eq!(Level::LOWEST.faded(days(720)), Level(-125_000_000));
    }

    #[test]
    fn the_table_holds_the_powers_of_two_that_a_pocket_calculator_shows() {
        let whole = 2_f64.powi(32);
        for (point, &share) in HALVING.iter().enumerate() {
            let exact = 2_f64.powf(-(point as f64) / 256.0) * whole;
            assert!((share as f64 - exact).abs() <= 1.0, "point {point}: {share} is not {exact}");
        }
    }

    #[test]
    fn everything_has_faded_after_a_long_life() {
        assert_eq!(Level::LOWEST.faded(days(36_500)), Level::NEUTRAL);
        assert_eq!(Level::HIGHEST.faded(Span::from_millis(i64::MAX)), Level::NEUTRAL);
    }

    #[test]
    fn looking_back_before_the_last_evidence_shows_the_level_it_left() {
        assert_eq!(Level(-1234).faded(days(-1)), Level(-1234));
    }

    proptest! {
        #[test]
        fn fading_only_ever_goes_towards_no_evidence_and_never_past_it(
            level in levels(), one in silences(), other in silences(),
        ) {
            let (sooner, later) = (level.faded(one.min(other)).0, level.faded(one.max(other)).0);
            prop_assert!(later.abs() <= sooner.abs() && sooner.abs() <= level.0.abs());
            prop_assert!(i64::from(later) * i64::from(level.0) >= 0);
        }

        #[test]
        fn more_trust_is_never_less_trust_after_the_same_silence(
            one in levels(), other in levels(), silence in silences(),
        ) {
            prop_assert!(one.min(other).faded(silence) <= one.max(other).faded(silence));
        }

        #[test]
        fn bad_fades_slower_than_good(permille in 1..=500, silent_days in 1_i64..2_000) {
            let level = Level::NEUTRAL.plus(i64::from(permille) * PERMILLE);
            let mirrored = Level::NEUTRAL.plus(-level.distance());
            prop_assert!(-mirrored.faded(days(silent_days)).0 > level.faded(days(silent_days)).0);
        }

        #[test]
        fn one_long_silence_fades_as_much_as_the_short_ones_it_is_made_of(
            level in levels(), first in silences(), second in silences(),
        ) {
            let at_once = level.faded(Span::from_millis(first.as_millis() + second.as_millis()));
            let in_two = level.faded(first).faded(second);
            // Two thousandths of a permille: the table's straight lines.
            prop_assert!((at_once.0 - in_two.0).abs() <= 2_000, "{at_once:?} {in_two:?}");
        }
    }
}
