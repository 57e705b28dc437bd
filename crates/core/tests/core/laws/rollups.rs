//! Rollups are a commutative group: parts add up to the whole in any order, and can be taken out.

use opcx_core::effects::Moment;
use opcx_core::rollup::{Rollup, hour, keys};
use opcx_core::time::{Span, Timestamp};
use proptest::prelude::*;

use super::generated::{company, few, story};
use crate::story::*;

fn moments() -> impl Strategy<Value = Vec<Moment>> {
    story(40).prop_map(|story| play(&company().definitions(), &story).effects.moments)
}

fn sum<'a>(moments: impl Iterator<Item = &'a Moment>) -> Rollup {
    moments.fold(Rollup::default(), |mut sum, moment| {
        sum.count(moment, 1);
        sum
    })
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn parts_add_up_to_the_whole_in_any_order(
        (moments, shuffled) in moments().prop_flat_map(|m| (Just(m.clone()), Just(m).prop_shuffle())),
        cut in any::<prop::sample::Index>(),
    ) {
        let whole = sum(moments.iter());
        prop_assert_eq!(&sum(shuffled.iter()), &whole);
        let cut = cut.index(shuffled.len() + 1);
        let mut parts = sum(shuffled[..cut].iter());
        parts.add(&sum(shuffled[cut..].iter()));
        prop_assert_eq!(&parts, &whole);
        prop_assert_eq!(whole.total(), i64::try_from(moments.len()).expect("few"));
    }

    #[test]
    fn what_was_added_can_be_taken_out_again(moments in moments(), others in moments()) {
        let mut rollup = sum(moments.iter());
        for moment in &others {
            rollup.count(moment, 1);
        }
        for moment in others.iter().rev() {
            rollup.count(moment, -1);
        }
        prop_assert_eq!(&rollup, &sum(moments.iter()));
        for moment in &moments {
            rollup.count(moment, -1);
        }
        prop_assert!(rollup.is_empty());
    }

    #[test]
    fn a_moment_counts_once_for_all_once_for_its_channel_and_once_for_each_dimension(moments in moments()) {
        let definitions = company().definitions();
        for moment in &moments {
            let keys: Vec<_> = keys(&definitions, moment).collect();
            prop_assert_eq!(keys.len(), 2 + moment.dimensions.iter().flatten().count());
            prop_assert!(keys.iter().all(|key| key.probe == moment.probe && key.moment == moment.moment));
        }
    }

    #[test]
    fn an_hour_holds_its_moments_also_before_1970(millis in -10_000_000_000_000_i64..10_000_000_000_000) {
        let at = Timestamp::from_millis(millis);
        prop_assert!(hour(at) <= at && at < hour(at) + Span::HOUR);
    }
}
