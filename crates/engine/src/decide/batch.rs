//! The next batch of the log.

use opcx_core::log::Position;
use opcx_store::{EventKey, Logged, StoreError};

use super::Budget;
use super::past::Past;

/// A batch of the log, with what the store knows of its events.
pub(super) struct Batch {
    pub(super) records: Vec<Logged>,
    /// The events among the records: place and key.
    pub(super) events: Vec<(usize, EventKey)>,
    /// For each of these whether it was counted before this batch.
    pub(super) seen: Vec<bool>,
}

impl Batch {
    /// What the log holds from `from` on.
    pub(super) fn read(past: Past<'_>, budget: Budget, from: Position) -> Result<Batch, StoreError> {
        let records = past.read(from, budget.records_max, budget.bytes_max)?;
        let key = |(at, logged): (usize, &Logged)| logged.record.entry.key().map(|key| (at, key));
        let events: Vec<(usize, EventKey)> = records.iter().enumerate().filter_map(key).collect();
        let keys: Vec<EventKey> = events.iter().map(|&(_, key)| key).collect();
        let seen = past.seen(&keys)?;
        Ok(Batch { records, events, seen })
    }

    /// Leaves out the records from the `len`th on.
    pub(super) fn truncate(&mut self, len: usize) {
        self.records.truncate(len);
        self.events.truncate(self.events.partition_point(|&(at, _)| at < len));
        self.seen.truncate(self.events.len());
    }
}
