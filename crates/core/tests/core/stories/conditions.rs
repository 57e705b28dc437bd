//! Conditions: what they read, what missing means, which kinds of event they can hold for.

use std::fmt::Write;

use crate::story::*;
use expect_test::{Expect, expect};
use opcx_core::condition::{
    Comparison, Expression, Field, Kinds, Missing, PromiseSight, Reckoning, Rest, Sight, TextTest,
};
use opcx_core::consent::Purpose;
use opcx_core::event::{Event, Facts, Value};
use opcx_core::reading::{Emotion, Reading};
use opcx_core::time::parse_rfc3339;
use opcx_core::trust::Account;
use proptest::prelude::*;

const MESSAGE: &str = "10:00 says \"It was late\" (negative) order=A1 value=30 minutes_late=soon promised_at=2026-03-03T10:00:00Z";

fn told(line: &str) -> (Box<Event>, Option<Reading>) {
    match read(line).remove(0).told {
        Told::Event(event, reading) => (event, reading),
        Told::Tick | Told::Show | Told::TakeCase(_) | Told::CloseCase(_) | Told::ReleasePromise(_) => {
            panic!("`{line}` is no event")
        }
    }
}

/// Shows what each expression comes to for [`MESSAGE`] and a promise made for order A1.
fn check_all(history: &str, expressions: Vec<(&str, Expression)>, expected: &Expect) {
    let played = play(&Company::new().definitions(), history);
    let (event, reading) = told(MESSAGE);
    let facts = Facts::from_pairs(vec![("order".into(), Value::Text("A1".into()))]).expect("one fact");
    let time = |text| parse_rfc3339(text).expect("a time");
    let known = &played.customer.known;
    let sight = Sight {
        allowed: known.grants.allowed(Purpose::Service),
        event: Some(&event),
        reading: reading.as_ref(),
        promise: Some(PromiseSight {
            facts: &facts,
            made: time("2026-03-01T10:00:00Z"),
            due: time("2026-03-02T12:00:00Z"),
        }),
        trust: &known.trust,
        traits: &known.traits,
        promises: &known.promises,
        events: known.events,
        now: time("2026-03-02T11:00:00Z"),
    };
    let mut shown = String::new();
    for (words, expression) in expressions {
        let condition = condition(expression);
        let outcome = match condition.holds(&sight) {
            Ok(truth) => truth.to_string(),
            Err(Missing::Field(field)) => format!("missing {}", field.words()),
            Err(Missing::Mistyped(field)) => format!("mistyped {}", field.words()),
            Err(Missing::DividedByZero) => "divided by zero".into(),
        };
        writeln!(shown, "{words}: {outcome}").expect("a string");
    }
    expected.assert_eq(&shown);
}

fn less(left: Expression, right: Expression) -> Expression {
    compare(left, Comparison::Less, right)
}

#[test]
fn every_field_reads_what_it_says() {
    let is_number = |field: Field, value: f64| compare(read_field(field), Comparison::Equal, number(value));
    check_all(
        "09:00 Payment Failed order=A1 timezone=Europe/Berlin",
        vec![
            ("kind", kind("Message")),
            ("channel", is(Field::EventChannel, "web")),
            ("source", is(Field::EventSource, "shop")),
            ("by", is(Field::EventBy, "customer")),
            ("said", is(Field::EventSaid, "It was late")),
            ("text", is(fact("order"), "A1")),
            ("number", over(fact("value"), 29.0)),
            ("a text that is no number", over(fact("minutes_late"), 1.0)),
            ("promise fact", same(fact("order"), promised("order"))),
            ("time and time", less(read_field(Field::PromiseDue), read_field(fact("promised_at")))),
            ("made before due", less(read_field(Field::PromiseMade), read_field(Field::PromiseDue))),
            ("event time", less(read_field(Field::EventTime), read_field(Field::PromiseDue))),
            ("trait", is(about("timezone"), "Europe/Berlin")),
            ("no such trait", is(about("interest"), "golf")),
            ("trust", is_number(Field::Trust(Account::Capability), 470.0)),
            ("open failures", is_number(Field::OpenFailures, 1.0)),
            ("open promises", is_number(Field::OpenPromises, 0.0)),
            ("events", is_number(Field::Events, 1.0)),
            ("valence", is(Field::Valence, "negative")),
            ("score", is_number(Field::ValenceScore, -700.0)),
            ("emotion", is(Field::StrongestEmotion, "anger")),
            ("confidence", over(Field::EmotionConfidence(Emotion::Anger), 799.0)),
            ("confidence in what was not found", is_number(Field::EmotionConfidence(Emotion::Joy), 0.0)),
        ],
        &expect![[r#"
            kind: true
            channel: true
            source: true
            by: true
            said: true
            text: true
            number: true
            a text that is no number: mistyped facts.minutes_late
            promise fact: true
            time and time: true
            made before due: true
            event time: true
            trait: true
            no such trait: missing customer.interest
            trust: true
            open failures: true
            open promises: true
            events: true
            valence: true
            score: true
            emotion: true
            confidence: true
            confidence in what was not found: true
        "#]],
    );
}

#[test]
fn missing_is_absorbed_by_what_decides_without_it() {
    let missing = || is(fact("carrier"), "Blue");
    let divided = || less(reckon(number(1.0), Reckoning::Divide, number(0.0)), number(1.0));
    check_all(
        "",
        vec![
            ("missing", missing()),
            ("not missing", not(missing())),
            ("has", Expression::Has(fact("carrier"))),
            ("not has", not(Expression::Has(fact("carrier")))),
            ("missing and false", all_of(vec![missing(), truth(false)])),
            ("missing and true", all_of(vec![missing(), truth(true)])),
            ("false and missing", all_of(vec![truth(false), missing()])),
            ("missing or true", any_of(vec![missing(), truth(true)])),
            ("missing or false", any_of(vec![missing(), truth(false)])),
            ("the first that is missing is told", any_of(vec![missing(), divided()])),
            ("divided by zero or true", any_of(vec![divided(), truth(true)])),
            ("remainder by zero", less(reckon(number(1.0), Reckoning::Remainder, number(0.0)), number(1.0))),
            ("chosen by missing", Expression::Choose(Box::new((missing(), truth(true), truth(true))))),
            ("missing not chosen", Expression::Choose(Box::new((truth(false), missing(), truth(true))))),
            ("all of nothing", all_of(Vec::new())),
            ("any of nothing", any_of(Vec::new())),
        ],
        &expect![[r#"
            missing: missing facts.carrier
            not missing: missing facts.carrier
            has: false
            not has: true
            missing and false: false
            missing and true: missing facts.carrier
            false and missing: false
            missing or true: true
            missing or false: missing facts.carrier
            the first that is missing is told: missing facts.carrier
            divided by zero or true: true
            remainder by zero: divided by zero
            chosen by missing: missing facts.carrier
            missing not chosen: true
            all of nothing: true
            any of nothing: false
        "#]],
    );
}

#[test]
fn what_is_not_granted_is_missing_like_what_was_never_sent() {
    check_all(
        "08:00 denies purchase
         08:00 denies feedback",
        vec![
            ("value", over(fact("value"), 29.0)),
            ("has value", Expression::Has(fact("value"))),
            ("valence", is(Field::Valence, "negative")),
            ("said", is(Field::EventSaid, "It was late")),
            ("order", is(fact("order"), "A1")),
        ],
        &expect![[r#"
            value: missing facts.value
            has value: false
            valence: missing reading.valence
            said: missing event.said
            order: true
        "#]],
    );
    check_all(
        "08:00 denies service",
        vec![
            ("trust", over(Field::Trust(Account::Capability), 1.0)),
            ("open promises", over(Field::OpenPromises, -1.0)),
            ("kind", kind("Message")),
        ],
        &expect![[r#"
            trust: missing customer.trust.capability
            open promises: missing customer.open_promises
            kind: true
        "#]],
    );
}

#[test]
fn numbers_texts_times_and_lists_are_reckoned_with() {
    let value = || read_field(fact("value"));
    let time = || read_field(fact("promised_at"));
    check_all(
        "",
        vec![
            (
                "7 / 2 is 3.5",
                compare(reckon(number(7.0), Reckoning::Divide, number(2.0)), Comparison::Equal, number(3.5)),
            ),
            (
                "value % 7 is 2",
                compare(reckon(value(), Reckoning::Remainder, number(7.0)), Comparison::Equal, number(2.0)),
            ),
            (
                "value * 2 - 1 > 58",
                less(
                    number(58.0),
                    reckon(
                        reckon(value(), Reckoning::Multiply, number(2.0)),
                        Reckoning::Subtract,
                        number(1.0),
                    ),
                ),
            ),
            (
                "time - time < 25h",
                less(reckon(time(), Reckoning::Subtract, read_field(Field::EventTime)), hours(25)),
            ),
            (
                "time - 25h < event",
                less(reckon(time(), Reckoning::Subtract, hours(25)), read_field(Field::EventTime)),
            ),
            (
                "1h + 1h is 2h",
                compare(reckon(hours(1), Reckoning::Add, hours(1)), Comparison::Equal, hours(2)),
            ),
            ("a text is in a list", among(read_field(fact("order")), texts(&["B2", "A1"]))),
            ("a text is not in a list", among(read_field(fact("order")), texts(&["B2"]))),
            ("a number is not in a list of texts", among(value(), texts(&["30"]))),
            ("contains", test(read_field(Field::EventSaid), TextTest::Contains, text("was"))),
            ("starts with", test(read_field(Field::EventSaid), TextTest::StartsWith, text("It"))),
            ("ends with", test(read_field(Field::EventSaid), TextTest::EndsWith, text("Late"))),
            (
                "size of a text",
                compare(Expression::Size(Box::new(text("äöü"))), Comparison::Equal, number(3.0)),
            ),
            (
                "size of a list",
                compare(Expression::Size(Box::new(texts(&["a", "b"]))), Comparison::Equal, number(2.0)),
            ),
            ("a text is no number", compare(text("30"), Comparison::Equal, number(30.0))),
            ("and unlike it", compare(text("30"), Comparison::NotEqual, number(30.0))),
            ("and in no order with it", compare(text("30"), Comparison::AtMost, number(30.0))),
        ],
        &expect![[r#"
            7 / 2 is 3.5: true
            value % 7 is 2: true
            value * 2 - 1 > 58: true
            time - time < 25h: true
            time - 25h < event: true
            1h + 1h is 2h: true
            a text is in a list: true
            a text is not in a list: false
            a number is not in a list of texts: false
            contains: true
            starts with: true
            ends with: false
            size of a text: true
            size of a list: true
            a text is no number: false
            and unlike it: true
            and in no order with it: false
        "#]],
    );
}

#[test]
fn what_the_kind_settles_is_not_asked_of_events_of_that_kind() {
    let about_order = || is(fact("order"), "A1");
    let left = |expression, kind| match Rest::of(&condition(expression), Some(kind)) {
        Rest::Holds => "holds".into(),
        Rest::Fails => "fails".into(),
        Rest::Ask(condition) => format!("{:?}", condition.fields()),
    };
    let order = format!("{:?}", [fact("order")]);
    assert_eq!(left(kind("Message"), "Message"), "holds");
    assert_eq!(left(kinds(&["Solved", "Message"]), "Message"), "holds");
    assert_eq!(left(kinds(&["Solved"]), "Message"), "fails");
    assert_eq!(left(all_of(vec![kind("Message"), about_order()]), "Message"), order);
    assert_eq!(left(all_of(vec![about_order(), not(kind("Message"))]), "Message"), "fails");
    assert_eq!(left(any_of(vec![about_order(), kind("Message")]), "Message"), "holds");
    assert_eq!(left(any_of(vec![about_order(), kind("Message")]), "Solved"), order);
}

fn expressions() -> impl Strategy<Value = Expression> {
    const KINDS: [&str; 3] = ["Order Placed", "Message", "Solved"];
    let leaf = prop_oneof![
        (0_usize..3).prop_map(|which| kind(KINDS[which])),
        (0_usize..3).prop_map(|which| compare(
            text(KINDS[which]),
            Comparison::Equal,
            read_field(Field::EventKind)
        )),
        (0_usize..3).prop_map(|which| {
            compare(read_field(Field::EventKind), Comparison::NotEqual, text(KINDS[which]))
        }),
        (0_usize..3, 0_usize..3).prop_map(|(one, other)| kinds(&[KINDS[one], KINDS[other]])),
        any::<bool>().prop_map(truth),
        Just(is(fact("order"), "A1")),
        Just(Expression::Has(fact("carrier"))),
        Just(is(fact("carrier"), "Blue")),
        Just(test(read_field(Field::EventKind), TextTest::StartsWith, text("S"))),
    ];
    leaf.prop_recursive(4, 32, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(all_of),
            proptest::collection::vec(inner.clone(), 0..3).prop_map(any_of),
            inner.clone().prop_map(not),
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(test, one, other)| Expression::Choose(Box::new((test, one, other)))),
        ]
    })
}

proptest! {
    #[test]
    fn a_condition_holds_only_for_kinds_that_it_says_and_whenever_what_is_left_of_it_for_them_does(expression in expressions()) {
        let customer = play(&Company::new().definitions(), "").customer;
        let condition = condition(expression);
        let kinds = condition.kinds();
        for line in ["10:00 Order Placed order=A1", "10:00 Message", "10:00 Solved order=A1", "10:00 Else"] {
            let (event, _) = told(line);
            let known = &customer.known;
            let sight = Sight {
                allowed: known.grants.allowed(Purpose::Service),
                event: Some(&event),
                reading: None,
                promise: None,
                trust: &known.trust,
                traits: &known.traits,
                promises: &known.promises,
                events: 0,
                now: event.happened,
            };
            let holds = condition.holds(&sight).unwrap_or(false);
            let rest = Rest::of(&condition, Some(&event.kind));
            prop_assert_eq!(rest.holds(&sight), holds, "{:?} is left for {}", rest, event.kind);
            if holds {
                let may = match &kinds {
                    Kinds::Any => true,
                    Kinds::Only(only) => only.contains(&event.kind),
                };
                prop_assert!(may, "{} is not among {kinds:?}", event.kind);
            }
        }
    }
}
