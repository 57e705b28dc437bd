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
use opcx_store::{Encoded, ErasureRow, Logged, Next, Store, StoreError, UnderWay};

use crate::EngineError;

/// Rows of one slice: few enough that commits wait a few milliseconds, no more.
const SLICE_ROWS: usize = 256;
/// How many are erased at once: the log is gone through once for all of them.
const AT_ONCE: usize = 64;

/// Takes note, outside the store, of who was erased by which order, so that older copies of the store can be
/// rid of them too. It may hear of the same again.
pub type NoteErased = Arc<dyn Fn(&[(Position, Erasure)]) -> std::io::Result<()> + Send + Sync>;

/// What a step of erasing came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erasing {
    /// Nobody is to be erased.
    Nobody,
    /// Somebody is, and it has gone on.
    UnderWay,
    /// So many were erased by now.
    Done(usize),
}

/// Carries out every erasure that is under way, step by step. Returns how many were done; fewer than there are
/// once `stop` is set, and the next call goes on.
///
/// # Errors
/// Those of [`erase_next`].
pub fn carry_out(
    store: &dyn Store,
    definitions: &Definitions,
    note: &NoteErased,
    stop: &AtomicBool,
) -> Result<usize, EngineError> {
    let mut done = 0;
    loop {
        match erase_next(store, definitions, note)? {
            Erasing::Nobody => return Ok(done),
            Erasing::UnderWay => {}
            Erasing::Done(more) => done += more,
        }
        if stop.load(Ordering::Relaxed) {
            return Ok(done);
        }
    }
}

/// Takes the next step of erasing. Between two steps anything may happen: a further order, a crash.
///
/// # Errors
/// The store refused, or the note could not be taken. It may be tried again.
pub fn erase_next(
    store: &dyn Store,
    definitions: &Definitions,
    note: &NoteErased,
) -> Result<Erasing, EngineError> {
    let mut under_way: Vec<(Position, UnderWay)> = Vec::new();
    let mut cleaned: Vec<(Position, Erasure)> = Vec::new();
    for (position, row) in store.erasures(true, AT_ONCE)? {
        match row {
            ErasureRow::UnderWay(row) => under_way.push((position, *row)),
            ErasureRow::Cleaned(erasure) => cleaned.push((position, *erasure)),
            ErasureRow::Done(_) => {}
        }
    }
    if !cleaned.is_empty() {
        let done = cleaned.len();
        finish(store, cleaned, note)?;
        return Ok(Erasing::Done(done));
    }
    if under_way.is_empty() {
        return Ok(Erasing::Nobody);
    }
    match under_way.iter().find(|(_, row)| row.next != Next::Log) {
        Some((position, _)) => {
            let keys_of = |moment: &Moment| keys(definitions, moment).collect();
            store.clean(*position, &keys_of, SLICE_ROWS)?;
        }
        None => rewrite_log(store, under_way)?,
    }
    Ok(Erasing::UnderWay)
}

/// Takes those of whom nothing is left in the state out of the log.
fn rewrite_log(store: &dyn Store, clean: Vec<(Position, UnderWay)>) -> Result<(), EngineError> {
    let Some((last, _)) = clean.last() else { return Ok(()) };
    let end = last.next();
    let leaving: Vec<(Position, Leaving)> =
        clean.into_iter().map(|(position, under_way)| (position, Leaving::of(under_way))).collect();
    // From here on the log no longer tells of them, so the state must never fall back behind this.
    store.persist()?;
    store.rewrite(end, &mut |logged| rewritten(store, &leaving, logged))?;
    for (position, leaving) in leaving {
        store.note_erasure(position, &ErasureRow::Cleaned(Box::new(leaving.under_way.erasure)))?;
    }
    Ok(())
}

/// Takes off the disk what is left of those who are in neither state nor log any more.
fn finish(
    store: &dyn Store,
    cleaned: Vec<(Position, Erasure)>,
    note: &NoteErased,
) -> Result<(), EngineError> {
    store.persist()?;
    store.purge()?;
    note(&cleaned).map_err(EngineError::Note)?;
    for (position, erasure) in cleaned {
        store.note_erasure(position, &ErasureRow::Done(Box::new(erasure)))?;
    }
    Ok(store.persist()?)
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
