//! The next batch, read while the last one is written: reading costs about as much, and each leaves a core idle.

use hashbrown::HashSet;
use opcx_core::log::Position;
use opcx_store::{Commit, EventKey, Logged, Store, StoreError};

use super::Budget;

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
    pub(super) fn read(store: &dyn Store, budget: Budget, from: Position) -> Result<Batch, StoreError> {
        let records = store.read(from, budget.records_max, budget.bytes_max)?;
        let key = |(at, logged): (usize, &Logged)| logged.record.entry.key().map(|key| (at, key));
        let events: Vec<(usize, EventKey)> = records.iter().enumerate().filter_map(key).collect();
        let keys: Vec<EventKey> = events.iter().map(|&(_, key)| key).collect();
        let seen = store.seen(&keys)?;
        Ok(Batch { records, events, seen })
    }

    /// What the log holds after a commit that is being written meanwhile, if that is much. What cannot be read now
    /// is read, or found to be damaged, when it is needed.
    pub(super) fn after(store: &dyn Store, budget: Budget, commit: &Commit) -> Option<Batch> {
        let from = commit.progress.position;
        // After a commit of timers alone the batch at hand goes on.
        if from == commit.from || store.end() < from.plus(budget.ahead_from) {
            return None;
        }
        let mut batch = Batch::read(store, budget, from).ok()?;
        // The store may not have been told of these yet.
        let told: HashSet<&EventKey> = commit.seen.iter().collect();
        for ((_, key), seen) in batch.events.iter().zip(&mut batch.seen) {
            *seen |= told.contains(key);
        }
        Some(batch)
    }

    /// Leaves out the records from the `len`th on.
    pub(super) fn truncate(&mut self, len: usize) {
        self.records.truncate(len);
        self.events.truncate(self.events.partition_point(|&(at, _)| at < len));
        self.seen.truncate(self.events.len());
    }
}

#[cfg(test)]
mod tests {
    use opcx_core::event::Event;
    use opcx_core::log::Lane;
    use opcx_core::record::Entry;
    use opcx_core::time::Timestamp;
    use opcx_store::{Draft, Encoded, Memory, Progress};

    use super::*;
    use crate::sample;

    fn event(id: &str) -> Event {
        Event { id: id.into(), ..sample::event() }
    }

    #[test]
    fn law_02_what_a_commit_is_still_writing_is_a_repeat_in_the_batch_after_it() {
        let store = Memory::new();
        let draft = |id| Draft {
            lane: Lane::LIVE,
            at: Timestamp::EPOCH,
            entry: Encoded::of(&Entry::Event(event(id))),
        };
        store.append(&["1", "2", "1"].map(draft)).expect("memory takes it");
        let progress = Progress { position: Position::START.next(), ..Progress::default() };
        let commit = Commit { progress, seen: vec![event("1").key()], ..Commit::default() };

        let budget = Budget { ahead_from: 2, ..Budget::default() };
        let after = Batch::after(&store, budget, &commit).expect("two records wait");
        assert_eq!(after.seen, [false, true]);
        let budget = Budget { ahead_from: 3, ..Budget::default() };
        assert!(Batch::after(&store, budget, &commit).is_none(), "fewer wait than are read ahead");
    }
}
