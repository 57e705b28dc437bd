//! The two halves a store is assembled of: a log, and tables of bytes for the state.

use std::ops::{Deref, RangeBounds};

use opcx_core::log::{Lane, Position};
use opcx_core::time::Timestamp;

use crate::{Draft, StoreError};

type Result<T> = core::result::Result<T, StoreError>;

/// A log of encoded entries.
pub trait Log: Send + Sync {
    /// Appends entries in order and returns the position of the first. On return they would
    /// survive a power cut. The caller appends from one thread at a time, and after an error no more
    /// before [`Log::recover`].
    ///
    /// # Errors
    /// The disk refused. Some of the entries may be found when the log is opened again, never one
    /// without those before it.
    fn append(&self, drafts: &[Draft]) -> Result<Position>;

    /// Clears away what an append left that failed for want of room, so that others can follow. Does
    /// nothing if none failed.
    ///
    /// # Errors
    /// The disk refused.
    fn recover(&self) -> Result<()>;

    /// The position that the next entry will have.
    fn end(&self) -> Position;

    /// Shows the records from `from` on, in order: at most `records_max`, and about `bytes_max`
    /// bytes, but at least one if there is one.
    ///
    /// # Errors
    /// The log is damaged there; or what `show` returned.
    fn read(
        &self,
        from: Position,
        records_max: usize,
        bytes_max: usize,
        show: &mut dyn FnMut(Raw<'_>) -> Result<()>,
    ) -> Result<()>;

    /// Lets the oldest piece of the log that is no longer appended to, and was not pressed yet, take less room.
    /// Returns whether there was one. Reading and appending go on; the caller rewrites and presses from one
    /// thread at a time.
    ///
    /// # Errors
    /// The disk refused; nothing has changed.
    fn press(&self) -> Result<bool>;

    /// Replaces entries before `end`: by what `change` makes of them, or not. On return those replaced are
    /// no longer on the disk. Positions, lanes and times stay. Reading and appending go on; one thread
    /// at a time rewrites.
    ///
    /// # Errors
    /// The log is damaged, the disk refused, or what `change` returned. Some entries may be replaced; the
    /// rest is when it is called again.
    fn rewrite(
        &self,
        end: Position,
        change: &mut dyn FnMut(Raw<'_>) -> Result<Option<Vec<u8>>>,
    ) -> Result<()>;
}

/// A record as it lies in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raw<'a> {
    /// Where it stands.
    pub position: Position,
    /// Which clock it runs on.
    pub lane: Lane,
    /// That clock's time.
    pub at: Timestamp,
    /// The encoded entry.
    pub entry: &'a [u8],
}

/// Ordered tables of bytes, written by atomic batches.
pub trait Tables: Send + Sync {
    /// What a question looks at.
    type View<'a>: View
    where
        Self: 'a;
    /// A batch under construction.
    type Batch<'a>: Batch
    where
        Self: 'a;

    /// The tables as they are after the last batch written. Later batches do not show in it.
    fn view(&self) -> Self::View<'_>;

    /// An empty batch.
    fn batch(&self) -> Self::Batch<'_>;

    /// Writes a batch, whole or not at all. It is seen on return; it reaches the disk at the latest
    /// with [`Tables::persist`], and never without the batches before it. The caller writes from one
    /// thread at a time.
    ///
    /// # Errors
    /// The disk refused.
    fn write(&self, batch: Self::Batch<'_>) -> Result<()>;

    /// Makes all batches so far survive a power cut.
    ///
    /// # Errors
    /// The disk refused.
    fn persist(&self) -> Result<()>;

    /// Takes off the disk whatever was overwritten or removed before now. Reading and writing go on.
    ///
    /// # Errors
    /// The disk refused; some of it may be left.
    fn purge(&self) -> Result<()>;

    /// Makes the tables take batches again after one failed for want of room. They may then stand at any
    /// batch between the last that was persisted and the one that failed, itself included. Does nothing
    /// if none failed.
    ///
    /// # Errors
    /// The disk refused.
    fn recover(&self) -> Result<()>;
}

/// Looks into tables as they were at one time.
pub trait View {
    /// A key or value read.
    type Bytes: Deref<Target = [u8]>;

    /// The value under a key.
    ///
    /// # Errors
    /// The disk refused.
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Self::Bytes>>;

    /// Keys and values in the order of keys, bytewise. An item is an error if the disk refused.
    fn range(
        &self,
        table: Table,
        keys: impl RangeBounds<Vec<u8>>,
    ) -> impl DoubleEndedIterator<Item = Result<(Self::Bytes, Self::Bytes)>>;
}

/// Changes to be written together. Of several to one key the last one counts. Keys are never empty.
pub trait Batch {
    /// Sets the value under a key.
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]);
    /// Takes a key out.
    fn remove(&mut self, table: Table, key: &[u8]);
}

/// The tables of the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// One row: how far the state has come.
    Progress,
    /// Customer id → timer and customer.
    Customers,
    /// Merged id → whom it stands for.
    Aliases,
    /// Identifier → customer id.
    Owners,
    /// Customer id and first position → positions of records, as distances.
    Trails,
    /// Lane, time and customer id → nothing.
    Timers,
    /// Event key → nothing.
    Seen,
    /// First position and number → readings.
    Readings,
    /// Position → what was read in that text a second time.
    ReadingsAnew,
    /// First position and number → moments.
    Moments,
    /// Position → the moments of that record since its customer's past was folded anew.
    MomentsAnew,
    /// First position and number → receipts.
    Receipts,
    /// Promise id → customer id and promise.
    Promises,
    /// Case id → customer id and case.
    Cases,
    /// Parcel id → parcel.
    Parcels,
    /// Parcel id → endpoint and state.
    ParcelStates,
    /// Endpoint, time and parcel id → nothing.
    Ready,
    /// Time and parcel id → nothing.
    Dead,
    /// Endpoint → state, unless enabled.
    Endpoints,
    /// Rollup key → rollup.
    Rollups,
    /// Position → rejected input.
    Rejected,
    /// Position → nothing.
    Redriven,
    /// Position of the order → an erasure.
    Erasures,
    /// The receipt before, or nothing → hashes of erased receipts.
    Seals,
}

impl Table {
    /// Every table; a table's place here is its number.
    pub const ALL: [Table; 24] = [
        Table::Progress,
        Table::Customers,
        Table::Aliases,
        Table::Owners,
        Table::Trails,
        Table::Timers,
        Table::Seen,
        Table::Readings,
        Table::ReadingsAnew,
        Table::Moments,
        Table::MomentsAnew,
        Table::Receipts,
        Table::Promises,
        Table::Cases,
        Table::Parcels,
        Table::ParcelStates,
        Table::Ready,
        Table::Dead,
        Table::Endpoints,
        Table::Rollups,
        Table::Rejected,
        Table::Redriven,
        Table::Erasures,
        Table::Seals,
    ];

    /// The table's name on disk and in messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Table::Progress => "progress",
            Table::Customers => "customers",
            Table::Aliases => "aliases",
            Table::Owners => "owners",
            Table::Trails => "trails",
            Table::Timers => "timers",
            Table::Seen => "seen",
            Table::Readings => "readings",
            Table::Moments => "moments",
            Table::ReadingsAnew => "readings_anew",
            Table::MomentsAnew => "moments_anew",
            Table::Receipts => "receipts",
            Table::Promises => "promises",
            Table::Cases => "cases",
            Table::Parcels => "parcels",
            Table::ParcelStates => "parcel_states",
            Table::Ready => "ready",
            Table::Dead => "dead",
            Table::Endpoints => "endpoints",
            Table::Rollups => "rollups",
            Table::Rejected => "rejected",
            Table::Redriven => "redriven",
            Table::Erasures => "erasures",
            Table::Seals => "seals",
        }
    }

    /// The table's place in [`Table::ALL`].
    #[must_use]
    pub const fn number(self) -> usize {
        self as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tables_number_is_its_place_in_the_list() {
        for (place, table) in Table::ALL.into_iter().enumerate() {
            assert_eq!(table.number(), place, "{}", table.name());
        }
    }
}
