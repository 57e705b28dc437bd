use std::ops::{Bound, Range, RangeInclusive};

use opcx_core::case::CaseId;
use opcx_core::customer::{Customer, CustomerId};
use opcx_core::effects::Moment;
use opcx_core::identity::{Identifier, IdentifierKind};
use opcx_core::log::{Lane, Position};
use opcx_core::promise::{Promise, PromiseId};
use opcx_core::reading::Reading;
use opcx_core::receipt::Receipt;
use opcx_core::rollup::{Rollup, RollupKey};
use opcx_core::time::Timestamp;

use super::chunks;
use super::keys::{Key, Parts};
use super::rows::{PROGRESS, Timer, decode, decode_trail, malformed};
use crate::parts::{Table, View};
use crate::{CaseRow, EventKey, Progress, PromiseRow, RejectedRow, StoreError};

pub(crate) use super::outbox::{awaited, dead, endpoints, next_ready, parcel, ready};

type Result<T> = core::result::Result<T, StoreError>;

/// Longest chain of merges that is followed; longer is a ring, which no order of merges makes.
const ALIASES_MAX: usize = 10_000;

pub(crate) fn progress(view: &impl View) -> Result<Progress> {
    match view.get(Table::Progress, PROGRESS)? {
        Some(row) => decode(Table::Progress, &row),
        None => Ok(Progress::default()),
    }
}

pub(crate) fn seen(view: &impl View, keys: &[EventKey]) -> Result<Vec<bool>> {
    // Neighbours lie in the same blocks, so looking in order finds them in the processor's cache.
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_unstable_by_key(|place| keys[*place]);
    let mut seen = vec![false; keys.len()];
    for place in order {
        seen[place] = view.get(Table::Seen, &keys[place].0)?.is_some();
    }
    Ok(seen)
}

pub(crate) fn customer(view: &impl View, id: CustomerId) -> Result<Option<Customer>> {
    let row = view.get(Table::Customers, &Key::new().customer(id))?;
    row.map(|row| decode_customer(&row)).transpose()
}

fn decode_customer(row: &[u8]) -> Result<Customer> {
    let (_, customer): (Timer, Customer) = decode(Table::Customers, row)?;
    Ok(customer)
}

pub(crate) fn stands_for(view: &impl View, id: CustomerId) -> Result<Option<CustomerId>> {
    let mut id = id;
    for _ in 0..ALIASES_MAX {
        match merged_into(view, id)? {
            Some(into) => id = into,
            None => {
                let known = view.get(Table::Customers, &Key::new().customer(id))?.is_some();
                return Ok(known.then_some(id));
            }
        }
    }
    Ok(None)
}

pub(crate) fn merged_into(view: &impl View, id: CustomerId) -> Result<Option<CustomerId>> {
    let row = view.get(Table::Aliases, &Key::new().customer(id))?;
    row.map(|row| decode(Table::Aliases, &row)).transpose()
}

pub(crate) fn owner(view: &impl View, identifier: &Identifier) -> Result<Option<CustomerId>> {
    let row = view.get(Table::Owners, &Key::new().identifier(identifier))?;
    row.map(|row| decode(Table::Owners, &row)).transpose()
}

pub(crate) fn known_as(
    view: &impl View,
    kind: IdentifierKind,
    beginning: &str,
    after: Option<&Identifier>,
    most: usize,
) -> Result<Vec<(Identifier, CustomerId)>> {
    let prefix = Key::new().beginning(kind, beginning);
    let end = prefix.clone().after_prefix().map_or(Bound::Unbounded, Bound::Excluded);
    let from = match after.map(|after| Key::new().identifier(after)) {
        Some(after) if *after >= *prefix => Bound::Excluded(after.bytes()),
        Some(_) | None => Bound::Included(prefix.bytes()),
    };
    view.range(Table::Owners, (from, end))
        .take(most)
        .map(|row| {
            let (key, owner) = row?;
            let value = core::str::from_utf8(key.get(1..).unwrap_or_default()).ok();
            let identifier = value.and_then(|value| Identifier::new(kind, value).ok());
            Ok((identifier.ok_or_else(|| malformed(Table::Owners))?, decode(Table::Owners, &owner)?))
        })
        .collect()
}

pub(crate) fn trail(view: &impl View, id: CustomerId) -> Result<Vec<Position>> {
    let mut positions = Vec::new();
    for row in trail_rows(view, id) {
        decode_trail(&row?.1, &mut positions)?;
    }
    Ok(positions)
}

pub(super) fn trail_rows<V: View>(
    view: &V,
    id: CustomerId,
) -> impl Iterator<Item = Result<(V::Bytes, V::Bytes)>> {
    let prefix = Key::new().customer(id);
    let end = prefix.clone().after_prefix().map_or(Bound::Unbounded, Bound::Excluded);
    view.range(Table::Trails, (Bound::Included(prefix.bytes()), end))
}

pub(crate) fn readings(view: &impl View, positions: &[Position]) -> Result<Vec<Option<Reading>>> {
    let mut finder = chunks::Finder::new(view, Table::Readings);
    positions
        .iter()
        .map(|&position| match reading_anew(view, position)? {
            Some(reading) => Ok(Some(reading)),
            None => finder.find(position),
        })
        .collect()
}

fn reading_anew(view: &impl View, position: Position) -> Result<Option<Reading>> {
    let row = view.get(Table::ReadingsAnew, &Key::new().position(position).bytes())?;
    row.map(|row| decode(Table::ReadingsAnew, &row)).transpose()
}

/// First readings of the range, in order.
pub(crate) fn first_readings(
    view: &impl View,
    positions: Range<Position>,
    most: usize,
) -> Result<Vec<(Position, Reading)>> {
    chunks::scan(view, Table::Readings, positions, |(at, _): &(Position, Reading)| *at)?.take(most).collect()
}

pub(crate) fn due(
    view: &impl View,
    lane: Lane,
    times: RangeInclusive<Timestamp>,
    most: usize,
) -> Result<Vec<(Timestamp, CustomerId)>> {
    if times.is_empty() {
        return Ok(Vec::new());
    }
    let start = Key::new().lane(lane).time(*times.start()).bytes();
    let end = Key::new().lane(lane).time(*times.end()).after_prefix();
    let keys = (Bound::Included(start), end.map_or(Bound::Unbounded, Bound::Excluded));
    view.range(Table::Timers, keys)
        .take(most)
        .map(|row| {
            let key = row?.0;
            let mut parts = Parts(&key);
            let timer = parts.lane().and_then(|_| Some((parts.time()?, CustomerId(parts.position()?))));
            timer.ok_or_else(|| malformed(Table::Timers))
        })
        .collect()
}

pub(crate) fn rollups(
    view: &impl View,
    moment: Option<&str>,
    hours: Range<Timestamp>,
) -> Result<Vec<(RollupKey, Rollup)>> {
    let mut rollups = Vec::new();
    match moment {
        Some(moment) => rollups_of(view, moment, &hours, &mut rollups)?,
        None => {
            // From one moment straight to the next, past the hours that are not asked for.
            let mut next = Some(Vec::new());
            while let Some(from) = next {
                let Some(first) = view.range(Table::Rollups, from..).next() else { break };
                let moment = Parts(&first?.0).text().ok_or_else(|| malformed(Table::Rollups))?;
                rollups_of(view, &moment, &hours, &mut rollups)?;
                next = Key::new().text(&moment).after_prefix();
            }
        }
    }
    Ok(rollups)
}

fn rollups_of(
    view: &impl View,
    moment: &str,
    hours: &Range<Timestamp>,
    found: &mut Vec<(RollupKey, Rollup)>,
) -> Result<()> {
    if hours.is_empty() {
        return Ok(());
    }
    let at = |hour| Key::new().text(moment).time(hour).bytes();
    for row in view.range(Table::Rollups, at(hours.start)..at(hours.end)) {
        let (key, value) = row?;
        let key = Parts(&key).rollup().ok_or_else(|| malformed(Table::Rollups))?;
        found.push((key, decode(Table::Rollups, &value)?));
    }
    Ok(())
}

/// The rows that follow `after`, or all from the first.
fn following<V: View>(
    view: &V,
    table: Table,
    after: Option<Key>,
    most: usize,
) -> impl Iterator<Item = Result<(V::Bytes, V::Bytes)>> {
    let from = after.map_or(Bound::Unbounded, |key| Bound::Excluded(key.bytes()));
    view.range(table, (from, Bound::Unbounded)).take(most)
}

pub(crate) fn promises(view: &impl View, after: Option<PromiseId>, most: usize) -> Result<Vec<PromiseRow>> {
    following(view, Table::Promises, after.map(|id| Key::new().promise(id)), most)
        .map(|row| decode_promise(&row?.1))
        .collect()
}

pub(crate) fn promise(view: &impl View, id: PromiseId) -> Result<Option<PromiseRow>> {
    let row = view.get(Table::Promises, &Key::new().promise(id))?;
    row.map(|row| decode_promise(&row)).transpose()
}

fn decode_promise(row: &[u8]) -> Result<PromiseRow> {
    let (customer, promise) = decode(Table::Promises, row)?;
    Ok(PromiseRow { customer, promise })
}

pub(crate) fn cases(view: &impl View, after: Option<CaseId>, most: usize) -> Result<Vec<CaseRow>> {
    following(view, Table::Cases, after.map(|id| Key::new().deed(id.0)), most)
        .map(|row| decode_case(&row?.1))
        .collect()
}

pub(crate) fn case(view: &impl View, id: CaseId) -> Result<Option<CaseRow>> {
    let row = view.get(Table::Cases, &Key::new().deed(id.0))?;
    row.map(|row| decode_case(&row)).transpose()
}

fn decode_case(row: &[u8]) -> Result<CaseRow> {
    let (customer, case) = decode(Table::Cases, row)?;
    Ok(CaseRow { customer, case })
}

pub(crate) fn customers(view: &impl View, after: Option<CustomerId>, most: usize) -> Result<Vec<Customer>> {
    following(view, Table::Customers, after.map(|id| Key::new().customer(id)), most)
        .map(|row| decode_customer(&row?.1))
        .collect()
}

pub(crate) fn rejected(view: &impl View, after: Option<Position>, most: usize) -> Result<Vec<RejectedRow>> {
    following(view, Table::Rejected, after.map(|position| Key::new().position(position)), most)
        .map(|row| {
            let (key, value) = row?;
            let position = Parts(&key).position().ok_or_else(|| malformed(Table::Rejected))?;
            let redriven = view.get(Table::Redriven, &key)?.is_some();
            Ok(RejectedRow { position, rejected: decode(Table::Rejected, &value)?, redriven })
        })
        .collect()
}

pub(crate) fn receipts(view: &impl View, positions: Range<Position>, most: usize) -> Result<Vec<Receipt>> {
    chunks::scan(view, Table::Receipts, positions, |receipt: &Receipt| receipt.position)?.take(most).collect()
}

pub(crate) fn moments_at(view: &impl View, at: &[Position]) -> Result<Vec<Moment>> {
    let mut found = Vec::new();
    for &position in at {
        found.extend(moments(view, position..position.next(), usize::MAX)?);
    }
    Ok(found)
}

pub(crate) fn promises_made_at(view: &impl View, at: &[Position]) -> Result<Vec<PromiseId>> {
    let mut found = Vec::new();
    for &position in at {
        let key = |number| Key::new().promise(PromiseId::Event { position, number }).bytes();
        for row in view.range(Table::Promises, key(0)..=key(u16::MAX)) {
            let (_, promise): (CustomerId, Promise) = decode(Table::Promises, &row?.1)?;
            found.push(promise.id);
        }
    }
    Ok(found)
}

/// Moments as they were written, except those of records that were told anew since.
pub(crate) fn moments(view: &impl View, positions: Range<Position>, most: usize) -> Result<Vec<Moment>> {
    if positions.is_empty() {
        return Ok(Vec::new());
    }
    let mut told =
        chunks::scan(view, Table::Moments, positions.clone(), |moment: &Moment| moment.position)?.peekable();
    let key = |position| Key::new().position(position).bytes();
    let anew = view.range(Table::MomentsAnew, key(positions.start)..key(positions.end));

    let mut moments = Vec::new();
    for row in anew {
        let (key, value) = row?;
        let position = Parts(&key).position().ok_or_else(|| malformed(Table::MomentsAnew))?;
        while let Some(earlier) =
            told.next_if(|told| told.as_ref().map_or(true, |told| told.position < position))
        {
            moments.push(earlier?);
        }
        while told.next_if(|told| told.as_ref().is_ok_and(|told| told.position == position)).is_some() {}
        moments.extend(decode::<Vec<Moment>>(Table::MomentsAnew, &value)?);
        if moments.len() >= most {
            break;
        }
    }
    while moments.len() < most {
        let Some(rest) = told.next() else { break };
        moments.push(rest?);
    }
    moments.truncate(most);
    Ok(moments)
}
