use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use opcx_core::case::CaseId;
use opcx_core::customer::{Customer, CustomerId};
use opcx_core::delivery::ParcelId;
use opcx_core::effects::Moment;
use opcx_core::erasure::Seal;
use opcx_core::event::{EventKey, Name};
use opcx_core::identity::{Identifier, IdentifierKind};
use opcx_core::log::{Lane, Position};
use opcx_core::promise::PromiseId;
use opcx_core::reading::Reading;
use opcx_core::receipt::Receipt;
use opcx_core::rollup::{Rollup, RollupKey};
use opcx_core::time::Timestamp;
use opcx_store::{
    CaseRow, Commit, Draft, Encoded, EndpointState, ErasureRow, KeysOf, Logged, ParcelRow, Progress,
    PromiseRow, RejectedRow, Store, StoreError,
};

use super::Overview;
use crate::InsightError;

type Result<T> = core::result::Result<T, StoreError>;

/// A store whose commits are watched, so that there is an [`Overview`] of it at any time.
pub struct Watched {
    store: Arc<dyn Store>,
    overview: Arc<Overview>,
    /// Whoever changes what is counted, or counts.
    turn: Mutex<()>,
}

impl Watched {
    /// Watches a store from now on. What it holds already is to be counted with [`Watched::count`].
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Watched {
        Watched { store, overview: Arc::default(), turn: Mutex::default() }
    }

    /// What is at hand. Questions that need what is not counted yet are refused.
    #[must_use]
    pub fn overview(&self) -> &Arc<Overview> {
        &self.overview
    }

    /// Counts what the store holds, bit by bit; commits go on in between.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn count(&self) -> core::result::Result<(), InsightError> {
        let turn = || self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let watched_from = self.store.progress()?.position;
        while {
            let _turn = turn();
            self.overview.count_more(&*self.store)?
        } {}
        self.overview.count_earlier_decisions(&*self.store, watched_from)
    }
}

fn readable<T>(read: core::result::Result<T, InsightError>) -> Result<T> {
    read.map_err(|error| match error {
        InsightError::Store(error) => error,
        // Nothing else is asked here.
        other => StoreError::Stopped { why: other.to_string() },
    })
}

impl Store for Watched {
    fn commit(&self, commit: &Commit) -> Result<()> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let before = readable(self.overview.before(&*self.store, commit))?;
        self.store.commit(commit)?;
        self.overview.keep_up(commit, before);
        Ok(())
    }

    fn recover(&self) -> Result<bool> {
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let stands_elsewhere = self.store.recover()?;
        if stands_elsewhere {
            self.overview.forget();
            drop(turn);
            readable(self.count())?;
        }
        Ok(stands_elsewhere)
    }

    fn append(&self, drafts: &[Draft]) -> Result<Position> {
        self.store.append(drafts)
    }

    fn press(&self) -> Result<bool> {
        self.store.press()
    }

    fn end(&self) -> Position {
        self.store.end()
    }

    fn read(&self, from: Position, records_max: usize, bytes_max: usize) -> Result<Vec<Logged>> {
        self.store.read(from, records_max, bytes_max)
    }

    fn read_at(&self, positions: &[Position]) -> Result<Vec<Logged>> {
        self.store.read_at(positions)
    }

    fn persist(&self) -> Result<()> {
        self.store.persist()
    }

    fn clean(&self, erasure: Position, keys_of: &KeysOf<'_>, most: usize) -> Result<()> {
        self.store.clean(erasure, keys_of, most)
    }

    fn rewrite(
        &self,
        end: Position,
        change: &mut dyn FnMut(&Logged) -> Result<Option<Encoded>>,
    ) -> Result<()> {
        self.store.rewrite(end, change)
    }

    fn note_erasure(&self, erasure: Position, row: &ErasureRow) -> Result<()> {
        self.store.note_erasure(erasure, row)
    }

    fn purge(&self) -> Result<()> {
        self.store.purge()
    }

    fn erasures(&self, only_under_way: bool, most: usize) -> Result<Vec<(Position, ErasureRow)>> {
        self.store.erasures(only_under_way, most)
    }

    fn seals(&self) -> Result<Vec<Seal>> {
        self.store.seals()
    }

    fn progress(&self) -> Result<Progress> {
        self.store.progress()
    }

    fn seen(&self, keys: &[EventKey]) -> Result<Vec<bool>> {
        self.store.seen(keys)
    }

    fn customer(&self, id: CustomerId) -> Result<Option<Customer>> {
        self.store.customer(id)
    }

    fn stands_for(&self, id: CustomerId) -> Result<Option<CustomerId>> {
        self.store.stands_for(id)
    }

    fn merged_into(&self, id: CustomerId) -> Result<Option<CustomerId>> {
        self.store.merged_into(id)
    }

    fn owner(&self, identifier: &Identifier) -> Result<Option<CustomerId>> {
        self.store.owner(identifier)
    }

    fn known_as(
        &self,
        kind: IdentifierKind,
        beginning: &str,
        after: Option<&Identifier>,
        most: usize,
    ) -> Result<Vec<(Identifier, CustomerId)>> {
        self.store.known_as(kind, beginning, after, most)
    }
    fn trail(&self, id: CustomerId) -> Result<Vec<Position>> {
        self.store.trail(id)
    }

    fn readings(&self, positions: &[Position]) -> Result<Vec<Option<Reading>>> {
        self.store.readings(positions)
    }

    fn first_readings(&self, positions: Range<Position>, most: usize) -> Result<Vec<(Position, Reading)>> {
        self.store.first_readings(positions, most)
    }

    fn due(&self, lane: Lane, until: Timestamp, most: usize) -> Result<Vec<(Timestamp, CustomerId)>> {
        self.store.due(lane, until, most)
    }

    fn moments_at(&self, positions: &[Position]) -> Result<Vec<Moment>> {
        self.store.moments_at(positions)
    }

    fn promises_made_at(&self, positions: &[Position]) -> Result<Vec<PromiseId>> {
        self.store.promises_made_at(positions)
    }

    fn ready(&self, to: &str, now: Timestamp, most: usize) -> Result<Vec<ParcelId>> {
        self.store.ready(to, now, most)
    }

    fn next_ready(&self, to: &str) -> Result<Option<Timestamp>> {
        self.store.next_ready(to)
    }

    fn parcel(&self, id: ParcelId) -> Result<Option<ParcelRow>> {
        self.store.parcel(id)
    }

    fn awaited(&self) -> Result<Vec<Name>> {
        self.store.awaited()
    }

    fn dead(&self, after: Option<(Timestamp, ParcelId)>, most: usize) -> Result<Vec<ParcelRow>> {
        self.store.dead(after, most)
    }

    fn endpoints(&self) -> Result<Vec<(Name, EndpointState)>> {
        self.store.endpoints()
    }

    fn rollups(&self, moment: Option<&str>, hours: Range<Timestamp>) -> Result<Vec<(RollupKey, Rollup)>> {
        self.store.rollups(moment, hours)
    }

    fn promise(&self, id: PromiseId) -> Result<Option<PromiseRow>> {
        self.store.promise(id)
    }

    fn promises(&self, after: Option<PromiseId>, most: usize) -> Result<Vec<PromiseRow>> {
        self.store.promises(after, most)
    }

    fn case(&self, id: CaseId) -> Result<Option<CaseRow>> {
        self.store.case(id)
    }

    fn cases(&self, after: Option<CaseId>, most: usize) -> Result<Vec<CaseRow>> {
        self.store.cases(after, most)
    }

    fn receipts(&self, positions: Range<Position>, most: usize) -> Result<Vec<Receipt>> {
        self.store.receipts(positions, most)
    }

    fn moments(&self, positions: Range<Position>, most: usize) -> Result<Vec<Moment>> {
        self.store.moments(positions, most)
    }

    fn customers(&self, after: Option<CustomerId>, most: usize) -> Result<Vec<Customer>> {
        self.store.customers(after, most)
    }

    fn rejected(&self, after: Option<Position>, most: usize) -> Result<Vec<RejectedRow>> {
        self.store.rejected(after, most)
    }
}
