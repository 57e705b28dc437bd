//! Erasing: takes what tells of customers who are to be erased out of state, log and disk.
//!
//! Deciding on the order made the customer unknown: no answer, timer or message knows of them. What is left
//! of them in tables and files goes here, in this order, so that a crash in between loses nothing that is
//! needed to go on: first the state, a slice at a time; then, once that would survive a power cut, the log;
//! then whatever the disk still holds of rows that were removed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use opcx_core::definitions::Definitions;
use opcx_core::effects::Moment;
use opcx_core::erasure::{Erasure, Mentions, redact};
use opcx_core::event::EventKey;
use opcx_core::identity::{IdentifierKind, Refusal};
use opcx_core::log::Position;
use opcx_core::receipt::Verdict;
use opcx_core::record::Entry;
use opcx_core::rollup::keys;
use opcx_store::{Encoded, ErasureRow, Logged, Store, StoreError, UnderWay};

use crate::EngineError;

/// Rows of one slice: few enough that commits wait a few milliseconds, no more.
const SLICE_ROWS: usize = 256;

/// Takes note, outside the store, of who was erased by which order, so that older copies of the store can be
/// rid of them too. It may hear of the same again.
pub type NoteErased = Arc<dyn Fn(&[(Position, Erasure)]) -> std::io::Result<()> + Send + Sync>;

/// Carries out every erasure that is under way. Returns how many were done; fewer than there are once
/// `stop` is set, and the next call goes on.
///
/// # Errors
/// The store refused, or the note could not be taken. It may be tried again.
pub fn carry_out(
    store: &dyn Store,
    definitions: &Definitions,
    note: &NoteErased,
    stop: &AtomicBool,
) -> Result<usize, EngineError> {
    let keys_of = |moment: &Moment| keys(definitions, moment).collect();
    let under_way = store.erasures(true)?;
    if under_way.is_empty() {
        return Ok(0);
    }
    for (position, row) in under_way {
        if let ErasureRow::UnderWay(_) = row {
            while !store.clean(position, &keys_of, SLICE_ROWS)? {
                if stop.load(Ordering::Relaxed) {
                    return Ok(0);
                }
            }
        }
    }
    let mut ready = Vec::new();
    for (position, row) in store.erasures(true)? {
        match row {
            ErasureRow::UnderWay(under_way) => ready.push((position, Leaving::of(*under_way))),
            ErasureRow::Cleaned(_) | ErasureRow::Done(_) => {}
        }
    }
    if let Some((last, _)) = ready.last() {
        // From here on the log no longer tells of them, so the state must never fall back behind this.
        store.persist()?;
        store.rewrite(last.next(), &mut |logged| rewritten(store, &ready, logged))?;
        for (position, leaving) in ready {
            store.note_erasure(position, &ErasureRow::Cleaned(Box::new(leaving.under_way.erasure)))?;
        }
    }
    let cleaned = store.erasures(true)?;
    store.persist()?;
    store.purge()?;
    let cleaned: Vec<(Position, Erasure)> = cleaned
        .into_iter()
        .filter_map(|(position, row)| match row {
            ErasureRow::Cleaned(erasure) => Some((position, *erasure)),
            // Ordered since.
            ErasureRow::UnderWay(_) | ErasureRow::Done(_) => None,
        })
        .collect();
    note(&cleaned).map_err(EngineError::Note)?;
    let done = cleaned.len();
    for (position, erasure) in cleaned {
        store.note_erasure(position, &ErasureRow::Done(Box::new(erasure)))?;
    }
    store.persist()?;
    Ok(done)
}

/// Somebody whose traces in the log are to go.
struct Leaving {
    under_way: UnderWay,
    mentions: Mentions,
}

impl Leaving {
    fn of(under_way: UnderWay) -> Leaving {
        let mentions = Mentions::new(under_way.identifiers.iter().cloned());
        Leaving { under_way, mentions }
    }

    /// What the record becomes without them; `None` if it tells nothing of them.
    fn without(
        &self,
        ordered: Position,
        position: Position,
        entry: &Entry,
        refused: &[(IdentifierKind, Refusal)],
    ) -> Option<Entry> {
        if position == ordered {
            return Some(Entry::Erasure(Box::new(self.under_way.erasure.clone())));
        }
        // Whoever has the same identifier later is somebody else.
        if position > ordered {
            return None;
        }
        let is_theirs = self.under_way.trail.binary_search(&position).is_ok();
        match entry {
            Entry::Event(event) if is_theirs => {
                Some(Entry::Erased(Some(EventKey::of(&event.source, &event.id))))
            }
            Entry::Command(_) | Entry::Reading(_) if is_theirs => Some(Entry::Erased(None)),
            Entry::Delivery(report) if self.under_way.erasure.gone.contains(&report.parcel.0.customer) => {
                Some(Entry::Erased(None))
            }
            Entry::Event(_)
            | Entry::Reading(_)
            | Entry::Command(_)
            | Entry::Delivery(_)
            | Entry::Rejected(_)
            | Entry::Tick
            | Entry::Erased(_)
            | Entry::Erasure(_) => redact(&self.mentions, entry, refused),
        }
    }
}

/// A record without all who are leaving.
fn rewritten(
    store: &dyn Store,
    leaving: &[(Position, Leaving)],
    logged: &Logged,
) -> Result<Option<Encoded>, StoreError> {
    let mut changed: Option<Entry> = None;
    for (ordered, leaver) in leaving {
        let entry = changed.as_ref().unwrap_or(&logged.record.entry);
        if leaver.without(*ordered, logged.position, entry, &[]).is_none() {
            continue;
        }
        // Looked up only here, since few records are concerned.
        let refused = refused_at(store, logged.position)?;
        changed = leaver.without(*ordered, logged.position, entry, &refused);
    }
    Ok(changed.as_ref().map(Encoded::of))
}

/// The identifiers of a record that were not believed, and why.
fn refused_at(store: &dyn Store, position: Position) -> Result<Vec<(IdentifierKind, Refusal)>, StoreError> {
    let receipts = store.receipts(position..position.next(), usize::MAX)?;
    let decisions = receipts.iter().flat_map(|receipt| receipt.decisions.iter());
    Ok(decisions
        .filter_map(|decision| match decision.verdict {
            Verdict::NotJoined(kind, refusal) => Some((*kind, *refusal)),
            Verdict::Acted { .. } | Verdict::Refused(_) | Verdict::Corrected(_) | Verdict::Noted(_) => None,
        })
        .collect())
}
