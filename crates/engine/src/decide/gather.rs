//! Puts what all tasks came to into one commit, in an order that depends on the log alone.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use opcx_core::customer::{Customer, CustomerId};
use opcx_core::definitions::Definitions;
use opcx_core::effects::{Effects, Moment};
use opcx_core::erasure::Counts;
use opcx_core::identity::Identifier;
use opcx_core::log::Position;
use opcx_core::promise::{Promise, PromiseId};
use opcx_core::record::Entry;
use opcx_core::rollup::{Rollup, RollupKey};
use opcx_core::step::{Happening, Input, step};
use opcx_store::{Commit, CustomerChange, ErasureRow, Logged, Progress, ReceiptHead, Trail, Written};

use super::Counted;
use super::housekeeping::Remarks;
use super::lanes::Lanes;
use super::work::{Finished, TrailChange, count, erasure_receipt};

#[allow(clippy::too_many_arguments, reason = "everything a batch came to, put together once")]
pub(super) fn gather(
    definitions: &Definitions,
    before: &Progress,
    batch: &[Logged],
    counted: &Counted,
    lanes: &Lanes,
    finished: Vec<Finished>,
    (owners, owners_gone): (HashMap<Identifier, CustomerId>, Vec<Identifier>),
    remarks: Remarks,
) -> Commit {
    let mut commit = Commit { from: before.position, progress: before.clone(), ..Commit::default() };
    commit.seen.clone_from(&counted.keys);
    let mut rollups: HashMap<RollupKey, Rollup> = HashMap::new();
    let mut promises: BTreeMap<PromiseId, (CustomerId, Promise)> = BTreeMap::new();
    let mut timed: Vec<Written<ReceiptHead>> = Vec::new();
    let totals = &mut commit.progress.totals;

    let mut unmatched = i64::try_from(remarks.nobodys).unwrap_or(i64::MAX);
    for task in finished {
        unmatched += task.unmatched;
        for person in task.people {
            commit.trails.extend(match person.trail {
                TrailChange::Added(added) if added.is_empty() => None,
                TrailChange::Added(added) => Some(Trail::Added(person.id, added)),
                TrailChange::Replaced(trail) => Some(Trail::Replaced(person.id, trail)),
            });
            match (person.existed, person.customer.is_some()) {
                (false, true) => totals.customers += 1,
                (true, false) => totals.customers = totals.customers.saturating_sub(1),
                (true, true) | (false, false) => {}
            }
            commit.customers.push(CustomerChange {
                id: person.id,
                after: person.customer,
                timer: person.timer,
            });
        }
        for reading in &task.readings {
            totals.texts += 1;
            totals.unknown += u64::from(reading.1.felt().is_none());
        }
        totals.unknown = totals.unknown.saturating_add_signed(task.unknown);
        commit.readings.extend(task.readings);
        commit.readings_anew.extend(task.readings_anew);
        commit.aliases.extend(task.aliases);
        for (key, rollup) in task.rollups {
            rollups.entry(key).or_default().add(&rollup);
        }
        commit.moments_anew.extend(task.moments_anew);
        commit.promises_gone.extend(task.promises_gone);
        // Of several changes to a promise in one batch only the last one is its state.
        for change in task.promises {
            promises.insert(change.promise.id, (change.customer, change.promise));
        }
        commit.moments.extend(task.moments);
        commit.cases.extend(task.cases);
        commit.parcels.extend(task.parcels);
        commit.receipts.extend(task.receipts);
        timed.extend(task.timed);
        commit.erasures.extend(task.erasures.into_iter().map(|(position, mut under_way)| {
            under_way.erasure.remains.disabled.clone_from(&remarks.disabled);
            (position, ErasureRow::UnderWay(Box::new(under_way)))
        }));
    }
    for (at, erasure) in &remarks.erasures {
        let logged = &batch[*at];
        commit.receipts.push(Written::receipt(&erasure_receipt(definitions, logged, erasure)));
        for (key, theirs) in &erasure.remains.rollups {
            rollups.entry(key.clone()).or_default().add(theirs);
        }
        let Counts { events, unmatched: ignored, texts, unknown, decisions } = erasure.remains.counts;
        totals.events += events;
        totals.texts += texts;
        totals.unknown += unknown;
        totals.decisions += decisions;
        unmatched += i64::try_from(ignored).unwrap_or(i64::MAX);
        commit.erasures.push((logged.position, ErasureRow::Done(Box::new(erasure.clone()))));
    }
    for moment in probe_moments(definitions, batch, &remarks) {
        count(definitions, &moment, &mut rollups);
        commit.moments.push(Written::new(moment));
    }

    commit.readings.sort_by_key(|reading| reading.0);
    commit.readings_anew.sort_by_key(|reading| reading.0);
    commit.moments.sort_by_cached_key(|moment| (moment.position, moment.number));
    commit.moments_anew.sort_by_key(|&(position, _)| position);
    commit.cases.sort_by_key(|(_, case)| case.id);
    commit.parcels.sort_by_key(|parcel| parcel.id);
    commit.customers.sort_by_key(|change| change.id);
    // Those of timers first, since a crowd of them is taken in commits of its own before the record.
    timed.sort_by_key(|receipt| (receipt.position, receipt.id));
    commit.receipts.sort_by_key(|receipt| (receipt.position, receipt.id));
    timed.append(&mut commit.receipts);
    // Stable, so that within a position the order is the one above.
    timed.sort_by_key(|receipt| receipt.position);
    commit.receipts = timed;
    for receipt in &commit.receipts {
        if let Some((_, row)) =
            commit.erasures.iter_mut().find(|(_, row)| row.erasure().receipt == receipt.id)
        {
            match row {
                ErasureRow::UnderWay(under_way) => under_way.erasure.remains.chain = commit.progress.chain,
                // The receipts that led there are erased.
                ErasureRow::Cleaned(erasure) | ErasureRow::Done(erasure) => {
                    commit.progress.chain = erasure.remains.chain;
                }
            }
        }
        commit.progress.chain = commit.progress.chain.after(receipt.hash);
    }
    commit.promises_gone.retain(|gone| !promises.contains_key(gone));
    commit.promises = promises.into_values().collect();
    rollups.retain(|_, rollup| !rollup.is_empty());
    commit.rollups = rollups.into_iter().collect();
    commit.rollups.sort_by(|(a, _), (b, _)| a.cmp(b));
    commit.owners = owners.into_iter().collect();
    commit.owners.sort();
    commit.owners_gone = owners_gone;

    let totals = &mut commit.progress.totals;
    totals.events += counted.events - remarks.probes.len() as u64;
    totals.probes += remarks.probes.len() as u64;
    totals.repeats += counted.repeats;
    totals.unmatched = totals.unmatched.saturating_add_signed(unmatched);
    totals.rejected += remarks.rejected.len() as u64;
    totals.redriven += remarks.redriven.len() as u64;
    totals.decisions += commit.receipts.iter().map(|receipt| receipt.decisions as u64).sum::<u64>();
    commit.deliveries = remarks.deliveries;
    commit.endpoints = remarks.endpoints;
    commit.rejected = remarks.rejected;
    commit.redriven = remarks.redriven;
    commit.progress.looked_to = before.looked_to.max(looked_to(batch));
    commit.progress.clocks = lanes.clocks();
    commit.progress.position = before.position.plus(batch.len() as u64);
    commit.progress.crowds = if batch.is_empty() { before.crowds + 1 } else { 0 };
    commit
}

/// How far the second looks of a batch have come.
fn looked_to(batch: &[Logged]) -> Position {
    let looks = batch.iter().filter_map(|logged| match &logged.record.entry {
        Entry::Reading(second) => Some(second.of.next()),
        Entry::Event(_)
        | Entry::Rejected(_)
        | Entry::Command(_)
        | Entry::Delivery(_)
        | Entry::Tick
        | Entry::Erased(_)
        | Entry::Erasure(_) => None,
    });
    looks.max().unwrap_or(Position::START)
}

/// Law 5: probes walk through the moments and touch no customer.
fn probe_moments(definitions: &Definitions, batch: &[Logged], remarks: &Remarks) -> Vec<Moment> {
    let mut effects = Effects::default();
    for &at in &remarks.probes {
        let logged = &batch[at];
        let Entry::Event(event) = &logged.record.entry else { continue };
        let mut nobody = Customer::new(CustomerId(logged.position), opcx_core::identity::Person::default());
        let input = Input {
            position: logged.position,
            lane: logged.record.lane,
            now: logged.record.at,
            mode: logged.record.lane.mode(),
            happening: Happening::Event { event, reading: None },
        };
        step(definitions, &mut nobody, &input, &mut effects);
    }
    effects.moments
}
