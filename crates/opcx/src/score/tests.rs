use expect_test::expect;
use opcx_core::customer::CustomerId;
use opcx_core::log::Position;
use opcx_core::map::Outcome;
use opcx_core::promise::PromiseState;
use opcx_core::reading::{Emotion, Felt as Read, Permille, Valence};
use opcx_core::time::{Span, Timestamp};
use opcx_sim::company::{Language, Region};
use opcx_sim::texts::{Intent, Topic};
use opcx_sim::truth::{Felt, Owed, Played, PromiseEnd, Text, TruePerson};

use super::{Book, Seen, SeenCustomer, SeenPromise, score};

fn at(hour: i64) -> Timestamp {
    Timestamp::EPOCH + Span::HOUR.times(hour)
}

fn person(person: u32, trust: i64, identifiers: &[&str]) -> TruePerson {
    TruePerson {
        person,
        region: Region::North,
        language: Language::English,
        identifiers: vec![identifiers.iter().map(|&text| text.to_owned()).collect()],
        shared: vec!["phone:+49301".to_owned()],
        trust_at_start: 0,
        trust,
        left: None,
        spent_cents: 0,
    }
}

fn owed(key: &str, state: PromiseEnd, due: i64, done: Option<i64>) -> Owed {
    Owed {
        promise: "delivered-by".to_owned(),
        key: key.to_owned(),
        person: 1,
        made: at(0),
        due: at(due),
        state,
        done: done.map(at),
        cause: None,
    }
}

fn felt(event: &str, quality: i64) -> (String, Felt) {
    let felt = Felt {
        person: 0,
        at: at(1),
        event: Some(event.to_owned()),
        about: "parcel".to_owned(),
        quality,
        change: 0,
        cause: None,
    };
    (event.to_owned(), felt)
}

fn text(event: &str, emotion: Emotion, sarcasm: bool) -> (String, Text) {
    let text = Text {
        event: event.to_owned(),
        person: 0,
        language: Language::English,
        topic: Topic::Late,
        intent: Intent::Complain,
        emotion,
        valence: emotion.valence().unwrap_or(Valence::Neutral),
        sarcasm,
        mixed: false,
    };
    (event.to_owned(), text)
}

fn book() -> Book {
    let played = Played { scenario: "tiny".to_owned(), seed: 1, customers: 3, start: at(0), end: at(100) };
    Book {
        people: vec![
            person(0, 300, &["user_id:u0", "email:a@x", "anonymous_id:d0"]),
            person(1, 100, &["user_id:u1", "email:b@x"]),
            person(2, -400, &["email:c@x", "phone:+4915"]),
        ],
        promises: vec![
            owed("o-1", PromiseEnd::Kept, 10, Some(9)),
            owed("o-2", PromiseEnd::Broken, 10, Some(30)),
            owed("o-3", PromiseEnd::Owed, 200, None),
            owed("o-4", PromiseEnd::Kept, 10, Some(5)),
        ],
        texts: [text("m-1", Emotion::Anger, false), text("m-2", Emotion::Anger, true)].into(),
        felt: [felt("m-3", -500), felt("m-4", 300), felt("m-5", -300)].into(),
        ..Book::of(played)
    }
}

fn customer(trust: [i64; 4], failures: i64, identifiers: &[&str]) -> SeenCustomer {
    SeenCustomer {
        identifiers: identifiers.iter().map(|&text| text.to_owned()).collect(),
        trust,
        failures,
        ..SeenCustomer::default()
    }
}

fn id(number: u64) -> CustomerId {
    CustomerId(Position::new(number))
}

fn read(emotion: Emotion, valence: Valence) -> Option<Read> {
    Some(Read { emotions: vec![(emotion, Permille::new(700))], valence, valence_permille: 0 })
}

/// Of two people the engine made one, and of one two; it holds one kept promise to be broken.
fn seen() -> Seen {
    let promise = |state, due, done: Option<i64>| SeenPromise { state, due: at(due), done: done.map(at) };
    let named = |key: &str| ("delivered-by".to_owned(), key.to_owned());
    let mut crowded = customer([500, 400, 500, 500], 3, &["email:c@x"]);
    crowded.contacts = vec![at(0), at(1), at(2), at(3), at(400)];
    Seen {
        customers: [
            (
                id(1),
                customer(
                    [520, 480, 550, 550],
                    1,
                    &["user_id:u0", "email:a@x", "anonymous_id:d0", "user_id:u1", "email:b@x"],
                ),
            ),
            (id(7), crowded),
            (id(8), customer([500; 4], 0, &["phone:+4915", "phone:+49301"])),
        ]
        .into(),
        promises: [
            (named("o-1"), promise(PromiseState::Kept, 10, Some(9))),
            (named("o-2"), promise(PromiseState::Broken, 10, Some(31))),
            (named("o-3"), promise(PromiseState::AtRisk, 200, None)),
            (named("o-4"), promise(PromiseState::Broken, 10, None)),
        ]
        .into(),
        readings: [("m-1".to_owned(), None), ("m-2".to_owned(), read(Emotion::Joy, Valence::Positive))]
            .into(),
        outcomes: [
            ("m-3".to_owned(), vec![Outcome::Neutral, Outcome::Bad]),
            ("m-4".to_owned(), vec![Outcome::Bad]),
            ("m-5".to_owned(), vec![Outcome::Neutral]),
        ]
        .into(),
        delights: vec![(id(1), at(20)), (id(1), at(40))],
    }
}

#[test]
fn a_tiny_company_is_scored_to_the_digit() {
    expect![[""]].assert_eq(&score(&book(), &seen()).to_string());
}

#[test]
fn whoever_knows_everything_misses_no_floor() {
    let book = book();
    let mut seen = seen();
    seen.customers = book
        .people
        .iter()
        .map(|person| {
            let identifiers: Vec<&str> = person.identifiers.iter().flatten().map(String::as_str).collect();
            (id(u64::from(person.person)), customer([500, 500, 500, person.trust], 0, &identifiers))
        })
        .collect();
    seen.promises.get_mut(&("delivered-by".to_owned(), "o-4".to_owned())).expect("it is there").state =
        PromiseState::Kept;
    let missed: Vec<_> =
        score(&book, &seen).rows.into_iter().filter(|row| row.is_met() == Some(false)).collect();
    assert!(missed.is_empty(), "{missed:#?}");
}
