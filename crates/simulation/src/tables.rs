//! Tables in memory with a disk that may be full or fail.

use std::io::{Error, ErrorKind};
use std::sync::{Arc, Mutex, PoisonError};

use opcx_store::disk::SimulatedDisk;
use opcx_store::parts::Tables;
use opcx_store::{MemoryBatch, MemoryTables, MemoryView, StoreError};

type Result<T> = core::result::Result<T, StoreError>;

/// What goes wrong with a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFault {
    /// There is no room, and nothing is written.
    FullBefore,
    /// There is no room for what comes after the batch, which is written.
    FullAfter,
    /// An error of the device, and nothing is written.
    Refused,
    /// The batch is written, and cannot be made durable.
    Unsynced,
}

/// Tables on a disk that fails.
#[derive(Debug, Clone)]
pub(crate) struct FailingTables {
    pub(crate) tables: MemoryTables,
    disk: SimulatedDisk,
    faults: Arc<Mutex<Faults>>,
}

#[derive(Debug, Default)]
struct Faults {
    /// After so many writes.
    next: Option<(u64, TableFault)>,
    writes: u64,
    /// Of how many kinds that no recovery mends.
    fatal: u64,
    /// What the next recovery follows from.
    seed: u64,
    failed: bool,
}

impl FailingTables {
    pub(crate) fn new(tables: MemoryTables, disk: SimulatedDisk) -> FailingTables {
        FailingTables { tables, disk, faults: Arc::default() }
    }

    fn with<V>(&self, change: impl FnOnce(&mut Faults) -> V) -> V {
        change(&mut self.faults.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The write after `skipped` others goes wrong.
    pub(crate) fn fail(&self, skipped: u64, fault: TableFault, seed: u64) {
        self.with(|faults| (faults.next, faults.seed) = (Some((skipped, fault)), seed));
    }

    /// How often something was written so far.
    pub(crate) fn writes(&self) -> u64 {
        self.with(|faults| faults.writes)
    }

    pub(crate) fn mend(&self) {
        self.with(|faults| faults.next = None);
    }

    /// How often something failed that only a restart mends.
    pub(crate) fn fatal(&self) -> u64 {
        self.with(|faults| faults.fatal)
    }

    fn next_fault(&self) -> Option<TableFault> {
        let fault = self.with(|faults| {
            faults.writes += 1;
            let is_now = faults.next.is_some_and(|(skipped, _)| skipped == 0);
            match &mut faults.next {
                Some((skipped, _)) if !is_now => *skipped -= 1,
                _ => return faults.next.take().map(|(_, fault)| fault),
            }
            None
        });
        fault.or(self.disk.is_full().then_some(TableFault::FullBefore))
    }

    fn refused(&self, fault: TableFault) -> StoreError {
        let path = "/state".into();
        match fault {
            TableFault::FullBefore | TableFault::FullAfter => {
                self.with(|faults| faults.failed = true);
                StoreError::Disk { doing: "writing a commit to", path, source: ErrorKind::StorageFull.into() }
            }
            TableFault::Refused => {
                self.with(|faults| faults.fatal += 1);
                let source = Error::other("an error of the device, as asked for");
                StoreError::Disk { doing: "writing a commit to", path, source }
            }
            TableFault::Unsynced => {
                self.with(|faults| faults.fatal += 1);
                StoreError::Unsynced { path, source: Error::other("a failed sync, as asked for") }
            }
        }
    }
}

impl Tables for FailingTables {
    type View<'a> = MemoryView<'a>;
    type Batch<'a> = MemoryBatch;

    fn view(&self) -> MemoryView<'_> {
        self.tables.view()
    }

    fn batch(&self) -> MemoryBatch {
        self.tables.batch()
    }

    fn write(&self, batch: MemoryBatch) -> Result<()> {
        match self.next_fault() {
            None => self.tables.write(batch),
            Some(fault @ (TableFault::FullBefore | TableFault::Refused)) => Err(self.refused(fault)),
            Some(fault @ (TableFault::FullAfter | TableFault::Unsynced)) => {
                self.tables.write(batch)?;
                Err(self.refused(fault))
            }
        }
    }

    fn purge(&self) -> Result<()> {
        match self.next_fault() {
            None => self.tables.purge(),
            Some(fault) => Err(self.refused(fault)),
        }
    }

    fn persist(&self) -> Result<()> {
        match self.next_fault() {
            None => self.tables.persist(),
            Some(fault) => Err(self.refused(fault)),
        }
    }

    /// Some of the batches since the last persist may be gone, as when files are opened anew.
    fn recover(&self) -> Result<()> {
        if self.disk.is_full() {
            return Err(self.refused(TableFault::FullBefore));
        }
        if self.with(|faults| std::mem::take(&mut faults.failed)) {
            self.tables.cut_back(self.with(|faults| faults.seed));
        }
        Ok(())
    }
}
