use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use opcx_core::customer::{CustomerId, DeedId};
use opcx_core::event::Name;
use opcx_core::promise::{Promise, PromiseId, PromiseState};
use opcx_core::rollup::hour;
use opcx_core::time::Timestamp;
use opcx_store::{Commit, ErasureRow, Store};

use super::Counted;
use super::shelf::Shelf;
use crate::InsightError;
use crate::page::READ_ROWS;

/// All promises: how many stand where, hour by hour of their due times, and where to look first.
#[derive(Debug, Default)]
pub(crate) struct PromiseBook {
    counted: Counted<PromiseId>,
    /// Those that are owed, by id: what the rest of this book holds of them.
    owed: HashMap<PromiseId, Item>,
    shelf: Shelf<(PromiseState, Name), PromisePlace>,
    tallies: BTreeMap<(Timestamp, Name), Counts>,
}

/// What this book knows of one promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    customer: CustomerId,
    name: Name,
    state: PromiseState,
    due: Timestamp,
    settled: Timestamp,
}

/// A promise's place in the order in which promises need looking at: owed ones first, soonest due first; then
/// broken, kept and released ones, latest settled first. Last comes when it was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PromisePlace {
    Owed(Timestamp, PromiseId),
    Broken(Reverse<Timestamp>, PromiseId, Timestamp),
    Kept(Reverse<Timestamp>, PromiseId, Timestamp),
    Released(Reverse<Timestamp>, PromiseId, Timestamp),
}

/// How many promises stand where, in the order of [`PromiseState::ALL`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts(pub(crate) [u64; 5]);

impl PromiseBook {
    pub(super) fn is_counted(&self) -> bool {
        self.counted.is_all()
    }

    /// Counts the next rows of the table; returns whether there may be more.
    pub(super) fn count_more(&mut self, store: &dyn Store) -> Result<bool, InsightError> {
        let Counted::UpTo(after) = self.counted else { return Ok(false) };
        let rows = store.promises(after, READ_ROWS)?;
        self.counted = rows.last().map_or(Counted::All, |last| Counted::UpTo(Some(last.promise.id)));
        for row in &rows {
            self.change(row.promise.id, None, Some(Item::of(row.customer, &row.promise)));
        }
        Ok(!self.is_counted())
    }

    /// What a commit will change, as it was before; only what was counted.
    pub(super) fn before(
        &self,
        store: &dyn Store,
        commit: &Commit,
    ) -> Result<Vec<(PromiseId, Option<Item>)>, InsightError> {
        let mut ids: Vec<PromiseId> = commit.promises.iter().map(|(_, promise)| promise.id).collect();
        ids.extend(&commit.promises_gone);
        for (_, row) in &commit.erasures {
            ids.extend(of_the_erased(store, row)?);
        }
        ids.sort_unstable();
        ids.dedup();
        let mut before = Vec::with_capacity(ids.len());
        for id in ids.into_iter().filter(|id| self.counted.holds(*id)) {
            let item = match (self.owed.get(&id), id) {
                (Some(owed), _) => Some(owed.clone()),
                // Made by a record that is only now decided on.
                (None, PromiseId::Event { position, .. }) if position >= commit.from => None,
                (None, PromiseId::Event { .. } | PromiseId::Deed(_)) => {
                    store.promise(id)?.map(|row| Item::of(row.customer, &row.promise))
                }
            };
            before.push((id, item));
        }
        Ok(before)
    }

    pub(super) fn keep_up(&mut self, commit: &Commit, before: Vec<(PromiseId, Option<Item>)>) {
        let mut after: HashMap<PromiseId, Item> =
            commit.promises.iter().map(|(id, promise)| (promise.id, Item::of(*id, promise))).collect();
        for (id, before) in before {
            let after = after.remove(&id);
            self.change(id, before, after);
        }
    }

    fn change(&mut self, id: PromiseId, before: Option<Item>, after: Option<Item>) {
        if let Some(before) = before {
            self.shelf.take(&(before.state, before.name.clone()), &before.place(id));
            self.count(&before, false);
            self.owed.remove(&id);
        }
        if let Some(after) = after {
            self.shelf.put(&(after.state, after.name.clone()), after.place(id), !after.state.is_owed());
            self.count(&after, true);
            if after.state.is_owed() {
                self.owed.insert(id, after);
            }
        }
    }

    fn count(&mut self, item: &Item, more: bool) {
        let key = (hour(item.due), item.name.clone());
        let counts = self.tallies.entry(key.clone()).or_default();
        let count = &mut counts.0[item.state as usize];
        *count = if more { *count + 1 } else { count.saturating_sub(1) };
        if *counts == Counts::default() {
            self.tallies.remove(&key);
        }
    }

    /// How many promises of each name that are due in those hours stand where.
    pub(crate) fn tallies(&self, hours: &Range<Timestamp>) -> BTreeMap<Name, Counts> {
        let mut found: BTreeMap<Name, Counts> = BTreeMap::new();
        for (_, name, counts) in self.hours(hours) {
            found.entry(name.clone()).or_default().add(counts);
        }
        found
    }

    /// The same, hour by hour.
    pub(crate) fn hours(&self, hours: &Range<Timestamp>) -> impl Iterator<Item = (Timestamp, &Name, Counts)> {
        let hours = if hours.start < hours.end { hours.clone() } else { hours.start..hours.start };
        let (from, to) = ((hours.start, Name::default()), (hours.end, Name::default()));
        self.tallies.range(from..to).map(|((hour, name), counts)| (*hour, name, *counts))
    }

    /// Promises in the order in which they need looking at: those in a state, of a name, due in those hours. `None`
    /// where that is so far back that it is not at hand.
    pub(crate) fn first(
        &self,
        most: usize,
        after: Option<PromisePlace>,
        is_wanted: impl Fn(PromiseState, &str) -> bool,
        hours: &Range<Timestamp>,
    ) -> Option<(Vec<PromisePlace>, bool)> {
        self.shelf.first(
            most,
            after,
            |(state, name)| is_wanted(*state, name),
            |place| hours.contains(&place.due()),
        )
    }

    /// Those that are owed although, by the latest of all clocks, their time may be over; to be looked at by their
    /// customers' own clocks.
    pub(crate) fn perhaps_overdue(&self, latest: Timestamp) -> Vec<(PromiseId, CustomerId, Name, Timestamp)> {
        let lowest = PromiseId::Event { position: opcx_core::log::Position::START, number: 0 };
        // Nothing is owed at the very moment after which it would be over.
        let range = PromisePlace::Owed(Timestamp::MIN, lowest)..=PromisePlace::Owed(latest, lowest);
        let places = self.shelf.between(range, |(state, _)| state.is_owed());
        let known = places.filter_map(|((_, name), place)| {
            let id = place.id();
            Some((id, self.owed.get(&id)?.customer, name.clone(), place.due()))
        });
        known.collect()
    }
}

/// The promises that go with an erased customer, as far as the table still has them.
fn of_the_erased(store: &dyn Store, row: &ErasureRow) -> Result<Vec<PromiseId>, InsightError> {
    let ErasureRow::UnderWay(under_way) = row else { return Ok(Vec::new()) };
    let mut ids = store.promises_made_at(&under_way.trail)?;
    for &customer in &under_way.erasure.gone {
        let mut after = PromiseId::Deed(DeedId { customer, number: 0 });
        ids.extend(store.promise(after)?.map(|row| row.promise.id));
        loop {
            let rows = store.promises(Some(after), READ_ROWS)?;
            let theirs = rows.iter().map(|row| row.promise.id).take_while(|id| match id {
                PromiseId::Deed(deed) => deed.customer == customer,
                PromiseId::Event { .. } => false,
            });
            let before = ids.len();
            ids.extend(theirs);
            match ids.last() {
                Some(&last) if ids.len() == before + READ_ROWS => after = last,
                _ => break,
            }
        }
    }
    Ok(ids)
}

impl Item {
    fn of(customer: CustomerId, promise: &Promise) -> Item {
        Item {
            customer,
            name: promise.name.clone(),
            state: promise.state,
            due: promise.due,
            settled: promise.settled.map_or(promise.due, |settled| settled.at),
        }
    }

    fn place(&self, id: PromiseId) -> PromisePlace {
        let settled = Reverse(self.settled);
        match self.state {
            PromiseState::Open | PromiseState::AtRisk => PromisePlace::Owed(self.due, id),
            PromiseState::Broken => PromisePlace::Broken(settled, id, self.due),
            PromiseState::Kept => PromisePlace::Kept(settled, id, self.due),
            PromiseState::Released => PromisePlace::Released(settled, id, self.due),
        }
    }
}

impl Counts {
    pub(crate) fn add(&mut self, other: Counts) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }

    pub(crate) fn of(self, state: PromiseState) -> u64 {
        self.0[state as usize]
    }
}

impl PromisePlace {
    pub(crate) fn of(promise: &Promise) -> PromisePlace {
        Item::of(CustomerId(promise.record), promise).place(promise.id)
    }

    pub(crate) fn id(self) -> PromiseId {
        match self {
            PromisePlace::Owed(_, id)
            | PromisePlace::Broken(_, id, _)
            | PromisePlace::Kept(_, id, _)
            | PromisePlace::Released(_, id, _) => id,
        }
    }

    fn due(self) -> Timestamp {
        match self {
            PromisePlace::Owed(due, _)
            | PromisePlace::Broken(_, _, due)
            | PromisePlace::Kept(_, _, due)
            | PromisePlace::Released(_, _, due) => due,
        }
    }

    /// Reads a place as [`std::fmt::Display`] writes it. It comes after the place that was written, since when that
    /// was due is not written.
    pub(crate) fn parse(text: &str) -> Result<PromisePlace, InsightError> {
        let read = || {
            let (word, rest) = text.split_once('.')?;
            let (millis, id) = rest.split_once('.')?;
            let at = Timestamp::from_millis(millis.parse().ok()?);
            let id = PromiseId::parse(id)?;
            match word {
                "owed" => Some(PromisePlace::Owed(at, id)),
                "broken" => Some(PromisePlace::Broken(Reverse(at), id, Timestamp::MAX)),
                "kept" => Some(PromisePlace::Kept(Reverse(at), id, Timestamp::MAX)),
                "released" => Some(PromisePlace::Released(Reverse(at), id, Timestamp::MAX)),
                _ => None,
            }
        };
        read().ok_or_else(|| InsightError::no_page_after(text))
    }
}

impl std::fmt::Display for PromisePlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (word, at, id) = match self {
            PromisePlace::Owed(at, id) => ("owed", at, id),
            PromisePlace::Broken(Reverse(at), id, _) => ("broken", at, id),
            PromisePlace::Kept(Reverse(at), id, _) => ("kept", at, id),
            PromisePlace::Released(Reverse(at), id, _) => ("released", at, id),
        };
        write!(f, "{word}.{}.{id}", at.as_millis())
    }
}
