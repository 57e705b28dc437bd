//! A second look: texts that the first model was not sure of are read again by a slower one, off the deciding path.
//!
//! ```text
//!  decided texts ──► waiting ──► read ──► an entry of its own
//!                    in order    a batch   handed in like any other
//! ```
//!
//! The engine decides on a text with its first reading at once. A [`SecondLook`] follows behind what was decided, so a
//! slow model holds nothing up, and its reading arrives as an event of its own. What waits when the program ends is
//! found again at the next start: the state knows how far the looking has come.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use opcx_core::event::CustomersWords;
use opcx_core::log::{Lane, Position};
use opcx_core::reading::Reading;
use opcx_core::record::{Entry, SecondReading};
use opcx_store::{Encoded, Store, StoreError};

use crate::{Submission, Submitted};

/// Texts that are read together: as many as a network reads fastest, and few enough to be ready soon.
pub const TEXTS_AT_ONCE: usize = 32;
/// Records that may wait to be decided on while texts are read again. When more do, the machine is busy, and deciding
/// comes first: texts wait, and soon new ones get no second look at all.
const LAG_RECORDS_MAX: u64 = 1_024;
/// Readings fetched at a time when looking for what waits.
const ROWS_AT_ONCE: usize = 4_096;

/// Reads texts in the slower model: one reading for each, in their order.
pub type ReadAgain = Arc<dyn Fn(&[CustomersWords<'_>]) -> Vec<Reading> + Send + Sync>;

/// How many texts wait for their second look, for those who accept new ones.
#[derive(Debug, Clone, Default)]
pub struct Waiting(Arc<AtomicUsize>);

impl Waiting {
    /// The number, as of lately.
    #[must_use]
    pub fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// Follows what was decided, and reads again what awaits it.
pub struct SecondLook {
    store: Arc<dyn Store>,
    read: ReadAgain,
    /// Before this, everything was looked through.
    seen_to: Position,
    queue: VecDeque<Position>,
    waiting: Waiting,
}

impl SecondLook {
    /// Goes on where the state says that it stopped. `waiting` is told how much there is to do.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn new(store: Arc<dyn Store>, read: ReadAgain, waiting: Waiting) -> Result<SecondLook, StoreError> {
        let seen_to = store.progress()?.looked_to;
        Ok(SecondLook { store, read, seen_to, queue: VecDeque::new(), waiting })
    }

    /// Reads the next texts that wait, if any do and deciding does not lag behind, for the log. To be handed in; until
    /// then they wait still, see [`SecondLook::done`].
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn read_next(&mut self) -> Result<Option<Submission>, StoreError> {
        let decided = self.find()?;
        if self.store.end().get().saturating_sub(decided.get()) > LAG_RECORDS_MAX {
            return Ok(None);
        }
        let batch: Vec<Position> = self.queue.iter().take(TEXTS_AT_ONCE).copied().collect();
        if batch.is_empty() {
            return Ok(None);
        }
        let records = self.store.read_at(&batch)?;
        let texts: Vec<(Position, CustomersWords<'_>)> = records
            .iter()
            // One that was erased since is no event any more.
            .filter_map(|logged| Some((logged.position, logged.record.entry.event()?.customers_words()?)))
            .collect();
        let words: Vec<CustomersWords<'_>> = texts.iter().map(|(_, words)| *words).collect();
        let readings = (self.read)(&words);
        let entries = texts.iter().zip(readings).map(|(&(of, _), reading)| Submitted {
            key: None,
            entry: Encoded::of(&Entry::Reading(SecondReading { of, reading })),
        });
        Ok(Some(Submission { lane: Lane::LIVE, at: None, entries: entries.collect() }))
    }

    /// What [`SecondLook::read_next`] gave last is in the log.
    pub fn done(&mut self) {
        self.queue.drain(..self.queue.len().min(TEXTS_AT_ONCE));
        self.tell();
    }

    /// Looks through what was decided since. Returns how far that is.
    fn find(&mut self) -> Result<Position, StoreError> {
        let decided = self.store.progress()?.position;
        while self.seen_to < decided {
            let rows = self.store.first_readings(self.seen_to..decided, ROWS_AT_ONCE)?;
            self.seen_to = match rows.last() {
                Some((last, _)) if rows.len() == ROWS_AT_ONCE => last.next(),
                _ => decided,
            };
            let awaits = rows.iter().filter(|(_, reading)| reading.awaits_second_look());
            self.queue.extend(awaits.map(|(position, _)| *position));
        }
        self.tell();
        Ok(decided)
    }

    fn tell(&self) {
        self.waiting.0.store(self.queue.len(), Ordering::Relaxed);
    }
}
