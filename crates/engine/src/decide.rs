//! Decide, commit: one batch of the log at a time.
//!
//! ```text
//!  read ──► sift ──► assign ──► work ──► gather ──► commit
//!           repeats   whose      steps,    order,     one
//!           out       event?     parallel  chain      transaction
//! ```
//!
//! While a batch is written, the next one is decided on: see [`past`].
//!
//! Timers have a place in the log too: a timer due at T on a lane fires just before the lane's first
//! record with a time at or after T. So nothing depends on where a batch ends.

mod assign;
mod batch;
mod crowd;
mod error;
mod gather;
mod history;
mod housekeeping;
mod lanes;
mod past;
mod tick;
mod work;

pub use error::EngineError;
pub use tick::tick_due;

use std::sync::Arc;

use hashbrown::HashSet;
use opcx_core::customer::{Customer, CustomerId};
use opcx_core::definitions::Definitions;
use opcx_core::identity::Identifier;
use opcx_core::log::Position;
use opcx_core::record::{Entry, Order};
use opcx_store::{Commit, EventKey, Logged, Progress, Store, StoreError};
use rayon::prelude::*;

use crate::Memory;
use crate::cache::Cache;
use assign::{Assigned, Task};
use batch::Batch;
use lanes::Lanes;
use past::{Past, Writing};
use work::{Finished, Shift, Worker};

/// How much of the log one batch takes at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Records. Small batches answer fast, large ones coalesce writes; the log decides: a batch takes
    /// what is there.
    pub records_max: usize,
    /// Bytes of records.
    pub bytes_max: usize,
    /// Customers whose timers fire in one commit. Where more are due at one record, after a long pause,
    /// they are taken in commits of their own before it.
    pub timers_max: usize,
    /// Records that must wait after a batch for them to be decided on while it is written. As few as a moment
    /// brings are soon decided on, and by then there are more.
    pub ahead_from: u64,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { records_max: 12_288, bytes_max: 16 << 20, timers_max: 16_384, ahead_from: 4_096 }
    }
}

impl Budget {
    /// What is taken at once while memory is short.
    fn while_short(self) -> Budget {
        Budget { records_max: (self.records_max / 8).max(1), timers_max: self.timers_max / 8, ..self }
    }
}

/// How many records are decided on between two looks at memory.
const LOOK_EVERY_RECORDS: usize = 4_096;
/// For as many of them a call counts that finds nothing to decide on: every small batch is followed by one, and looking takes
/// as long as a few events do.
const NOTHING_COUNTS: usize = LOOK_EVERY_RECORDS / 8;
/// Tasks that one core does at a time, at least: enough that what they come to is put together once and not for each.
const TASKS_A_SHIFT: usize = 64;
/// Customers kept at hand per generation, in bytes of memory ([`in_memory`]).
const CUSTOMERS_CACHED_BYTES: usize = 32 << 20;
/// Identifiers kept at hand per generation.
const OWNERS_CACHED: usize = 131_072;

/// Decides on the log, batch by batch.
pub struct Decider {
    store: Arc<dyn Store>,
    definitions: Arc<Definitions>,
    budget: Budget,
    policy: opcx_core::delivery::Policy,
    /// How far the log is decided on.
    progress: Progress,
    customers: Cache<CustomerId, Arc<Customer>>,
    owners: Cache<Identifier, CustomerId>,
    /// What was decided last, where it is yet to be written.
    under_way: Option<UnderWay>,
    memory: Arc<Memory>,
    /// Records decided on since the last look at it.
    unlooked: usize,
}

/// A commit that is yet to be written.
struct UnderWay {
    commit: Commit,
    /// How far the log was decided on before it.
    before: Progress,
}

impl Decider {
    /// A decider that goes on where the store's state stands.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn new(
        store: Arc<dyn Store>,
        definitions: Arc<Definitions>,
        policy: opcx_core::delivery::Policy,
        budget: Budget,
    ) -> Result<Decider, EngineError> {
        let progress = store.progress()?;
        Ok(Decider {
            store,
            definitions,
            budget,
            policy,
            progress,
            customers: Cache::new(CUSTOMERS_CACHED_BYTES),
            owners: Cache::new(OWNERS_CACHED),
            under_way: None,
            memory: Arc::new(Memory::unlimited()),
            unlooked: 0,
        })
    }

    /// Keeps to this memory, at the cost of speed.
    #[must_use]
    pub fn within(self, memory: Arc<Memory>) -> Decider {
        Decider { memory, ..self }
    }

    /// The next position to be decided on.
    #[must_use]
    pub fn position(&self) -> Position {
        self.progress.position
    }

    /// The position up to which what was decided is in the store.
    #[must_use]
    pub fn stored(&self) -> Position {
        self.under_way.as_ref().map_or(self.progress.position, |under_way| under_way.before.position)
    }

    /// Decides under other definitions from the next record on, as a new decider would.
    pub fn follow(&mut self, definitions: Arc<Definitions>) {
        self.let_go();
        self.definitions = definitions;
    }

    /// Goes on where the store's state stands, as when started.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn reload(&mut self) -> Result<(), EngineError> {
        self.forget();
        self.progress = self.store.progress()?;
        Ok(())
    }

    /// Decides on the next batch, and commits it; or leaves that for the next call where much waits, so that it is
    /// written while that one decides. Returns how many records the batch has; 0 at the log's end.
    ///
    /// # Errors
    /// The store refused. What was not committed is as if it had never been decided on, and the same call may be tried
    /// again.
    pub fn advance(&mut self) -> Result<usize, EngineError> {
        let advanced = self.advance_behind();
        self.keep_to_memory(*advanced.as_ref().unwrap_or(&0));
        if advanced.is_err() {
            // What is at hand may be half changed; the store has it whole.
            self.forget();
        }
        advanced
    }

    /// Commits what was decided last, if that is yet to be done.
    ///
    /// # Errors
    /// The store refused; then it is as if it had never been decided on.
    pub fn settle(&mut self) -> Result<(), EngineError> {
        let Some(UnderWay { commit, before }) = self.under_way.take() else { return Ok(()) };
        if let Err(error) = self.store.commit(&commit) {
            self.progress = before;
            self.forget();
            return Err(error.into());
        }
        drop_elsewhere(commit);
        Ok(())
    }

    /// Where memory is short, lets go of what is at hand.
    fn keep_to_memory(&mut self, taken: usize) {
        self.unlooked += if taken == 0 { NOTHING_COUNTS } else { taken };
        if self.unlooked < LOOK_EVERY_RECORDS {
            return;
        }
        self.unlooked = 0;
        if self.memory.look() {
            self.let_go();
            self.memory.give_back();
        }
    }

    /// Keeps nothing at hand; it is read from the store again.
    fn let_go(&mut self) {
        self.customers.clear();
        self.owners.clear();
    }

    /// Forgets what is not in the store, and what is at hand.
    fn forget(&mut self) {
        self.let_go();
        self.under_way = None;
    }

    /// Decides on the next batch while the one before it is written.
    fn advance_behind(&mut self) -> Result<usize, EngineError> {
        let store = Arc::clone(&self.store);
        let taken = match self.under_way.take() {
            None => self.decide_next(Past::stored(&*store))?,
            Some(UnderWay { commit, before }) => {
                let writing = Writing::new(&*store, &commit);
                let (decided, _) =
                    rayon::join(|| self.decide_next(Past::behind(&writing)), || writing.finish().is_ok());
                if let Err(error) = writing.came_to() {
                    self.progress = before;
                    return Err(error.into());
                }
                drop_elsewhere(commit);
                decided?
            }
        };
        if self.store.end() < self.position().plus(self.budget.ahead_from) {
            self.settle()?;
        }
        Ok(taken)
    }

    fn decide_next(&mut self, past: Past<'_>) -> Result<usize, EngineError> {
        let budget = if self.memory.is_short() { self.budget.while_short() } else { self.budget };
        let mut batch = Batch::read(past, budget, self.position())?;
        if batch.records.is_empty() {
            return Ok(0);
        }
        stop_at_erasure(&mut batch);
        let due = self.part_crowd(past, &mut batch)?;
        let commit = self.decide(past, &batch, &due)?;
        self.hand_over(commit);
        let taken = batch.records.len();
        drop_elsewhere(batch);
        Ok(taken)
    }

    fn decide(&mut self, past: Past<'_>, batch: &Batch, due: &[CustomerId]) -> Result<Commit, EngineError> {
        let counted = sift(batch);
        let batch = batch.records.as_slice();
        let lanes = Lanes::of(batch, &self.progress.clocks);
        let Assigned { mut tasks, owners, owners_gone, mut remarks } =
            assign::assign(past, &self.definitions, &mut self.customers, &mut self.owners, batch, &counted)?;
        assign::add_timers(&mut self.customers, &mut tasks, due);

        let finished = self.work(past, batch, &lanes, tasks)?;

        let new_parcels = finished.iter().flat_map(|task| &task.parcels);
        remarks.add_housekeeping(past, &self.policy, self.definitions.house.seed, batch, new_parcels)?;

        Ok(gather::gather(
            &self.definitions,
            &self.progress,
            batch,
            &counted,
            &lanes,
            finished,
            (owners, owners_gone),
            remarks,
        ))
    }

    fn work(
        &self,
        past: Past<'_>,
        batch: &[Logged],
        lanes: &Lanes,
        tasks: Vec<Task>,
    ) -> Result<Vec<Finished>, EngineError> {
        let worker = Worker { past, definitions: &self.definitions, batch, lanes };
        let shifts =
            tasks.into_par_iter().with_min_len(TASKS_A_SHIFT).try_fold(Shift::default, |mut shift, task| {
                worker.run(task, &mut shift)?;
                Ok::<_, StoreError>(shift)
            });
        Ok(shifts.map(|shift| Ok(shift?.finished)).collect::<Result<_, StoreError>>()?)
    }

    /// Has a commit written next, and keeps at hand what it changes.
    fn hand_over(&mut self, commit: Commit) {
        for identifier in &commit.owners_gone {
            self.owners.forget(identifier);
        }
        for (identifier, owner) in &commit.owners {
            self.owners.put(identifier.clone(), *owner, 1).into_iter().for_each(drop_elsewhere);
        }
        for change in &commit.customers {
            match &change.after {
                Some(customer) => {
                    let weight = in_memory(customer.as_bytes().len());
                    let left = self.customers.put(change.id, Arc::clone(customer.value()), weight);
                    left.into_iter().for_each(drop_elsewhere);
                }
                None => self.customers.forget(&change.id),
            }
        }
        let before = std::mem::replace(&mut self.progress, commit.progress.clone());
        self.under_way = Some(UnderWay { commit, before });
    }
}

/// About how much memory a customer takes, from how many bytes they are written down in: half a kilobyte for whoever is
/// heard of once, and four times what is written for those who are heard of often.
fn in_memory(written_bytes: usize) -> usize {
    512 + 4 * written_bytes
}

/// Drops on another core what a batch leaves behind, a few pieces of memory for each event, and what is forgotten for it:
/// here the next batch would wait for it.
fn drop_elsewhere(left: impl Send + 'static) {
    rayon::spawn(move || drop(left));
}

/// Which records of the batch are events that were not counted before: law 2.
fn sift(batch: &Batch) -> Counted {
    let mut fresh = HashSet::with_capacity(batch.events.len());
    let mut counted = Counted {
        fresh: vec![false; batch.records.len()],
        keys: Vec::with_capacity(batch.events.len()),
        ..Counted::default()
    };
    for (&(at, key), &seen) in batch.events.iter().zip(&batch.seen) {
        if seen || !fresh.insert(key) {
            counted.repeats += 1;
        } else {
            counted.keys.push(key);
            // Of an erased customer's event only the key is left.
            if matches!(batch.records[at].record.entry, Entry::Event(_)) {
                counted.fresh[at] = true;
                counted.events += 1;
            }
        }
    }
    counted
}

/// An erasure is decided on by itself: what it needs to know of is stored by then.
fn stop_at_erasure(batch: &mut Batch) {
    let erases = |logged: &Logged| match &logged.record.entry {
        Entry::Command(command) => matches!(command.order, Order::Erase(_)),
        Entry::Erasure(_) => true,
        Entry::Event(_)
        | Entry::Reading(_)
        | Entry::Rejected(_)
        | Entry::Delivery(_)
        | Entry::Tick
        | Entry::Erased(_) => false,
    };
    if let Some(first) = batch.records.iter().position(erases) {
        batch.truncate(first.max(1));
    }
}

/// Which records of a batch count.
#[derive(Default)]
struct Counted {
    /// For each record whether it is an event that was not counted before.
    fresh: Vec<bool>,
    /// How many those are.
    events: u64,
    /// Their keys, and those of erased customers' events.
    keys: Vec<EventKey>,
    /// How many events were counted before.
    repeats: u64,
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use opcx_core::event::Event;
    use opcx_core::identity::{Identifier, IdentifierKind};
    use opcx_core::log::Lane;
    use opcx_core::time::Timestamp;
    use opcx_store::{Draft, Encoded, Memory as MemoryStore};

    use super::*;
    use crate::sample;

    const RECORDS: u64 = 10_000;

    /// A store whose log tells of as many customers as it has records.
    fn store() -> Arc<dyn Store> {
        let store = MemoryStore::new();
        let draft = |number: u64| {
            let who = Identifier::new(IdentifierKind::UserId, &format!("user-{number}")).expect("a name");
            let event = Event { id: number.to_string().into(), who: vec![who], ..sample::event() };
            Draft { lane: Lane::LIVE, at: Timestamp::EPOCH, entry: Encoded::of(&Entry::Event(event)) }
        };
        store.append(&(0..RECORDS).map(draft).collect::<Vec<_>>()).expect("memory takes it");
        Arc::new(store)
    }

    fn decider(store: &Arc<dyn Store>) -> Decider {
        let budget = Budget { records_max: 800, ..Budget::default() };
        let policy = opcx_core::delivery::Policy::default();
        Decider::new(Arc::clone(store), Arc::new(sample::definitions()), policy, budget).expect("it reads")
    }

    #[test]
    fn law_12_where_memory_is_short_batches_are_small_and_nothing_is_kept_at_hand() {
        let (taken, given_back) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let (told, counted) = (Arc::clone(&taken), Arc::clone(&given_back));
        let memory = Memory::new(
            1_000_000_000,
            move || Some(told.load(Ordering::Relaxed)),
            move || {
                counted.fetch_add(1, Ordering::Relaxed);
            },
        );
        let store = store();
        let mut decider = decider(&store).within(Arc::new(memory));
        let mut batches = Vec::new();
        for _ in 0..8 {
            batches.push(decider.advance().expect("it decides"));
            if batches.iter().sum::<usize>() >= LOOK_EVERY_RECORDS / 2 {
                taken.store(900_000_000, Ordering::Relaxed);
            }
        }
        assert_eq!(batches, [800, 800, 800, 800, 800, 800, 100, 100]);
        assert_eq!(given_back.load(Ordering::Relaxed), 1);
        assert!(decider.customers.get(&CustomerId(Position::START)).is_none(), "let go of");
    }

    #[test]
    fn a_batch_is_in_the_store_once_the_next_one_is_decided_on_or_when_it_is_asked_for() {
        let store = store();
        let mut decider = decider(&store);
        let places = |decider: &Decider| (decider.position().get(), decider.stored().get());
        assert_eq!(decider.advance().expect("it decides"), 800);
        assert_eq!(places(&decider), (800, 0));
        assert_eq!(decider.advance().expect("it decides"), 800);
        assert_eq!(places(&decider), (1_600, 800));
        decider.settle().expect("it is written");
        assert_eq!(places(&decider), (1_600, 1_600));
        while decider.advance().expect("it decides") > 0 {}
        assert_eq!(places(&decider), (RECORDS, RECORDS), "at the log's end nothing is left to be written");
        assert_eq!(store.progress().expect("it reads").totals.customers, RECORDS);
    }
}
