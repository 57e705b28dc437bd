//! A week at the airline, decided by the engine on a store in memory.

use std::sync::Arc;

use opcx_core::case::CaseChange;
use opcx_core::consent::{Answer, Proof, Purpose, Statement};
use opcx_core::definitions::Definitions;
use opcx_core::delivery::Policy;
use opcx_core::event::CustomersWords;
use opcx_core::event::{Category, Event, Facts, Origin, Value};
use opcx_core::identity::{Identifier, IdentifierKind};
use opcx_core::log::Lane;
use opcx_core::reading::{Emotion, Felt, Found, Model, Permille, Reading, Tier, Unknown, Valence};
use opcx_core::record::{Command, Entry, Order};
use opcx_core::time::{Span, Timestamp, parse_rfc3339};
use opcx_engine::{Budget, Decider};
use opcx_store::{Draft, Encoded, Memory, Store};

/// A store that is filled event by event.
pub(crate) struct World {
    pub(crate) store: Arc<Memory>,
    clock: Timestamp,
    events: u32,
}

/// Somebody did something.
pub(crate) struct Deed<'a> {
    pub(crate) who: &'a [(IdentifierKind, &'a str)],
    pub(crate) kind: &'a str,
    pub(crate) facts: &'a [(&'a str, Value)],
    pub(crate) said: Option<&'a str>,
    pub(crate) origin: Origin,
}

impl World {
    pub(crate) fn new() -> World {
        World { store: Arc::new(Memory::new()), clock: time("2015-02-17T08:00:00Z"), events: 0 }
    }

    /// Time passes.
    pub(crate) fn wait(&mut self, span: Span) {
        self.clock = self.clock + span;
    }

    pub(crate) fn event(&mut self, deed: &Deed<'_>) {
        self.event_with(deed, Vec::new());
    }

    pub(crate) fn event_with(&mut self, deed: &Deed<'_>, consents: Vec<Statement>) {
        self.events += 1;
        let who = deed.who.iter().map(|(kind, value)| Identifier::new(*kind, value).expect("somebody"));
        let facts = deed.facts.iter().map(|(name, value)| ((*name).into(), value.clone())).collect();
        let event = Event {
            source: "airline".into(),
            id: format!("e{}", self.events).into(),
            happened: self.clock,
            kind: deed.kind.into(),
            channel: if deed.said.is_some() { "twitter".into() } else { "app".into() },
            who: who.collect(),
            facts: Facts::from_pairs(facts).expect("few facts"),
            said: deed.said.map(Into::into),
            reading: None,
            consents,
            masked: Vec::new(),
            origin: deed.origin,
        };
        self.append(&Entry::Event(event.sensed(sense)));
    }

    /// Somebody of the company orders something.
    pub(crate) fn order(&mut self, order: Order) {
        self.append(&Entry::Command(Command { by: "mia".into(), reason: "they called".into(), order }));
    }

    /// Lets timers that are due fire.
    pub(crate) fn tick(&mut self) {
        self.append(&Entry::Tick);
    }

    fn append(&mut self, entry: &Entry) {
        let draft = Draft { lane: Lane::LIVE, at: self.clock, entry: Encoded::of(entry) };
        self.store.append(&[draft]).expect("memory takes it");
    }

    /// Decides on everything so far.
    pub(crate) fn decide(&self) {
        self.decide_by(crate::company::definitions());
    }

    /// The same by other definitions.
    pub(crate) fn decide_by(&self, definitions: Definitions) {
        let mut decider = Decider::new(
            Arc::clone(&self.store) as Arc<dyn Store>,
            Arc::new(definitions),
            Policy::default(),
            Budget::default(),
        )
        .expect("memory can be read");
        while decider.advance().expect("memory can be written") > 0 {}
    }
}

pub(crate) fn time(text: &str) -> Timestamp {
    parse_rfc3339(text).expect("a time")
}

/// A reader that knows three words.
fn sense(words: CustomersWords<'_>) -> Reading {
    let text = words.get();
    let felt = |emotion, valence, valence_permille| {
        Found::Felt(Felt::one(emotion, Permille::new(800), valence, valence_permille))
    };
    let found = if text.contains("lost") {
        felt(Emotion::Anger, Valence::Negative, -700)
    } else if text.contains("slow") {
        felt(Emotion::Annoyance, Valence::Negative, -400)
    } else if text.contains("thanks") {
        felt(Emotion::Gratitude, Valence::Positive, 800)
    } else {
        Found::Unknown(Unknown::Unsure)
    };
    Reading::asked(Model { tier: Tier::Fast, version: 1 }, found)
}

/// A week: forty-four passengers of two airlines and a rarely flown third. Ada writes twice; humans take
/// one case and close another.
pub(crate) fn a_week() -> World {
    let mut world = World::new();
    for number in 0..40_u32 {
        let airline = if number % 2 == 0 { "Alpha" } else { "Beta" };
        let handle = format!("guest{number}");
        let who = [(IdentifierKind::Handle, handle.as_str())];
        let late = f64::from(number % 5 * 20);
        passenger(&mut world, &who, airline, late, words(number));
        world.wait(Span::HOUR);
        if number % 10 == 0 || number % 10 == 7 {
            reply(&mut world, &who);
        }
    }
    passenger(&mut world, &[(IdentifierKind::Handle, "rare")], "Gamma", 5.0, Some("thanks for the bag"));
    ada(&mut world);
    passenger(&mut world, &[(IdentifierKind::Handle, "waiting")], "Beta", 5.0, Some("the belt is slow"));
    world.wait(Span::HOUR.times(50));
    passenger(&mut world, &[(IdentifierKind::Handle, "fresh")], "Beta", 5.0, Some("my bag is lost"));
    world.decide();

    let cases = world.store.cases(None, 2).expect("memory can be read");
    world.order(Order::Case(cases[0].case.id, CaseChange::Take));
    let outcome = "the bag is back".into();
    world.order(Order::Case(cases[1].case.id, CaseChange::Close { outcome }));
    world.decide();
    world
}

/// Somebody of the airline answers.
fn reply(world: &mut World, who: &[(IdentifierKind, &str)]) {
    let said = Some("We are sorry, it is on its way.");
    world.event(&Deed { who, kind: "Reply", facts: &[], said, origin: Origin::Staff });
}

/// What passenger `number` writes about their bag; passengers of Alpha have more to complain of.
fn words(number: u32) -> Option<&'static str> {
    match number % 10 {
        0 | 4 => Some("you lost my bag"),
        2 | 7 => Some("the belt is so slow"),
        1 | 3 | 5 => Some("thanks for the quick bags"),
        6 => Some("where is belt four"),
        _ => None,
    }
}

fn passenger(
    world: &mut World,
    who: &[(IdentifierKind, &str)],
    airline: &str,
    late: f64,
    said: Option<&str>,
) {
    let airline = ("airline", Value::Text(airline.into()));
    let landed = [airline.clone(), ("minutes_late", Value::Number(late))];
    world.event(&Deed { who, kind: "Flight Landed", facts: &landed, said: None, origin: Origin::Customer });
    if said.is_some() {
        let about = [airline, ("about", Value::Text("bags".into()))];
        world.event(&Deed { who, kind: "Message", facts: &about, said, origin: Origin::Customer });
    }
}

/// Ada is gold, loses her bag, waits four days for an answer, and gets it back at last.
fn ada(world: &mut World) {
    let both = [(IdentifierKind::Email, "ada@example.org"), (IdentifierKind::Handle, "@AdaL")];
    let tier = [("tier", Value::Text("gold".into()))];
    let consent = Statement {
        category: Category::Browsing,
        purpose: Purpose::Personalisation,
        answer: Answer::Denied,
        proof: Proof { actor: "customer".into(), wording: Some("2015-01".into()) },
    };
    let chosen = Deed { who: &both, kind: "Seat Chosen", facts: &tier, said: None, origin: Origin::Customer };
    world.event_with(&chosen, vec![consent]);
    let handle = [(IdentifierKind::Handle, "adal")];
    passenger(world, &handle, "Alpha", 95.0, Some("you lost my bag, again"));
    world.wait(Span::DAY.times(4));
    world.tick();
    reply(world, &handle);
    world.wait(Span::HOUR);
    passenger(world, &handle, "Alpha", 0.0, Some("it came, thanks"));
    let probe = [("airline", Value::Text("Alpha".into())), ("minutes_late", Value::Number(300.0))];
    world.event(&Deed {
        who: &[(IdentifierKind::UserId, "probe-7")],
        kind: "Flight Landed",
        facts: &probe,
        said: None,
        origin: Origin::Probe,
    });
}
