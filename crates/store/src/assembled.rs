use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use opcx_core::case::CaseId;
use opcx_core::customer::{Customer, CustomerId};
use opcx_core::delivery::ParcelId;
use opcx_core::effects::Moment;
use opcx_core::erasure::Seal;
use opcx_core::event::Name;
use opcx_core::identity::{Identifier, IdentifierKind};
use opcx_core::log::{Lane, Position};
use opcx_core::promise::PromiseId;
use opcx_core::reading::Reading;
use opcx_core::receipt::Receipt;
use opcx_core::record::{Entry, Record};
use opcx_core::rollup::{Rollup, RollupKey};
use opcx_core::time::Timestamp;

use crate::absent::Absent;
use crate::floors::{Floors, floor};
use crate::parts::{Log, Raw, Tables};
use crate::state::KnownTimers;
use crate::{
    Audit, CaseRow, Commit, Draft, Encoded, EndpointState, ErasureRow, EventKey, Faults, KeysOf, Logged,
    Next, ParcelRow, PersistPoint, Progress, PromiseRow, RECORD_BYTES_MAX, RejectedRow, Store, StoreError,
    state,
};

type Result<T> = core::result::Result<T, StoreError>;

/// For how many records room is taken before they are read: as many as the largest batch has, about 20 MB.
const RECORDS_FORESEEN_MAX: usize = 65_536;

/// A store assembled of a log and tables. After a write has failed it takes no more: what reached
/// the disk is known again only when it is opened anew, or recovered after there was no room.
#[derive(Debug)]
pub struct Assembled<L, T> {
    pub(crate) log: L,
    pub(crate) tables: T,
    pub(crate) faults: Faults,
    appending: Mutex<()>,
    committing: Mutex<KnownTimers>,
    timers: Floors<Lane>,
    ready: Floors<Name>,
    absent: Absent,
    stopped: Mutex<Option<Stopped>>,
}

/// Why writing has stopped.
#[derive(Debug, Clone)]
struct Stopped {
    why: String,
    for_want_of_room: bool,
}

impl<L: Log, T: Tables> Assembled<L, T> {
    /// The store of these halves.
    ///
    /// # Errors
    /// The state is ahead of the log, so part of the log was lost; or it cannot be read.
    pub fn of(log: L, tables: T, faults: Faults) -> Result<Assembled<L, T>> {
        let (position, end) = (state::progress(&tables.view())?.position, log.end());
        if position > end {
            return Err(StoreError::AheadOfLog { position, end });
        }
        let (appending, committing) = (Mutex::new(()), Mutex::default());
        let (timers, ready) = (Floors::new(), Floors::new());
        let (absent, stopped) = (Absent::default(), Mutex::default());
        Ok(Assembled { log, tables, faults, appending, committing, timers, ready, absent, stopped })
    }

    /// Reads the whole state and holds its rows against one another.
    #[must_use]
    pub fn audit(&self) -> Audit {
        state::audit(&self.tables.view())
    }

    /// One writer at a time, and none after a failure.
    fn writing<'a, W>(&self, turn: &'a Mutex<W>) -> Result<MutexGuard<'a, W>> {
        let turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.not_stopped().map(|()| turn)
    }

    fn not_stopped(&self) -> Result<()> {
        match &*self.stopped() {
            None => Ok(()),
            Some(stopped) => Err(StoreError::Stopped { why: stopped.why.clone() }),
        }
    }

    fn stopped(&self) -> MutexGuard<'_, Option<Stopped>> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops writing if this write failed.
    fn or_stop<V>(&self, written: Result<V>) -> Result<V> {
        written.inspect_err(|error| self.stop(&error.to_string(), error.is_for_want_of_room()))
    }

    /// Of several failures the first one is told; writing goes on only if none of them forbids it.
    pub(crate) fn stop(&self, why: &str, for_want_of_room: bool) {
        let mut stopped = self.stopped();
        match &mut *stopped {
            None => *stopped = Some(Stopped { why: why.to_owned(), for_want_of_room }),
            Some(before) => before.for_want_of_room &= for_want_of_room,
        }
    }

    /// Whatever was not synced, a disk that says so is trusted with nothing more. What was replaced in the log may
    /// come back at a power cut, and the next call would take it for done.
    fn stop_if_unsynced(&self, error: &StoreError) {
        if let StoreError::Unsynced { .. } = error {
            self.stop(&error.to_string(), false);
        }
    }

    fn recover_now(&self) -> Result<()> {
        self.log.recover()?;
        self.tables.recover()?;
        let (position, end) = (state::progress(&self.tables.view())?.position, self.log.end());
        if position > end {
            return Err(StoreError::AheadOfLog { position, end });
        }
        Ok(())
    }

    fn append_now(&self, drafts: &[Draft]) -> Result<Position> {
        self.faults.at(PersistPoint::BeforeAppend)?;
        self.faults
            .at_after(PersistPoint::MidAppend, || self.log.append(&drafts[..drafts.len() / 2]).map(|_| ()))?;
        let first = self.log.append(drafts)?;
        self.faults.at(PersistPoint::AfterAppend)?;
        Ok(first)
    }

    fn write_now(&self, batch: T::Batch<'_>) -> Result<()> {
        self.faults.at(PersistPoint::BeforeCommit)?;
        self.tables.write(batch)?;
        self.faults.at(PersistPoint::AfterCommit)
    }

    /// How many of these records are events.
    fn events_of<'a>(&self, positions: impl Iterator<Item = &'a Position>) -> Result<u64> {
        let positions: Vec<Position> = positions.copied().collect();
        let records = self.read_at(&positions)?;
        Ok(records.iter().filter(|logged| matches!(logged.record.entry, Entry::Event(_))).count() as u64)
    }

    fn persist_now(&self) -> Result<()> {
        self.faults.at(PersistPoint::BeforePersist)?;
        self.tables.persist()?;
        self.faults.at(PersistPoint::AfterPersist)
    }
}

fn decode(raw: Raw<'_>) -> Result<Logged> {
    let entry = postcard::from_bytes(raw.entry).map_err(|error| StoreError::Damaged {
        from: raw.position,
        what: format!("the record does not decode: {error}"),
    })?;
    Ok(Logged { position: raw.position, record: Record { lane: raw.lane, at: raw.at, entry } })
}

impl<L: Log, T: Tables> Store for Assembled<L, T> {
    fn append(&self, drafts: &[Draft]) -> Result<Position> {
        let _turn = self.writing(&self.appending)?;
        let lengths = drafts.iter().map(|draft| draft.entry.as_bytes().len());
        if let Some(bytes) = lengths.max().filter(|bytes| *bytes > RECORD_BYTES_MAX) {
            return Err(StoreError::TooLong { bytes });
        }
        self.or_stop(self.append_now(drafts))
    }

    fn press(&self) -> Result<bool> {
        self.not_stopped()?;
        self.log.press().inspect_err(|error| self.stop_if_unsynced(error))
    }

    fn end(&self) -> Position {
        self.log.end()
    }

    fn read(&self, from: Position, records_max: usize, bytes_max: usize) -> Result<Vec<Logged>> {
        let waiting = usize::try_from(self.log.end().get().saturating_sub(from.get())).unwrap_or(usize::MAX);
        let mut records = Vec::with_capacity(waiting.min(records_max).min(RECORDS_FORESEEN_MAX));
        self.log.read(from, records_max, bytes_max, &mut |raw| {
            records.push(decode(raw)?);
            Ok(())
        })?;
        Ok(records)
    }

    fn read_at(&self, positions: &[Position]) -> Result<Vec<Logged>> {
        let mut records = Vec::with_capacity(positions.len());
        for &position in positions {
            self.log.read(position, 1, 0, &mut |raw| {
                records.push(decode(raw)?);
                Ok(())
            })?;
            if records.last().map(|record| record.position) != Some(position) {
                return Err(StoreError::Beyond { position, end: self.log.end() });
            }
        }
        Ok(records)
    }

    fn commit(&self, commit: &Commit) -> Result<()> {
        let mut known = self.writing(&self.committing)?;
        let (position, end) = (commit.progress.position, self.log.end());
        if position > end {
            return Err(StoreError::AheadOfLog { position, end });
        }
        let mut batch = self.tables.batch();
        let queued = state::write(&self.tables.view(), &known, commit, &mut batch)?;
        self.or_stop(self.write_now(batch))?;
        known.learn(commit);
        self.absent.brought(&commit.seen);
        self.timers.put(commit.customers.iter().filter_map(|change| change.timer));
        self.ready.put(queued.into_iter());
        Ok(())
    }

    fn persist(&self) -> Result<()> {
        let _turn = self.writing(&self.committing)?;
        self.or_stop(self.persist_now())
    }

    fn clean(&self, erasure: Position, keys_of: &KeysOf<'_>, most: usize) -> Result<()> {
        let _turn = self.writing(&self.committing)?;
        let Some(ErasureRow::UnderWay(mut under_way)) = state::erasure(&self.tables.view(), erasure)? else {
            return Ok(());
        };
        let events = match under_way.next {
            Next::Records(from) => self.events_of(under_way.trail.iter().skip(from).take(most))?,
            Next::Receipts { .. } | Next::Rejected(_) | Next::Rollups | Next::Log => 0,
        };
        let mut batch = self.tables.batch();
        let slice = (most, events);
        state::clean(&self.tables.view(), erasure, &mut under_way, keys_of, slice, &mut batch)?;
        self.or_stop(self.write_now(batch))
    }

    fn rewrite(
        &self,
        end: Position,
        change: &mut dyn FnMut(&Logged) -> Result<Option<Encoded>>,
    ) -> Result<()> {
        self.not_stopped()?;
        let mut change = |raw: Raw<'_>| Ok(change(&decode(raw)?)?.map(|entry| entry.as_bytes().to_vec()));
        self.log.rewrite(end, &mut change).inspect_err(|error| self.stop_if_unsynced(error))
    }

    fn note_erasure(&self, erasure: Position, row: &ErasureRow) -> Result<()> {
        let _turn = self.writing(&self.committing)?;
        let mut batch = self.tables.batch();
        state::put_erasure(&self.tables.view(), erasure, row, &mut batch)?;
        self.or_stop(self.write_now(batch))
    }

    fn purge(&self) -> Result<()> {
        self.not_stopped()?;
        self.tables.purge()
    }

    fn erasures(&self, only_under_way: bool, most: usize) -> Result<Vec<(Position, ErasureRow)>> {
        state::erasures(&self.tables.view(), only_under_way, most)
    }

    fn seals(&self) -> Result<Vec<Seal>> {
        state::seals(&self.tables.view())
    }

    fn recover(&self) -> Result<bool> {
        let _turn = self.appending.lock().unwrap_or_else(PoisonError::into_inner);
        let mut known = self.committing.lock().unwrap_or_else(PoisonError::into_inner);
        match &*self.stopped() {
            None => return Ok(false),
            Some(Stopped { for_want_of_room: true, .. }) => {}
            Some(Stopped { why, .. }) => return Err(StoreError::Stopped { why: why.clone() }),
        }
        self.or_stop(self.recover_now())?;
        *known = KnownTimers::default();
        self.timers.forget();
        self.ready.forget();
        self.absent.forget();
        *self.stopped() = None;
        Ok(true)
    }

    fn progress(&self) -> Result<Progress> {
        state::progress(&self.tables.view())
    }

    fn seen(&self, keys: &[EventKey]) -> Result<Vec<bool>> {
        let question = self.absent.ask(keys);
        let open: Vec<EventKey> = question.open.iter().map(|&place| keys[place]).collect();
        let found = state::seen(&self.tables.view(), &open)?;
        let absent = open.iter().zip(&found).filter(|(_, found)| !**found);
        self.absent.found_absent(&question, absent.map(|(key, _)| *key));
        let mut seen = vec![false; keys.len()];
        for (&place, found) in question.open.iter().zip(found) {
            seen[place] = found;
        }
        Ok(seen)
    }

    fn customer(&self, id: CustomerId) -> Result<Option<Customer>> {
        state::customer(&self.tables.view(), id)
    }

    fn stands_for(&self, id: CustomerId) -> Result<Option<CustomerId>> {
        state::stands_for(&self.tables.view(), id)
    }

    fn merged_into(&self, id: CustomerId) -> Result<Option<CustomerId>> {
        state::merged_into(&self.tables.view(), id)
    }

    fn owner(&self, identifier: &Identifier) -> Result<Option<CustomerId>> {
        state::owner(&self.tables.view(), identifier)
    }

    fn known_as(
        &self,
        kind: IdentifierKind,
        beginning: &str,
        after: Option<&Identifier>,
        most: usize,
    ) -> Result<Vec<(Identifier, CustomerId)>> {
        state::known_as(&self.tables.view(), kind, beginning, after, most)
    }

    fn trail(&self, id: CustomerId) -> Result<Vec<Position>> {
        state::trail(&self.tables.view(), id)
    }

    fn readings(&self, positions: &[Position]) -> Result<Vec<Option<Reading>>> {
        state::readings(&self.tables.view(), positions)
    }

    fn first_readings(&self, positions: Range<Position>, most: usize) -> Result<Vec<(Position, Reading)>> {
        state::first_readings(&self.tables.view(), positions, most)
    }

    fn due(&self, lane: Lane, until: Timestamp, most: usize) -> Result<Vec<(Timestamp, CustomerId)>> {
        let search = self.timers.search(lane);
        let due = state::due(&self.tables.view(), lane, search.from..=until, most)?;
        if most > 0 {
            self.timers.found(search, floor(due.first().map(|(at, _)| *at), until));
        }
        Ok(due)
    }

    fn moments_at(&self, positions: &[Position]) -> Result<Vec<Moment>> {
        state::moments_at(&self.tables.view(), positions)
    }

    fn promises_made_at(&self, positions: &[Position]) -> Result<Vec<PromiseId>> {
        state::promises_made_at(&self.tables.view(), positions)
    }

    fn ready(&self, to: &str, now: Timestamp, most: usize) -> Result<Vec<ParcelId>> {
        let search = self.ready.search(to.into());
        state::ready(&self.tables.view(), to, search.from..=now, most)
    }

    fn next_ready(&self, to: &str) -> Result<Option<Timestamp>> {
        let search = self.ready.search(to.into());
        let next = state::next_ready(&self.tables.view(), to, search.from)?;
        if let Some(next) = next {
            self.ready.found(search, next);
        }
        Ok(next)
    }

    fn parcel(&self, id: ParcelId) -> Result<Option<ParcelRow>> {
        state::parcel(&self.tables.view(), id)
    }

    fn awaited(&self) -> Result<Vec<Name>> {
        state::awaited(&self.tables.view())
    }

    fn dead(&self, after: Option<(Timestamp, ParcelId)>, most: usize) -> Result<Vec<ParcelRow>> {
        state::dead(&self.tables.view(), after, most)
    }

    fn endpoints(&self) -> Result<Vec<(Name, EndpointState)>> {
        state::endpoints(&self.tables.view())
    }

    fn rollups(&self, moment: Option<&str>, hours: Range<Timestamp>) -> Result<Vec<(RollupKey, Rollup)>> {
        state::rollups(&self.tables.view(), moment, hours)
    }

    fn promise(&self, id: PromiseId) -> Result<Option<PromiseRow>> {
        state::promise(&self.tables.view(), id)
    }

    fn promises(&self, after: Option<PromiseId>, most: usize) -> Result<Vec<PromiseRow>> {
        state::promises(&self.tables.view(), after, most)
    }

    fn case(&self, id: CaseId) -> Result<Option<CaseRow>> {
        state::case(&self.tables.view(), id)
    }

    fn cases(&self, after: Option<CaseId>, most: usize) -> Result<Vec<CaseRow>> {
        state::cases(&self.tables.view(), after, most)
    }

    fn receipts(&self, positions: Range<Position>, most: usize) -> Result<Vec<Receipt>> {
        state::receipts(&self.tables.view(), positions, most)
    }

    fn moments(&self, positions: Range<Position>, most: usize) -> Result<Vec<Moment>> {
        state::moments(&self.tables.view(), positions, most)
    }

    fn customers(&self, after: Option<CustomerId>, most: usize) -> Result<Vec<Customer>> {
        state::customers(&self.tables.view(), after, most)
    }

    fn rejected(&self, after: Option<Position>, most: usize) -> Result<Vec<RejectedRow>> {
        state::rejected(&self.tables.view(), after, most)
    }
}
