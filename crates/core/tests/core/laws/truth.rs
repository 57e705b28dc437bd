//! Law 8: a message states a fact only if the ledger holds it.

use opcx_core::effects::Content;
use opcx_core::log::Lane;
use opcx_core::promise::PromiseState;
use opcx_core::step::Happening;
use proptest::prelude::*;

use super::generated::{few, promising, story};
use crate::story::*;

proptest! {
    #![proptest_config(few())]

    #[test]
    fn law_08_a_message_states_only_what_the_ledger_holds(story in story(80)) {
        let mut redelivered = false;
        play_watched(&promising().definitions(), &story, Lane::LIVE, |step| {
            if let Happening::Event { event, .. } = step.input.happening {
                redelivered |= event.kind == "Redelivered";
            }
            for parcel in &step.effects.parcels {
                let Content::Message { template, text } = &parcel.content else { continue };
                match template.as_str() {
                    "late" => {
                        let at_risk = step.after.known.promises.iter().any(|promise| {
                            promise.name == "delivered-by"
                                && promise.state == PromiseState::AtRisk
                                && promise.facts.text("order").is_some_and(|order| text.ends_with(order))
                        });
                        assert!(at_risk, "{text}");
                    }
                    "back" => assert!(redelivered),
                    "like" => {
                        let trait_ = step.after.known.traits.get("interest");
                        assert!(trait_.is_some(), "{text}");
                    }
                    other => panic!("no template {other}"),
                }
            }
        });
    }
}
