use std::collections::BTreeMap;
use std::sync::Arc;

use hashbrown::HashSet;
use opcx_core::log::{Lane, Position};
use opcx_core::time::Timestamp;
use opcx_store::{Draft, Encoded, EventKey, Store, StoreError};

use super::window::Window;

/// Keys that are remembered to recognise repeats before they are written: 24 bytes each with its
/// place, so about 50 MB when full. It covers retries; what comes later is recognised when decided.
const WINDOW_KEYS_MAX: usize = 1 << 20;

/// Entries handed in together; they are answered together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The clock they run on.
    pub lane: Lane,
    /// The time of that clock; `None` for live entries, which get the time of accepting.
    pub at: Option<Timestamp>,
    /// The entries.
    pub entries: Vec<Submitted>,
}

/// One entry handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// What makes it one of its kind; `None` for entries that are no events.
    pub key: Option<EventKey>,
    /// The entry.
    pub entry: Encoded,
}

/// What became of a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// How many entries were appended.
    pub fresh: usize,
    /// How many were repeats, recognised and left out.
    pub repeats: usize,
    /// The first position after them. Once the state has come this far, all of them are decided.
    pub end: Position,
}

/// Appends submissions to the log.
pub struct Acceptor {
    store: Arc<dyn Store>,
    window: Window,
    clocks: BTreeMap<Lane, Timestamp>,
}

impl Acceptor {
    /// An acceptor for the end of the store's log.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn new(store: Arc<dyn Store>) -> Result<Acceptor, StoreError> {
        let mut clocks: BTreeMap<Lane, Timestamp> = store.progress()?.clocks.into_iter().collect();
        // The log may be ahead of the state: its clocks count too.
        let mut from = store.progress()?.position;
        while from < store.end() {
            let records = store.read(from, READ_RECORDS, READ_BYTES)?;
            let Some(last) = records.last() else { break };
            from = last.position.next();
            for logged in &records {
                let clock = clocks.entry(logged.record.lane).or_insert(logged.record.at);
                *clock = (*clock).max(logged.record.at);
            }
        }
        Ok(Acceptor { store, window: Window::new(WINDOW_KEYS_MAX), clocks })
    }

    /// Appends all submissions with one durable write. On return they would survive a power cut,
    /// and each may be answered.
    ///
    /// # Errors
    /// The store refused: none of them may be acknowledged.
    pub fn append(
        &mut self,
        now: Timestamp,
        submissions: Vec<Submission>,
    ) -> Result<Vec<Accepted>, StoreError> {
        let mut drafts =
            Vec::with_capacity(submissions.iter().map(|submission| submission.entries.len()).sum());
        let mut fresh_keys = Vec::with_capacity(drafts.capacity());
        let mut in_this_write: HashSet<EventKey> = HashSet::with_capacity(drafts.capacity());
        let mut counts = Vec::with_capacity(submissions.len());
        for submission in submissions {
            let clock = self.clocks.entry(submission.lane).or_insert(Timestamp::MIN);
            // A lane's time never goes back, whatever the wall's clock or the data do.
            *clock = submission.at.unwrap_or(now).max(*clock);
            let (mut fresh, mut repeats) = (0, 0);
            for submitted in submission.entries {
                if let Some(key) = submitted.key {
                    if self.window.holds(&key) || !in_this_write.insert(key) {
                        repeats += 1;
                        continue;
                    }
                    fresh_keys.push(key);
                }
                fresh += 1;
                drafts.push(Draft { lane: submission.lane, at: *clock, entry: submitted.entry });
            }
            counts.push((fresh, repeats));
        }
        let mut end = if drafts.is_empty() { self.store.end() } else { self.store.append(&drafts)? };
        // Only what is durable is a repeat from now on.
        for key in fresh_keys {
            self.window.note(key);
        }
        let accepted = counts.into_iter().map(|(fresh, repeats)| {
            end = end.plus(fresh as u64);
            Accepted { fresh, repeats, end }
        });
        Ok(accepted.collect())
    }

    /// The time of a lane's latest entry.
    #[must_use]
    pub fn clock(&self, lane: Lane) -> Option<Timestamp> {
        self.clocks.get(&lane).copied()
    }
}

/// Records read at a time when opening.
const READ_RECORDS: usize = 10_000;
/// Bytes read at a time when opening.
const READ_BYTES: usize = 8 << 20;
