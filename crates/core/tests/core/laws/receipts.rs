//! Law 7: every decision has a receipt, and the receipts are chained by hash.

use expect_test::expect;
use opcx_core::condition::{Condition, Declared, Expression, FactType, Field};
use opcx_core::consent::Purpose;
use opcx_core::event::{Category, Origin};
use opcx_core::log::Lane;
use opcx_core::map::Outcome;
use opcx_core::playbook::{ActionDefinition, Trigger};
use opcx_core::promise::{PromiseId, PromiseIndex};
use opcx_core::receipt::{ChainHash, DECISIONS_MAX, Deed, INPUTS_MAX, Receipt, ReceiptHash, Verdict};
use opcx_core::step::Happening;
use opcx_core::trust::Account;
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
                decisions(step.effects).filter(move |decision| {
                    decision.because.starts_with(because) && names.contains(decision.subject)
                })
            };
            let found = of("event").count() + of("moment").count() + of("promise").count();
            assert_eq!(found, set_off(&definitions, step), "{:?}", step.effects.receipts);
            // What was done is on a receipt of the same step.
            let mut done: Vec<String> = Vec::new();
            for decision in decisions(step.effects) {
                if let Verdict::Acted { shadow: false, deeds } = decision.verdict {
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
    fn law_07_a_receipt_that_was_spoilt_is_refused_or_can_be_read(
        story in story_without_consent(40), spoilt in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        for receipt in play(&promising().definitions(), &story).effects.receipts {
            let mut encoded = postcard::to_allocvec(&receipt).expect("receipts are plain data");
            prop_assert_eq!(postcard::from_bytes(&encoded), Ok(receipt));
            let at = spoilt.index(encoded.len());
            encoded[at] = byte;
            let Ok(spoilt) = postcard::from_bytes::<Receipt>(&encoded) else { continue };
            for decision in spoilt.decisions.iter() {
                prop_assert!(decision.inputs().count() <= 64);
            }
        }
    }

    #[test]
    fn law_07_no_receipt_can_be_changed_left_out_or_moved_unseen(
        story in story_without_consent(40), which in any::<prop::sample::Index>(),
    ) {
        let receipts = play(&promising().definitions(), &story).effects.receipts;
        prop_assume!(!receipts.is_empty());
        let which = which.index(receipts.len());
        let whole = chain(&receipts);

        // Whatever digit is another, if it is a receipt still.
        let encoded = serde_json::to_string(&receipts[which]).expect("receipts are plain data");
        for (at, digit) in encoded.match_indices(|letter: char| letter.is_ascii_digit()) {
            let other = if digit == "0" { "1" } else { "0" };
            let forged = format!("{}{other}{}", &encoded[..at], &encoded[at + 1..]);
            let Ok(forged) = serde_json::from_str(&forged) else { continue };
            let mut changed = receipts.clone();
            changed[which] = forged;
            prop_assert_ne!(chain(&changed), whole);
        }

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
        hash.after(ReceiptHash::of(&postcard::to_allocvec(receipt).expect("receipts are plain data")))
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
    let decision = decisions(&played.effects).next().expect("a playbook was asked");
    let inputs: Vec<_> = decision.inputs().map(|(name, value)| format!("{name} = {value}")).collect();
    assert_eq!(inputs, ["facts.page = missing", "customer.open_promises = 0", "facts.carrier = Blue"]);
    let categories: Vec<_> = decision.categories.iter().map(Category::word).collect();
    assert_eq!(categories, ["service", "purchase", "operations"]);
}

/// The receipts of a story, each with its decisions and what these looked at.
fn receipts_of(company: &Company, story: &str) -> String {
    let mut told = String::new();
    for receipt in play(&company.definitions(), story).effects.receipts {
        told.push_str(&format!("{}\n", receipt.id));
        for decision in receipt.decisions.iter() {
            let inputs: Vec<_> =
                decision.inputs().map(|(field, value)| format!("{field} = {value}")).collect();
            let categories: Vec<_> = decision.categories.iter().map(Category::word).collect();
            let (subject, because, purpose) = (decision.subject, decision.because, decision.purpose.word());
            let (inputs, categories) = (inputs.join(", "), categories.join(", "));
            told.push_str(&format!("  {subject} ({because}) for {purpose} [{categories}]: {inputs}\n"));
        }
    }
    told
}

/// What holds for every order and looks at those fields, too.
fn looking_at<const N: usize>(fields: [Field; N]) -> Option<Condition> {
    let looks = fields.into_iter().map(Expression::Has);
    Some(condition(any_of(looks.chain([kind("Order Placed")]).collect())))
}

#[test]
fn law_07_one_step_leaves_one_receipt_on_which_each_playbook_has_what_it_saw() {
    let placed = || on_event("Order Placed");
    let company = Company::new()
        .with(|company| company.promise("thanked", 2, Account::Humanity, "5h", kind("Thanks")))
        .playbook("a", placed(), vec![note("seen")])
        .but(|playbook| playbook.condition = looking_at([fact("carrier"), Field::OpenPromises]))
        .playbook("b", on_moment(PAY, Outcome::Good), vec![ActionDefinition::Promise(PromiseIndex(2))])
        .but(|playbook| playbook.condition = looking_at([Field::OpenPromises, fact("carrier")]))
        .playbook("ba", placed(), vec![note("seen")])
        .but(|playbook| playbook.condition = looking_at([fact("carrier"), Field::OpenPromises]))
        .playbook("c", placed(), vec![note("seen")])
        .but(|playbook| playbook.condition = looking_at([Field::OpenPromises]))
        .playbook("d", placed(), vec![note("seen")])
        .but(|playbook| {
            playbook.condition = looking_at([fact("carrier")]);
            playbook.purpose = Purpose::Marketing;
        })
        .playbook("e", placed(), vec![note("seen")])
        .but(|playbook| playbook.condition = looking_at([fact("carrier")]))
        .playbook("f", on_moment(PAY, Outcome::Good), vec![note("seen")])
        .but(|playbook| playbook.condition = looking_at([fact("carrier")]))
        .playbook("g", placed(), vec![note("seen")])
        .but(|playbook| playbook.condition = looking_at([fact("carrier")]));
    expect![[r#"
        c0_1
          a (event Order Placed) for service [service, purchase, operations]: facts.carrier = Blue, customer.open_promises = 0, event.kind = Order Placed
          b (moment pay good) for service [service, purchase, operations]: facts.carrier = Blue, customer.open_promises = 0, event.kind = Order Placed
          ba (event Order Placed) for service [service, purchase, operations]: facts.carrier = Blue, event.kind = Order Placed, customer.open_promises = 1
          c (event Order Placed) for service [service, purchase]: event.kind = Order Placed, customer.open_promises = 1
          d (event Order Placed) for marketing []: event.kind = Order Placed, facts.carrier = missing
          e (event Order Placed) for service [purchase, operations]: facts.carrier = Blue, event.kind = Order Placed
          f (moment pay good) for service [service, purchase, operations]: facts.carrier = Blue, event.kind = Order Placed
          g (event Order Placed) for service [purchase, operations]: facts.carrier = Blue, event.kind = Order Placed
    "#]].assert_eq(&receipts_of(&company, "10:00 Order Placed order=A1 carrier=Blue"));
}

#[test]
fn law_07_a_step_that_takes_more_decisions_than_a_receipt_holds_leaves_several() {
    let mut company = Company::new();
    for number in 0..DECISIONS_MAX + 2 {
        company = company
            .playbook(&format!("p{number:03}"), on_event("Order Placed"), vec![note("seen")])
            .but(|playbook| playbook.condition = looking_at([]));
    }
    let receipts = play(&company.definitions(), "10:00 Order Placed").effects.receipts;
    let sizes: Vec<_> = receipts.iter().map(|receipt| receipt.decisions.len()).collect();
    assert_eq!(sizes, [DECISIONS_MAX, 2]);
    let subjects = receipts.iter().flat_map(|receipt| receipt.decisions.iter()).map(|one| one.subject);
    assert!(subjects.is_sorted() && receipts[0].id < receipts[1].id);
    let mut decisions = receipts.iter().flat_map(|receipt| receipt.decisions.iter());
    assert!(decisions.all(|decision| decision.inputs().eq([("event.kind", "Order Placed")])));
}

#[test]
fn law_07_a_receipt_has_room_for_what_its_decisions_look_at() {
    let mut company = Company::new();
    for number in 0..5 {
        let fields: [Field; INPUTS_MAX] = std::array::from_fn(|at| {
            let (name, category) = (format!("fact-{number}-{at}").into(), Category::Service);
            Field::Fact(Declared { name, category, kind: FactType::Text })
        });
        company = company
            .playbook(&format!("p{number}"), on_event("Order Placed"), vec![note("seen")])
            .but(|playbook| playbook.condition = looking_at(fields));
    }
    let receipts = play(&company.definitions(), "10:00 Order Placed").effects.receipts;
    let looked_at: Vec<Vec<usize>> = receipts
        .iter()
        .map(|receipt| receipt.decisions.iter().map(|decision| decision.inputs().count()).collect())
        .collect();
    assert_eq!(looked_at, [vec![INPUTS_MAX; 4], vec![INPUTS_MAX]]);
}
