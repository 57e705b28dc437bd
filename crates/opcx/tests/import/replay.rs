//! The past decided on again under other definitions.

use std::sync::Arc;

use opcx::replay::{Comparison, compare, replay};
use opcx_store::digest;

use super::runs::{file, orders};
use super::shop::Shop;

/// Imports ten days under the starter's definitions, and replays them with a changed copy of it.
fn replayed(change: impl Fn(&Shop)) -> Comparison {
    let (shop, other) = (Shop::open(), Shop::open());
    let store = shop.store();
    shop.import(&store, "orders.csv", file(&orders(10))).unwrap();
    change(&other);
    let definitions = [shop.company().definitions, other.company().definitions];
    let [now, with] = replay(&store, [&definitions[0], &definitions[1]]).unwrap();
    assert_eq!(digest(&*now).unwrap(), digest(&*store).unwrap(), "replay equals what was decided then");
    compare(&*now, &*with, 3).unwrap()
}

#[test]
fn the_same_definitions_differ_in_nothing() {
    let comparison = replayed(|_| {});
    assert!(!comparison.differs());
    assert_eq!(comparison.records, 80);
    assert_eq!(comparison.first_decisions, []);
}

#[test]
fn a_changed_playbook_shows_which_decisions_would_differ_and_nothing_else() {
    let comparison =
        replayed(|other| other.rewrite("playbooks/late-delivery.yaml", "  - case: logistics\n", ""));
    let acted = comparison.decisions["late-delivery"]["acted"];
    assert!(acted.now > 0);
    assert_eq!(acted.now, acted.with);
    assert!(comparison.decisions_differ >= acted.now);
    assert_eq!((comparison.promises_differ, comparison.moments_differ), (0, 0));
    for one in comparison.first_decisions.iter().filter(|one| one.now.as_deref() != Some("acted")) {
        let (now, with) = (one.now.as_deref().unwrap(), one.with.as_deref().unwrap());
        assert_eq!(now, format!("{with}, case"));
    }
}

#[test]
fn a_changed_moment_shows_how_it_would_have_gone() {
    let comparison = replayed(|other| {
        other.rewrite(
            "journeys/online-order.yaml",
            "good: event.time <= facts.promised_at",
            "good: event.time <= facts.promised_at - duration(\"12h\")",
        );
    });
    let delivery = &comparison.moments["online-order / delivery"];
    assert_eq!((delivery["good"].now, delivery["good"].with), (20, 0));
    assert_eq!((delivery["neutral"].now, delivery["neutral"].with), (0, 20));
    assert_eq!(comparison.moments_differ, 20);
    assert_eq!(comparison.first_moments.len(), 3);
}

#[test]
fn a_replay_of_nothing_differs_in_nothing() {
    let shop = Shop::open();
    let store = shop.store();
    let definitions = shop.company().definitions;
    let [now, with] = replay(&store, [&definitions, &Arc::clone(&definitions)]).unwrap();
    assert_eq!(compare(&*now, &*with, 3).unwrap(), Comparison::default());
}
