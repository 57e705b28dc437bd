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

use opcx_core::event::{CustomersWords, Event};
use opcx_core::log::{Lane, Position};
use opcx_core::reading::Reading;
use opcx_core::record::{Entry, SecondReading};
use opcx_store::{Encoded, Store, StoreError};

use crate::{Submission, Submitted};

/// Texts that are read together: as many as a network reads fastest, and few enough to be ready soon.
pub const TEXTS_AT_ONCE: usize = 32;
/// Records that may wait to be decided on while texts are read again. When more do, the machine is busy, and deciding
/// comes first: texts wait, and soon new ones get no second look at all.
const LAG_RECORDS_MAX: u64 = 256;
/// Most events of a customer whose texts are read again. With a second reading the customer's past is folded anew,
/// which costs as much as it is long; of somebody with a longer one the first reading stands.
pub const SECOND_LOOK_EVENTS_MAX: u64 = 256;
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
        let mut texts: Vec<(Position, CustomersWords<'_>)> = Vec::new();
        for logged in &records {
            // One that was erased since is no event any more.
            let Some(event) = logged.record.entry.event() else { continue };
            if let Some(words) = event.customers_words()
                && !self.has_long_past(event)?
            {
                texts.push((logged.position, words));
            }
        }
        let words: Vec<CustomersWords<'_>> = texts.iter().map(|(_, words)| *words).collect();
        let readings = (self.read)(&words);
        let entries = texts.iter().zip(readings).map(|(&(of, _), reading)| Submitted {
            key: None,
            entry: Encoded::of(&Entry::Reading(SecondReading { of, reading })),
        });
        Ok(Some(Submission { lane: Lane::LIVE, at: None, entries: entries.collect() }))
    }

    fn has_long_past(&self, event: &Event) -> Result<bool, StoreError> {
        let Some(strongest) = event.strongest() else { return Ok(false) };
        let Some(whose) = self.store.owner(strongest)? else { return Ok(false) };
        Ok(self.store.customer(whose)?.is_some_and(|customer| customer.known.events > SECOND_LOOK_EVENTS_MAX))
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

#[cfg(test)]
mod tests {
    use opcx_core::customer::{Customer, CustomerId};
    use opcx_core::identity::{Identifier, IdentifierKind, Person};
    use opcx_core::reading::{Chosen, Found, Model, Tier, Unknown};
    use opcx_core::time::Timestamp;
    use opcx_store::{Commit, CustomerChange, Draft, Memory, Progress, Written};

    use super::*;
    use crate::sample;

    /// A store in which somebody with so many events said something that awaits its second look.
    fn store(events: u64) -> Memory {
        let store = Memory::new();
        let who = Identifier::new(IdentifierKind::Email, "ada@example.org").expect("an address");
        let event = Event {
            kind: "Message Received".into(),
            who: vec![who.clone()],
            said: Some("it is so so".into()),
            ..sample::event()
        };
        let entry = Encoded::of(&Entry::Event(event));
        store.append(&[Draft { lane: Lane::LIVE, at: Timestamp::EPOCH, entry }]).expect("memory takes it");
        let id = CustomerId(Position::START);
        let mut customer = Customer::new(id, Person::default());
        customer.known.events = events;
        let commit = Commit {
            progress: Progress { position: Position::START.next(), ..Progress::default() },
            owners: vec![(who, id)],
            customers: vec![CustomerChange { id, after: Some(Written::customer(customer)), timer: None }],
            readings: vec![Written::new((Position::START, reading(Tier::Fast, Chosen::Doubtful)))],
            ..Commit::default()
        };
        store.commit(&commit).expect("memory takes it");
        store
    }

    fn reading(tier: Tier, chosen: Chosen) -> Reading {
        Reading { model: Model { tier, version: 1 }, chosen, found: Found::Unknown(Unknown::Unsure) }
    }

    #[test]
    fn of_somebody_with_a_long_past_the_first_reading_stands() {
        let read_again = |events| {
            let read: ReadAgain =
                Arc::new(|texts| texts.iter().map(|_| reading(Tier::Deep, Chosen::Doubtful)).collect());
            let waiting = Waiting::default();
            let mut look = SecondLook::new(Arc::new(store(events)), read, waiting.clone()).expect("it reads");
            let entries = look.read_next().expect("it reads").expect("one text waits").entries.len();
            look.done();
            (entries, waiting.get())
        };
        assert_eq!(read_again(SECOND_LOOK_EVENTS_MAX), (1, 0));
        assert_eq!(read_again(SECOND_LOOK_EVENTS_MAX + 1), (0, 0), "and it waits no longer");
    }
}
