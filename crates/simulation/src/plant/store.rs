use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use opcx_core::case::CaseId;
use opcx_core::consent::Answer;
use opcx_core::customer::{Customer, CustomerId, Deeds};
use opcx_core::delivery::ParcelId;
use opcx_core::effects::Moment;
use opcx_core::erasure::{Counts, Seal};
use opcx_core::event::{Name, Origin};
use opcx_core::identity::{Identifier, IdentifierKind};
use opcx_core::log::{Lane, Position};
use opcx_core::promise::PromiseId;
use opcx_core::reading::Reading;
use opcx_core::receipt::{ChainHash, Receipt};
use opcx_core::record::Entry;
use opcx_core::rollup::{Rollup, RollupKey};
use opcx_core::time::Timestamp;
use opcx_store::{
    CaseRow, Commit, Draft, Encoded, EndpointState, ErasureRow, EventKey, KeysOf, Logged, Next, ParcelRow,
    ParcelState, Progress, PromiseRow, RejectedRow, Store, StoreError, Trail, Written,
};

use super::Bug;
use crate::models;

type Result<T> = core::result::Result<T, StoreError>;

/// What bugs know of the world around them.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    wall: AtomicI64,
    /// Parcels that went out before their commit.
    sent_early: Mutex<Vec<ParcelId>>,
}

impl Shared {
    pub(crate) fn set_wall(&self, now: Timestamp) {
        self.wall.store(now.as_millis(), Ordering::Relaxed);
    }

    pub(crate) fn wall(&self) -> Timestamp {
        Timestamp::from_millis(self.wall.load(Ordering::Relaxed))
    }

    pub(crate) fn sent_early(&self) -> Vec<ParcelId> {
        std::mem::take(&mut self.sent_early.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A store as the engine sees it, with the bug, if it is one of commits or of what is read.
pub(crate) struct PlantedStore {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) bug: Bug,
    pub(crate) shared: Arc<Shared>,
    /// Whether this is not the first start.
    pub(crate) is_restart: AtomicBool,
    /// How many events were read.
    asked: AtomicI64,
    /// Whose timers were set since the start.
    pub(crate) timed: Mutex<BTreeSet<CustomerId>>,
}

impl PlantedStore {
    pub(crate) fn new(store: Arc<dyn Store>, bug: Bug, shared: Arc<Shared>, is_restart: bool) -> Self {
        let is_restart = AtomicBool::new(is_restart);
        PlantedStore { store, bug, shared, is_restart, asked: AtomicI64::new(0), timed: Mutex::default() }
    }

    fn timed(&self) -> MutexGuard<'_, BTreeSet<CustomerId>> {
        self.timed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the state is clean of somebody whom the log still tells of.
    fn log_is_next(&self) -> Result<bool> {
        let is_next = |row: &ErasureRow| matches!(row, ErasureRow::UnderWay(row) if row.next == Next::Log);
        Ok(self.store.erasures(true, usize::MAX)?.iter().any(|(_, row)| is_next(row)))
    }

    /// Whether this is the first time that is asked since a restart.
    fn first_since_restart(&self) -> bool {
        self.is_restart.swap(false, Ordering::Relaxed)
    }

    #[allow(clippy::match_same_arms, reason = "each bug by itself")]
    fn spoil(&self, commit: &mut Commit) -> Result<()> {
        let merges = commit.aliases.iter().any(|alias| alias.into.is_some());
        match self.bug {
            Bug::ReceiptSkipped if commit.receipts.len() > 1 => drop(commit.receipts.pop()),
            Bug::ChainBroken => commit.progress.chain = ChainHash::default(),
            Bug::TimerLostAtMerge if merges => {
                let homes: BTreeSet<_> = commit.aliases.iter().filter_map(|alias| alias.into).collect();
                let merged = commit.customers.iter_mut().filter(|change| homes.contains(&change.id));
                merged.for_each(|change| change.timer = None);
            }
            Bug::TimersLostAtRestart => {
                self.timed().extend(commit.customers.iter().map(|change| change.id));
            }
            Bug::TakeOutForgotten => commit.rollups.retain(|(_, rollup)| rollup.total() >= 0),
            Bug::CountedTwiceAtRestart if !commit.rollups.is_empty() && self.first_since_restart() => {
                let again = commit.rollups.clone();
                commit.rollups.extend(again);
            }
            Bug::PromisesLostAtMerge if merges => commit.promises.clear(),
            Bug::EvidenceKeptAtUnmerge => {
                let leavers: BTreeSet<_> = commit
                    .aliases
                    .iter()
                    .filter(|alias| alias.into.is_none())
                    .map(|alias| alias.id)
                    .collect();
                if !leavers.is_empty() {
                    commit.trails.retain(|trail| match trail {
                        Trail::Added(..) => true,
                        Trail::Replaced(id, _) => leavers.contains(id),
                    });
                }
            }
            Bug::DeadLetterDropped => {
                for (_, state) in &mut commit.deliveries {
                    if let ParcelState::Dead { attempts, at, .. } = *state {
                        *state = ParcelState::Delivered { attempts, at };
                    }
                }
            }
            Bug::ParcelLost if commit.parcels.len() > 1 => drop(commit.parcels.pop()),
            Bug::EndpointForgotten => commit.endpoints.clear(),
            Bug::RejectedNotListed => commit.rejected.clear(),
            Bug::RedrivenForgotten => commit.redriven.clear(),
            Bug::RecordSkippedAtRestart => commit.from = self.store.progress()?.position,
            Bug::HeldCaseForgotten => {
                spoil_deeds(commit, |deeds| deeds.cases.retain(|case| !case.state.is_held()));
            }
            Bug::NumberUsedAgain => {
                spoil_deeds(commit, |deeds| deeds.next_number = deeds.next_number.saturating_sub(1));
            }
            Bug::CapForgotten => spoil_deeds(commit, |deeds| deeds.fired.clear()),
            Bug::AliasForgotten => commit.aliases.clear(),
            Bug::SecondReadingLost => commit.readings_anew.clear(),
            Bug::MomentsNotAnew => commit.moments_anew.clear(),
            Bug::OwnerStays => commit.owners_gone.clear(),
            Bug::DisabledForgotten => {
                for (_, row) in &mut commit.erasures {
                    if let ErasureRow::UnderWay(under_way) = row {
                        under_way.erasure.remains.disabled.clear();
                    }
                }
            }
            Bug::GonePromiseStays => commit.promises_gone.clear(),
            Bug::SentBeforeCommit => {
                let mut early = self.shared.sent_early.lock().unwrap_or_else(PoisonError::into_inner);
                for parcel in &commit.parcels {
                    if self.store.parcel(parcel.id)?.is_none() {
                        early.push(parcel.id);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn misread(&self, records: &mut [Logged]) {
        for record in records.iter_mut().map(|logged| &mut logged.record) {
            if self.bug == Bug::HistorySends && record.lane != Lane::LIVE {
                record.lane = Lane::asked(1);
            }
            let event = match (self.bug, &mut record.entry) {
                (_, Entry::Event(event)) => event,
                (Bug::RemainsForgotten, Entry::Erasure(erasure)) => {
                    erasure.remains.counts = Counts::default();
                    continue;
                }
                (Bug::ErasedCountedAgain, Entry::Erased(key)) => {
                    *key = None;
                    continue;
                }
                _ => continue,
            };
            match (self.bug, event.origin) {
                (Bug::MaskForgotten, _) => event.masked.clear(),
                (Bug::WithdrawalForgotten, _) => {
                    event.consents.retain(|said| said.answer != Answer::Withdrawn);
                }
                (Bug::ProbeCounts, Origin::Probe) => event.origin = Origin::Customer,
                (Bug::StaffIsRead, Origin::Staff) => {
                    event.origin = Origin::Customer;
                    *event = event.clone().sensed(|words| models::first(words, true));
                }
                (Bug::ReadingUnstable, Origin::Customer)
                    if self.asked.fetch_add(1, Ordering::Relaxed) % 16 == 15 =>
                {
                    if let Some(reading) = &mut event.reading {
                        reading.found = models::good();
                    }
                }
                _ => {}
            }
        }
    }
}

/// Writes all customers down with other deeds.
fn spoil_deeds(commit: &mut Commit, spoil: impl Fn(&mut Deeds)) {
    for after in commit.customers.iter_mut().filter_map(|change| change.after.as_mut()) {
        let mut customer = Customer::clone(after);
        spoil(&mut customer.deeds);
        *after = Written::customer(customer);
    }
}

impl Store for PlantedStore {
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
        let mut records = self.store.read(from, records_max, bytes_max)?;
        self.misread(&mut records);
        Ok(records)
    }
    fn read_at(&self, positions: &[Position]) -> Result<Vec<Logged>> {
        let mut records = self.store.read_at(positions)?;
        self.misread(&mut records);
        Ok(records)
    }
    fn commit(&self, commit: &Commit) -> Result<()> {
        let mut commit = commit.clone();
        self.spoil(&mut commit)?;
        self.store.commit(&commit)
    }
    fn persist(&self) -> Result<()> {
        if self.bug == Bug::RewrittenTooEarly && self.log_is_next()? {
            return Ok(());
        }
        self.store.persist()
    }
    fn recover(&self) -> Result<bool> {
        self.store.recover()
    }
    fn clean(&self, erasure: Position, keys_of: &KeysOf<'_>, most: usize) -> Result<()> {
        self.store.clean(erasure, keys_of, most)
    }
    fn rewrite(
        &self,
        end: Position,
        change: &mut dyn FnMut(&Logged) -> Result<Option<Encoded>>,
    ) -> Result<()> {
        self.store.rewrite(end, &mut |logged| {
            let changed = change(logged)?;
            let Entry::Event(event) = &logged.record.entry else { return Ok(changed) };
            if self.bug == Bug::ErasedTooMuch && logged.position.get().is_multiple_of(16) {
                let key = EventKey::of(&event.source, &event.id);
                return Ok(Some(Encoded::of(&Entry::Erased(Some(key)))));
            }
            Ok(changed)
        })
    }
    fn note_erasure(&self, erasure: Position, row: &ErasureRow) -> Result<()> {
        self.store.note_erasure(erasure, row)
    }
    fn purge(&self) -> Result<()> {
        self.store.purge()
    }
    fn erasures(&self, only_under_way: bool, most: usize) -> Result<Vec<(Position, ErasureRow)>> {
        let mut erasures = self.store.erasures(only_under_way, most)?;
        if matches!(self.bug, Bug::TakenForClean | Bug::RowsStay) {
            let mut somebody_is = self.bug == Bug::RowsStay;
            for (_, row) in &mut erasures {
                if let ErasureRow::UnderWay(under_way) = row {
                    somebody_is |= under_way.next == Next::Log;
                    if somebody_is {
                        under_way.next = Next::Log;
                    }
                }
            }
        }
        Ok(erasures)
    }
    fn seals(&self) -> Result<Vec<Seal>> {
        self.store.seals()
    }
    fn progress(&self) -> Result<Progress> {
        let mut progress = self.store.progress()?;
        if self.bug == Bug::RecordSkippedAtRestart
            && progress.position < self.store.end()
            && self.first_since_restart()
        {
            progress.position = progress.position.next();
        }
        if self.bug == Bug::LookForgottenAtRestart && self.is_restart.load(Ordering::Relaxed) {
            progress.looked_to = progress.position;
        }
        Ok(progress)
    }
    fn seen(&self, keys: &[EventKey]) -> Result<Vec<bool>> {
        self.store.seen(keys)
    }
    fn customer(&self, id: CustomerId) -> Result<Option<Customer>> {
        self.store.customer(id)
    }
    fn merged_into(&self, id: CustomerId) -> Result<Option<CustomerId>> {
        self.store.merged_into(id)
    }
    fn stands_for(&self, id: CustomerId) -> Result<Option<CustomerId>> {
        self.store.stands_for(id)
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
        if self.bug == Bug::TimersLostAtRestart && self.is_restart.load(Ordering::Relaxed) {
            let mut due = self.store.due(lane, until, usize::MAX)?;
            due.retain(|(_, id)| self.timed().contains(id));
            due.truncate(most);
            return Ok(due);
        }
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
