use std::cmp::Reverse;

use opcx_core::customer::CustomerId;
use opcx_core::definitions::Definitions;
use opcx_core::log::Position;
use opcx_core::receipt::Receipt;
use opcx_store::Store;

use crate::InsightError;
use crate::decisions::{backwards, newest_about};
use crate::receipt_words::DecisionLine;

/// Most decisions shown with a customer.
const DECISIONS_SHOWN: usize = 20;
/// Newest decisions about anybody among which the customer's are looked for.
const DECISIONS_LOOKED_AT_MAX: usize = 20_000;
/// Newest records of a customer whose decisions are looked at.
const RECORDS_MAX: usize = 256;
/// Most receipts of one record that are looked at; timers that one record made due share its place.
const RECEIPTS_PER_RECORD_MAX: usize = 10_000;

/// The newest decisions about a customer, whose own records are `trail`: those of these records, and those that time
/// alone set off, which stand at records of others and are looked for among the newest of all.
pub(super) fn decisions(
    store: &dyn Store,
    definitions: &Definitions,
    id: CustomerId,
    trail: &[Position],
) -> Result<Vec<DecisionLine>, InsightError> {
    let mut receipts: Vec<Receipt> = Vec::new();
    let (mut found, mut oldest) = (0, Position::START);
    for &position in trail.iter().rev().take(RECORDS_MAX) {
        for receipt in store.receipts(position..position.next(), RECEIPTS_PER_RECORD_MAX)? {
            if is_about(store, id, trail, &receipt)? {
                found += receipt.decisions.len();
                receipts.push(receipt);
            }
        }
        if found >= DECISIONS_SHOWN {
            // Whatever is older is not shown.
            oldest = position;
            break;
        }
    }
    receipts.extend(newest_about(store, oldest, DECISIONS_LOOKED_AT_MAX, |receipt| {
        is_about(store, id, trail, receipt)
    })?);
    receipts.sort_by_key(|receipt| Reverse((receipt.position, receipt.at, receipt.id)));
    receipts.dedup_by_key(|receipt| receipt.id);
    backwards(receipts.iter())
        .take(DECISIONS_SHOWN)
        .map(|(receipt, decision)| DecisionLine::of(store, definitions, receipt, decision))
        .collect()
}

/// Whether a receipt is about the customer. It names them as they were known then, by an id that is the position of
/// their first record: one of another's need not be looked up.
fn is_about(
    store: &dyn Store,
    id: CustomerId,
    trail: &[Position],
    receipt: &Receipt,
) -> Result<bool, InsightError> {
    let then = receipt.customer();
    Ok(then == id || (trail.binary_search(&then.0).is_ok() && store.stands_for(then)? == Some(id)))
}
