//! What must hold whatever happened.

use std::collections::{BTreeMap, BTreeSet};

use opcx_core::customer::{CASES_MAX, CONTACTS_MAX, FIRED_MAX, PROMISED_MAX, PROMISES_MAX, RUNS_MAX};
use opcx_core::event::Origin;
use opcx_core::log::Position;
use opcx_core::receipt::{ChainHash, Deed, ReceiptHash, Verdict};
use opcx_core::record::Entry;
use opcx_core::rollup::{Rollup, RollupKey, keys};
use opcx_core::time::Timestamp;
use opcx_store::{EventKey, Memory, Store};

use super::world::{World, everyone};

/// Law 1.
pub(crate) fn nothing_acknowledged_is_lost(world: &World, seed: u64, step: u32) {
    if !step.is_multiple_of(20) {
        return;
    }
    let logged = logged_keys(&world.store);
    let lost: Vec<_> = world.acknowledged.difference(&logged).collect();
    assert!(lost.is_empty(), "seed {seed} step {step}: acknowledged and not in the log: {lost:?}");
}

/// Law 2.
pub(crate) fn everything_is_counted_once(world: &World, seed: u64) {
    let totals = world.store.progress().expect("memory does not fail").totals;
    let distinct = logged_keys(&world.store).len() as u64;
    assert_eq!(totals.events + totals.probes, distinct, "seed {seed}: {totals:?}");
    assert_eq!(world.acknowledged.len() as u64, distinct, "seed {seed}: something came from nowhere");
}

/// Law 7: every parcel and case has its receipt, and the chain holds.
pub(crate) fn every_decision_has_a_receipt(world: &World, seed: u64) {
    let all = Position::START..world.store.end();
    let receipts = world.store.receipts(all, usize::MAX).expect("memory does not fail");
    let seals: BTreeMap<_, _> = world
        .store
        .seals()
        .expect("memory does not fail")
        .into_iter()
        .map(|seal| (seal.after, seal.receipts))
        .collect();
    let sealed = |chain: ChainHash, after| {
        seals.get(&after).into_iter().flatten().fold(chain, |chain, hash| chain.after(*hash))
    };
    let mut chain = sealed(ChainHash::default(), None);
    let mut deeds: BTreeSet<String> = BTreeSet::new();
    let mut ids = BTreeSet::new();
    let mut decisions = 0;
    for receipt in &receipts {
        let encoded = postcard::to_allocvec(receipt).expect("plain data");
        chain = sealed(chain.after(ReceiptHash::of(&encoded)), Some(receipt.id));
        assert!(ids.insert(receipt.id), "seed {seed}: two receipts are called {}", receipt.id);
        decisions += receipt.decisions.len() as u64;
        for decision in receipt.decisions.iter() {
            if let Verdict::Acted { shadow: false, deeds: done } = decision.verdict {
                deeds.extend(done.iter().filter_map(|deed| match deed {
                    Deed::Sent(parcel) => Some(parcel.to_string()),
                    Deed::Opened(case) => Some(case.to_string()),
                    Deed::Promised(promise) => Some(promise.to_string()),
                    Deed::Noted(_) | Deed::Left(_) => None,
                }));
            }
        }
    }
    let progress = world.store.progress().expect("memory does not fail");
    assert_eq!(chain, progress.chain, "seed {seed}: the chain of receipts is broken");
    let erasures = world.store.erasures(false).expect("memory does not fail");
    let erased: u64 = erasures.iter().map(|(_, row)| row.erasure().remains.counts.decisions).sum();
    assert_eq!(decisions + erased, progress.totals.decisions, "seed {seed}: decisions are miscounted");
    let gone: BTreeSet<_> = erasures.iter().flat_map(|(_, row)| row.erasure().gone.clone()).collect();
    for parcel in world.received.keys().filter(|parcel| !gone.contains(&parcel.0.customer)) {
        assert!(deeds.contains(&parcel.to_string()), "seed {seed}: {parcel} was sent without a receipt");
    }
    for row in world.store.cases(None, usize::MAX).expect("memory does not fail") {
        assert!(deeds.contains(&row.case.id.to_string()), "seed {seed}: {} has no receipt", row.case.id);
    }
}

/// Rollups agree with what customers' histories hold, also after merging, parting and withdrawal.
pub(crate) fn rollups_are_the_sum_of_the_moments(world: &World, seed: u64) {
    let rollups = world.store.rollups(None, Timestamp::MIN..Timestamp::MAX).expect("memory does not fail");
    let moments =
        world.store.moments(Position::START..world.store.end(), usize::MAX).expect("memory does not fail");
    let mut summed: BTreeMap<RollupKey, Rollup> = BTreeMap::new();
    for moment in &moments {
        for key in keys(&world.definitions, moment) {
            summed.entry(key).or_default().count(moment, 1);
        }
    }
    for (_, row) in world.store.erasures(false).expect("memory does not fail") {
        for (key, theirs) in &row.erasure().remains.rollups {
            summed.entry(key.clone()).or_default().add(theirs);
        }
    }
    summed.retain(|_, rollup| !rollup.is_empty());
    let mut summed = summed.into_iter();
    for kept in rollups {
        assert_eq!(Some(kept), summed.next(), "seed {seed}: rollups and moments disagree");
    }
    assert_eq!(None, summed.next(), "seed {seed}: a moment is in no rollup");
}

/// Everyone's identifiers lead to them, and nobody has what is somebody else's.
pub(crate) fn customers_are_whole(world: &World, seed: u64) {
    let mut seen = BTreeSet::new();
    let everyone = everyone(&*world.store);
    for customer in &everyone {
        for identifier in &customer.person.identifiers {
            assert!(seen.insert(identifier.clone()), "seed {seed}: {identifier} belongs to two");
            let owner = world.store.owner(identifier).expect("memory does not fail");
            assert_eq!(owner, Some(customer.id), "seed {seed}: {identifier}");
        }
        let trail = world.store.trail(customer.id).expect("memory does not fail");
        assert!(trail.is_sorted(), "seed {seed}: {} has a trail out of order", customer.id);
    }
    let totals = world.store.progress().expect("memory does not fail").totals;
    assert_eq!(totals.customers, everyone.len() as u64, "seed {seed}: customers are miscounted");
    let unmatched: u64 = everyone.iter().map(|customer| customer.known.unmatched).sum();
    assert!(totals.unmatched >= unmatched, "seed {seed}: {totals:?} but customers say {unmatched}");
}

/// Law 12, as far as state goes.
pub(crate) fn everything_is_bounded(world: &World, seed: u64, step: u32) {
    if !step.is_multiple_of(50) {
        return;
    }
    for customer in everyone(&*world.store) {
        let (known, deeds) = (&customer.known, &customer.deeds);
        let bounded = known.runs.len() <= RUNS_MAX
            && known.promises.len() <= PROMISES_MAX
            && deeds.contacts.len() <= CONTACTS_MAX
            && deeds.fired.len() <= FIRED_MAX
            && deeds.promised.len() <= PROMISED_MAX
            && deeds.cases.iter().filter(|case| !case.state.is_held()).count() <= CASES_MAX;
        assert!(bounded, "seed {seed} step {step}: {} has outgrown its bounds", customer.id);
    }
}

/// Law 3, part by part, so that a failure says where.
pub(crate) fn assert_same(live: &Memory, again: &Memory, seed: u64, records_max: usize) {
    let context = format!("seed {seed}, batches of {records_max}");
    let progress = |store: &Memory| store.progress().expect("memory does not fail");
    for (a, b) in everyone(live).into_iter().zip(everyone(again)) {
        assert_eq!(a, b, "{context}: a customer");
    }
    let receipts = |store: &Memory| {
        store.receipts(Position::START..store.end(), usize::MAX).expect("memory does not fail")
    };
    for (a, b) in receipts(live).into_iter().zip(receipts(again)) {
        assert_eq!(a, b, "{context}: a receipt");
    }
    let moments = |store: &Memory| {
        store.moments(Position::START..store.end(), usize::MAX).expect("memory does not fail")
    };
    for (a, b) in moments(live).into_iter().zip(moments(again)) {
        assert_eq!(a, b, "{context}: a moment");
    }
    let rollups =
        |store: &Memory| store.rollups(None, Timestamp::MIN..Timestamp::MAX).expect("memory does not fail");
    let erasures = |store: &Memory| store.erasures(false).expect("memory does not fail");
    assert_eq!(erasures(live), erasures(again), "{context}: erasures");
    let seals = |store: &Memory| store.seals().expect("memory does not fail");
    assert_eq!(seals(live), seals(again), "{context}: seals");
    for (a, b) in rollups(live).into_iter().zip(rollups(again)) {
        assert_eq!(a, b, "{context}: a rollup");
    }
    assert_eq!(rollups(live).len(), rollups(again).len(), "{context}: rollups");
    let promises = |store: &Memory| store.promises(None, usize::MAX).expect("memory does not fail");
    assert_eq!(promises(live), promises(again), "{context}: promises");
    let cases = |store: &Memory| store.cases(None, usize::MAX).expect("memory does not fail");
    assert_eq!(cases(live), cases(again), "{context}: cases");
    for customer in everyone(live) {
        let trail = |store: &Memory| store.trail(customer.id).expect("memory does not fail");
        assert_eq!(trail(live), trail(again), "{context}: the trail of {}", customer.id);
    }
    for (lane, _) in progress(live).clocks {
        let due = |store: &Memory| store.due(lane, Timestamp::MAX, usize::MAX).expect("memory does not fail");
        assert_eq!(due(live), due(again), "{context}: timers");
    }
    for receipt in receipts(live) {
        let deeds = receipt.decisions.iter().filter_map(|decision| match decision.verdict {
            Verdict::Acted { deeds, .. } => Some(deeds),
            Verdict::Refused(_) | Verdict::Corrected(_) | Verdict::Noted(_) | Verdict::NotJoined(..) => None,
        });
        for deed in deeds.flatten() {
            if let Deed::Sent(id) = deed {
                let parcel = |store: &Memory| store.parcel(*id).expect("memory does not fail");
                assert_eq!(parcel(live), parcel(again), "{context}: a parcel");
            }
        }
    }
    assert_eq!(progress(live), progress(again), "{context}: progress");
}

fn logged_keys(store: &Memory) -> BTreeSet<EventKey> {
    store
        .read(Position::START, usize::MAX, usize::MAX)
        .expect("memory does not fail")
        .iter()
        .filter_map(|logged| match &logged.record.entry {
            Entry::Event(event) => {
                debug_assert!(
                    event.origin != Origin::Probe || !event.who.is_empty() || !event.masked.is_empty()
                );
                Some(EventKey::of(&event.source, &event.id))
            }
            Entry::Erased(key) => *key,
            Entry::Rejected(_) | Entry::Command(_) | Entry::Delivery(_) | Entry::Tick | Entry::Erasure(_) => {
                None
            }
        })
        .collect()
}
