//! Law 6: repair before delight.

use opcx_core::consent::Purpose;
use opcx_core::event::Category;
use opcx_core::log::Lane;
use opcx_core::playbook::Aim;
use opcx_core::receipt::Verdict;
use proptest::prelude::*;

use super::generated::{few, promising, story};
use crate::story::*;

proptest! {
    #![proptest_config(few())]

    #[test]
    fn law_06_repair_before_delight(story in story(80)) {
        let definitions = promising().definitions();
        play_watched(&definitions, &story, Lane::LIVE, |step| {
            let delighted = decisions(step.effects).any(|decision| {
                let playbook = definitions.playbooks.iter().find(|playbook| playbook.name == *decision.subject);
                playbook.is_some_and(|playbook| playbook.aim == Aim::Delight)
                    && matches!(decision.verdict, Verdict::Acted { .. })
            });
            if delighted {
                let known = &step.after.known;
                assert_eq!(known.trust.open_failures(), 0);
                assert!(known.complaint.is_none() || !known.grants.allow(Category::Feedback, Purpose::Service));
                // What a playbook of the same step opened stands before it, too.
                assert!(step.after.deeds.cases.iter().all(|case| !case.state.is_held()));
            }
        });
    }
}
