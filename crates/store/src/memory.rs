//! A store in memory, for tests and simulations: encoded like the embedded one, and honest about
//! what a power cut leaves.

use std::collections::BTreeMap;
use std::ops::RangeBounds;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use opcx_core::log::{Lane, Position};
use opcx_core::time::Timestamp;

use crate::assembled::Assembled;
use crate::parts::{Batch, Log, Raw, Table, Tables, View};
use crate::{Draft, Encoded, Faults, StoreError};

type Result<T> = core::result::Result<T, StoreError>;

/// A store in memory.
///
/// What was appended survives [`Memory::crash`]; commits do up to one chosen between the last that
/// was persisted and the last. It keeps every commit since the last [`crate::Store::persist`] apart,
/// so persist now and then in a long simulation.
pub type Memory = Assembled<MemoryLog, MemoryTables>;

impl Memory {
    /// An empty store.
    #[must_use]
    pub fn new() -> Memory {
        Memory::with_faults(Faults::none())
    }

    /// An empty store in which writes fail as `faults` say.
    #[must_use]
    pub fn with_faults(faults: Faults) -> Memory {
        Memory::found(MemoryLog::default(), MemoryTables::default(), faults)
    }

    /// The store as it is found after a power cut: the log whole, the commits cut back to a boundary
    /// that `seed` chooses. This one takes no more writes.
    #[must_use]
    pub fn crash(&self, seed: u64) -> Memory {
        self.stop("the power was cut", false);
        let log = MemoryLog(RwLock::new(read(&self.log.0).clone()));
        Memory::found(log, self.tables.crash(seed), self.faults.clone())
    }

    fn found(log: MemoryLog, tables: MemoryTables, faults: Faults) -> Memory {
        Assembled::of(log, tables, faults).expect("commits never get ahead of the log, which is whole")
    }
}

impl Default for Memory {
    fn default() -> Memory {
        Memory::new()
    }
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

/// A log in memory.
#[derive(Debug, Default)]
pub struct MemoryLog(RwLock<Vec<(Lane, Timestamp, Encoded)>>);

impl Log for MemoryLog {
    fn append(&self, drafts: &[Draft]) -> Result<Position> {
        let mut records = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let first = Position::new(records.len() as u64);
        records.extend(drafts.iter().map(|draft| (draft.lane, draft.at, draft.entry.clone())));
        Ok(first)
    }

    fn press(&self) -> Result<bool> {
        Ok(false)
    }

    fn recover(&self) -> Result<()> {
        Ok(())
    }

    fn end(&self) -> Position {
        Position::new(read(&self.0).len() as u64)
    }

    fn read(
        &self,
        from: Position,
        records_max: usize,
        bytes_max: usize,
        show: &mut dyn FnMut(Raw<'_>) -> Result<()>,
    ) -> Result<()> {
        let records = read(&self.0);
        let start = usize::try_from(from.get()).unwrap_or(usize::MAX).min(records.len());
        let mut bytes = 0;
        for (number, (lane, at, entry)) in (from.get()..).zip(&records[start..]).take(records_max) {
            if bytes > 0 && bytes >= bytes_max {
                break;
            }
            bytes += entry.as_bytes().len();
            show(Raw { position: Position::new(number), lane: *lane, at: *at, entry: entry.as_bytes() })?;
        }
        Ok(())
    }

    fn rewrite(
        &self,
        end: Position,
        change: &mut dyn FnMut(Raw<'_>) -> Result<Option<Vec<u8>>>,
    ) -> Result<()> {
        let records = read(&self.0).clone();
        for (number, (lane, at, entry)) in (0..end.get()).zip(&records) {
            let raw = Raw { position: Position::new(number), lane: *lane, at: *at, entry: entry.as_bytes() };
            if let Some(changed) = change(raw)? {
                let mut records = self.0.write().unwrap_or_else(PoisonError::into_inner);
                records[usize::try_from(number).expect("it is a place in memory")].2 =
                    Encoded::from_bytes(changed);
            }
        }
        Ok(())
    }
}

type Rows = BTreeMap<(Table, Vec<u8>), Vec<u8>>;

/// Tables in memory. Clones are the same tables.
#[derive(Debug, Clone, Default)]
pub struct MemoryTables(Arc<RwLock<Kept>>);

#[derive(Debug, Clone, Default)]
struct Kept {
    /// What readers see.
    now: Rows,
    /// What was persisted.
    durable: Rows,
    /// The batches since then.
    since: Vec<Changes>,
}

type Changes = Vec<(Table, Vec<u8>, Option<Vec<u8>>)>;

fn apply(rows: &mut Rows, changes: Changes) {
    for (table, key, value) in changes {
        match value {
            Some(value) => rows.insert((table, key), value),
            None => rows.remove(&(table, key)),
        };
    }
}

impl MemoryTables {
    /// The tables as they are found after a power cut: cut back to a batch that `seed` chooses, between
    /// the last that was persisted and the last. Nothing that is done to these shows in them.
    #[must_use]
    pub fn crash(&self, seed: u64) -> MemoryTables {
        let kept = read(&self.0);
        let boundaries = kept.since.len() as u64 + 1;
        let mut rows = kept.durable.clone();
        for (_, changes) in (0..seed % boundaries).zip(&kept.since) {
            apply(&mut rows, changes.clone());
        }
        MemoryTables(Arc::new(RwLock::new(Kept { now: rows.clone(), durable: rows, since: Vec::new() })))
    }
}

impl MemoryTables {
    /// The tables as the next process finds them when this one was killed: everything written is there,
    /// and what was not persisted still is not.
    #[must_use]
    pub fn killed(&self) -> MemoryTables {
        MemoryTables(Arc::new(RwLock::new(read(&self.0).clone())))
    }

    /// Cuts these very tables back as [`MemoryTables::crash`] would.
    pub fn cut_back(&self, seed: u64) {
        let found = read(&self.crash(seed).0).clone();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = found;
    }
}

impl Tables for MemoryTables {
    type View<'a> = MemoryView<'a>;
    type Batch<'a> = MemoryBatch;

    fn view(&self) -> MemoryView<'_> {
        MemoryView(read(&self.0))
    }

    fn batch(&self) -> MemoryBatch {
        MemoryBatch::default()
    }

    fn write(&self, batch: MemoryBatch) -> Result<()> {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        apply(&mut kept.now, batch.0.clone());
        kept.since.push(batch.0);
        Ok(())
    }

    fn persist(&self) -> Result<()> {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for changes in std::mem::take(&mut kept.since) {
            apply(&mut kept.durable, changes);
        }
        Ok(())
    }

    /// What was overwritten is nowhere once everything is durable.
    fn purge(&self) -> Result<()> {
        self.persist()
    }

    fn recover(&self) -> Result<()> {
        Ok(())
    }
}

/// Tables in memory as they were at one time; holds up writers while it lives.
#[derive(Debug)]
pub struct MemoryView<'a>(RwLockReadGuard<'a, Kept>);

impl View for MemoryView<'_> {
    type Bytes = Vec<u8>;

    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>> {
        Ok(self.0.now.get(&(table, key.to_vec())).cloned())
    }

    fn range(
        &self,
        table: Table,
        keys: impl RangeBounds<Vec<u8>>,
    ) -> impl DoubleEndedIterator<Item = Result<(Vec<u8>, Vec<u8>)>> {
        use std::ops::Bound::{Excluded, Included, Unbounded};
        let bound = |bound: std::ops::Bound<&Vec<u8>>| bound.map(|key| (table, key.clone()));
        let start = match bound(keys.start_bound()) {
            Unbounded => Included((table, Vec::new())),
            bound => bound,
        };
        let end = match (bound(keys.end_bound()), Table::ALL.get(table.number() + 1)) {
            (Unbounded, Some(next)) => Excluded((*next, Vec::new())),
            (bound, _) => bound,
        };
        self.0.now.range((start, end)).map(|((_, key), value)| Ok((key.clone(), value.clone())))
    }
}

/// A batch for tables in memory.
#[derive(Debug, Default)]
pub struct MemoryBatch(Changes);

impl Batch for MemoryBatch {
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) {
        self.0.push((table, key.to_vec(), Some(value.to_vec())));
    }

    fn remove(&mut self, table: Table, key: &[u8]) {
        self.0.push((table, key.to_vec(), None));
    }
}

#[cfg(test)]
mod tests {
    use opcx_core::record::Entry;

    use super::*;
    use crate::{Commit, PersistPoint, Progress, Store, Verdict};

    fn tick() -> Draft {
        Draft { lane: Lane::LIVE, at: Timestamp::EPOCH, entry: Encoded::of(&Entry::Tick) }
    }

    fn commit(from: u64) -> Commit {
        let progress = Progress { position: Position::new(from + 1), ..Progress::default() };
        Commit { from: Position::new(from), progress, ..Commit::default() }
    }

    #[test]
    fn a_power_cut_leaves_the_log_whole_and_the_commits_up_to_some_boundary_after_the_last_persisted() {
        let store = Memory::new();
        store.append(&[tick(), tick(), tick(), tick()]).unwrap();
        store.commit(&commit(0)).unwrap();
        store.persist().unwrap();
        store.commit(&commit(1)).unwrap();
        store.commit(&commit(2)).unwrap();

        let found = [0, 1, 2, 3].map(|seed| {
            let found = store.crash(seed);
            (found.end().get(), found.progress().unwrap().position.get())
        });
        assert_eq!(found, [(4, 1), (4, 2), (4, 3), (4, 1)]);
        assert!(matches!(store.append(&[tick()]), Err(StoreError::Stopped { .. })));
    }

    #[test]
    fn a_write_that_fails_leaves_what_its_point_says_and_stops_the_store() {
        let left = PersistPoint::ALL.map(|fault| {
            let fails = move |point| if point == fault { Verdict::Fail } else { Verdict::Pass };
            let store = Memory::with_faults(Faults::new(fails));
            let worked = store
                .append(&[tick(), tick()])
                .and_then(|_| store.commit(&commit(0)))
                .and_then(|()| store.persist());
            assert!(matches!(worked, Err(StoreError::Injected { point }) if point == fault));
            assert!(matches!(store.append(&[tick()]), Err(StoreError::Stopped { .. })));
            let found = store.crash(0);
            let position = |store: &Memory| store.progress().unwrap().position.get();
            format!(
                "{} log {} state {} then {}",
                fault.word(),
                store.end(),
                position(&store),
                position(&found)
            )
        });
        expect_test::expect![[r#"
            before-append log 0 state 0 then 0
            mid-append log 1 state 0 then 0
            after-append log 2 state 0 then 0
            before-commit log 2 state 0 then 0
            after-commit log 2 state 1 then 0
            before-persist log 2 state 1 then 0
            after-persist log 2 state 1 then 1"#]]
        .assert_eq(&left.join("\n"));
    }
}
