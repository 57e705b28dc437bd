//! The simulated world: customers that send events, a disk that loses power, receivers that fail, a
//! clock that jumps, operators that merge and part. Everything follows from one seed.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use opcx_core::case::CaseChange;
use opcx_core::consent::{Answer, Proof, Purpose, Statement};
use opcx_core::customer::CustomerId;
use opcx_core::definitions::Definitions;
use opcx_core::delivery::{Attempt, Outcome, ParcelId, Policy, Why};
use opcx_core::event::{Category, Event, Facts, Origin, Value};
use opcx_core::identity::{Identifier, IdentifierKind};
use opcx_core::log::{Lane, Position};
use opcx_core::reading::{Emotion, Felt, Found, Model, Permille, Reading, Tier, Unknown, Valence};
use opcx_core::record::{Command, Entry, Order, Report, Whom};
use opcx_core::time::{Span, Timestamp};
use opcx_engine::{Acceptor, Budget, Decider, NoteErased, Sense, Submission, Submitted, carry_out_erasures};
use opcx_store::{Encoded, EventKey, Memory, ParcelRow, ParcelState, Store, StoreError};

use super::company::{self, KINDS};
use super::random::Random;

/// People in the simulated world: few, so that they meet often.
const PEOPLE: u64 = 12;
const ENDPOINTS: [&str; 2] = ["hooks", "letters"];

pub(crate) struct World {
    pub(crate) definitions: Arc<Definitions>,
    pub(crate) store: Arc<Memory>,
    random: Random,
    acceptor: Acceptor,
    decider: Decider,
    now: Timestamp,
    next_event: u64,
    /// Every event that was answered with success.
    pub(crate) acknowledged: BTreeSet<EventKey>,
    /// What a client may send again.
    sent: Vec<Submission>,
    /// Received by the outside, per parcel.
    pub(crate) received: BTreeMap<ParcelId, u32>,
    /// Sent and not yet reported: a slow channel.
    slow: Vec<(ParcelId, Attempt, Outcome)>,
    under_way: HashSet<(ParcelId, Attempt)>,
    pub(crate) with_probes: bool,
    /// Whether customers are erased in this world.
    erases: bool,
}

impl World {
    pub(crate) fn new(seed: u64) -> World {
        let definitions = Arc::new(company::definitions());
        let store = Arc::new(Memory::new());
        let (acceptor, decider) = start(&store, &definitions, Budget::default());
        World {
            definitions,
            store,
            random: Random::new(seed),
            acceptor,
            decider,
            now: Timestamp::from_millis(1_700_000_000_000),
            next_event: 0,
            acknowledged: BTreeSet::new(),
            sent: Vec::new(),
            received: BTreeMap::new(),
            slow: Vec::new(),
            under_way: HashSet::new(),
            with_probes: true,
            erases: seed.is_multiple_of(2),
        }
    }

    /// One thing happens.
    pub(crate) fn step(&mut self) {
        match self.random.below(100) {
            0..45 => self.submit_new(),
            45..52 => self.submit_again(),
            52..77 => self.decide(),
            77..85 => self.deliver(),
            85..89 => self.pass_time(),
            89..93 => self.command(),
            93..95 => self.report_slow(),
            95..97 => self.store.persist().expect("memory does not fail"),
            97 => self.erase(),
            _ => self.crash(),
        }
    }

    /// Decides on everything that is in the log.
    pub(crate) fn settle(&mut self) {
        while self.decider.advance().expect("memory does not fail") > 0 {}
        self.erase();
    }

    /// Carries out the orders to erase somebody.
    fn erase(&mut self) {
        let note: NoteErased = Arc::new(|_| Ok(()));
        carry_out_erasures(&*self.store, &self.definitions, &note, &AtomicBool::new(false))
            .expect("memory does not fail");
    }

    fn submit_new(&mut self) {
        self.now = self.now + Span::from_millis(i64::try_from(self.random.below(7_200_000)).unwrap_or(0));
        let entries = (0..=self.random.below(6)).map(|_| self.new_event()).collect();
        // Some come on the clock of old data.
        let history = self.random.chance(10);
        let submission = Submission {
            lane: if history { Lane::history(1) } else { Lane::LIVE },
            at: history.then(|| self.now - Span::DAY.times(900)),
            entries,
        };
        self.submit(submission);
    }

    fn submit_again(&mut self) {
        if !self.sent.is_empty() {
            let again = self.random.pick(&self.sent).clone();
            self.submit(again);
        }
    }

    fn submit(&mut self, submission: Submission) {
        // A wall clock that is set back must not take the log with it.
        let skew = if self.random.chance(5) { Span::DAY } else { Span::ZERO };
        let accepted = self.acceptor.append(self.now - skew, vec![submission.clone()]);
        if accepted.is_ok() {
            self.acknowledged.extend(submission.entries.iter().filter_map(|submitted| submitted.key));
        }
        self.sent.push(submission);
        if self.sent.len() > 40 {
            self.sent.remove(0);
        }
    }

    fn decide(&mut self) {
        self.decider.advance().expect("memory does not fail");
    }

    fn pass_time(&mut self) {
        self.now = self.now + Span::HOUR.times(i64::try_from(self.random.below(100)).unwrap_or(0));
        self.submit_entry(&Entry::Tick);
    }

    fn deliver(&mut self) {
        for endpoint in ENDPOINTS {
            let claimed =
                claim(&*self.store, endpoint, self.now, 4, &self.under_way).expect("memory does not fail");
            for (row, attempt) in claimed {
                let why = Why::new("simulated");
                let outcome = match self.random.below(20) {
                    0..12 => Outcome::Delivered { status: Some(200) },
                    12..18 => Outcome::Retry { after: None, why },
                    18 => Outcome::Refused { why },
                    _ => Outcome::Gone,
                };
                if matches!(outcome, Outcome::Delivered { .. }) || self.random.chance(30) {
                    *self.received.entry(row.parcel.id).or_default() += 1;
                }
                self.under_way.insert((row.parcel.id, attempt));
                if self.random.chance(40) {
                    self.slow.push((row.parcel.id, attempt, outcome));
                } else {
                    let _ = self.acceptor.append(self.now, vec![report(row.parcel.id, attempt, outcome)]);
                }
            }
        }
    }

    fn report_slow(&mut self) {
        if !self.slow.is_empty() {
            let at = usize::try_from(self.random.below(self.slow.len() as u64)).unwrap_or(0);
            let (parcel, attempt, outcome) = self.slow.swap_remove(at);
            let _ = self.acceptor.append(self.now, vec![report(parcel, attempt, outcome)]);
        }
    }

    fn crash(&mut self) {
        self.store = Arc::new(self.store.crash(self.random.next()));
        let budget = Budget {
            records_max: 1 + usize::try_from(self.random.below(50)).unwrap_or(0),
            timers_max: usize::try_from(self.random.below(6)).unwrap_or(0),
            ..Budget::default()
        };
        (self.acceptor, self.decider) = start(&self.store, &self.definitions, budget);
        // What was under way is forgotten; the outbox still has it.
        self.slow.clear();
        self.under_way.clear();
        // A client without an answer sends again.
        if let Some(last) = self.sent.last().cloned() {
            self.submit(last);
        }
    }

    fn command(&mut self) {
        let (one, other) = (self.user(), self.user());
        let order = match self.random.below(7) {
            0 | 1 => Order::Merge(one, other),
            // In half of the worlds people are told apart, in half they are erased: whoever was told apart from
            // somebody erased keeps what was decided for both, which a replay cannot know.
            2 | 6 if self.erases => Order::Erase(Whom::Identifier(one)),
            2 | 6 => Order::Unmerge(one, other),
            3 => match self.store.cases(None, 50).expect("memory does not fail").last() {
                Some(row) => Order::Case(row.case.id, CaseChange::Close { outcome: "done".into() }),
                None => return,
            },
            4 => match self.store.promises(None, 50).expect("memory does not fail").last() {
                Some(row) => Order::Release(row.promise.id),
                None => return,
            },
            _ => match self.store.dead(5).expect("memory does not fail").first() {
                Some(row) => Order::Resend(row.parcel.id),
                None => Order::Enable("hooks".into()),
            },
        };
        self.submit_entry(&Entry::Command(Command { by: "ada".into(), reason: "looked".into(), order }));
    }

    fn submit_entry(&mut self, entry: &Entry) {
        let entries = vec![Submitted { key: None, entry: Encoded::of(entry) }];
        let _ = self.acceptor.append(self.now, vec![Submission { lane: Lane::LIVE, at: None, entries }]);
    }

    fn user(&mut self) -> Identifier {
        let number = self.random.below(PEOPLE);
        Identifier::new(IdentifierKind::UserId, &format!("user-{number}")).expect("a plain id")
    }

    fn new_event(&mut self) -> Submitted {
        let id = self.next_event;
        self.next_event += 1;
        let kind = *self.random.pick(&KINDS);
        let mut who = Vec::new();
        if self.random.chance(60) {
            who.push(self.user());
        }
        if who.is_empty() || self.random.chance(30) {
            let device = self.random.below(PEOPLE * 2);
            who.push(
                Identifier::new(IdentifierKind::AnonymousId, &format!("device-{device}"))
                    .expect("a plain id"),
            );
        }
        let said = (kind == "Message")
            .then(|| if self.random.chance(50) { "it is bad" } else { "it is good" }.into());
        let consents = if self.random.chance(8) { vec![self.consent()] } else { Vec::new() };
        let facts = vec![
            ("order_id".into(), Value::Text(format!("o{}", self.random.below(30)).into())),
            ("branch".into(), Value::Text(format!("b{}", self.random.below(3)).into())),
            ("page".into(), Value::Text(if self.random.chance(50) { "offer" } else { "help" }.into())),
        ];
        let origin = match kind {
            "Reply" => Origin::Staff,
            _ if self.random.chance(5) => Origin::Probe,
            _ => Origin::Customer,
        };
        let event = Event {
            source: "world".into(),
            id: format!("e{id}").into(),
            // Out of order, and sometimes days late.
            happened: self.now
                - Span::from_millis(i64::try_from(self.random.below(200_000_000)).unwrap_or(0)),
            kind: kind.into(),
            channel: "web".into(),
            who,
            facts: Facts::from_pairs(facts).expect("three facts"),
            said,
            consents,
            origin,
            masked: Vec::new(),
        };
        let key = Some(EventKey::of(&event.source, &event.id));
        if origin == Origin::Probe && !self.with_probes {
            let event = Event { origin: Origin::Staff, who: Vec::new(), kind: "Nothing".into(), ..event };
            return Submitted { key, entry: Encoded::of(&Entry::Event(event)) };
        }
        Submitted { key, entry: Encoded::of(&Entry::Event(event)) }
    }

    fn consent(&mut self) -> Statement {
        Statement {
            category: *self.random.pick(&Category::ALL),
            purpose: *self.random.pick(&Purpose::ALL),
            answer: *self.random.pick(&[Answer::Granted, Answer::Denied, Answer::Withdrawn]),
            proof: Proof { actor: "customer".into(), wording: None },
        }
    }
}

/// Decides on the whole log of `store` from the start, in a store of its own.
pub(crate) fn replay(store: &Memory, definitions: &Arc<Definitions>, budget: Budget) -> Arc<Memory> {
    let again = Arc::new(Memory::new());
    let drafts: Vec<_> = store
        .read(Position::START, usize::MAX, usize::MAX)
        .expect("memory does not fail")
        .into_iter()
        .map(|logged| opcx_store::Draft {
            lane: logged.record.lane,
            at: logged.record.at,
            entry: Encoded::of(&logged.record.entry),
        })
        .collect();
    again.append(&drafts).expect("memory does not fail");
    let (_, mut decider) = start(&again, definitions, budget);
    while decider.advance().expect("memory does not fail") > 0 {}
    again
}

fn start(store: &Arc<Memory>, definitions: &Arc<Definitions>, budget: Budget) -> (Acceptor, Decider) {
    let store: Arc<dyn Store> = Arc::clone(store) as Arc<dyn Store>;
    let acceptor = Acceptor::new(Arc::clone(&store)).expect("memory does not fail");
    let decider = Decider::new(store, Arc::clone(definitions), sense(), Policy::default(), budget)
        .expect("memory does not fail");
    (acceptor, decider)
}

fn sense() -> Sense {
    Arc::new(|_: Position, text: &str| Reading {
        model: Model { tier: Tier::Given, version: 1 },
        found: read(text),
    })
}

fn read(text: &str) -> Found {
    let felt = |emotion, valence, valence_permille| {
        Found::Felt(Felt { emotions: vec![(emotion, Permille::new(800))], valence, valence_permille })
    };
    match text {
        "it is bad" => felt(Emotion::Anger, Valence::Negative, -700),
        "it is good" => felt(Emotion::Joy, Valence::Positive, 700),
        _ => Found::Unknown(Unknown::Unsure),
    }
}

/// Everyone that the store knows.
pub(crate) fn everyone(store: &dyn Store) -> Vec<opcx_core::customer::Customer> {
    let mut all = Vec::new();
    let mut after: Option<CustomerId> = None;
    loop {
        let page = store.customers(after, 100).expect("memory does not fail");
        let Some(last) = page.last() else { return all };
        after = Some(last.id);
        all.extend(page);
    }
}

/// What is to be tried now for one endpoint, leaving out what is under way.
fn claim(
    store: &dyn Store,
    endpoint: &str,
    now: Timestamp,
    most: usize,
    under_way: &HashSet<(ParcelId, Attempt)>,
) -> Result<Vec<(ParcelRow, Attempt)>, StoreError> {
    let rows = store.ready(endpoint, now, most + under_way.len())?;
    let free = rows.into_iter().filter_map(|row| match row.state {
        ParcelState::Pending { attempt, .. } if !under_way.contains(&(row.parcel.id, attempt)) => {
            Some((row, attempt))
        }
        ParcelState::Pending { .. } | ParcelState::Delivered { .. } | ParcelState::Dead { .. } => None,
    });
    Ok(free.take(most).collect())
}

/// The entry that reports what an attempt came to.
fn report(parcel: ParcelId, attempt: Attempt, outcome: Outcome) -> Submission {
    let entry = Encoded::of(&Entry::Delivery(Report { parcel, attempt, outcome }));
    Submission { lane: Lane::LIVE, at: None, entries: vec![Submitted { key: None, entry }] }
}
