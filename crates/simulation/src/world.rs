//! The simulated world. Everything in it follows from one seed.

mod delivering;
mod door;
mod erasing;
mod trouble;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use opcx_core::case::CaseChange;
use opcx_core::definitions::Definitions;
use opcx_core::delivery::ParcelId;
use opcx_core::identity::Identifier;
use opcx_core::log::Position;
use opcx_core::record::{Command, Entry, Order};
use opcx_core::time::{Span, Timestamp};
use opcx_engine::{Budget, EngineError, tick_due};
use opcx_store::disk::SimulatedDisk;
use opcx_store::{MemoryTables, StoreError};

use crate::broken::{Broken, Result, hold, unexplained};
use crate::ledger::Ledger;
use crate::machine::{Machine, Setting, poll, wall};
use crate::outside::{self, HandedIn, Senders};
use crate::plant::{Bug, planted_definitions};
use crate::random::Random;
use crate::replay::Program;
use crate::{company, laws};
use door::Waiting;

/// Days of log time that the world begins at, so that history lies well before it.
const BEGIN: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// The world under one seed.
pub(crate) struct World {
    /// What the laws go by.
    pub(crate) definitions: Arc<Definitions>,
    /// What the engine goes by.
    pub(crate) engines_definitions: Arc<Definitions>,
    pub(crate) bug: Option<Bug>,
    pub(crate) random: Random,
    pub(crate) now: Timestamp,
    /// How far the machine's clock is off.
    skew: Span,
    senders: Senders,
    pub(crate) machine: Machine,
    /// Requests at the door, in the order of their coming.
    waiting: Vec<Waiting>,
    /// What clients were not told is safe; they send it again.
    unanswered: VecDeque<HandedIn>,
    /// What clients may send again though it is safe.
    sent: VecDeque<HandedIn>,
    pub(crate) ledger: Ledger,
    /// What receivers have, and how often.
    pub(crate) received: BTreeMap<ParcelId, u32>,
    /// Parcels that an operator ordered to be tried again.
    pub(crate) resent: BTreeSet<ParcelId>,
    /// Who were said to be one person.
    merged: Vec<[Identifier; 2]>,
    /// Whether customers are erased here. Otherwise people are told apart here: whoever was told apart from
    /// somebody erased keeps what was decided for both, which a replay cannot know.
    erases: bool,
    /// What the bug of [`Bug::MarkedBeforeWritten`] takes for a repeat.
    marked: BTreeSet<opcx_store::EventKey>,
    pub(crate) tally: Tally,
}

/// What happened under a seed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) crashes: u64,
    pub(crate) faults: u64,
    pub(crate) refused: u64,
}

impl World {
    pub(crate) fn new(seed: u64, bug: Option<Bug>) -> Result<World> {
        World::on(&SimulatedDisk::new(), seed, bug)
    }

    pub(crate) fn on(disk: &SimulatedDisk, seed: u64, bug: Option<Bug>) -> Result<World> {
        let definitions = Arc::new(company::definitions());
        let engines_definitions = Arc::new(planted_definitions(&definitions, bug));
        let budget = Budget::default();
        let setting = Setting { definitions: &engines_definitions, budget, bug, is_restart: false };
        let machine = unexplained(Machine::start(disk, &MemoryTables::default(), &setting))?;
        Ok(World {
            definitions,
            engines_definitions,
            bug,
            random: Random::new(seed),
            now: BEGIN,
            skew: Span::ZERO,
            senders: Senders::new(!seed.is_multiple_of(4)),
            machine,
            waiting: Vec::new(),
            unanswered: VecDeque::new(),
            sent: VecDeque::new(),
            ledger: Ledger::default(),
            received: BTreeMap::new(),
            resent: BTreeSet::new(),
            merged: Vec::new(),
            erases: seed.is_multiple_of(2),
            marked: BTreeSet::new(),
            tally: Tally::default(),
        })
    }

    /// What decides here.
    pub(crate) fn program(&self) -> Program {
        Program { definitions: Arc::clone(&self.engines_definitions), bug: self.bug }
    }

    /// How much time has passed in the world.
    pub(crate) fn elapsed(&self) -> Span {
        self.now.since(BEGIN)
    }

    fn wall(&self) -> Timestamp {
        wall(self.now, self.skew)
    }

    /// One thing happens.
    pub(crate) fn step(&mut self) -> Result<()> {
        let what = self.random.below(210);
        self.happen(what)
    }

    /// One thing happens, and nothing goes wrong.
    pub(crate) fn calm_step(&mut self) -> Result<()> {
        let what = self.random.below(196);
        self.happen(what)
    }

    fn happen(&mut self, what: u64) -> Result<()> {
        self.machine.shared.set_wall(self.wall());
        match what {
            0..60 => self.send_new()?,
            60..68 => self.send_again()?,
            68..71 => self.overload()?,
            71..110 => self.append()?,
            110..146 => self.decide()?,
            146..160 => self.begin_deliveries()?,
            160..168 => self.end_delivery(),
            168..174 => self.pass_time(),
            174..179 => self.tick()?,
            179..184 => self.command()?,
            184..186 => {
                let entry = outside::rejected(&mut self.random);
                self.hand_in_alone(&entry);
            }
            186..188 => self.persist()?,
            188..190 => self.erase()?,
            190..196 => self.look_again()?,
            196..198 => self.jump_clock(),
            198..201 => self.ask_for_trouble(),
            201..203 => self.machine.disk.set_full(false),
            203..206 => self.crash()?,
            _ => self.erase_and_fail()?,
        }
        unexplained(self.machine.truth.progress())?;
        self.send_early()
    }

    /// Goes on until everything that was sent is answered, decided and delivered, with nothing going wrong
    /// any more.
    pub(crate) fn settle(&mut self) -> Result<()> {
        self.machine.disk.mend();
        self.machine.tables.mend();
        let before = self.machine.is_hurt();
        if let Err(error) = self.machine.persist() {
            // After a full disk the engine goes on by itself; after anything else it may need a new start.
            hold(before, "once there is room again the engine goes on", || error.to_string())?;
            self.restart()?;
        }
        // The log's clock may have been taken ahead of the time, and timers are due by that.
        let clocks = unexplained(self.machine.truth.progress())?.clocks;
        self.skew = Span::ZERO;
        self.now = clocks.iter().map(|(_, at)| *at).max().unwrap_or(BEGIN).max(self.now) + Span::DAY;
        for round in 0.. {
            self.append()?;
            unexplained(self.decide_all())?;
            self.ledger.look(&*self.machine.truth)?;
            self.look_again()?;
            let submission = unexplained(tick_due(&*self.machine.store, self.wall()))?;
            let is_answered = self.unanswered.is_empty() && self.waiting.is_empty();
            if is_answered && self.machine.looked.is_none() && submission.is_none() {
                return self.erase_all();
            }
            hold(round < 500, "everything is answered in the end", || {
                format!("{} requests are not, and {} wait", self.unanswered.len(), self.waiting.len())
            })?;
            if let Some(unanswered) = self.unanswered.pop_front() {
                self.hand_in(unanswered)?;
            } else if let Some(tick) = submission {
                self.hand_in_ours(tick);
            }
        }
        Ok(())
    }

    fn decide_all(&mut self) -> core::result::Result<(), EngineError> {
        while self.machine.decide()? > 0 {}
        Ok(())
    }

    fn send_new(&mut self) -> Result<()> {
        self.now = self.now + Span::from_millis(i64::try_from(self.random.below(7_200_000)).unwrap_or(0));
        let events = self.senders.events(&mut self.random, self.now);
        self.hand_in(events)
    }

    /// Ten times what the engine is used to.
    fn overload(&mut self) -> Result<()> {
        for _ in 0..10 + self.random.below(30) {
            let events = self.senders.events(&mut self.random, self.now);
            self.hand_in(events)?;
        }
        Ok(())
    }

    /// The slower model reads what waits for it, or hears that what it read is in the log.
    fn look_again(&mut self) -> Result<()> {
        let machine = &mut self.machine;
        if let Some(answer) = &mut machine.looked {
            match poll(answer) {
                None => return Ok(()),
                Some(Ok(_)) => machine.look.done(),
                // It is read again.
                Some(Err(_)) => {}
            }
            machine.looked = None;
        }
        let Some(submission) = unexplained(machine.look.read_next())? else { return Ok(()) };
        let mut answer = machine.submit(submission);
        // So that it takes its place in the queue. It cannot be answered yet.
        let _ = poll(&mut answer);
        machine.looked = Some(answer);
        Ok(())
    }

    fn decide(&mut self) -> Result<()> {
        match self.machine.decide() {
            Ok(_) => Ok(()),
            Err(error) => self.explained(&error),
        }
    }

    fn persist(&mut self) -> Result<()> {
        match self.machine.persist() {
            Ok(()) => Ok(()),
            Err(error) => self.explained(&error),
        }
    }

    /// Holds an error of the engine to what went wrong with disk and tables.
    fn explained(&self, error: &EngineError) -> Result<()> {
        let is_explained = matches!(
            error,
            EngineError::Store(
                StoreError::Stopped { .. } | StoreError::Disk { .. } | StoreError::Unsynced { .. }
            )
        ) && self.tally.faults > 0;
        hold(is_explained, "the engine goes on", || error.to_string())
    }

    fn pass_time(&mut self) {
        self.now = self.now + Span::HOUR.times(i64::try_from(self.random.below(100)).unwrap_or(0));
    }

    fn jump_clock(&mut self) {
        let hours = i64::try_from(self.random.below(50)).unwrap_or(0) - 25;
        self.skew = if self.random.chance(50) { Span::HOUR.times(hours) } else { Span::ZERO };
    }

    fn tick(&mut self) -> Result<()> {
        if let Some(tick) = unexplained(tick_due(&*self.machine.store, self.wall()))? {
            self.hand_in_ours(tick);
        }
        Ok(())
    }

    fn command(&mut self) -> Result<()> {
        let (one, other) = (outside::user(&mut self.random), outside::user(&mut self.random));
        let truth = Arc::clone(&self.machine.truth);
        let order = match self.random.below(8) {
            0 | 1 => {
                self.merged.push([one.clone(), other.clone()]);
                Order::Merge(one, other)
            }
            2 | 7 if self.erases => Order::Erase(self.whom()?),
            2 | 7 => match self.merged.pop() {
                Some([one, other]) => Order::Unmerge(one, other),
                None => Order::Unmerge(one, other),
            },
            3 => match unexplained(truth.cases(None, 50))?.last() {
                Some(row) => Order::Case(row.case.id, CaseChange::Close { outcome: "done".into() }),
                None => return Ok(()),
            },
            4 => match unexplained(truth.promises(None, 50))?.last() {
                Some(row) => Order::Release(row.promise.id),
                None => return Ok(()),
            },
            5 => match unexplained(truth.rejected(None, 9))?.iter().find(|row| !row.redriven) {
                Some(row) => Order::Redriven(row.position),
                None => return Ok(()),
            },
            _ => match unexplained(truth.dead(None, 5))?.first() {
                Some(row) => {
                    self.resent.insert(row.parcel.id);
                    Order::Resend(row.parcel.id)
                }
                None => Order::Enable("hooks".into()),
            },
        };
        self.hand_in_alone(&Entry::Command(Command { by: "ada".into(), reason: "looked".into(), order }));
        Ok(())
    }

    /// Parcels that a bug sent before their commit.
    fn send_early(&mut self) -> Result<()> {
        let early = self.machine.shared.sent_early();
        hold(early.is_empty(), laws::SENT_FROM_OUTBOX, || format!("{early:?} went out before their commit"))
    }

    /// Where the state stands.
    pub(crate) fn decided(&self) -> Result<Position> {
        Ok(unexplained(self.machine.truth.progress())?.position)
    }
}

/// What a panic of the engine says, as a law that does not hold.
pub(crate) fn panicked(cause: &(dyn std::any::Any + Send)) -> Broken {
    let text = cause.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| cause.downcast_ref::<&str>().copied());
    Broken { law: "the engine does not panic", what: text.unwrap_or("without a word").to_owned() }
}
