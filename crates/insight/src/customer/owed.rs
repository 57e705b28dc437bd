use std::cmp::Reverse;
use std::collections::BTreeMap;

use opcx_core::customer::Customer;
use opcx_core::log::Position;
use opcx_core::promise::{Promise, PromiseId};
use opcx_core::time::Timestamp;
use opcx_store::{PromiseRow, Store};

use crate::InsightError;
use crate::promises::PromiseLine;

/// Newest records of a customer whose promises are looked at.
const RECORDS_MAX: usize = 64;
/// Most settled promises that are told.
const SETTLED_MAX: usize = 8;

/// What we owe a customer, and what was settled lately, latest made first. With the customer are those by which something
/// may still be decided; the others are in the store.
pub(super) fn promises(
    store: &dyn Store,
    customer: &Customer,
    trail: &[Position],
    now: Timestamp,
) -> Result<Vec<PromiseLine>, InsightError> {
    let at_hand = customer.known.promises.iter().cloned();
    let mut promises: BTreeMap<PromiseId, Promise> = at_hand.map(|promise| (promise.id, promise)).collect();
    let newest = &trail[trail.len().saturating_sub(RECORDS_MAX)..];
    let mut made = store.promises_made_at(newest)?;
    made.extend(customer.deeds.promised.iter().map(|promised| promised.promise.id));
    for id in made {
        if !promises.contains_key(&id)
            && let Some(row) = store.promise(id)?
        {
            promises.insert(id, row.promise);
        }
    }
    let (owed, mut settled): (Vec<Promise>, Vec<Promise>) =
        promises.into_values().partition(|promise| promise.state.is_owed());
    settled.sort_by_key(|promise| Reverse((promise.settled.map(|settled| settled.at), promise.id)));
    settled.truncate(SETTLED_MAX);
    let line = |promise: Promise| {
        let overdue = promise.state.is_owed() && now > promise.due;
        PromiseLine::of(&PromiseRow { customer: customer.id, promise }, overdue)
    };
    let mut lines: Vec<PromiseLine> = owed.into_iter().chain(settled).map(line).collect();
    lines.sort_by_key(|promise| Reverse(promise.made));
    Ok(lines)
}
