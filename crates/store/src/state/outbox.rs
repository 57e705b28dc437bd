//! The outbox: parcels, where they stand, and the two queues that tell which are to be tried and
//! which were given up.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::{Bound, RangeInclusive};

use opcx_core::customer::DeedId;
use opcx_core::delivery::{Attempt, ParcelId};
use opcx_core::effects::Parcel;
use opcx_core::event::Name;
use opcx_core::time::Timestamp;

use super::keys::{Key, Parts};
use super::rows::{Standing, decode, encode, malformed};
use crate::parts::{Batch, Table, View};
use crate::{Commit, EndpointState, ParcelRow, ParcelState, StoreError};

type Result<T> = core::result::Result<T, StoreError>;

/// Returns what was queued to be tried, and when.
pub(super) fn write(
    view: &impl View,
    commit: &Commit,
    batch: &mut impl Batch,
    buffer: &mut Vec<u8>,
) -> Result<Vec<(Name, Timestamp)>> {
    // Where each parcel stood, if it did, and where it stands now.
    let mut changed: BTreeMap<ParcelId, (Option<Standing>, Standing)> = BTreeMap::new();
    for parcel in &commit.parcels {
        batch.put(Table::Parcels, &Key::new().deed(parcel.id.0), encode(parcel, buffer));
        let state = ParcelState::Pending { attempt: Attempt::FIRST, at: parcel.not_before };
        changed.insert(parcel.id, (None, Standing { to: parcel.to.clone(), state }));
    }
    for (id, state) in &commit.deliveries {
        match changed.entry(*id) {
            Entry::Occupied(mut known) => known.get_mut().1.state = state.clone(),
            Entry::Vacant(place) => match standing(view, *id)? {
                Some(before) => {
                    let after = Standing { to: before.to.clone(), state: state.clone() };
                    place.insert((Some(before), after));
                }
                None => {
                    tracing::warn!(parcel = %id, "left out the state of a parcel that is not in the outbox");
                }
            },
        }
    }
    let mut tried = Vec::new();
    for (id, (before, after)) in changed {
        if let Some((queue, key)) = before.as_ref().and_then(|before| in_queue(before, id)) {
            batch.remove(queue, &key);
        }
        if let Some((queue, key)) = in_queue(&after, id) {
            batch.put(queue, &key, b"");
        }
        batch.put(Table::ParcelStates, &Key::new().deed(id.0), encode(&after, buffer));
        if let ParcelState::Pending { at, .. } = after.state {
            tried.push((after.to, at));
        }
    }
    for (endpoint, state) in &commit.endpoints {
        let key = Key::new().text(endpoint);
        match state {
            EndpointState::Enabled => batch.remove(Table::Endpoints, &key),
            EndpointState::Disabled => batch.put(Table::Endpoints, &key, encode(state, buffer)),
        }
    }
    Ok(tried)
}

pub(crate) fn ready(
    view: &impl View,
    to: &str,
    times: RangeInclusive<Timestamp>,
    most: usize,
) -> Result<Vec<ParcelId>> {
    if times.is_empty() || is_disabled(view, to)? {
        return Ok(Vec::new());
    }
    let start = Key::new().text(to).time(*times.start());
    let end = Key::new().text(to).time(*times.end()).after_prefix();
    let keys = (Bound::Included(start.bytes()), end.map_or(Bound::Unbounded, Bound::Excluded));
    queue(view, Table::Ready, keys, most).collect()
}

pub(crate) fn next_ready(view: &impl View, to: &str, from: Timestamp) -> Result<Option<Timestamp>> {
    if is_disabled(view, to)? {
        return Ok(None);
    }
    let prefix = Key::new().text(to);
    let end = prefix.clone().after_prefix().map_or(Bound::Unbounded, Bound::Excluded);
    let keys = (Bound::Included(prefix.clone().time(from).bytes()), end);
    let Some(first) = view.range(Table::Ready, keys).next() else { return Ok(None) };
    let time = first?.0.get(prefix.len()..).and_then(|rest| Parts(rest).time());
    time.map(Some).ok_or_else(|| malformed(Table::Ready))
}

/// Looks at the first parcel of each endpoint only, however many wait.
pub(crate) fn awaited(view: &impl View) -> Result<Vec<Name>> {
    let mut endpoints = Vec::new();
    let mut from = Bound::Unbounded;
    while let Some(first) = view.range(Table::Ready, (from, Bound::Unbounded)).next() {
        let endpoint = Parts(&first?.0).text().ok_or_else(|| malformed(Table::Ready))?;
        let after = Key::new().text(&endpoint).after_prefix();
        endpoints.push(endpoint);
        let Some(after) = after else { break };
        from = Bound::Included(after);
    }
    Ok(endpoints)
}

pub(crate) fn dead(
    view: &impl View,
    after: Option<(Timestamp, ParcelId)>,
    most: usize,
) -> Result<Vec<ParcelRow>> {
    let after = after.map(|(at, id)| Key::new().time(at).deed(id.0).bytes());
    let dead =
        queue(view, Table::Dead, (after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded), most);
    dead.map(|id| parcel(view, id?)?.ok_or_else(|| malformed(Table::Dead))).collect()
}

pub(crate) fn parcel(view: &impl View, id: ParcelId) -> Result<Option<ParcelRow>> {
    let Some(row) = view.get(Table::Parcels, &Key::new().deed(id.0))? else { return Ok(None) };
    let parcel: Parcel = decode(Table::Parcels, &row)?;
    Ok(standing(view, id)?.map(|standing| ParcelRow { parcel, state: standing.state }))
}

pub(crate) fn endpoints(view: &impl View) -> Result<Vec<(Name, EndpointState)>> {
    view.range(Table::Endpoints, ..)
        .map(|row| {
            let (key, value) = row?;
            let endpoint = Parts(&key).text().ok_or_else(|| malformed(Table::Endpoints))?;
            Ok((endpoint, decode(Table::Endpoints, &value)?))
        })
        .collect()
}

fn is_disabled(view: &impl View, endpoint: &str) -> Result<bool> {
    Ok(match view.get(Table::Endpoints, &Key::new().text(endpoint))? {
        None => false,
        Some(row) => match decode(Table::Endpoints, &row)? {
            EndpointState::Enabled => false,
            EndpointState::Disabled => true,
        },
    })
}

pub(super) fn standing(view: &impl View, id: ParcelId) -> Result<Option<Standing>> {
    let row = view.get(Table::ParcelStates, &Key::new().deed(id.0))?;
    row.map(|row| decode(Table::ParcelStates, &row)).transpose()
}

/// Takes a parcel out of the queue it waits in.
pub(super) fn unqueue(standing: &Standing, deed: DeedId, batch: &mut impl Batch) {
    if let Some((queue, key)) = in_queue(standing, ParcelId(deed)) {
        batch.remove(queue, &key);
    }
}

/// The queue that a parcel waits in, and its key there.
pub(super) fn in_queue(standing: &Standing, id: ParcelId) -> Option<(Table, Key)> {
    match &standing.state {
        ParcelState::Pending { at, .. } => {
            Some((Table::Ready, Key::new().text(&standing.to).time(*at).deed(id.0)))
        }
        ParcelState::Delivered { .. } => None,
        ParcelState::Dead { at, .. } => Some((Table::Dead, Key::new().time(*at).deed(id.0))),
    }
}

/// The parcels of a queue's first keys; a queue's key ends with the parcel's id.
fn queue(
    view: &impl View,
    queue: Table,
    keys: (Bound<Vec<u8>>, Bound<Vec<u8>>),
    most: usize,
) -> impl Iterator<Item = Result<ParcelId>> {
    const DEED_BYTES: usize = size_of::<u64>() + size_of::<u32>();
    view.range(queue, keys).take(most).map(move |row| {
        let key = row?.0;
        let deed: Option<DeedId> =
            key.len().checked_sub(DEED_BYTES).and_then(|start| Parts(&key[start..]).deed());
        Ok(ParcelId(deed.ok_or_else(|| malformed(queue))?))
    })
}
