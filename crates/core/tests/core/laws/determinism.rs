//! The core's part of law 3: the same inputs give the same outputs.

use opcx_core::effects::Effects;
use opcx_core::log::Lane;
use opcx_core::step::step;
use proptest::prelude::*;

use super::generated::{few, promising, story};
use crate::story::*;

proptest! {
    #![proptest_config(few())]

    #[test]
    fn law_03_a_step_has_one_outcome_whatever_was_in_the_buffer(story in story(40)) {
        let definitions = promising().definitions();
        let mut used = Effects::default();
        play_watched(&definitions, &story, Lane::LIVE, |seen| {
            let mut again = seen.before.clone();
            step(&definitions, &mut again, seen.input, &mut used);
            assert_eq!(&again, seen.after);
        });
        prop_assert_eq!(used, play(&definitions, &story).effects);
    }

    #[test]
    fn law_03_a_history_that_is_imported_is_judged_as_it_would_have_been_live(story in story_known(40)) {
        let definitions = promising().definitions();
        let live = play(&definitions, &story);
        let imported = play_watched(&definitions, &story, Lane::history(1), |_| ());
        prop_assert!(imported.effects.parcels.is_empty() && imported.effects.cases.is_empty());
        prop_assert_eq!(&imported.customer.deeds.contacts, &Vec::new());
        prop_assert_eq!(&imported.customer.deeds.fired, &Vec::new());
        prop_assert_eq!(live.effects.moments, imported.effects.moments);
    }
}

fn story_known(lines_max: usize) -> impl Strategy<Value = String> {
    super::generated::story_without_consent(lines_max)
}
