//! Law 5: probes touch no customer number.

use opcx_core::event::Origin;
use opcx_core::log::Lane;
use opcx_core::step::Happening;
use proptest::prelude::*;

use super::generated::{few, promising, story};
use crate::story::*;

proptest! {
    #![proptest_config(few())]

    #[test]
    fn law_05_probes_touch_no_customer_number(story in story(60)) {
        let definitions = promising().definitions();
        let without: String = story
            .lines()
            .map(|line| if line.contains("by=probe") { line.split(' ').next().expect("a time").to_string() + " tick\n" } else { format!("{line}\n") })
            .collect();
        let mut with = play(&definitions, &story);
        with.effects.moments.retain(|moment| !moment.probe);
        let without = play(&definitions, &without);
        prop_assert_eq!(with.effects, without.effects);
        prop_assert_eq!(with.customer, without.customer);
    }

    #[test]
    fn law_05_a_probe_changes_nothing_of_whom_it_is_told_of(story in story(60)) {
        play_watched(&promising().definitions(), &story, Lane::LIVE, |step| {
            if let Happening::Event { event, .. } = step.input.happening
                && event.origin == Origin::Probe
            {
                assert_eq!(step.before, step.after);
                assert!(step.effects.moments.iter().all(|moment| moment.probe && moment.feeling.is_none()));
                assert!(step.effects.receipts.is_empty() && step.effects.promises.is_empty());
            }
        });
    }
}
