//! What the outside knows of the log: every record that was ever seen in it, and what was answered.

use std::collections::{BTreeMap, BTreeSet};

use opcx_core::log::{Lane, Position};
use opcx_core::record::Entry;
use opcx_core::time::Timestamp;
use opcx_store::{EventKey, Logged, Store};

use crate::broken::{Result, hold, unexplained};
use crate::erased::Erased;

/// Records read at a time.
const PAGE: usize = 512;

/// The log as it was seen. What stands in it once stands there for ever, but for what tells of who was erased.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) records: Vec<Logged>,
    /// The keys of all events seen in the log.
    pub(crate) keys: BTreeSet<EventKey>,
    clocks: BTreeMap<Lane, Timestamp>,
    /// Every event that was answered with success.
    pub(crate) acknowledged: BTreeSet<EventKey>,
    /// Every event that was ever handed in.
    pub(crate) handed_in: BTreeSet<EventKey>,
    /// The position after the last record that was answered for.
    pub(crate) answered_to: u64,
    /// Who is to be erased.
    pub(crate) erased: Erased,
}

impl Ledger {
    /// Looks at what is new in the log.
    pub(crate) fn look(&mut self, store: &dyn Store) -> Result<()> {
        loop {
            let from = Position::new(self.records.len() as u64);
            let page = unexplained(store.read(from, PAGE, usize::MAX))?;
            if page.is_empty() {
                break;
            }
            for logged in page {
                self.add(logged)?;
            }
        }
        self.nothing_acknowledged_is_lost(store)
    }

    /// Looks at the whole log again.
    pub(crate) fn look_again(&mut self, store: &dyn Store) -> Result<()> {
        let mut from = 0;
        while from < self.records.len() {
            let page = unexplained(store.read(Position::new(from as u64), PAGE, usize::MAX))?;
            hold(!page.is_empty(), "nothing acknowledged is lost (law 1)", || {
                format!("the log ends at {from}, and {} records had been seen in it", self.records.len())
            })?;
            let read = page.len();
            for (seen, found) in self.records[from..].iter_mut().zip(page) {
                if *seen == found {
                    continue;
                }
                hold(
                    self.erased.explain(seen, &found),
                    "what the log served once it serves for ever",
                    || format!("at {} there was {seen:?}, now there is {found:?}", seen.position),
                )?;
                *seen = found;
            }
            from += read;
        }
        self.look(store)
    }

    fn add(&mut self, logged: Logged) -> Result<()> {
        let is_rewritten = matches!(&logged.record.entry, Entry::Erased(_) | Entry::Erasure(_));
        hold(!is_rewritten, "nothing comes from nowhere", || {
            format!("nobody has seen what was erased at {}", logged.position)
        })?;
        let clock = self.clocks.entry(logged.record.lane).or_insert(logged.record.at);
        hold(*clock <= logged.record.at, "the log's time never goes back", || {
            format!("at {} it went back from {clock} to {}", logged.position, logged.record.at)
        })?;
        *clock = logged.record.at;
        if let Entry::Event(event) = &logged.record.entry {
            let key = EventKey::of(&event.source, &event.id);
            hold(self.handed_in.contains(&key), "nothing comes from nowhere", || {
                format!("nobody handed in event {} at {}", event.id, logged.position)
            })?;
            let in_history = logged.record.lane != Lane::LIVE;
            hold(in_history == event.id.starts_with('h'), "an import keeps its own clock", || {
                format!("event {} at {} runs on lane {}", event.id, logged.position, logged.record.lane.get())
            })?;
            self.keys.insert(key);
        }
        self.records.push(logged);
        Ok(())
    }

    fn nothing_acknowledged_is_lost(&self, store: &dyn Store) -> Result<()> {
        let end = store.end().get();
        hold(end >= self.answered_to, "nothing acknowledged is lost (law 1)", || {
            format!("records up to {} were answered for, the log ends at {end}", self.answered_to)
        })?;
        let lost: Vec<_> = self.acknowledged.difference(&self.keys).take(3).collect();
        hold(lost.is_empty(), "nothing acknowledged is lost (law 1)", || {
            format!("acknowledged and not in the log: {lost:?}")
        })
    }

    /// The lane of the record at `position`.
    pub(crate) fn lane(&self, position: Position) -> Lane {
        let at = usize::try_from(position.get()).unwrap_or(usize::MAX);
        self.records.get(at).map_or(Lane::LIVE, |logged| logged.record.lane)
    }
}
