//! Takes what tells of an erased customer out of the tables, a slice at a time, and adds up what is to
//! stay: their share in the counts and rollups, and the hashes of their receipts.

use std::collections::BTreeMap;
use std::ops::Bound;

use opcx_core::customer::DeedId;
use opcx_core::effects::Moment;
use opcx_core::erasure::{ERASED_VALUE, Erasure, Mentions, Seal, redact};
use opcx_core::event::Name;
use opcx_core::log::Position;
use opcx_core::promise::PromiseId;
use opcx_core::reading::Reading;
use opcx_core::receipt::{Receipt, ReceiptHash};
use opcx_core::record::{Entry, Rejected};
use opcx_core::rollup::{Rollup, RollupKey, Split};

use super::chunks;
use super::keys::{Key, Parts};
use super::questions::{moments, promises_made_at, readings, rollups};
use super::rows::{Standing, decode, encode, malformed};
use super::{outbox, write::add_rollups};
use crate::parts::{Batch, Table, View};
use crate::{ErasureRow, KeysOf, Next, StoreError, UnderWay};

type Result<T> = core::result::Result<T, StoreError>;

/// Takes what is owed and done for a customer out of the tables at once, so that nothing of it is sent or
/// shown any longer; the slices do the rest.
pub(super) fn leave(view: &impl View, under_way: &UnderWay, batch: &mut impl Batch) -> Result<()> {
    for id in promises_made_at(view, &under_way.trail)? {
        batch.remove(Table::Promises, &Key::new().promise(id));
    }
    for &id in &under_way.erasure.gone {
        let deeds = |prefix: Key| {
            let end = prefix.clone().after_prefix().map_or(Bound::Unbounded, Bound::Excluded);
            (Bound::Included(prefix.bytes()), end)
        };
        let first = DeedId { customer: id, number: 0 };
        let last = DeedId { customer: id, number: u32::MAX };
        let promise = |deed| Key::new().promise(PromiseId::Deed(deed)).bytes();
        for row in view.range(Table::Promises, promise(first)..=promise(last)) {
            batch.remove(Table::Promises, &row?.0);
        }
        for row in view.range(Table::Cases, deeds(Key::new().customer(id))) {
            batch.remove(Table::Cases, &row?.0);
        }
        for row in view.range(Table::Parcels, deeds(Key::new().customer(id))) {
            batch.remove(Table::Parcels, &row?.0);
        }
        for row in view.range(Table::ParcelStates, deeds(Key::new().customer(id))) {
            let (key, value) = row?;
            let standing: Standing = decode(Table::ParcelStates, &value)?;
            let deed = Parts(&key).deed().ok_or_else(|| malformed(Table::ParcelStates))?;
            outbox::unqueue(&standing, deed, batch);
            batch.remove(Table::ParcelStates, &key);
        }
    }
    Ok(())
}

/// Does the next slice of an erasure: about `most` rows, or one step that cannot be parted. `events` are how
/// many of the slice's records are events.
pub(crate) fn clean(
    view: &impl View,
    at: Position,
    under_way: &mut UnderWay,
    keys_of: &KeysOf<'_>,
    (most, events): (usize, u64),
    batch: &mut impl Batch,
) -> Result<()> {
    let next = std::mem::replace(&mut under_way.next, Next::Log);
    under_way.next = match next {
        Next::Receipts { row, kept } => receipts(view, at, &mut under_way.erasure, (row, kept), most, batch)?,
        Next::Records(from) => {
            under_way.erasure.remains.counts.events += events;
            records(view, under_way, from, keys_of, most, batch)?
        }
        Next::Rejected(from) => rejected(view, under_way, at, from, most, batch)?,
        Next::Rollups => {
            name_no_one(view, &mut under_way.erasure.remains.rollups, batch)?;
            Next::Log
        }
        Next::Log => Next::Log,
    };
    put_row(at, &ErasureRow::UnderWay(Box::new(under_way.clone())), batch);
    Ok(())
}

/// Receipts leave their hashes behind, at their place in the chain.
fn receipts(
    view: &impl View,
    at: Position,
    erasure: &mut Erasure,
    (row, mut kept): (Vec<u8>, Option<DeedId>),
    most: usize,
    batch: &mut impl Batch,
) -> Result<Next> {
    let buffer = &mut Vec::new();
    let mut seals: BTreeMap<Option<DeedId>, Vec<ReceiptHash>> = BTreeMap::new();
    let (mut looked_at, mut last) = (0, row.clone());
    let end = Key::new().position(at.next()).bytes();
    for found in view.range(Table::Receipts, (Bound::Excluded(row), Bound::Excluded(end))) {
        if looked_at == most {
            break;
        }
        let (key, value) = found?;
        let held: Vec<Receipt> = decode(Table::Receipts, &value)?;
        let before = held.len();
        let mut left = Vec::with_capacity(before);
        for receipt in held {
            let theirs = erasure.gone.contains(&receipt.customer()) && receipt.id != erasure.receipt;
            if !theirs {
                kept = Some(receipt.id);
                left.push(receipt);
                continue;
            }
            erasure.remains.counts.decisions += receipt.decisions.len() as u64;
            let place = match seals.entry(kept) {
                std::collections::btree_map::Entry::Occupied(place) => place.into_mut(),
                std::collections::btree_map::Entry::Vacant(place) => {
                    let known = sealed(view, kept)?;
                    place.insert(known)
                }
            };
            place.push(ReceiptHash::of(encode(&receipt, buffer)));
            // What was sealed behind this one moves to the same place.
            let behind = sealed(view, Some(receipt.id))?;
            if !behind.is_empty() {
                place.extend(behind);
                seals.insert(Some(receipt.id), Vec::new());
            }
        }
        if left.is_empty() {
            batch.remove(Table::Receipts, &key);
        } else if left.len() < before {
            batch.put(Table::Receipts, &key, encode(&left, buffer));
        }
        last = key.to_vec();
        looked_at += 1;
    }
    for (after, receipts) in seals {
        let seal = Seal { after, receipts };
        put_seal(&seal, batch);
        erasure.remains.seals.retain(|known| known.after != seal.after);
        erasure.remains.seals.push(seal);
    }
    erasure.remains.seals.sort_by_key(|seal| seal.after);
    Ok(if looked_at < most { Next::Records(0) } else { Next::Receipts { row: last, kept } })
}

/// Moments leave their share in the rollups, readings a count.
fn records(
    view: &impl View,
    under_way: &mut UnderWay,
    from: usize,
    keys_of: &KeysOf<'_>,
    most: usize,
    batch: &mut impl Batch,
) -> Result<Next> {
    let UnderWay { erasure, trail, .. } = under_way;
    let end = trail.len().min(from + most);
    let positions = &trail[from.min(end)..end];
    let mut rollups: BTreeMap<RollupKey, Rollup> = erasure.remains.rollups.drain(..).collect();
    for &position in positions {
        for moment in moments(view, position..position.next(), usize::MAX)? {
            for key in keys_of(&moment) {
                rollups.entry(key).or_default().count(&moment, 1);
            }
        }
        batch.remove(Table::MomentsAnew, &Key::new().position(position));
    }
    rollups.retain(|_, rollup| !rollup.is_empty());
    erasure.remains.rollups = rollups.into_iter().collect();
    chunks::take_out(view, Table::Moments, positions, |moment: &Moment| moment.position, batch)?;
    let final_readings = readings(view, positions)?;
    chunks::take_out(view, Table::Readings, positions, |(at, _): &(Position, Reading)| *at, batch)?;
    for &position in positions {
        batch.remove(Table::ReadingsAnew, &Key::new().position(position));
    }
    let counts = &mut erasure.remains.counts;
    for reading in final_readings.into_iter().flatten() {
        counts.texts += 1;
        counts.unknown += u64::from(reading.felt().is_none());
    }
    Ok(if end < trail.len() { Next::Records(end) } else { Next::Rejected(Position::START) })
}

fn rejected(
    view: &impl View,
    under_way: &UnderWay,
    at: Position,
    from: Position,
    most: usize,
    batch: &mut impl Batch,
) -> Result<Next> {
    let mentions = Mentions::new(under_way.identifiers.iter().cloned());
    let (start, end) = (Key::new().position(from).bytes(), Key::new().position(at).bytes());
    let mut next = Next::Rollups;
    for (number, row) in view.range(Table::Rejected, start..end).enumerate() {
        let (key, value) = row?;
        if number == most {
            next = Next::Rejected(Parts(&key).position().ok_or_else(|| malformed(Table::Rejected))?);
            break;
        }
        let input: Rejected = decode(Table::Rejected, &value)?;
        if let Some(Entry::Rejected(without)) = redact(&mentions, &Entry::Rejected(input), &[]) {
            batch.put(Table::Rejected, &key, encode(&without, &mut Vec::new()));
        }
    }
    Ok(next)
}

/// A value that nobody else ever had could name the customer: their share moves to a key that does not.
fn name_no_one(
    view: &impl View,
    theirs: &mut Vec<(RollupKey, Rollup)>,
    batch: &mut impl Batch,
) -> Result<()> {
    let mut others: BTreeMap<(Name, Split), i64> = BTreeMap::new();
    let mut names: Vec<Name> = theirs.iter().map(|(key, _)| key.moment.clone()).collect();
    names.dedup();
    for (key, rollup) in theirs.iter() {
        if let Some(split) = &key.split {
            *others.entry((key.moment.clone(), split.clone())).or_default() -= rollup.total();
        }
    }
    for name in &names {
        let all = opcx_core::time::Timestamp::MIN..opcx_core::time::Timestamp::MAX;
        for (key, rollup) in rollups(view, Some(name), all)? {
            if let Some(split) = key.split
                && let Some(count) = others.get_mut(&(key.moment, split))
            {
                *count += rollup.total();
            }
        }
    }
    let mut changes = Vec::new();
    let mut left: BTreeMap<RollupKey, Rollup> = BTreeMap::new();
    for (mut key, rollup) in theirs.drain(..) {
        let alone = key.split.as_ref().is_some_and(|split| {
            split.value != ERASED_VALUE && others.get(&(key.moment.clone(), split.clone())) == Some(&0)
        });
        if alone {
            changes.push((key.clone(), rollup.negated()));
            if let Some(split) = &mut key.split {
                split.value = ERASED_VALUE.into();
            }
            changes.push((key.clone(), rollup.clone()));
        }
        left.entry(key).or_default().add(&rollup);
    }
    *theirs = left.into_iter().collect();
    add_rollups(view, &changes, batch, &mut Vec::new())
}

/// Puts a row about an erasure, and with it what it changes.
pub(crate) fn put(view: &impl View, at: Position, row: &ErasureRow, batch: &mut impl Batch) -> Result<()> {
    put_row(at, row, batch);
    match row {
        ErasureRow::UnderWay(under_way) => leave(view, under_way, batch),
        ErasureRow::Cleaned(erasure) | ErasureRow::Done(erasure) => {
            erasure.remains.seals.iter().for_each(|seal| put_seal(seal, batch));
            Ok(())
        }
    }
}

/// Erasures that are not done come first, so that they are found however many were done.
fn put_row(at: Position, row: &ErasureRow, batch: &mut impl Batch) {
    let (under_way, done) = (row_key(UNDER_WAY, at), row_key(DONE, at));
    let (key, other) = match row {
        ErasureRow::UnderWay(_) | ErasureRow::Cleaned(_) => (under_way, done),
        ErasureRow::Done(_) => (done, under_way),
    };
    batch.remove(Table::Erasures, &other);
    batch.put(Table::Erasures, &key, encode(row, &mut Vec::new()));
}

/// First bytes of the rows of erasures.
const UNDER_WAY: u8 = 0;
const DONE: u8 = 1;

fn row_key(standing: u8, at: Position) -> Vec<u8> {
    let mut key = vec![standing];
    key.extend_from_slice(&Key::new().position(at));
    key
}

fn put_seal(seal: &Seal, batch: &mut impl Batch) {
    let key = seal_key(seal.after);
    if seal.receipts.is_empty() {
        batch.remove(Table::Seals, &key);
    } else {
        batch.put(Table::Seals, &key, encode(&seal.receipts, &mut Vec::new()));
    }
}

/// The chain's start comes before every receipt.
fn seal_key(after: Option<DeedId>) -> Vec<u8> {
    match after {
        None => vec![0],
        Some(deed) => {
            let mut key = vec![1];
            key.extend_from_slice(&Key::new().deed(deed));
            key
        }
    }
}

fn sealed(view: &impl View, after: Option<DeedId>) -> Result<Vec<ReceiptHash>> {
    let row = view.get(Table::Seals, &seal_key(after))?;
    row.map_or(Ok(Vec::new()), |row| decode(Table::Seals, &row))
}

pub(crate) fn seals(view: &impl View) -> Result<Vec<Seal>> {
    view.range(Table::Seals, ..)
        .map(|row| {
            let (key, value) = row?;
            let after = match key.split_first() {
                Some((0, [])) => None,
                Some((1, deed)) => Some(Parts(deed).deed().ok_or_else(|| malformed(Table::Seals))?),
                _ => return Err(malformed(Table::Seals)),
            };
            Ok(Seal { after, receipts: decode(Table::Seals, &value)? })
        })
        .collect()
}

/// The first `most` erasures of all, or of those that are not done, in the order of the log.
pub(crate) fn erasures(
    view: &impl View,
    only_under_way: bool,
    most: usize,
) -> Result<Vec<(Position, ErasureRow)>> {
    let end = if only_under_way { Bound::Excluded(vec![DONE]) } else { Bound::Unbounded };
    let rows = view.range(Table::Erasures, (Bound::Unbounded, end)).take(most).map(|row| {
        let (key, value) = row?;
        let position = key.get(1..).and_then(|key| Parts(key).position());
        let position = position.ok_or_else(|| malformed(Table::Erasures))?;
        Ok((position, decode(Table::Erasures, &value)?))
    });
    let mut erasures = rows.collect::<Result<Vec<_>>>()?;
    erasures.sort_by_key(|(position, _)| *position);
    Ok(erasures)
}

pub(crate) fn erasure(view: &impl View, at: Position) -> Result<Option<ErasureRow>> {
    for standing in [UNDER_WAY, DONE] {
        if let Some(row) = view.get(Table::Erasures, &row_key(standing, at))? {
            return decode(Table::Erasures, &row).map(Some);
        }
    }
    Ok(None)
}
