//! Promises: what opcx holds them to be, against what became of them.

use std::collections::BTreeSet;

use opcx_core::promise::PromiseState;
use opcx_sim::truth::{Owed, PromiseEnd};

use super::report::Row;
use super::statistic::share;
use super::{Book, Seen, SeenPromise};

const PART: &str = "promises";
/// What states should reach.
const STATES_FLOOR: f64 = 0.99;

pub(super) fn rows(book: &Book, seen: &Seen) -> Vec<Row> {
    let find = |promise: &Owed| seen.promises.get(&(promise.promise.clone(), promise.key.clone())).copied();
    let pairs: Vec<(&Owed, Option<SeenPromise>)> =
        book.promises.iter().map(|promise| (promise, find(promise))).collect();
    let n = pairs.len() as u64;
    let right = pairs.iter().filter(|(truth, seen)| seen.is_some_and(|seen| is_right(truth, &seen))).count();
    let mut rows = vec![
        share(PART, "states right, promises not known counted as wrong", right as u64, n).floor(STATES_FLOOR),
    ];
    let names: BTreeSet<&str> = book.promises.iter().map(|promise| promise.promise.as_str()).collect();
    for name in names {
        let of_name = || pairs.iter().filter(|(truth, _)| truth.promise == name);
        let right = of_name().filter(|(truth, seen)| seen.is_some_and(|seen| is_right(truth, &seen))).count();
        rows.push(share(PART, format!("states right: {name}"), right as u64, of_name().count() as u64));
    }
    let broken = pairs.iter().filter(|(truth, _)| truth.state == PromiseEnd::Broken);
    let noticed =
        broken.clone().filter(|(_, seen)| seen.is_some_and(|seen| seen.state == PromiseState::Broken));
    rows.push(share(
        PART,
        "broken promises that are known to be broken",
        noticed.count() as u64,
        broken.count() as u64,
    ));
    let due: Vec<u64> = pairs
        .iter()
        .filter_map(|(truth, seen)| Some(seen.as_ref()?.due.since(truth.due).as_millis().unsigned_abs()))
        .collect();
    let exact = due.iter().filter(|&&millis| millis == 0).count();
    rows.push(share(PART, "due at the very moment", exact as u64, due.len() as u64));
    let done: Vec<u64> = pairs
        .iter()
        .filter_map(|(truth, seen)| Some(seen.as_ref()?.done?.since(truth.done?).as_millis().unsigned_abs()))
        .collect();
    let exact = done.iter().filter(|&&millis| millis == 0).count();
    rows.push(share(
        PART,
        "done at the very moment, of those known to be done",
        exact as u64,
        done.len() as u64,
    ));
    rows
}

fn is_right(truth: &Owed, seen: &SeenPromise) -> bool {
    match (truth.state, seen.state) {
        (PromiseEnd::Kept, PromiseState::Kept)
        | (PromiseEnd::Broken, PromiseState::Broken)
        | (PromiseEnd::Owed, PromiseState::Open | PromiseState::AtRisk) => true,
        (PromiseEnd::Kept | PromiseEnd::Broken | PromiseEnd::Owed, _) => false,
    }
}
