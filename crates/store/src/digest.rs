use opcx_core::log::Position;
use opcx_core::receipt::{Deed, Verdict};
use opcx_core::time::Timestamp;
use serde::Serialize;

use crate::{Store, StoreError};

/// Rows asked for at a time.
const PAGE: usize = 1_000;

/// One hash over everything that a store's state says, in domain order: equal for equal state, however
/// the log was cut into batches and whichever engine keeps it.
///
/// # Errors
/// The state cannot be read.
pub fn digest(store: &dyn Store) -> Result<[u8; 32], StoreError> {
    let mut hasher = blake3::Hasher::new();
    let mut add = |part: &[u8]| {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    };
    let progress = store.progress()?;
    add(&encoded(&progress));

    let mut after = None;
    loop {
        let customers = store.customers(after, PAGE)?;
        let Some(last) = customers.last() else { break };
        after = Some(last.id);
        for customer in &customers {
            add(&encoded(customer));
            add(&encoded(&store.trail(customer.id)?));
        }
    }
    for (lane, _) in &progress.clocks {
        add(&encoded(&store.due(*lane, Timestamp::MAX, usize::MAX)?));
    }
    let mut after = None;
    loop {
        let promises = store.promises(after, PAGE)?;
        let Some(last) = promises.last() else { break };
        after = Some(last.promise.id);
        promises.iter().for_each(|row| add(&encoded(&(row.customer, &row.promise))));
    }
    let mut after = None;
    loop {
        let cases = store.cases(after, PAGE)?;
        let Some(last) = cases.last() else { break };
        after = Some(last.case.id);
        cases.iter().for_each(|row| add(&encoded(&(row.customer, &row.case))));
    }
    let all = Position::START..progress.position;
    for receipt in store.receipts(all.clone(), usize::MAX)? {
        add(&encoded(&receipt));
        let deeds = receipt.decisions.iter().filter_map(|decision| match decision.verdict {
            Verdict::Acted { deeds, .. } => Some(deeds),
            Verdict::Refused(_) | Verdict::Corrected(_) | Verdict::Noted(_) | Verdict::NotJoined(..) => None,
        });
        for deed in deeds.flatten() {
            let Deed::Sent(parcel) = deed else { continue };
            if let Some(row) = store.parcel(*parcel)? {
                add(&encoded(&(&row.parcel, &row.state)));
            }
        }
    }
    for moment in store.moments(all, usize::MAX)? {
        add(&encoded(&moment));
    }
    for (key, rollup) in store.rollups(None, Timestamp::MIN..Timestamp::MAX)? {
        add(&encoded(&(key, rollup)));
    }
    let mut after = None;
    loop {
        let rejected = store.rejected(after, PAGE)?;
        let Some(last) = rejected.last() else { break };
        after = Some(last.position);
        rejected.iter().for_each(|row| add(&encoded(&(row.position, &row.rejected, row.redriven))));
    }
    add(&encoded(&store.seals()?));
    for erasure in store.erasures(false, usize::MAX)? {
        add(&encoded(&erasure));
    }
    Ok(*hasher.finalize().as_bytes())
}

fn encoded(value: &impl Serialize) -> Vec<u8> {
    postcard::to_allocvec(value).expect("state is plain data")
}
