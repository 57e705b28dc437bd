//! How far one piece of evidence moves a level, given where the level stands.

use super::level::{Level, PERMILLE};
use super::weights::Weights;

const WEIGHTS: Weights = Weights::STANDARD;

/// Half the scale in millionths of a permille: how far either end is from "no evidence".
const HALF: i64 = Level::HIGHEST.distance();

/// A hit after goodwill, in millionths of a permille; neither is negative.
pub(super) struct Hit {
    /// What it still costs.
    pub(super) cost: i64,
    /// What goodwill took off it.
    pub(super) softened: i64,
}

/// What good evidence earns: all of `weight_permille` at 500, less towards both ends.
///
/// Less towards the top because nobody can be trusted beyond measure; less towards the bottom
/// because who has learnt to distrust discounts good news too (claim T-3).
pub(super) fn gain(level: Level, weight_permille: u16) -> i64 {
    let room = HALF - level.distance().abs();
    i64::from(weight_permille) * PERMILLE * room / HALF
}

/// What bad evidence costs: all of `weight_permille` from 500 up, less towards the bottom; above
/// 500 softened by goodwill (claim T-5).
pub(super) fn hit(level: Level, weight_permille: u16) -> Hit {
    let room = HALF + level.distance().min(0);
    let whole = i64::from(weight_permille) * PERMILLE * room / HALF;
    let goodwill = level.distance().max(0) * i64::from(WEIGHTS.goodwill_share_permille) / 1000;
    let softened = goodwill.min(whole * i64::from(WEIGHTS.goodwill_softens_max_permille) / 1000);
    Hit { cost: whole - softened, softened }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PAIRS: [(u16, u16); 2] = [
        (WEIGHTS.good_moment_permille, WEIGHTS.bad_moment_permille),
        (WEIGHTS.promise_kept_permille, WEIGHTS.promise_broken_permille),
    ];

    fn levels() -> impl Strategy<Value = Level> {
        (-HALF..=HALF).prop_map(|distance| Level::NEUTRAL.plus(distance))
    }

    #[test]
    fn at_no_evidence_good_and_bad_weigh_as_the_table_says() {
        assert_eq!(gain(Level::NEUTRAL, 30), 30 * PERMILLE);
        assert_eq!(hit(Level::NEUTRAL, 90).cost, 90 * PERMILLE);
        assert_eq!(hit(Level::NEUTRAL, 90).softened, 0);
    }

    #[test]
    fn nothing_is_gained_at_either_end_and_nothing_lost_at_the_bottom() {
        assert_eq!(gain(Level::HIGHEST, 30), 0);
        assert_eq!(gain(Level::LOWEST, 30), 0);
        assert_eq!(hit(Level::LOWEST, 90).cost, 0);
    }

    proptest! {
        #[test]
        fn at_every_level_bad_evidence_costs_seven_times_what_good_evidence_earns_or_more(level in levels()) {
            for (good, bad) in PAIRS {
                let (cost, earned) = (hit(level, bad).cost, gain(level, good));
                // A few millionths for rounding, at the very bottom where both vanish.
                prop_assert!(cost + 7 >= 7 * earned, "{level:?}: {cost} against {earned}");
            }
        }

        #[test]
        fn goodwill_softens_a_hit_but_never_more_than_its_share_of_it(level in levels()) {
            for (_, bad) in PAIRS {
                let hit = hit(level, bad);
                prop_assert_eq!(hit.softened > 0, level.distance() >= 5);
                let whole = hit.cost + hit.softened;
                prop_assert!(hit.softened * 1000 <= whole * i64::from(WEIGHTS.goodwill_softens_max_permille));
            }
        }

        #[test]
        fn more_goodwill_never_makes_a_hit_cost_more(distance in 0..=HALF, other in 0..=HALF) {
            let (less, more) = (distance.min(other), distance.max(other));
            for (_, bad) in PAIRS {
                let cost = |distance| hit(Level::NEUTRAL.plus(distance), bad).cost;
                prop_assert!(cost(more) <= cost(less));
            }
        }

        #[test]
        fn who_trusted_more_before_never_trusts_less_after_the_same_evidence(
            one in levels(), other in levels(),
        ) {
            let (lower, higher) = (one.min(other), one.max(other));
            for (good, bad) in PAIRS {
                prop_assert!(lower.plus(gain(lower, good)) <= higher.plus(gain(higher, good)));
                prop_assert!(lower.plus(-hit(lower, bad).cost) <= higher.plus(-hit(higher, bad).cost));
            }
        }
    }
}
