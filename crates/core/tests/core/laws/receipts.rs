//! Law 7: every decision has a receipt, and the receipts are chained by hash.

use opcx_core::event::Origin;
use opcx_core::log::Lane;
use opcx_core::playbook::Trigger;
use opcx_core::promise::PromiseId;
use opcx_core::receipt::{ChainHash, Deed, Receipt, Verdict};
use opcx_core::step::Happening;
use proptest::prelude::*;

use super::generated::{few, promising, story, story_without_consent};
use crate::story::*;

/// The places of the definitions that the step shows to have been met, counted anew from outside.
fn set_off(definitions: &opcx_core::definitions::Definitions, step: &Step<'_>) -> usize {
    let watching = |met: &dyn Fn(&Trigger) -> bool| {
        definitions.playbooks.iter().filter(|playbook| met(&playbook.when)).count()
    };
    let mut expected = 0;
    if let Happening::Event { event, .. } = step.input.happening
        && event.origin != Origin::Probe
        && step.after.known.events > step.before.known.events
    {
        expected += watching(&|when| matches!(when, Trigger::Event(kind) if *kind == event.kind));
    }
    for moment in step.effects.moments.iter().filter(|moment| !moment.probe) {
        expected += watching(&|when| match when {
            Trigger::Moment(index, outcome) => {
                definitions.moments[usize::from(index.0)].name == moment.moment && *outcome == moment.outcome
            }
            _ => false,
        });
    }
    let by_time_or_event = step.effects.promises.iter().filter(|change| {
        change.before != Some(change.promise.state)
            && !(change.before.is_none() && matches!(change.promise.id, PromiseId::Deed(_)))
            && !matches!(step.input.happening, Happening::Ordered(_))
    });
    for change in by_time_or_event {
        expected += watching(&|when| match when {
            Trigger::Promise(index, state) => {
                definitions.promises[usize::from(index.0)].name == change.promise.name
                    && *state == change.promise.state
            }
            _ => false,
        });
    }
    expected
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn law_07_every_decision_has_a_receipt(story in story_without_consent(60)) {
        let definitions = promising().definitions();
        let names: Vec<_> = definitions.playbooks.iter().map(|playbook| playbook.name.clone()).collect();
        let names = &names;
        play_watched(&definitions, &story, Lane::LIVE, |step| {
            let of = |because: &'static str| {
                step.effects.receipts.iter().filter(move |receipt| {
                    receipt.because.starts_with(because)
                        && names.contains(&receipt.subject)
                })
            };
            let found = of("event").count() + of("moment").count() + of("promise").count();
            assert_eq!(found, set_off(&definitions, step), "{:?}", step.effects.receipts);
            // What was done is on a receipt of the same step.
            let mut done: Vec<String> = Vec::new();
            for receipt in &step.effects.receipts {
                if let Verdict::Acted { shadow: false, deeds } = &receipt.verdict {
                    done.extend(deeds.iter().filter_map(|deed| match deed {
                        Deed::Sent(id) => Some(id.to_string()),
                        Deed::Opened(id) => Some(id.to_string()),
                        Deed::Promised(id) => Some(id.to_string()),
                        Deed::Noted(_) | Deed::Left(_) => None,
                    }));
                }
            }
            let effects = step.effects;
            for parcel in &effects.parcels {
                assert!(done.contains(&parcel.id.to_string()));
            }
            for (_, case) in effects.cases.iter().filter(|_| !matches!(step.input.happening, Happening::Ordered(_))) {
                assert!(done.contains(&case.id.to_string()));
            }
        });
    }

    #[test]
    fn law_07_no_deed_has_the_id_of_another(story in story(60)) {
        let played = play(&promising().definitions(), &story);
        let mut ids: Vec<_> = played.effects.receipts.iter().map(|receipt| receipt.id).collect();
        ids.extend(played.effects.parcels.iter().map(|parcel| parcel.id.0));
        let all = ids.len();
        ids.sort();
        ids.dedup();
        prop_assert_eq!(ids.len(), all);
    }

    #[test]
    fn law_07_no_receipt_can_be_changed_left_out_or_moved_unseen(
        story in story_without_consent(40), which in any::<prop::sample::Index>(),
    ) {
        let receipts = play(&promising().definitions(), &story).effects.receipts;
        prop_assume!(!receipts.is_empty());
        let which = which.index(receipts.len());
        let whole = chain(&receipts);

        let mut changed = receipts.clone();
        changed[which].because.push('!');
        prop_assert_ne!(chain(&changed), whole);

        let mut less = receipts.clone();
        less.remove(which);
        prop_assert_ne!(chain(&less), whole);

        if which > 0 {
            let mut moved = receipts.clone();
            moved.swap(which - 1, which);
            prop_assert_ne!(chain(&moved), whole);
        }
    }
}

fn chain(receipts: &[Receipt]) -> ChainHash {
    receipts.iter().fold(ChainHash::default(), |hash, receipt| {
        hash.after(&serde_json::to_vec(receipt).expect("receipts are plain data"))
    })
}

#[test]
fn law_07_a_receipt_says_what_was_looked_at_and_how_it_was_then() {
    let company = Company::new()
        .with(|company| {
            company.promise("thanked", 2, opcx_core::trust::Account::Humanity, "5h", kind("Thanks"));
        })
        .template(
            "hello",
            Vec::new(),
            vec![words("With "), opcx_core::playbook::Piece::Hole(fact("carrier"))],
        )
        .playbook(
            "thank",
            on_event("Order Placed"),
            vec![
                opcx_core::playbook::ActionDefinition::Promise(opcx_core::promise::PromiseIndex(2)),
                message(0),
            ],
        )
        .but(|playbook| {
            playbook.condition = Some(condition(any_of(vec![
                is(fact("page"), "a"),
                compare(
                    read_field(opcx_core::condition::Field::OpenPromises),
                    opcx_core::condition::Comparison::Less,
                    number(1.0),
                ),
            ])));
        });
    let played = play(&company.definitions(), "10:00 Order Placed order=A1 carrier=Blue page=a");
    let receipt = &played.effects.receipts[0];
    let inputs: Vec<_> = receipt.inputs.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    assert_eq!(inputs, ["facts.page = missing", "customer.open_promises = 0", "facts.carrier = Blue"]);
    let categories: Vec<_> = receipt.categories.iter().map(|category| category.word()).collect();
    assert_eq!(categories, ["service", "purchase", "operations"]);
}
