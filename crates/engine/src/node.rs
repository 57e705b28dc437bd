//! The node: threads around the five steps.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use opcx_core::definitions::Definitions;
use opcx_core::delivery::Policy;
use opcx_core::event::Name;
use opcx_core::log::Position;
use opcx_store::Store;
use tokio::sync::{oneshot, watch};

use crate::in_force::{Following, InForce, NotFollowed, NoteReign};
use crate::priority::{self, give_way};
use crate::{
    Appender, Budget, Channel, Clock, Decider, EngineError, Intake, Limits, Memory, NoteErased, ReadAgain,
    SecondLook, Waiting, carry_out_erasures, deliver, tick_due,
};

/// How long the deciding thread sleeps at the log's end when nobody wakes it: the precision of timers.
const IDLE: Duration = Duration::from_millis(100);
/// How often commits are made to survive a power cut. Until then they would be derived again. Often, since little is written
/// out then at a time: the log's own syncs wait for whatever the disk is at.
const PERSIST_EVERY: Duration = Duration::from_millis(100);
/// The same while nothing is decided: others write to the state too, but seldom; and that there is room on the disk again
/// is seen then.
const PERSIST_AT_REST_EVERY: Duration = Duration::from_secs(1);
/// How often to look whether somebody is to be erased, or a piece of the log to be pressed. Those who are erased go
/// together, since the log and the tables are gone through for all of them at once.
const KEEP_EVERY: Duration = Duration::from_secs(1);
/// How long to wait before trying again after the store refused.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);

/// What a node runs on.
pub struct NodeSettings {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// What the company's folder says.
    pub definitions: Arc<Definitions>,
    /// What reads texts again that the first model was not sure of, and where it tells how many wait.
    pub second_look: Option<(ReadAgain, Waiting)>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// When deliveries are tried again.
    pub policy: Policy,
    /// How large batches may become.
    pub budget: Budget,
    /// What memory it keeps to.
    pub memory: Arc<Memory>,
    /// Takes note of who was erased.
    pub erased: NoteErased,
}

/// The channels that the outbox is sent through, by endpoint.
pub type Outbox = BTreeMap<Name, Arc<dyn Channel>>;

/// A running engine.
pub struct Node {
    intake: Intake,
    decided: watch::Receiver<Position>,
    stop: watch::Sender<bool>,
    succession: Succession,
    appending: JoinHandle<()>,
    deciding: JoinHandle<()>,
    delivering: tokio::task::JoinHandle<()>,
    looking: Option<Beside>,
    keeping: Beside,
    store: Arc<dyn Store>,
}

impl Node {
    /// Starts the engine. Must be called within a tokio runtime, on which deliveries run.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn start(settings: NodeSettings, outbox: Outbox) -> Result<Node, EngineError> {
        Node::start_with(settings, Some(outbox))
    }

    /// As [`Node::start`], but nothing is delivered: the outbox fills.
    ///
    /// # Errors
    /// Those of [`Node::start`].
    pub fn start_held(settings: NodeSettings) -> Result<Node, EngineError> {
        Node::start_with(settings, None)
    }

    fn start_with(settings: NodeSettings, outbox: Option<Outbox>) -> Result<Node, EngineError> {
        let NodeSettings { store, definitions, second_look, clock, policy, budget, memory, erased } =
            settings;
        let in_force = Arc::new(InForce::new(Arc::clone(&definitions)));
        let keeping = keep(Arc::clone(&store), Arc::clone(&in_force), erased);
        let decider =
            Decider::new(Arc::clone(&store), definitions, policy, budget)?.within(Arc::clone(&memory));
        let decided_count = Arc::new(AtomicU64::new(decider.position().get()));
        let limits = Limits::default();
        let (intake, appender) =
            Appender::with_intake(&store, limits, Some(Arc::clone(&in_force)), Arc::clone(&decided_count))?;
        let intake = intake.within(memory);
        let (decided_sender, decided) = watch::channel(decider.position());
        let (stop, stopping) = watch::channel(false);
        let (follow, following) = std::sync::mpsc::channel();

        let looking = second_look
            .map(|(read, waiting)| SecondLook::new(Arc::clone(&store), read, waiting))
            .transpose()?
            .map(|look| look_again(look, intake.clone()));
        let appending_ended = Arc::new(AtomicBool::new(false));
        let deciding = {
            let deciding = Deciding {
                store: Arc::clone(&store),
                decider,
                intake: intake.clone(),
                clock: Arc::clone(&clock),
                decided: decided_sender,
                decided_count,
                in_force,
                following,
                looker: looking.as_ref().map(|looking| looking.thread.thread().clone()),
                stop: stopping.clone(),
                appending_ended: Arc::clone(&appending_ended),
            };
            spawn("opcx-decide", move || {
                give_way(priority::DECIDING);
                deciding.run();
            })
        };
        let waker = deciding.thread().clone();
        let appending = {
            let clock = Arc::clone(&clock);
            spawn("opcx-append", move || {
                append(appender, &*clock, &waker);
                appending_ended.store(true, Ordering::Release);
                waker.unpark();
            })
        };
        let delivering = {
            let (store, intake, decided) = (Arc::clone(&store), intake.clone(), decided.clone());
            tokio::spawn(async move {
                if let Some(outbox) = outbox {
                    deliver::run(store, intake, clock, outbox, decided, stopping).await;
                }
            })
        };
        let succession = Succession { follow, decider: deciding.thread().clone() };
        Ok(Node {
            intake,
            decided,
            stop,
            succession,
            appending,
            deciding,
            delivering,
            looking,
            keeping,
            store,
        })
    }

    /// Where entries are handed in.
    #[must_use]
    pub fn intake(&self) -> Intake {
        self.intake.clone()
    }

    /// Where other definitions are handed in.
    #[must_use]
    pub fn succession(&self) -> Succession {
        self.succession.clone()
    }

    /// How far the log is decided on; changes with every commit.
    #[must_use]
    pub fn decided(&self) -> watch::Receiver<Position> {
        self.decided.clone()
    }

    /// Stops in order: takes nothing more, decides on what was accepted, finishes what is being
    /// sent, and makes everything survive a power cut.
    pub async fn shutdown(self) {
        let Node {
            intake,
            decided,
            stop,
            succession: _,
            appending,
            deciding,
            delivering,
            looking,
            keeping,
            store,
        } = self;
        // Deliveries end first: their outcomes still have to be accepted and decided on.
        stop.send_replace(true);
        if delivering.await.is_err() {
            tracing::error!("deliveries broke off");
        }
        let looked = tokio::task::spawn_blocking(|| looking.is_none_or(Beside::end)).await;
        if !matches!(looked, Ok(true)) {
            tracing::error!("the second look broke off");
        }
        intake.close().await;
        drop(decided);
        let ended = tokio::task::spawn_blocking(move || {
            let decided = deciding.join().is_ok();
            let appended = appending.join().is_ok();
            let kept = keeping.end();
            decided && appended && kept
        });
        if !ended.await.unwrap_or(false) {
            tracing::error!("a thread of the engine broke off");
        }
        if let Err(error) = store.persist() {
            tracing::error!(%error, "the state could not be made durable; it will be derived again");
        }
    }
}

/// Hands other definitions to a running engine.
#[derive(Clone)]
pub struct Succession {
    follow: std::sync::mpsc::Sender<Following>,
    decider: std::thread::Thread,
}

impl Succession {
    /// Lets other definitions decide, between two batches, after `note` has taken durable note of where in the log
    /// that is. Answers with that position.
    ///
    /// # Errors
    /// It could not be noted, or the engine is about to end; then nothing has changed.
    pub async fn follow(
        &self,
        definitions: Arc<Definitions>,
        note: NoteReign,
    ) -> Result<Position, NotFollowed> {
        let (answer, answered) = oneshot::channel();
        let ending = || NotFollowed::from("the engine is about to end; start it again");
        self.follow.send(Following { definitions, note, answer }).map_err(|_| ending())?;
        self.decider.unpark();
        answered.await.map_err(|_| ending())?
    }
}

/// A thread beside the five steps that goes on until it is told to stop, in the time that these leave over.
struct Beside {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Beside {
    /// Does `round` over and over; it is told whether to break off.
    fn start(name: &str, mut round: impl FnMut(&AtomicBool) + Send + 'static) -> Beside {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = spawn(name, move || {
            give_way(priority::LAST);
            while !stopped.load(Ordering::Acquire) {
                round(&stopped);
            }
        });
        Beside { stop, thread }
    }

    /// Ends soon; what is left is done after the next start. Returns whether it ended in order.
    fn end(self) -> bool {
        self.stop.store(true, Ordering::Release);
        self.thread.thread().unpark();
        self.thread.join().is_ok()
    }
}

/// Reads texts again.
fn look_again(mut look: SecondLook, intake: Intake) -> Beside {
    Beside::start("opcx-look", move |_| match look.read_next() {
        Ok(None) => std::thread::park_timeout(IDLE),
        Ok(Some(submission)) => match intake.submit_blocking(submission) {
            Ok(_) => look.done(),
            Err(error) => {
                tracing::warn!(%error, "what was read again was not accepted; trying again");
                std::thread::park_timeout(PAUSE_AFTER_ERROR);
            }
        },
        Err(error) => {
            tracing::error!(%error, "texts could not be read again; trying again");
            std::thread::park_timeout(PAUSE_AFTER_ERROR);
        }
    })
}

/// Changes what lies in the log already: erases customers and presses what is closed.
fn keep(store: Arc<dyn Store>, in_force: Arc<InForce>, note: NoteErased) -> Beside {
    Beside::start("opcx-keep", move |stop| {
        match carry_out_erasures(&*store, &in_force.now(), &note, stop) {
            Ok(0) => {}
            Ok(erased) => tracing::info!(erased, "erased customers"),
            Err(error) => tracing::error!(%error, "erasing failed; trying again"),
        }
        press(&*store, stop);
        std::thread::park_timeout(KEEP_EVERY);
    })
}

/// Presses what is closed of the log, unless told to stop.
fn press(store: &dyn Store, stop: &AtomicBool) {
    while !stop.load(Ordering::Acquire) {
        match store.press() {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(%error, "a closed piece of the log could not be pressed; it keeps its size for now");
                return;
            }
        }
    }
}

/// An appending thread by itself.
pub struct Appending {
    intake: Intake,
    thread: JoinHandle<()>,
}

/// Accepts without deciding: for measuring, and for taking in while the engine is away. What is
/// accepted is decided on by the next [`Node`].
///
/// # Errors
/// The store cannot be read.
pub fn accept_only(
    store: &Arc<dyn Store>,
    clock: Arc<dyn Clock>,
) -> Result<(Intake, Appending), EngineError> {
    let decided = Arc::new(AtomicU64::new(store.end().get()));
    // Nothing is decided on meanwhile, so nothing can catch up.
    let limits = Limits { busy_from_records: u64::MAX, ..Limits::default() };
    let (intake, appender) = Appender::with_intake(store, limits, None, decided)?;
    let nobody = std::thread::current();
    let thread = spawn("opcx-append", move || append(appender, &*clock, &nobody));
    Ok((intake.clone(), Appending { intake, thread }))
}

impl Appending {
    /// Takes nothing more, appends what is waiting, and ends.
    pub async fn end(self) {
        self.intake.close().await;
        if !matches!(tokio::task::spawn_blocking(move || self.thread.join()).await, Ok(Ok(()))) {
            tracing::error!("the appending thread broke off");
        }
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
    std::thread::Builder::new()
        .name(name.into())
        .spawn(run)
        .expect("the system has room for a thread at start")
}

/// The appending thread.
fn append(mut appender: Appender, clock: &dyn Clock, decider: &std::thread::Thread) {
    while appender.append_next(|| clock.now()) {
        decider.unpark();
    }
}

/// The deciding thread.
struct Deciding {
    store: Arc<dyn Store>,
    decider: Decider,
    intake: Intake,
    clock: Arc<dyn Clock>,
    decided: watch::Sender<Position>,
    decided_count: Arc<AtomicU64>,
    in_force: Arc<InForce>,
    following: std::sync::mpsc::Receiver<Following>,
    /// Wakes who reads texts again.
    looker: Option<std::thread::Thread>,
    stop: watch::Receiver<bool>,
    appending_ended: Arc<AtomicBool>,
}

impl Deciding {
    fn run(mut self) {
        let (mut persisted, mut is_at_rest) = (Instant::now(), true);
        loop {
            while let Ok(following) = self.following.try_recv() {
                self.follow(following);
            }
            match self.decider.advance() {
                Ok(0) => {
                    if self.appending_ended.load(Ordering::Acquire)
                        && self.store.end() == self.decider.position()
                    {
                        return;
                    }
                    if !self.tick() {
                        std::thread::park_timeout(IDLE);
                    }
                }
                Ok(_) => {
                    is_at_rest = false;
                    let position = self.decider.stored();
                    self.decided_count.store(position.get(), Ordering::Relaxed);
                    self.decided.send_replace(position);
                    self.looker.iter().for_each(std::thread::Thread::unpark);
                }
                Err(error) => {
                    tracing::error!(%error, "deciding failed; trying again");
                    // What is not decided now will be after the next start: the log has it.
                    if self.appending_ended.load(Ordering::Acquire) {
                        return;
                    }
                    std::thread::park_timeout(PAUSE_AFTER_ERROR);
                }
            }
            if persisted.elapsed() >= if is_at_rest { PERSIST_AT_REST_EVERY } else { PERSIST_EVERY } {
                self.persist();
                (persisted, is_at_rest) = (Instant::now(), true);
            }
        }
    }

    /// Lets other definitions decide from the next record on. First that is noted, so that whatever they decide is
    /// decided alike when the state is derived anew.
    fn follow(&mut self, following: Following) {
        let Following { definitions, note, answer } = following;
        let position = self.decider.position();
        let followed = note(position).map(|()| {
            self.decider.follow(Arc::clone(&definitions));
            self.in_force.set(definitions);
            position
        });
        // Whoever asked may have gone.
        let _ = answer.send(followed);
    }

    /// Makes the state durable; and goes on writing if that had stopped for want of room and there is
    /// some again.
    fn persist(&mut self) {
        let recovered = self.store.recover().map_err(EngineError::from).and_then(|had_stopped| {
            if had_stopped {
                tracing::warn!("there is room on the disk again; going on");
                self.decider.reload()?;
            }
            Ok(self.store.persist()?)
        });
        if let Err(error) = recovered {
            tracing::error!(%error, "the state could not be made durable");
        }
    }

    /// Puts a tick into the log when a timer is due and nothing else moves the clock. Returns
    /// whether it did.
    fn tick(&self) -> bool {
        if *self.stop.borrow() {
            return false;
        }
        match tick_due(&*self.store, self.clock.now()) {
            Ok(Some(tick)) => self.intake.submit_blocking(tick).is_ok(),
            Ok(None) | Err(_) => false,
        }
    }
}
