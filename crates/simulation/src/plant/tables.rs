use opcx_store::StoreError;
use opcx_store::parts::{Batch, Table, Tables};

use super::Bug;

type Result<T> = core::result::Result<T, StoreError>;

/// Tables with the bug, if it is one of theirs.
pub(crate) struct PlantedTables<T> {
    pub(crate) tables: T,
    pub(crate) bug: Option<Bug>,
}

/// A batch for them: changes in order, and what goes into a second batch.
pub(crate) struct PlantedBatch<B> {
    first: B,
    second: B,
    bug: Option<Bug>,
}

impl<T: Tables> Tables for PlantedTables<T> {
    type View<'a>
        = T::View<'a>
    where
        Self: 'a;
    type Batch<'a>
        = PlantedBatch<T::Batch<'a>>
    where
        Self: 'a;

    fn view(&self) -> T::View<'_> {
        self.tables.view()
    }

    fn batch(&self) -> PlantedBatch<T::Batch<'_>> {
        PlantedBatch { first: self.tables.batch(), second: self.tables.batch(), bug: self.bug }
    }

    fn write(&self, batch: PlantedBatch<T::Batch<'_>>) -> Result<()> {
        self.tables.write(batch.first)?;
        if self.bug == Some(Bug::CommitInHalves) { self.tables.write(batch.second) } else { Ok(()) }
    }

    fn purge(&self) -> Result<()> {
        self.tables.purge()
    }

    fn persist(&self) -> Result<()> {
        self.tables.persist()
    }

    fn recover(&self) -> Result<()> {
        self.tables.recover()
    }
}

impl<B: Batch> PlantedBatch<B> {
    /// The part of the batch in which a change to `table` goes.
    fn part(&mut self, table: Table) -> &mut B {
        let is_second = self.bug == Some(Bug::CommitInHalves)
            && matches!(table, Table::Rollups | Table::Parcels | Table::ParcelStates | Table::Ready);
        if is_second { &mut self.second } else { &mut self.first }
    }
}

impl<B: Batch> Batch for PlantedBatch<B> {
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) {
        let is_forgotten = match self.bug {
            Some(Bug::MarksForgotten) => table == Table::Seen,
            Some(Bug::SealsForgotten) => table == Table::Seals,
            _ => false,
        };
        if is_forgotten {
            return;
        }
        self.part(table).put(table, key, value);
    }

    fn remove(&mut self, table: Table, key: &[u8]) {
        let stays = match self.bug {
            Some(Bug::OldTimerStays) => table == Table::Timers,
            Some(Bug::OldReadyStays) => table == Table::Ready,
            _ => false,
        };
        if !stays {
            self.part(table).remove(table, key);
        }
    }
}
