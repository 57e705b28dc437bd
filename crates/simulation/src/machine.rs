//! One start of the engine: everything that a crash takes away.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use opcx_core::definitions::Definitions;
use opcx_core::delivery::{Attempt, ParcelId, Policy};
use opcx_core::record::Report;
use opcx_core::time::{Span, Timestamp};
use opcx_engine::deliver::UnderWay;
use opcx_engine::{
    Accepted, Appender, Budget, Decider, EngineError, InForce, Intake, IntakeError, Limits, SecondLook,
    Submission, Waiting,
};
use opcx_store::disk::SimulatedDisk;
use opcx_store::{Assembled, Faults, MemoryTables, SegmentLog, Store, StoreError};

use crate::models;
use crate::outside::ENDPOINTS;
use crate::plant::{Bug, PlantedDisk, PlantedLog, PlantedStore, PlantedTables, Shared};
use crate::tables::FailingTables;

/// Room for a few dozen records, so that a run goes through many segments.
const SEGMENT_BYTES: u64 = 8_000;
/// How much may wait, so that a burst fills it.
pub(crate) const LIMITS: Limits =
    Limits { requests_max: 16, lag_records_max: 240, busy_from_records: 60, busy_bytes_max: 2_000 };

/// An answer that is waited for.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Result<Accepted, IntakeError>> + Send>>;

/// A running engine.
pub(crate) struct Machine {
    /// The store as it is.
    pub(crate) truth: Arc<dyn Store>,
    /// The store as the engine sees it.
    pub(crate) store: Arc<dyn Store>,
    pub(crate) intake: Intake,
    pub(crate) appender: Appender,
    pub(crate) decider: Decider,
    pub(crate) look: SecondLook,
    /// Second readings on their way to the log.
    pub(crate) looked: Option<Answer>,
    decided: Arc<AtomicU64>,
    pub(crate) disk: SimulatedDisk,
    pub(crate) tables: FailingTables,
    pub(crate) shared: Arc<Shared>,
    pub(crate) queues: BTreeMap<&'static str, Queue>,
    /// Attempts begun since the start.
    pub(crate) begun: BTreeSet<(ParcelId, Attempt)>,
}

/// The queue of one endpoint.
pub(crate) struct Queue {
    pub(crate) under_way: UnderWay,
    /// Attempts that the receiver has not ended, with what they will come to.
    pub(crate) sending: Vec<Report>,
    /// Outcomes on their way to the log.
    pub(crate) reporting: Option<Answer>,
}

/// What an engine runs on beside disk and tables.
pub(crate) struct Setting<'a> {
    /// What the engine goes by.
    pub(crate) definitions: &'a Arc<Definitions>,
    pub(crate) budget: Budget,
    pub(crate) bug: Option<Bug>,
    pub(crate) is_restart: bool,
}

impl Machine {
    /// Starts an engine on what is there.
    pub(crate) fn start(
        disk: &SimulatedDisk,
        tables: &MemoryTables,
        setting: &Setting<'_>,
    ) -> Result<Machine, EngineError> {
        let Setting { definitions, budget, bug, is_restart } = *setting;
        let shared = Arc::new(Shared::default());
        let log = open_log(disk, bug)?;
        let log = PlantedLog::new(log, bug, Arc::clone(&shared));
        let failing = FailingTables::new(tables.clone(), disk.clone());
        let planted = PlantedTables { tables: failing.clone(), bug };
        let truth: Arc<dyn Store> = Arc::new(Assembled::of(log, planted, Faults::none())?);
        let store = seen_by_engine(&truth, bug, &shared, is_restart);
        let decider = decider(&store, definitions, budget, bug)?;
        let decided = Arc::new(AtomicU64::new(decider.position().get()));
        let limits = match bug {
            Some(Bug::QueueUnbounded) => Limits { requests_max: 1_000, ..LIMITS },
            _ => LIMITS,
        };
        let in_force = Some(Arc::new(InForce::new(Arc::clone(definitions))));
        let (intake, appender) = Appender::with_intake(&store, limits, in_force, Arc::clone(&decided))?;
        let queue = |endpoint: &str| Queue {
            under_way: UnderWay::new(endpoint.into()),
            sending: Vec::new(),
            reporting: None,
        };
        let queues = ENDPOINTS.into_iter().map(|endpoint| (endpoint, queue(endpoint))).collect();
        let look = SecondLook::new(Arc::clone(&store), Arc::new(models::second), Waiting::default())?;
        let (disk, begun) = (disk.clone(), BTreeSet::new());
        let (tables, looked) = (failing, None);
        Ok(Machine {
            truth,
            store,
            intake,
            appender,
            decider,
            look,
            looked,
            decided,
            disk,
            tables,
            shared,
            queues,
            begun,
        })
    }

    /// Decides on one batch, as the deciding thread does. Returns how many records it took.
    pub(crate) fn decide(&mut self) -> Result<usize, EngineError> {
        let taken = self.decider.advance()?;
        self.tell_decided();
        Ok(taken)
    }

    /// Once a second: makes the state durable, and goes on after the disk was full.
    pub(crate) fn persist(&mut self) -> Result<(), EngineError> {
        if self.store.recover()? {
            self.decider.reload()?;
            // Commits may be gone, and with them what they said of attempts.
            self.begun.clear();
            self.tell_decided();
        }
        Ok(self.store.persist()?)
    }

    fn tell_decided(&mut self) {
        let position = self.decider.stored();
        self.decided.store(position.get(), Ordering::Relaxed);
        self.queues.values_mut().for_each(|queue| queue.under_way.decided(position));
    }

    /// How many records wait to be decided on.
    pub(crate) fn lag(&self) -> u64 {
        self.store.end().get().saturating_sub(self.decided.load(Ordering::Relaxed))
    }

    /// Hands in what is waited for until there is room.
    pub(crate) fn submit(&self, submission: Submission) -> Answer {
        let intake = self.intake.clone();
        Box::pin(async move { intake.submit(submission).await })
    }

    /// Whether something failed that only a restart mends.
    pub(crate) fn is_hurt(&self) -> bool {
        self.disk.errors().0 > 0 || self.tables.fatal() > 0
    }
}

/// What an answer is by now.
pub(crate) fn poll(answer: &mut Answer) -> Option<Result<Accepted, IntakeError>> {
    match answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Some(answer),
        Poll::Pending => None,
    }
}

pub(crate) fn open_log(
    disk: &SimulatedDisk,
    bug: Option<Bug>,
) -> Result<SegmentLog<PlantedDisk>, StoreError> {
    let disk = PlantedDisk { disk: disk.clone(), bug };
    SegmentLog::open(disk, PathBuf::from("/log"), SEGMENT_BYTES)
}

pub(crate) fn seen_by_engine(
    truth: &Arc<dyn Store>,
    bug: Option<Bug>,
    shared: &Arc<Shared>,
    is_restart: bool,
) -> Arc<dyn Store> {
    match bug {
        None => Arc::clone(truth),
        Some(bug) => Arc::new(PlantedStore::new(Arc::clone(truth), bug, Arc::clone(shared), is_restart)),
    }
}

pub(crate) fn decider(
    store: &Arc<dyn Store>,
    definitions: &Arc<Definitions>,
    budget: Budget,
    bug: Option<Bug>,
) -> Result<Decider, EngineError> {
    let policy = match bug {
        Some(Bug::TriedForEver) => Policy::new(vec![Span::MINUTE; 30], 0).expect("thirty pauses are allowed"),
        _ => policy(),
    };
    Decider::new(Arc::clone(store), Arc::clone(definitions), policy, budget)
}

/// A few attempts, so that a run sees parcels given up.
pub(crate) fn policy() -> Policy {
    Policy::new(vec![Span::MINUTE, Span::HOUR, Span::HOUR.times(6)], 200).expect("three pauses are allowed")
}

/// The wall's clock of a machine: the time, and how far its clock is off.
pub(crate) fn wall(now: Timestamp, skew: Span) -> Timestamp {
    now + skew
}
