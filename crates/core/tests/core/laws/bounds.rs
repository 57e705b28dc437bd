//! Law 12: everything is bounded. And what bounds are for: caps hold, promises move along their edges.

use opcx_core::customer::{
    CASES_MAX, CONTACTS_MAX, Customer, FIRED_MAX, PROMISED_MAX, PROMISES_MAX, RUNS_MAX, SETTLED_MAX,
    TRAITS_MAX,
};
use opcx_core::effects::Content;
use opcx_core::journey::{STEPS_MAX, VISITS_MAX};
use opcx_core::log::Lane;
use opcx_core::promise::PromiseState;
use opcx_core::receipt::Verdict;
use opcx_core::time::Timestamp;
use opcx_core::trust::{Account, ENTRIES_MAX, FAILURES_MAX};
use proptest::prelude::*;

use super::generated::{few, promising, story, story_without_consent};
use crate::story::*;

fn within_bounds(customer: &Customer, now: Timestamp) {
    let Customer { known, deeds, .. } = customer;
    assert!(known.runs.len() <= RUNS_MAX);
    assert!(known.runs.iter().all(|run| run.steps.len() <= STEPS_MAX && run.visits.len() <= VISITS_MAX));
    // Promises are dropped when others are made, so all that are owed may be settled by then.
    assert!(known.promises.len() <= PROMISES_MAX + SETTLED_MAX);
    assert!(known.traits.iter().count() <= TRAITS_MAX);
    assert!(known.trust.entries().count() <= ENTRIES_MAX);
    assert!(known.trust.open_failures() as usize <= FAILURES_MAX);
    assert!(Account::ALL.iter().all(|account| known.trust.level(*account, now).get() <= 1000));
    assert!(known.grants.iter().count() <= 18);
    assert!(deeds.contacts.len() <= CONTACTS_MAX);
    assert!(deeds.fired.len() <= FIRED_MAX);
    assert!(deeds.cases.len() <= CASES_MAX);
    assert!(deeds.promised.len() <= PROMISED_MAX);
}

/// A long life: every day an order that nobody delivers, a question, bad words.
fn long_life(days: usize) -> String {
    let mut story = String::new();
    for day in 0..days {
        story.push_str(&format!(
            "+20h Order Placed order=N{day} promised_at=2027-03-02T10:00:00Z interest=t{day}\n"
        ));
        story.push_str(
            "+1h Question\n+1h Birthday\n+1h says \"bad\" (negative)\n+1h Delivery Failed order=A1\n",
        );
        if day % 3 == 0 {
            story.push_str("+0m closes case 0\n+0m closes case 1\n");
        }
    }
    story
}

#[test]
fn law_12_a_long_life_stays_within_its_bounds() {
    let mut full = 0;
    play_watched(&promising().definitions(), &long_life(400), Lane::LIVE, |step| {
        within_bounds(step.after, step.input.now);
        let is_full =
            |verdict: &Verdict| matches!(verdict, Verdict::Refused(opcx_core::receipt::Refused::Full(_)));
        full += decisions(step.effects).filter(|decision| is_full(decision.verdict)).count();
    });
    assert!(full > 0, "what has no room is refused, and the receipt says so");
}

#[test]
fn law_12_what_is_owed_is_never_dropped_for_something_new() {
    let mut owed = std::collections::BTreeSet::new();
    let played = play_watched(&Company::new().definitions(), &long_life(100), Lane::LIVE, |step| {
        for change in &step.effects.promises {
            if change.promise.state.is_owed() {
                owed.insert(change.promise.id);
            } else {
                owed.remove(&change.promise.id);
            }
        }
    });
    let kept: std::collections::BTreeSet<_> = played
        .customer
        .known
        .promises
        .iter()
        .filter(|promise| promise.state.is_owed())
        .map(|promise| promise.id)
        .collect();
    assert_eq!(kept, owed);
    assert_eq!(kept.len(), PROMISES_MAX, "the story owes more than there is room for");
}

#[test]
fn law_12_a_cap_holds_however_often_others_act() {
    let company = Company::new()
        .playbook("rare", on_event("Rare"), vec![note("once a year")])
        .but(|playbook| playbook.at_most = cap(1, 365))
        .playbook("often", on_event("Often"), vec![note("often")])
        .but(|playbook| playbook.at_most = cap(500, 365))
        .playbook("always", on_event("Often"), vec![note("always")]);
    let story = format!("10:00 Rare\n{}+1m Rare\n", "+1m Often\n".repeat(200));
    let played = play(&company.definitions(), &story);
    let acted = |name: &str| {
        let of = decisions(&played.effects).filter(|decision| decision.subject == name);
        of.filter(|decision| matches!(decision.verdict, Verdict::Acted { .. })).count()
    };
    assert_eq!((acted("rare"), acted("often"), acted("always")), (1, FIRED_MAX - 1, 200));
}

#[test]
fn law_12_a_promise_due_at_the_end_of_time_waits_there() {
    let story = "10:00 Order Placed order=A1 promised_at=9999-12-31T23:59:59Z
                 9999-12-30T22:00:00Z tick
                 +1d tick";
    let played = play(&Company::new().definitions(), story);
    assert!(played.customer.known.promises[0].state.is_owed());
}

fn allowed(before: Option<PromiseState>, after: PromiseState) -> bool {
    use PromiseState::{AtRisk, Broken, Kept, Open, Released};
    match (before, after) {
        (None, Open) => true,
        (Some(Open), AtRisk | Kept | Broken | Released) => true,
        (Some(AtRisk), Kept | Broken | Released) => true,
        // Late evidence puts right, or makes good.
        (Some(Broken), Kept | Released | Broken) => true,
        (None | Some(Open | AtRisk | Broken | Kept | Released), _) => false,
    }
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn law_12_everything_is_bounded(story in story(120)) {
        play_watched(&promising().definitions(), &story, Lane::LIVE, |step| {
            within_bounds(step.after, step.input.now);
        });
    }

    #[test]
    fn promises_move_along_allowed_edges_only_and_each_from_where_it_stood(story in story_without_consent(80)) {
        let mut states = std::collections::BTreeMap::new();
        let mut made_good = std::collections::BTreeSet::new();
        play_watched(&promising().definitions(), &story, Lane::LIVE, |step| {
            for change in &step.effects.promises {
                let id = change.promise.id;
                assert!(allowed(change.before, change.promise.state), "{change:?}");
                assert_eq!(states.insert(id, change.promise.state), change.before);
                if change.before == Some(PromiseState::Broken) && change.promise.state == PromiseState::Broken {
                    assert!(made_good.insert(id), "made good once");
                }
                assert_eq!(change.promise.settled.is_some(), !change.promise.state.is_owed());
            }
        });
    }

    #[test]
    fn no_window_holds_more_than_its_cap(story in story_without_consent(120)) {
        let definitions = promising().definitions();
        let played = play(&definitions, &story);
        let acted: Vec<_> = played
            .effects
            .receipts
            .iter()
            .filter(|receipt| receipt.decisions.iter().any(|decision| {
                decision.subject == "back" && matches!(decision.verdict, Verdict::Acted { shadow: false, .. })
            }))
            .map(|receipt| receipt.at)
            .collect();
        let cap = cap(1, 3).expect("a cap");
        for pair in acted.windows(2) {
            prop_assert!(pair[1].since(pair[0]) >= cap.within);
        }
        let house = definitions.house.contacts.expect("the house has a cap");
        let written: Vec<_> = played
            .effects
            .parcels
            .iter()
            .filter(|parcel| matches!(parcel.content, Content::Message { .. }))
            .map(|parcel| parcel.not_before)
            .collect();
        for end in &written {
            let within = written.iter().filter(|at| **at <= *end && **at > *end - house.within).count();
            prop_assert!(within <= usize::from(house.times));
        }
    }
}
