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
        cause: None,
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
    Some(Read::one(emotion, Permille::new(700), valence, 0))
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
    expect![[r#"
        scenario tiny, seed 1, 3 customers, 1970-01-01T00:00:00Z to 1970-01-05T04:00:00Z

        identities
          pairs: precision                                                   0.400 (0.168 to 0.687)    n       10
          pairs that events join: recall                                     0.800 (0.376 to 0.964)    n        5
          pairs that events join: F1                                         0.533                     n        5  floor 0.980, MISSED
          pairs of one person, whether or not anything tells: recall         0.800 (0.376 to 0.964)    n        5
          pairs of one person, whether or not anything tells: F1             0.533                     n        5
          identifiers in events that the store holds                         1.000 (0.646 to 1.000)    n        7

        readings
          texts in which the model could tell something                      0.500 (0.095 to 0.905)    n        2
          valence right, of those                                            0.000 (0.000 to 0.793)    n        1
          valence negative: F1, unknown counted as missed                    0.000                     n        2
          valence neutral: F1, unknown counted as missed                         –                     n        0
          valence positive: F1, unknown counted as missed                    0.000                     n        0
          strongest emotion right, of 28                                     0.000 (0.000 to 0.793)    n        1
          sarcasm taken for praise                                           1.000 (0.207 to 1.000)    n        1
          texts in other languages that were read at all                         –                     n        0

        moments
          bad moments, what happened: precision                              0.500 (0.095 to 0.905)    n        2
          bad moments, what happened: recall                                 0.500 (0.095 to 0.905)    n        2
          bad moments, what happened: F1                                     0.500                     n        2
          bad moments, what was said: precision                                  –                     n        0
          bad moments, what was said: recall                                     –                     n        0
          bad moments, what was said: F1                                         –                     n        0

        promises
          states right, promises not known counted as wrong                  0.750 (0.301 to 0.954)    n        4  floor 0.990, MISSED
          states right: delivered-by                                         0.750 (0.301 to 0.954)    n        4
          broken promises that are known to be broken                        1.000 (0.207 to 1.000)    n        1
          due at the very moment                                             1.000 (0.510 to 1.000)    n        4
          done at the very moment, of those known to be done                 0.500 (0.095 to 0.905)    n        2

        trust
          rank correlation of the ledger: its accounts, summed               0.866                     n        3  floor 0.866, met
          rank correlation of what the accounts lost, summed                 0.866                     n        3
          rank correlation of the last rating                                    –                     n        3
          rank correlation of the count of failures                          0.866                     n        3
          the ledger, of those who ever rated                                    –                     n        0
          the last rating, of those                                              –                     n        0

        decisions
          delight while something was truly owed and overdue                 0.500 (0.095 to 0.905)    n        2
          messages beyond three in seven days                                0.200 (0.036 to 0.624)    n        5
    "#]].assert_eq(&score(&book(), &seen()).to_string());
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
