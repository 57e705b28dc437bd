use std::sync::Arc;

use anyhow::bail;
use opcx_core::log::Lane;
use opcx_core::record::Entry;
use opcx_core::time::Timestamp;
use opcx_engine::{Acceptor, Submission, Submitted};
use opcx_store::{Encoded, EventKey, Store};

use super::pace::Reader;

/// Entries that one durable write takes: one write every hundred milliseconds or so.
const BATCH_ENTRIES_MAX: usize = 8_192;
/// Bytes of entries that one durable write takes.
const BATCH_BYTES_MAX: usize = 8 << 20;

/// An event ready for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Prepared {
    /// When it happened.
    pub(crate) at: Timestamp,
    /// What makes it one of its kind.
    pub(crate) key: EventKey,
    /// The event.
    pub(crate) entry: Encoded,
}

/// Appends to the log in batches, at the pace of the deciding thread.
pub(super) struct Feed<'a> {
    store: &'a dyn Store,
    acceptor: Acceptor,
    lane: Lane,
    pace: Reader<'a>,
    waiting: Vec<(Timestamp, Submitted)>,
    bytes: usize,
    /// Events appended.
    pub(super) fresh: u64,
    /// Events that were in the log already.
    pub(super) repeats: u64,
}

impl<'a> Feed<'a> {
    pub(super) fn new(store: &'a Arc<dyn Store>, lane: Lane, pace: Reader<'a>) -> anyhow::Result<Feed<'a>> {
        Ok(Feed {
            store: &**store,
            acceptor: Acceptor::new(Arc::clone(store))?,
            lane,
            pace,
            waiting: Vec::new(),
            bytes: 0,
            fresh: 0,
            repeats: 0,
        })
    }

    pub(super) fn event(&mut self, prepared: Prepared) -> anyhow::Result<()> {
        let Prepared { at, key, entry } = prepared;
        self.add(at, Submitted { key: Some(key), entry })
    }

    /// An entry that has no time of its own: it takes its lane's.
    pub(super) fn other(&mut self, entry: &Entry) -> anyhow::Result<()> {
        self.add(Timestamp::MIN, Submitted { key: None, entry: Encoded::of(entry) })
    }

    fn add(&mut self, at: Timestamp, submitted: Submitted) -> anyhow::Result<()> {
        self.bytes += submitted.entry.as_bytes().len();
        self.waiting.push((at, submitted));
        if self.waiting.len() >= BATCH_ENTRIES_MAX || self.bytes >= BATCH_BYTES_MAX {
            self.flush()?;
        }
        Ok(())
    }

    pub(super) fn flush(&mut self) -> anyhow::Result<()> {
        self.bytes = 0;
        let waiting = std::mem::take(&mut self.waiting);
        let keys: Vec<EventKey> = waiting.iter().filter_map(|(_, submitted)| submitted.key).collect();
        // What is not decided on yet the store does not know, but the acceptor does.
        let mut seen = self.store.seen(&keys)?.into_iter();
        let mut submissions: Vec<Submission> = Vec::new();
        let mut events = 0_u64;
        let mut others = 0_u64;
        for (at, submitted) in waiting {
            if submitted.key.is_none() {
                others += 1;
            } else {
                events += 1;
                if seen.next() == Some(true) {
                    continue;
                }
            }
            match submissions.last_mut() {
                Some(last) if last.at == Some(at) => last.entries.push(submitted),
                Some(_) | None => {
                    submissions.push(Submission { lane: self.lane, at: Some(at), entries: vec![submitted] });
                }
            }
        }
        if !submissions.is_empty() {
            // Every submission brings its own time.
            let accepted = self.acceptor.append(Timestamp::MIN, submissions)?;
            let appended: u64 = accepted.iter().map(|one| u64::try_from(one.fresh).unwrap_or(u64::MAX)).sum();
            let fresh = appended.saturating_sub(others);
            self.fresh += fresh;
            events = events.saturating_sub(fresh);
            if !self.pace.has_read_to(self.store.end()) {
                bail!("deciding has stopped");
            }
        }
        self.repeats += events;
        Ok(())
    }
}
