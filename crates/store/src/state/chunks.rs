//! Chunks: items of one commit that only ever come in order of position, many to a row.
//!
//! One row per item would cost a key, a place in the index and a share of every compaction each.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

use opcx_core::log::Position;
use serde::{Serialize, de::DeserializeOwned};

use super::keys::{Key, Parts};
use super::rows::{decode, encode, malformed};
use crate::parts::{Batch, Table, View};
use crate::{StoreError, Written};

type Result<T> = core::result::Result<T, StoreError>;

/// Most items in a chunk: enough to spread the cost of a row, few enough to decode for the sake of one.
const CHUNK_ITEMS_MAX: usize = 64;

/// Writes items in chunks, ordered by position; items of one position keep their order. `crowds` is how
/// many commits of timers alone came before this one.
pub(super) fn put<T>(
    table: Table,
    items: &[Written<T>],
    position: impl Fn(&T) -> Position,
    crowds: u32,
    batch: &mut impl Batch,
    buffer: &mut Vec<u8>,
) {
    let mut ordered: Vec<&Written<T>> = items.iter().collect();
    ordered.sort_by_key(|item| position(item));
    for (number, chunk) in (0..).zip(ordered.chunks(CHUNK_ITEMS_MAX)) {
        let first = chunk.first().map_or(Position::START, |item| position(item));
        // The numbers keep chunks apart that begin with the same record: of this commit, and of the
        // commits of timers alone before it.
        let key = Key::new().position(first).number(crowds).number(number);
        encode(&chunk.len(), buffer);
        for item in chunk {
            buffer.extend_from_slice(item.as_bytes());
        }
        batch.put(table, &key, buffer);
    }
}

/// Items of the range, in order.
pub(super) fn scan<T: DeserializeOwned>(
    view: &impl View,
    table: Table,
    positions: Range<Position>,
    position: impl Fn(&T) -> Position,
) -> Result<impl Iterator<Item = Result<T>>> {
    // The chunk before the range may reach into it.
    let start = Key::new().position(positions.start).bytes();
    let before = view.range(table, ..start.clone()).next_back().transpose()?;
    let from = before.map_or(start, |(key, _)| key.to_vec());
    let to = Key::new().position(positions.end).bytes();
    let chunks = (from < to).then(|| view.range(table, from..to)).into_iter().flatten();
    Ok(chunks
        .flat_map(move |row| match row.and_then(|(_, value)| decode::<Vec<T>>(table, &value)) {
            Ok(items) => items.into_iter().map(Ok).collect(),
            Err(error) => vec![Err(error)],
        })
        .filter(move |item| match item {
            Ok(item) => positions.contains(&position(item)),
            Err(_) => true,
        }))
}

/// Takes out the items at these positions, which are in order, and returns them.
pub(super) fn take_out<T: Serialize + DeserializeOwned>(
    view: &impl View,
    table: Table,
    positions: &[Position],
    position: impl Fn(&T) -> Position,
    batch: &mut impl Batch,
) -> Result<Vec<T>> {
    let mut rows: BTreeMap<Vec<u8>, Vec<T>> = BTreeMap::new();
    let mut taken = Vec::new();
    for &at in positions {
        // As in a scan, the chunk before may reach up to here.
        let start = Key::new().position(at).bytes();
        let before = view.range(table, ..start.clone()).next_back().transpose()?;
        let from = before.map_or(start, |(key, _)| key.to_vec());
        for row in view.range(table, from..Key::new().position(at.next()).bytes()) {
            let (key, value) = row?;
            let items = match rows.entry(key.to_vec()) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => place.insert(decode(table, &value)?),
            };
            taken.extend(items.extract_if(.., |item| position(item) == at));
        }
    }
    for (key, left) in rows {
        if left.is_empty() {
            batch.remove(table, &key);
        } else {
            batch.put(table, &key, encode(&left, &mut Vec::new()));
        }
    }
    Ok(taken)
}

/// Looks up single positions; good at positions that lie close together.
pub(super) struct Finder<'a, V, T> {
    view: &'a V,
    table: Table,
    /// The chunk found last.
    held: Option<Held<T>>,
}

struct Held<T> {
    /// Positions that can be nowhere else.
    range: Range<Position>,
    items: Vec<(Position, T)>,
}

impl<'a, V: View, T: DeserializeOwned + Clone> Finder<'a, V, T> {
    pub(super) fn new(view: &'a V, table: Table) -> Finder<'a, V, T> {
        Finder { view, table, held: None }
    }

    /// The item at a position that holds at most one.
    pub(super) fn find(&mut self, position: Position) -> Result<Option<T>> {
        if !self.held.as_ref().is_some_and(|held| held.range.contains(&position)) {
            self.held = self.load(position)?;
        }
        let items = self.held.as_ref().map_or(&[][..], |held| &held.items);
        Ok(items.binary_search_by_key(&position, |(at, _)| *at).ok().map(|at| items[at].1.clone()))
    }

    fn load(&self, position: Position) -> Result<Option<Held<T>>> {
        let end = Key::new().position(position.next()).bytes();
        let Some((key, value)) = self.view.range(self.table, ..end).next_back().transpose()? else {
            return Ok(None);
        };
        let first = Parts(&key).position().ok_or_else(|| malformed(self.table))?;
        let items: Vec<(Position, T)> = decode(self.table, &value)?;
        let last = items.last().map_or(position, |(at, _)| *at).max(position);
        Ok(Some(Held { range: first..last.next(), items }))
    }
}
