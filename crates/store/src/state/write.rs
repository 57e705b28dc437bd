use std::collections::BTreeMap;

use opcx_core::event::Name;
use opcx_core::log::Position;
use opcx_core::rollup::{Rollup, RollupKey};
use opcx_core::time::Timestamp;

use super::keys::Key;
use super::outbox;
use super::rows::{PROGRESS, decode, encode, encode_trail};
use super::{chunks, erase, questions, timers};
use crate::parts::{Batch, Table, View};
use crate::{Commit, Progress, StoreError, Trail};

type Result<T> = core::result::Result<T, StoreError>;

/// Most positions in one row of a trail, where many are written at once.
const TRAIL_ROW_POSITIONS_MAX: usize = 128;

/// Puts everything that a commit changes into a batch. Returns to which endpoints it queues something,
/// and for when.
///
/// Keys go in ascending order wherever that is cheap, since ordered writes cost an LSM tree less.
pub(crate) fn write(
    view: &impl View,
    known: &timers::KnownTimers,
    commit: &Commit,
    batch: &mut impl Batch,
) -> Result<Vec<(Name, Timestamp)>> {
    let crowds = check(view, commit)?.crowds;
    let buffer = &mut Vec::new();
    batch.put(Table::Progress, PROGRESS, encode(&commit.progress, buffer));

    let mut seen: Vec<_> = commit.seen.iter().collect();
    seen.sort_unstable();
    for key in seen {
        batch.put(Table::Seen, &key.0, b"");
    }
    chunks::put(Table::Readings, &commit.readings, |reading| reading.0, crowds, batch, buffer);
    for (position, reading) in &commit.readings_anew {
        batch.put(Table::ReadingsAnew, &Key::new().position(*position), encode(reading, buffer));
    }
    timers::write(view, known, commit, batch, buffer)?;
    for alias in &commit.aliases {
        let key = Key::new().customer(alias.id);
        match alias.into {
            Some(into) => batch.put(Table::Aliases, &key, encode(&into, buffer)),
            None => batch.remove(Table::Aliases, &key),
        }
    }
    for (identifier, owner) in &commit.owners {
        batch.put(Table::Owners, &Key::new().identifier(identifier), encode(owner, buffer));
    }
    for trail in &commit.trails {
        write_trail(view, trail, batch, buffer)?;
    }
    chunks::put(Table::Moments, &commit.moments, |moment| moment.position, crowds, batch, buffer);
    for (position, moments) in &commit.moments_anew {
        batch.put(Table::MomentsAnew, &Key::new().position(*position), encode(moments, buffer));
    }
    chunks::put(Table::Receipts, &commit.receipts, |receipt| receipt.position, crowds, batch, buffer);
    for row in &commit.promises {
        batch.put(Table::Promises, &Key::new().promise(row.1.id), encode(row, buffer));
    }
    for id in &commit.promises_gone {
        batch.remove(Table::Promises, &Key::new().promise(*id));
    }
    for row in &commit.cases {
        batch.put(Table::Cases, &Key::new().deed(row.1.id.0), encode(row, buffer));
    }
    let queued = outbox::write(view, commit, batch, buffer)?;
    add_rollups(view, &commit.rollups, batch, buffer)?;
    for (position, rejected) in &commit.rejected {
        batch.put(Table::Rejected, &Key::new().position(*position), encode(rejected, buffer));
    }
    for position in &commit.redriven {
        batch.put(Table::Redriven, &Key::new().position(*position), b"");
    }
    for identifier in &commit.owners_gone {
        batch.remove(Table::Owners, &Key::new().identifier(identifier));
    }
    for (position, row) in &commit.erasures {
        erase::put(view, *position, row, batch)?;
    }
    Ok(queued)
}

/// Refuses a commit that does not follow the last one, or that holds what belongs to another range.
/// Returns how far the state has come before it.
fn check(view: &impl View, commit: &Commit) -> Result<Progress> {
    let before = questions::progress(view)?;
    let (at, to) = (before.position, commit.progress.position);
    if commit.from != at || to < commit.from {
        return Err(StoreError::OutOfOrder { from: commit.from, at });
    }
    // Timers alone fire just before the record at which the empty range stands.
    let range = commit.from..to.max(commit.from.next());
    let moments = commit.moments.iter().map(|moment| moment.position);
    let receipts = commit.receipts.iter().map(|receipt| receipt.position);
    let readings = commit.readings.iter().map(|reading| reading.0);
    match moments.chain(receipts).chain(readings).find(|position| !range.contains(position)) {
        Some(position) => Err(StoreError::Misplaced { position, from: commit.from, to }),
        None => Ok(before),
    }
}

/// A row per commit and customer: adding costs the same however long the history is.
fn write_trail(view: &impl View, trail: &Trail, batch: &mut impl Batch, buffer: &mut Vec<u8>) -> Result<()> {
    let (id, positions) = match trail {
        Trail::Added(id, positions) => (*id, positions),
        Trail::Replaced(id, positions) => {
            for row in questions::trail_rows(view, *id) {
                batch.remove(Table::Trails, &row?.0);
            }
            (*id, positions)
        }
    };
    for row in positions.chunks(TRAIL_ROW_POSITIONS_MAX) {
        let first = row.first().copied().unwrap_or(Position::START);
        batch.put(Table::Trails, &Key::new().customer(id).position(first), encode_trail(row, buffer));
    }
    Ok(())
}

/// Adds changes to the rollups; one that comes to nothing goes.
pub(super) fn add_rollups(
    view: &impl View,
    changes: &[(RollupKey, Rollup)],
    batch: &mut impl Batch,
    buffer: &mut Vec<u8>,
) -> Result<()> {
    let mut changed = BTreeMap::new();
    for (key, change) in changes {
        let key = Key::new().rollup(key).bytes();
        match changed.get_mut(&key) {
            None => {
                let mut rollup = match view.get(Table::Rollups, &key)? {
                    Some(row) => decode(Table::Rollups, &row)?,
                    None => Rollup::default(),
                };
                rollup.add(change);
                changed.insert(key, rollup);
            }
            Some(rollup) => rollup.add(change),
        }
    }
    for (key, rollup) in changed {
        if rollup.is_empty() {
            batch.remove(Table::Rollups, &key);
        } else {
            batch.put(Table::Rollups, &key, encode(&rollup, buffer));
        }
    }
    Ok(())
}
