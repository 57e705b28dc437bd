//! What lies outside the engine: customers and operators that send, receivers that are sent to.

use opcx_core::consent::{Answer, Proof, Purpose, Statement};
use opcx_core::delivery::{Outcome, Why};
use opcx_core::event::{Category, Event, Facts, Origin, Value};
use opcx_core::identity::{Identifier, IdentifierKind};
use opcx_core::log::Lane;
use opcx_core::record::{Entry, Rejected};
use opcx_core::time::{Span, Timestamp};
use opcx_engine::{Submission, Submitted};
use opcx_store::{Encoded, EventKey};

use crate::company::KINDS;
use crate::models;
use crate::random::Random;

/// People in the simulated world: few, so that they meet often.
const PEOPLE: u64 = 12;
/// Where parcels go.
pub(crate) const ENDPOINTS: [&str; 2] = ["hooks", "letters"];
/// How late an event may come.
const LATE_MOST: u64 = 200_000_000;

/// Who sends.
pub(crate) struct Senders {
    next_event: u64,
    /// Whether customers say what they allow. Where nobody does, nobody's browsing may be seen.
    consents: bool,
}

/// Events handed in together, and their keys.
pub(crate) struct HandedIn {
    pub(crate) submission: Submission,
    pub(crate) keys: Vec<EventKey>,
}

impl Senders {
    pub(crate) fn new(consents: bool) -> Senders {
        Senders { next_event: 0, consents }
    }

    /// A few new events.
    pub(crate) fn events(&mut self, random: &mut Random, now: Timestamp) -> HandedIn {
        // Some come on the clock of old data.
        let history = random.chance(10);
        let events: Vec<Event> =
            (0..=random.below(6)).map(|_| self.event(random, now, if history { 'h' } else { 'e' })).collect();
        let keys: Vec<_> = events.iter().map(|event| EventKey::of(&event.source, &event.id)).collect();
        let submitted = |(event, key): (Event, &EventKey)| Submitted {
            key: Some(*key),
            entry: Encoded::of(&Entry::Event(event)),
        };
        let submission = Submission {
            lane: if history { Lane::history(1) } else { Lane::LIVE },
            at: history.then(|| now - Span::DAY.times(900)),
            entries: events.into_iter().zip(&keys).map(submitted).collect(),
        };
        HandedIn { submission, keys }
    }

    fn event(&mut self, random: &mut Random, now: Timestamp, prefix: char) -> Event {
        let id = self.next_event;
        self.next_event += 1;
        let kind = *random.pick(&KINDS);
        let mut who = Vec::new();
        if random.chance(60) {
            who.push(user(random));
        }
        if who.is_empty() || random.chance(30) {
            let device = format!("device-{:02}", random.below(PEOPLE * 2));
            who.push(Identifier::new(IdentifierKind::AnonymousId, &device).expect("a plain id"));
        }
        let origin = match kind {
            "Reply" => Origin::Staff,
            _ if random.chance(5) => Origin::Probe,
            _ => Origin::Customer,
        };
        let said = matches!(kind, "Message" | "Reply").then(|| (*random.pick(&models::TEXTS)).into());
        let consents = if self.consents && random.chance(8) { vec![statement(random)] } else { Vec::new() };
        let facts = vec![
            ("order_id".into(), Value::Text(format!("o{}", random.below(30)).into())),
            ("branch".into(), Value::Text(format!("b{}", random.below(3)).into())),
            ("page".into(), Value::Text(if random.chance(50) { "offer" } else { "help" }.into())),
        ];
        let event = Event {
            source: "world".into(),
            id: format!("{prefix}{id:06}").into(),
            // Out of order, and sometimes days late.
            happened: now - Span::from_millis(i64::try_from(random.below(LATE_MOST)).unwrap_or(0)),
            kind: kind.into(),
            channel: "web".into(),
            who,
            facts: Facts::from_pairs(facts).expect("three facts"),
            said,
            reading: None,
            consents,
            origin,
            masked: Vec::new(),
        };
        event.sensed(|words| models::first(words, prefix == 'e'))
    }
}

fn statement(random: &mut Random) -> Statement {
    // Most often it is about what may not be seen until it is granted.
    let about_offers = random.chance(50);
    Statement {
        category: if about_offers { Category::Browsing } else { *random.pick(&Category::ALL) },
        purpose: if about_offers { Purpose::Marketing } else { *random.pick(&Purpose::ALL) },
        answer: *random.pick(&[Answer::Granted, Answer::Granted, Answer::Denied, Answer::Withdrawn]),
        proof: Proof { actor: "customer".into(), wording: None },
    }
}

/// Somebody.
pub(crate) fn user(random: &mut Random) -> Identifier {
    let number = random.below(PEOPLE);
    Identifier::new(IdentifierKind::UserId, &format!("user-{number:02}")).expect("a plain id")
}

/// Something that could not be understood.
pub(crate) fn rejected(random: &mut Random) -> Entry {
    let raw = format!(r#"{{"userId":"{}"}}"#, user(random).value());
    Entry::Rejected(Rejected {
        from: "/v1/track".into(),
        reason: "no id".into(),
        format: "segment".into(),
        raw: raw.into(),
    })
}

/// One entry that is no event, on the live lane.
pub(crate) fn alone(entry: &Entry) -> Submission {
    let entries = vec![Submitted { key: None, entry: Encoded::of(entry) }];
    Submission { lane: Lane::LIVE, at: None, entries }
}

/// Whether law 12 sheds it last: what somebody said, what staff did, and what promises hang on.
pub(crate) fn is_grave(submission: &Submission) -> bool {
    submission.entries.iter().any(|submitted| match submitted.entry.decode() {
        Ok(Entry::Event(event)) => {
            let kinds = ["Order Shipped", "Delivered", "Message", "Reply"];
            event.origin != Origin::Probe && kinds.contains(&event.kind.as_str())
        }
        Ok(Entry::Command(_)) => true,
        Ok(
            Entry::Reading(_)
            | Entry::Rejected(_)
            | Entry::Delivery(_)
            | Entry::Tick
            | Entry::Erased(_)
            | Entry::Erasure(_),
        )
        | Err(_) => false,
    })
}

/// What an attempt comes to, and whether the receiver has the parcel then.
pub(crate) fn attempt(random: &mut Random) -> (Outcome, bool) {
    let why = Why::new("simulated");
    match random.below(40) {
        0..24 => (Outcome::Delivered { status: Some(200) }, true),
        // It arrives, and the answer is lost.
        24..29 => (Outcome::Retry { after: None, why }, true),
        29..34 => (Outcome::Retry { after: None, why }, false),
        34..36 => (Outcome::Retry { after: Some(Span::HOUR.times(2)), why }, false),
        36..39 => (Outcome::Refused { why }, false),
        _ => (Outcome::Gone, false),
    }
}
