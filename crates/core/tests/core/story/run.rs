//! Playing a story: every input through the core, timers at their own times, as the engine does it.

use opcx_core::case::CaseChange;
use opcx_core::customer::{Customer, CustomerId};
use opcx_core::definitions::Definitions;
use opcx_core::effects::Effects;
use opcx_core::event::Event;
use opcx_core::identity::{Identifier, IdentifierKind, Person};
use opcx_core::log::{Lane, Position};
use opcx_core::reading::Reading;
use opcx_core::record::{Command, Order};
use opcx_core::step::{Happening, Input, next_timer, refold, step};
use opcx_core::time::Timestamp;

use super::language::{Told, read};
use super::record as write_down;

/// More timers than one line of a story can set off.
const TIMERS_MAX: u32 = 10_000;

/// A story that was played.
pub(crate) struct Story {
    /// What came of it, line by line, if anybody wants to read it.
    pub(crate) record: Option<String>,
    /// The customer at its end.
    pub(crate) customer: Customer,
    /// Everything found and decided.
    pub(crate) effects: Effects,
    /// What happened, for folding anew.
    pub(crate) history: Vec<Happened>,
}

/// One input of the log, owned.
pub(crate) struct Happened {
    pub(crate) position: Position,
    pub(crate) at: Timestamp,
    pub(crate) lane: Lane,
    pub(crate) what: What,
}

pub(crate) enum What {
    Event(Box<Event>, Option<Reading>),
    Order(Command),
    Time,
}

impl Happened {
    pub(crate) fn input(&self) -> Input<'_> {
        Input {
            position: self.position,
            lane: self.lane,
            now: self.at,
            mode: self.lane.mode(),
            happening: match &self.what {
                What::Event(event, reading) => Happening::Event { event, reading: reading.as_ref() },
                What::Order(command) => Happening::Ordered(command),
                What::Time => Happening::Time,
            },
        }
    }
}

/// The customer of all stories, before anything happened.
pub(crate) fn ada() -> Customer {
    let mut person = Person::default();
    person.identifiers.insert(Identifier::new(IdentifierKind::UserId, "ada").expect("a name"));
    Customer::new(CustomerId(Position::new(0)), person)
}

/// One step of a story, for those who watch it.
pub(crate) struct Step<'a> {
    pub(crate) before: &'a Customer,
    pub(crate) input: &'a Input<'a>,
    pub(crate) after: &'a Customer,
    pub(crate) effects: &'a Effects,
}

/// Plays a story on the live lane and records it.
pub(crate) fn record(definitions: &Definitions, story: &str) -> String {
    let recorded = play_from(definitions, story, Lane::LIVE, Some(String::new()), |_| ());
    recorded.record.expect("a record was begun")
}

/// Plays a story on the live lane.
pub(crate) fn play(definitions: &Definitions, story: &str) -> Story {
    play_watched(definitions, story, Lane::LIVE, |_| ())
}

/// Plays a story and shows every step to `watch`.
pub(crate) fn play_watched(
    definitions: &Definitions,
    story: &str,
    lane: Lane,
    watch: impl FnMut(&Step<'_>),
) -> Story {
    play_from(definitions, story, lane, None, watch)
}

fn play_from(
    definitions: &Definitions,
    story: &str,
    lane: Lane,
    record: Option<String>,
    mut watch: impl FnMut(&Step<'_>),
) -> Story {
    let mut played = Story { record, customer: ada(), effects: Effects::default(), history: Vec::new() };
    for (number, line) in (0..).zip(read(story)) {
        played.note(|| format!("{}\n", line.words));
        let what = match line.told {
            Told::Event(event, reading) => What::Event(event, reading),
            Told::Tick => What::Time,
            Told::Show => {
                let standing = write_down::standing(&played.customer, &played.effects.moments, line.at);
                played.note(|| standing);
                continue;
            }
            Told::TakeCase(which) => case(&played.customer, which, CaseChange::Take),
            Told::CloseCase(which) => {
                case(&played.customer, which, CaseChange::Close { outcome: "solved".into() })
            }
            Told::ReleasePromise(which) => match played.customer.known.promises.get(which) {
                Some(promise) => ordered(Order::Release(promise.id)),
                None => What::Time,
            },
        };
        let happened = Happened { position: Position::new(number), at: line.at, lane, what };
        played.take(definitions, happened, &mut watch);
    }
    played
}

impl Story {
    fn take(&mut self, definitions: &Definitions, happened: Happened, watch: &mut impl FnMut(&Step<'_>)) {
        let mut fired = 0;
        while let Some((due, (lane, clock))) =
            next_timer(definitions, &self.customer).zip(self.customer.known.clock)
            && due <= happened.at
        {
            let input = Input { now: due.max(clock), lane, happening: Happening::Time, ..happened.input() };
            self.step(definitions, &input, Some(input.now), watch);
            fired += 1;
            assert!(fired < TIMERS_MAX, "a timer that fired changes nothing, and would fire for ever");
        }
        if !matches!(happened.what, What::Time) {
            self.step(definitions, &happened.input(), None, watch);
        }
        self.history.push(happened);
    }

    fn note(&mut self, words: impl FnOnce() -> String) {
        if let Some(record) = &mut self.record {
            record.push_str(&words());
        }
    }

    fn step(
        &mut self,
        definitions: &Definitions,
        input: &Input<'_>,
        timer: Option<Timestamp>,
        watch: &mut impl FnMut(&Step<'_>),
    ) {
        let mut effects = Effects::default();
        let before = self.customer.clone();
        let mut after = before.clone();
        step(definitions, &mut after, input, &mut effects);
        watch(&Step { before: &before, input, after: &after, effects: &effects });
        self.note(|| write_down::came_of_it(timer, &before, &after, &effects));
        self.customer = after;
        self.effects.moments.append(&mut effects.moments);
        self.effects.promises.append(&mut effects.promises);
        self.effects.cases.append(&mut effects.cases);
        self.effects.parcels.append(&mut effects.parcels);
        self.effects.receipts.append(&mut effects.receipts);
    }
}

/// What is known of the customer, folded anew from the story's history.
pub(crate) fn refolded(definitions: &Definitions, story: &Story) -> (Customer, Effects) {
    let mut effects = Effects::default();
    let history = story.history.iter().map(Happened::input);
    let bare = Customer { deeds: story.customer.deeds.clone(), ..ada() };
    let now = story.history.last().map_or(Timestamp::EPOCH, |last| last.at);
    (refold(definitions, bare, history, now, &mut effects), effects)
}

fn ordered(order: Order) -> What {
    What::Order(Command { by: "lee".into(), reason: "asked".into(), order })
}

fn case(customer: &Customer, which: usize, change: CaseChange) -> What {
    match customer.deeds.cases.get(which) {
        Some(case) => ordered(Order::Case(case.id, change)),
        None => What::Time,
    }
}
