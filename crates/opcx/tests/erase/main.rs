//! Erasing a customer leaves nothing that tells of them: not in any file, not in any table.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod canaries;
mod disclosure;
mod older_backup;
mod shop;

use std::collections::BTreeMap;

use opcx_core::customer::CustomerId;
use opcx_core::record::{Order, Whom};
use opcx_core::rollup::Rollup;
use opcx_core::time::Timestamp;
use opcx_store::{ErasureRow, Store, digest};

use canaries::{CANARIES, files_that_hold, rows_that_hold};
use shop::{Shop, ada, email, user};

/// Everything that is counted, over all values of dimensions.
fn counts(store: &dyn Store) -> BTreeMap<(String, Timestamp), Rollup> {
    let rollups = store.rollups(None, Timestamp::MIN..Timestamp::MAX).unwrap().into_iter();
    let all = rollups.filter(|(key, _)| key.split.is_none());
    all.map(|(key, rollup)| ((key.moment.to_string(), key.hour), rollup)).collect()
}

fn erase_ada(shop: &mut Shop) {
    shop.order(Order::Erase(Whom::Identifier(email(ada::EMAIL))));
    shop.decide();
    let done = shop.carry_out(false).unwrap();
    assert_eq!(done, 1);
}

#[test]
fn no_file_and_no_table_holds_anything_of_an_erased_customer() {
    let mut shop = Shop::open();
    shop.a_week_with_ada();
    shop.store.persist().unwrap();
    let files = files_that_hold(&shop.data(), CANARIES);
    for canary in CANARIES {
        assert!(files.contains_key(canary), "the search finds `{canary}` before: {files:?}");
    }
    let counted = counts(&*shop.store);
    let totals = shop.store.progress().unwrap().totals;

    erase_ada(&mut shop);

    assert_eq!(files_that_hold(&shop.data(), CANARIES), BTreeMap::new());
    let (data, settings) = (shop.data(), shop.settings());
    assert_eq!(counts(&*shop.store), counted, "what is known of the company stays");
    let after = shop.store.progress().unwrap().totals;
    assert_eq!((after.events, after.customers), (totals.events, totals.customers - 1));
    shop.close();
    assert_eq!(rows_that_hold(&data, &settings, CANARIES), Vec::<String>::new());
    assert_eq!(files_that_hold(&data, CANARIES), BTreeMap::new());
}

#[test]
fn what_is_left_replays_to_the_same_state() {
    let mut shop = Shop::open();
    shop.a_week_with_ada();
    erase_ada(&mut shop);
    shop.another_day();

    let again = shop.replayed();
    assert_eq!(digest(&*again).unwrap(), digest(&*shop.store).unwrap());
}

#[test]
fn an_erasure_broken_off_anywhere_goes_on_after_the_next_start() {
    let mut shop = Shop::open();
    shop.a_week_with_ada();
    shop.order(Order::Erase(Whom::Identifier(email(ada::EMAIL))));
    shop.decide();
    // Stopped at once: nothing but the first slice is done.
    assert_eq!(shop.carry_out(true).unwrap(), 0);
    assert!(matches!(
        shop.store.erasures(true, usize::MAX).unwrap().as_slice(),
        [(_, ErasureRow::UnderWay(_))]
    ));
    let mut shop = shop.reopened();

    let done = shop.carry_out(false).unwrap();
    assert_eq!(done, 1);
    assert_eq!(files_that_hold(&shop.data(), CANARIES), BTreeMap::new());
    assert_eq!(digest(&*shop.replayed()).unwrap(), digest(&*shop.store).unwrap());
    shop.another_day();
}

#[test]
fn whoever_asks_while_others_are_being_erased_goes_as_wholly() {
    let mut shop = Shop::open();
    shop.a_week_with_ada();
    shop.order(Order::Erase(Whom::Identifier(email(ada::EMAIL))));
    shop.decide();
    let totals = shop.store.progress().unwrap().totals;
    // Step by step; before each of the first ones somebody else asks as well.
    let mut done = 0;
    for number in 20..30 {
        shop.order(Order::Erase(Whom::Identifier(user(&format!("user-{number}")))));
        shop.decide();
        done += shop.carry_out(true).unwrap();
    }
    done += shop.carry_out(false).unwrap();
    assert_eq!(done, 11);
    assert_eq!(files_that_hold(&shop.data(), CANARIES), BTreeMap::new());
    assert_eq!(shop.store.progress().unwrap().totals.events, totals.events);
    assert_eq!(digest(&*shop.replayed()).unwrap(), digest(&*shop.store).unwrap());
}

#[test]
fn whoever_comes_back_is_somebody_new() {
    let mut shop = Shop::open();
    shop.a_week_with_ada();
    let before = shop.store.owner(&email(ada::EMAIL)).unwrap();
    erase_ada(&mut shop);
    assert_eq!(shop.store.owner(&email(ada::EMAIL)).unwrap(), None);

    let end = shop.store.end();
    shop.ada_writes();
    let after = shop.store.owner(&email(ada::EMAIL)).unwrap();
    assert_eq!(after, Some(CustomerId(end)));
    assert_ne!(before, after);
    let customer = shop.store.customer(CustomerId(end)).unwrap().unwrap();
    assert_eq!(customer.known.events, 1);
}

#[test]
fn what_an_erased_customer_sent_is_still_a_repeat_when_it_is_sent_again() {
    let mut shop = Shop::open();
    shop.a_week_with_ada();
    erase_ada(&mut shop);
    let totals = shop.store.progress().unwrap().totals;
    shop.a_week_of_events();
    let after = shop.store.progress().unwrap().totals;
    assert_eq!((after.events, after.customers), (totals.events, totals.customers));
}
