//! Lives: who wakes when, and what they then do. One queue of wakes in the order of time.
//!
//! Each customer has a stream of chance of their own, so one customer's life does not depend on how many
//! others there are. A step may tell of things that happen a little later (the scans of a parcel on its way);
//! whoever sends messages on holds them back until then.

mod app;
mod branch;
mod help;
mod known;
mod leave;
mod parcel;
mod queue;
mod shop;
mod tally;
mod voice;

use opcx_core::time::{Span, Timestamp};

use crate::heart::{About, Experience};
use crate::message::{Channel, Fact, Kind, Message, Who};
use crate::person::{Number, Person};
use crate::random::Random;
use crate::rhythm;
use crate::scenario::{Scenario, What};
use crate::truth::{Felt, Mishap, OnItsWay, Owed, PromiseEnd, Truth};

use help::Contact;
use known::Groups;
use parcel::{Collection, Parcel, Return};
use queue::Queue;
use tally::Tally;

/// What somebody does next, or what happens to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// They look into the shop.
    Session,
    /// They go to their branch.
    Visit,
    /// They open the app.
    App,
    /// They are offered a release of it.
    Release(u8),
    /// A week is over.
    Week,
    /// A parcel is at the door.
    Delivered(Parcel),
    /// It should have been.
    Overdue(Parcel),
    /// They open it.
    Opened(Parcel),
    /// An order lies ready at the branch.
    Ready(Collection),
    /// Their money is back.
    Refunded(Return),
    /// It should have been.
    RefundOverdue(Return),
    /// Somebody answers them.
    Answered(Contact),
    /// Nobody has.
    Unanswered(Contact),
    /// Somebody new comes in their place.
    Newcomer,
}

/// The company and its customers.
#[derive(Debug)]
pub(crate) struct World {
    scenario: Scenario,
    seed: u64,
    start: Timestamp,
    people: Vec<Person>,
    /// Which of their identifiers stand in some event that can be read, a bit each; those that events join in
    /// one group.
    known: Vec<Groups>,
    queue: Queue,
    messages_told: u64,
    orders: u64,
    contacts: u64,
    tallies: Vec<Tally>,
    /// Told since somebody last took it.
    pub(crate) messages: Vec<Message>,
    /// True since somebody last took it.
    pub(crate) truths: Vec<Truth>,
}

impl World {
    pub(crate) fn new(scenario: Scenario, seed: u64, customers: u32) -> World {
        let tallies = scenario.causes.iter().map(|_| Tally::default()).collect();
        let mut world = World {
            start: scenario.start.0,
            scenario,
            seed,
            people: Vec::new(),
            known: Vec::new(),
            queue: Queue::new(),
            messages_told: 0,
            orders: 100_000,
            contacts: 0,
            tallies,
            messages: Vec::new(),
            truths: Vec::new(),
        };
        for _ in 0..customers {
            let start = world.start;
            world.arrive(start);
        }
        world
    }

    /// When somebody wakes next.
    pub(crate) fn next_wake(&mut self) -> Option<Timestamp> {
        self.queue.next()
    }

    /// Takes the next step.
    pub(crate) fn advance(&mut self) {
        let Some((at, person, step)) = self.queue.pop() else { return };
        match step {
            Step::Session => self.session(person, at),
            Step::Visit => self.visit(person, at),
            Step::App => self.open_app(person, at),
            Step::Release(version) => self.download(person, at, version),
            Step::Week => self.week(person, at),
            Step::Delivered(parcel) => self.delivered(person, at, parcel),
            Step::Overdue(parcel) => self.overdue(person, at, parcel),
            Step::Opened(parcel) => self.opened(person, at, parcel),
            Step::Ready(collection) => self.ready(person, at, collection),
            Step::Refunded(return_) => self.refunded(person, at, return_),
            Step::RefundOverdue(return_) => self.refund_overdue(person, at, return_),
            Step::Answered(contact) => self.answered(person, at, contact),
            Step::Unanswered(contact) => self.unanswered(person, at, contact),
            Step::Newcomer => self.arrive(at),
        }
    }

    /// Somebody new, and when they first do what.
    fn arrive(&mut self, at: Timestamp) {
        let number = Number::try_from(self.people.len()).expect("fewer customers than that");
        let mut person = Person::new(&self.scenario, self.seed, number);
        let random = &mut person.random;
        let sessions = month_over(person.sessions_tenths);
        let first = at + Span::from_millis(random.between(0, sessions));
        let first = rhythm::at_home(random, first);
        let visits = (person.visits_tenths > 0).then(|| month_over(person.visits_tenths));
        let visit = visits.map(|mean| at + Span::from_millis(random.between(0, mean)));
        let visit = visit.map(|at| rhythm::in_branch(random, at));
        let week = at + Span::from_millis(random.between(0, 7 * Span::DAY.as_millis()));
        let app = at + Span::from_millis(random.between(0, 4 * Span::DAY.as_millis()));
        let has_machine = person.has_machine;
        self.people.push(person);
        self.known.push(Groups::default());
        self.wake(number, first, Step::Session);
        if let Some(visit) = visit {
            self.wake(number, visit, Step::Visit);
        }
        self.wake(number, week, Step::Week);
        if has_machine {
            self.wake(number, app, Step::App);
            self.offer_releases(number, at);
        }
    }

    fn wake(&mut self, person: Number, at: Timestamp, step: Step) {
        self.queue.push(person, at, step);
    }

    fn person(&mut self, number: Number) -> &mut Person {
        &mut self.people[usize::try_from(number).expect("numbers are places in a list")]
    }

    fn random(&mut self, number: Number) -> &mut Random {
        &mut self.person(number).random
    }

    /// Whether they are still a customer.
    fn is_here(&mut self, number: Number) -> bool {
        self.person(number).left.is_none()
    }

    /// The cause of that kind that strikes now, if one does.
    fn struck(&mut self, number: Number, at: Timestamp, is: impl Fn(&What) -> bool) -> Option<usize> {
        for place in 0..self.scenario.causes.len() {
            let cause = &self.scenario.causes[place];
            if !is(&cause.what) {
                continue;
            }
            let strength = cause.strength(self.start, at);
            if strength > 0 && self.random(number).millionth(strength) {
                return Some(place);
            }
        }
        None
    }

    /// Tells; returns the message's number.
    fn tell(&mut self, told: Told) -> u64 {
        self.messages_told += 1;
        let Told { at, skew, kind, channel, who, facts, said, by_staff } = told;
        self.messages.push(Message {
            number: self.messages_told,
            at: at + skew,
            really_at: at,
            kind,
            channel,
            by_staff,
            who,
            facts,
            said,
            grants_browsing: None,
        });
        self.messages_told
    }

    /// What would have been told, but never came.
    fn lose(&mut self) -> u64 {
        self.messages_told += 1;
        self.truths
            .push(Truth::OnItsWay(OnItsWay { event: event_id(self.messages_told), what: Mishap::Lost }));
        self.messages_told
    }

    /// Goes through an experience; returns its quality.
    fn feel(&mut self, number: Number, at: Timestamp, event: Option<u64>, felt: Experience) -> i64 {
        let person = self.person(number);
        let change = person.heart.feel(felt, at);
        if let Some(cause) = felt.cause {
            let is_first = person.is_hurt_by & 1 << cause == 0;
            person.is_hurt_by |= 1 << cause;
            self.tallies[cause].hurt(is_first, change);
        }
        self.truths.push(Truth::Felt(Felt {
            person: number,
            at,
            event: event.map(event_id),
            about: felt.about.word().to_owned(),
            quality: felt.quality,
            change,
            cause: felt.cause.map(|cause| self.scenario.causes[cause].cause.clone()),
        }));
        felt.quality
    }

    fn cause_name(&self, cause: Option<usize>) -> Option<String> {
        cause.map(|cause| self.scenario.causes[cause].cause.clone())
    }

    /// How a promise ended, now that it is known.
    fn settle(&mut self, number: Number, promise: Promise, end: Timestamp) {
        let Promise { name, key, made, due, done, cause } = promise;
        let done = done.filter(|&done| done <= end);
        let state = match done {
            Some(done) if done <= due => PromiseEnd::Kept,
            None if due >= end => PromiseEnd::Owed,
            Some(_) | None => PromiseEnd::Broken,
        };
        let cause = self.cause_name(cause);
        self.truths.push(Truth::Promise(Owed {
            promise: name.to_owned(),
            key,
            person: number,
            made,
            due,
            state,
            done,
            cause,
        }));
    }
}

/// A promise as the company made it.
struct Promise {
    name: &'static str,
    key: String,
    made: Timestamp,
    due: Timestamp,
    /// When it is done, which may be after the end.
    done: Option<Timestamp>,
    cause: Option<usize>,
}

/// What one system tells.
struct Told {
    at: Timestamp,
    /// How far the clock of whoever tells it is off.
    skew: Span,
    kind: Kind,
    channel: Channel,
    who: Who,
    facts: Vec<(&'static str, Fact)>,
    said: Option<String>,
    by_staff: bool,
}

impl Told {
    fn by_customer(
        at: Timestamp,
        kind: Kind,
        channel: Channel,
        who: Who,
        facts: Vec<(&'static str, Fact)>,
    ) -> Told {
        Told { at, skew: Span::ZERO, kind, channel, who, facts, said: None, by_staff: false }
    }
}

impl About {
    const fn word(self) -> &'static str {
        match self {
            About::Paying => "paying",
            About::Parcel => "parcel",
            About::Goods => "goods",
            About::Branch => "branch",
            About::App => "app",
            About::Answer => "answer",
            About::Price => "price",
        }
    }
}

/// The mean time between things that come so often a month, given in tenths; in milliseconds.
fn month_over(tenths: u32) -> i64 {
    Span::DAY.as_millis() * 300 / i64::from(tenths.max(1))
}

/// The id of an event in the events and the truth.
pub(crate) fn event_id(number: u64) -> String {
    format!("m-{number}")
}
