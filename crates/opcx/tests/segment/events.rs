//! What becomes what: messages in, events out.

use expect_test::{Expect, expect};
use opcx::segment::{Arrival, Body, Call, text};
use opcx_core::time::parse_rfc3339;

use crate::server::{RECEIVED, shown};

/// Reads a batch of these messages.
fn check(messages: &str, expected: &Expect) {
    read(&format!(r#"{{"batch": [{messages}]}}"#), None, &arrival(), expected);
}

fn arrival() -> Arrival {
    Arrival {
        source: "shop".into(),
        route: "/v1/batch",
        received: parse_rfc3339(RECEIVED).expect("it is a time"),
        request: 7,
        address: None,
        opted_out: false,
    }
}

fn read(body: &str, call: Option<Call>, arrival: &Arrival, expected: &Expect) {
    let shown: String = match Body::open(&text(body.as_bytes()), call) {
        Err(unreadable) => format!("{}: {unreadable}\n", unreadable.code()),
        Ok(body) => body
            .read(arrival)
            .into_iter()
            .map(|read| match read {
                Ok(event) => shown(&event),
                Err(refusal) => format!(
                    "{} from {}\n  {}\n",
                    refusal.rejected.reason, refusal.rejected.from, refusal.rejected.raw
                ),
            })
            .collect(),
    };
    expected.assert_eq(&shown);
}

#[test]
fn a_track_call_is_what_happened_with_its_facts_and_what_was_said() {
    check(
        r#"{"type": "track", "event": "Order Completed", "messageId": "m-1", "userId": "u-1", "anonymousId": "a-1",
            "properties": {"order_id": 12345678901234567890, "total": 99.5, "address": {"city": "Oslo"},
                           "products": [{"sku": "x"}, {"sku": "y"}], "tags": ["a", "b"], "comment": " Great! "},
            "context": {"traits": {"email": "Ada@Example.org"}, "library": {"name": "analytics.js"},
                        "timezone": "Europe/Oslo", "page": {"url": "https://shop.example/done"}, "ip": "203.0.113.7"},
            "integrations": {"All": true}, "_metadata": {"bundled": []}, "timestamp": "2026-11-21T09:59:00Z"}"#,
        &expect![[r#"
            Order Completed on web at 2026-11-21T09:59:00Z
              shop m-1
              who: user_id:u-1 email:ada@example.org anonymous_id:a-1
              said: Great!
              address.city = Text("Oslo")
              email = Text("Ada@Example.org")
              ip = Text("203.0.113.7")
              library.name = Text("analytics.js")
              order_id = Text("12345678901234567890")
              page.url = Text("https://shop.example/done")
              products.0.sku = Text("x")
              products.1.sku = Text("y")
              products.count = Number(2.0)
              tags = List([Text("a"), Text("b")])
              timezone = Text("Europe/Oslo")
              total = Number(99.5)
        "#]],
    );
}

#[test]
fn every_call_has_its_kind() {
    check(
        r#"{"type": "identify", "messageId": "1", "userId": "u", "traits": {"email": "a@b.c", "phone": "+47 22 33", "plan": "gold"}},
           {"type": "page", "messageId": "2", "anonymousId": "a", "name": "Home", "category": "Docs", "properties": {"path": "/"}},
           {"type": "screen", "messageId": "3", "anonymousId": "a", "name": "Start"},
           {"type": "group", "messageId": "4", "userId": "u", "groupId": "g", "traits": {"name": "Acme", "email": "info@acme.example"}},
           {"type": "alias", "messageId": "5", "userId": "u", "previousId": "a"}"#,
        &expect![[r#"
            Identified on server at 2026-11-21T10:00:00Z
              shop 1
              who: user_id:u email:a@b.c phone:+472233
              email = Text("a@b.c")
              phone = Text("+47 22 33")
              plan = Text("gold")
            Page Viewed on web at 2026-11-21T10:00:00Z
              shop 2
              who: anonymous_id:a
              category = Text("Docs")
              name = Text("Home")
              path = Text("/")
            Screen Viewed on app at 2026-11-21T10:00:00Z
              shop 3
              who: anonymous_id:a
              name = Text("Start")
            Group Joined on server at 2026-11-21T10:00:00Z
              shop 4
              who: user_id:u
              group.email = Text("info@acme.example")
              group.id = Text("g")
              group.name = Text("Acme")
            Aliased on server at 2026-11-21T10:00:00Z
              shop 5
              who: user_id:u anonymous_id:a
        "#]],
    );
}

#[test]
fn what_is_no_event_is_refused_with_a_reason_and_its_neighbours_stay() {
    check(
        r#"{"type": "track", "event": "First", "messageId": "1", "userId": "u"},
           {"type": "track", "messageId": "2", "userId": "u"},
           {"type": "track", "event": "Nobody", "messageId": "3", "userId": "null", "anonymousId": 0},
           {"type": "tracked", "event": "X", "messageId": "4", "userId": "u"},
           {"event": "X", "messageId": "5", "userId": "u"},
           "no message", 7, null, [],
           {"type": "track", "event": "Too large a number", "userId": "u", "properties": {"n": 1e999}},
           {"type": "track", "event": "Last", "messageId": "6", "userId": "u"}"#,
        &expect![[r#"
            First on server at 2026-11-21T10:00:00Z
              shop 1
              who: user_id:u
            event_missing: a track call without `event`; say what happened, for example "Order Completed" from shop /v1/batch
              {"receivedAt":"2026-11-21T10:00:00Z","batch":[{"type": "track", "messageId": "2", "userId": "u"}]}
            no_user_anon_id: no userId, anonymousId, e-mail address or phone number that names somebody (values such as `null`, `0` or `anonymous` and those over 256 bytes do not); send one from shop /v1/batch
              {"receivedAt":"2026-11-21T10:00:00Z","batch":[{"type": "track", "event": "Nobody", "messageId": "3", "userId": "null", "anonymousId": 0}]}
            type_unknown: the type is `tracked`; send identify, track, page, screen, group or alias from shop /v1/batch
              {"receivedAt":"2026-11-21T10:00:00Z","batch":[{"type": "tracked", "event": "X", "messageId": "4", "userId": "u"}]}
            type_unknown: the type is missing; send identify, track, page, screen, group or alias from shop /v1/batch
              {"receivedAt":"2026-11-21T10:00:00Z","batch":[{"event": "X", "messageId": "5", "userId": "u"}]}
            not_a_message: invalid type: string "no message", expected a message: a JSON object with type, messageId, userId or anonymousId ... at line 1 column 12 from shop /v1/batch
              {"receivedAt":"2026-11-21T10:00:00Z","batch":["no message"]}
            not_a_message: invalid type: integer `7`, expected a message: a JSON object with type, messageId, userId or anonymousId ... at line 1 column 1 from shop /v1/batch
              {"receivedAt":"2026-11-21T10:00:00Z","batch":[7]}
            not_a_message: invalid type: null, expected a message: a JSON object with type, messageId, userId or anonymousId ... at line 1 column 4 from shop /v1/batch
              {"receivedAt":"2026-11-21T10:00:00Z","batch":[null]}
            not_a_message: invalid type: sequence, expected a message: a JSON object with type, messageId, userId or anonymousId ... at line 1 column 0 from shop /v1/batch
              {"receivedAt":"2026-11-21T10:00:00Z","batch":[[]]}
            not_a_message: number out of range at line 1 column 89 from shop /v1/batch
              {"receivedAt":"2026-11-21T10:00:00Z","batch":[{"type": "track", "event": "Too large a number", "userId": "u", "properties": {"n": 1e999}}]}
            Last on server at 2026-11-21T10:00:00Z
              shop 6
              who: user_id:u
        "#]],
    );
}

#[test]
fn numbers_as_ids_blocked_values_and_halves_of_characters_do_not_cost_the_event() {
    check(
        r#"{"type": "track", "event": "Seen", "messageId": "1", "userId": 4711, "anonymousId": null, "properties": []},
           {"type": "track", "event": "Seen", "messageId": "2", "userId": "anonymous", "anonymousId": "a-2", "context": []},
           {"type": "track", "event": "Seen", "messageId": "3", "userId": "u", "properties": {"text": "cut \ud83d"}},
           {"type": "track", "event": "Seen", "messageId": "4", "anonymousId": "00000000-0000-0000-0000-000000000000",
            "context": {"externalIds": [{"id": "@Ada", "type": "handle", "collection": "users", "encoding": "none"},
                                        {"id": "x", "type": "brand_id", "collection": "users"}]}}"#,
        &expect![[r#"
            Seen on server at 2026-11-21T10:00:00Z
              shop 1
              who: user_id:4711
            Seen on server at 2026-11-21T10:00:00Z
              shop 2
              who: anonymous_id:a-2
            Seen on server at 2026-11-21T10:00:00Z
              shop 3
              who: user_id:u
              said: cut �
            Seen on server at 2026-11-21T10:00:00Z
              shop 4
              who: handle:ada
        "#]],
    );
}

#[test]
fn a_message_without_id_gets_one_that_no_other_has() {
    let body = r#"{"batch": [{"type": "track", "event": "A", "userId": "u"}, {"type": "track", "event": "A", "userId": "u"}]}"#;
    let ids = |request| {
        let text = text(body.as_bytes());
        let body = Body::open(&text, None).expect("it is JSON");
        let read = body.read(&Arrival { request, ..arrival() });
        read.into_iter().map(|read| read.expect("it is an event").id).collect::<Vec<_>>()
    };
    let mut all = [ids(1), ids(2)].concat();
    assert_eq!(all.len(), 4);
    assert!(all.iter().all(|id| id.starts_with("none-")));
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 4, "alike messages may well be two: {all:?}");
    assert_eq!(ids(1), ids(1), "but nothing is left to chance");
}

#[test]
fn an_overlong_message_id_still_tells_repeats() {
    let id = |length| {
        let body = format!(r#"{{"event": "A", "userId": "u", "messageId": "{}"}}"#, "é".repeat(length));
        let body = Body::open(&body, Some(Call::Track)).expect("it is JSON").read(&arrival());
        body.into_iter().map(|read| read.expect("it is an event").id).collect::<String>()
    };
    assert_eq!(id(100), "é".repeat(100));
    assert_eq!(id(101), id(101));
    assert_ne!(id(101), id(102));
    assert!(id(101).len() < 50);
}

#[test]
fn clocks_that_are_days_off_either_way_are_corrected() {
    let message =
        |times: &str| format!(r#"{{"type": "track", "event": "A", "messageId": "1", "userId": "u"{times}}}"#);
    let bodies = [
        // Three days slow, and three days fast, sent five minutes after it happened.
        format!(
            r#"{{"sentAt": "2026-11-18T10:00:00Z", "batch": [{}]}}"#,
            message(r#", "timestamp": "2026-11-18T09:55:00Z""#)
        ),
        format!(
            r#"{{"sentAt": "2026-11-24T12:00:00+02:00", "batch": [{}]}}"#,
            message(r#", "originalTimestamp": "2026-11-24T09:55:00.000Z""#)
        ),
        // The time of the last attempt counts, not that of the first.
        format!(
            r#"{{"sentAt": "2026-11-21T10:00:00Z", "batch": [{}]}}"#,
            message(r#", "timestamp": "2026-11-21T09:00:00", "sentAt": "2026-11-21T09:00:01Z""#)
        ),
        // History.
        format!(
            r#"{{"sentAt": "2026-11-21T10:00:00Z", "batch": [{}]}}"#,
            message(r#", "timestamp": "2015-02-24T11:35:52Z""#)
        ),
        // Passed on by another system, an hour after that had received it.
        format!(
            r#"{{"batch": [{}]}}"#,
            message(
                r#", "originalTimestamp": "2026-11-19T08:59:00Z", "sentAt": "2026-11-19T09:00:00Z", "receivedAt": "2026-11-21T09:00:00Z""#
            )
        ),
        // No time, no time of sending, nonsense.
        format!(r#"{{"batch": [{}]}}"#, message("")),
        format!(r#"{{"batch": [{}]}}"#, message(r#", "timestamp": "2026-11-21T11:00:00Z""#)),
        format!(r#"{{"sentAt": 12, "batch": [{}]}}"#, message(r#", "timestamp": "yesterday""#)),
    ];
    let shown: String = bodies
        .iter()
        .map(|body| {
            let body = Body::open(body, None).expect("it is JSON");
            let event = body.read(&arrival()).remove(0).expect("it is an event");
            format!("{}\n", event.happened)
        })
        .collect();
    expect![[r#"
        2026-11-21T09:55:00Z
        2026-11-21T09:55:00Z
        2026-11-21T09:00:00Z
        2015-02-24T11:35:52Z
        2026-11-21T08:59:00Z
        2026-11-21T10:00:00Z
        2026-11-21T10:00:00Z
        2026-11-21T10:00:00Z
    "#]]
    .assert_eq(&shown);
}

#[test]
fn consent_comes_from_the_banner_and_from_the_browser() {
    let body = r#"{"context": {"consent": {"categoryPreferences": {"Advertising": false}}}, "batch": [
        {"type": "page", "messageId": "1", "userId": "u"},
        {"type": "page", "messageId": "2", "userId": "u", "context": {"consent": {"categoryPreferences": {"Analytics": true}}}},
        {"type": "track", "event": "Segment Consent Preference Updated", "messageId": "3", "userId": "u"}]}"#;
    read(
        body,
        None,
        &arrival(),
        &expect![[r#"
        Page Viewed on web at 2026-11-21T10:00:00Z
          shop 1
          who: user_id:u
          consent: Denied advertising for service (customer)
          consent: Denied advertising for personalisation (customer)
          consent: Denied advertising for marketing (customer)
        Page Viewed on web at 2026-11-21T10:00:00Z
          shop 2
          who: user_id:u
          consent: Granted browsing for service (customer)
        Segment Consent Preference Updated on server at 2026-11-21T10:00:00Z
          shop 3
          who: user_id:u
          consent: Withdrawn advertising for service (customer)
          consent: Withdrawn advertising for personalisation (customer)
          consent: Withdrawn advertising for marketing (customer)
    "#]],
    );
    read(
        r#"{"messageId": "4", "userId": "u"}"#,
        Some(Call::Page),
        &Arrival { opted_out: true, ..arrival() },
        &expect![[r#"
            Page Viewed on web at 2026-11-21T10:00:00Z
              shop 4
              who: user_id:u
              consent: Denied browsing for service (gpc)
              consent: Denied browsing for personalisation (gpc)
              consent: Denied browsing for marketing (gpc)
              consent: Denied advertising for service (gpc)
              consent: Denied advertising for personalisation (gpc)
              consent: Denied advertising for marketing (gpc)
        "#]],
    );
}

#[test]
fn what_the_batch_says_holds_for_each_message_unless_it_says_otherwise() {
    let body = r#"{"context": {"locale": "nb-NO", "direct": true, "library": {"name": "analytics-go"}, "by": "staff"}, "batch": [
        {"type": "track", "event": "Answered", "messageId": "1", "userId": "u", "context": {"locale": "en-GB"}}]}"#;
    let arrival = Arrival { address: Some("203.0.113.9".parse().expect("it is an address")), ..arrival() };
    read(
        body,
        None,
        &arrival,
        &expect![[r#"
        Answered on server at 2026-11-21T10:00:00Z
          shop 1
          who: user_id:u
          ip = Text("203.0.113.9")
          library.name = Text("analytics-go")
          locale = Text("en-GB")
    "#]],
    );
}

#[test]
fn what_was_refused_can_be_sent_again_as_it_is_with_its_own_time() {
    let body = r#"{"sentAt": "2026-11-20T10:00:00Z", "writeKey": "secret", "context": {"locale": "nb-NO"}, "batch": [
        {"type": "track", "messageId": "1", "userId": "u", "timestamp": "2026-11-20T09:00:00Z"}]}"#;
    let body = Body::open(body, None).expect("it is JSON");
    let refusal = body.read(&arrival()).remove(0).expect_err("it has no event");
    let mended = refusal.rejected.raw.replace(r#""type": "track""#, r#""type": "track", "event": "Mended""#);
    let later = parse_rfc3339("2026-11-25T10:00:00Z").expect("it is a time");
    read(
        &mended,
        None,
        &Arrival::again(&refusal.rejected, later, 8),
        &expect![[r#"
        Mended on server at 2026-11-21T09:00:00Z
          shop 1
          who: user_id:u
          locale = Text("nb-NO")
    "#]],
    );
}

#[test]
fn messages_over_2500_are_listed_whole_in_few_entries() {
    let message = |n| {
        format!(
            r#"{{"type":"track","event":"A","messageId":"{n}","userId":"u","properties":{{"pad":"{}"}}}}"#,
            "x".repeat(100)
        )
    };
    let messages: Vec<_> = (0..3_000).map(message).collect();
    let body = format!(r#"{{"batch": [{}]}}"#, messages.join(","));
    let read = Body::open(&body, None).expect("it is JSON").read(&arrival());
    assert_eq!(read.iter().filter(|read| read.is_ok()).count(), 2_500);
    let refusals: Vec<_> = read.into_iter().filter_map(Result::err).collect();
    assert_eq!(refusals.iter().map(|refusal| refusal.messages).sum::<usize>(), 500);
    assert!(refusals.len() < 5, "{} entries", refusals.len());
    let mut again = 0;
    for refusal in &refusals {
        let body = Body::open(&refusal.rejected.raw, None).expect("it is whole");
        again += body.read(&arrival()).into_iter().filter(Result::is_ok).count();
    }
    assert_eq!(again, 500, "all of them can be sent again");
}

#[test]
fn sizes_are_limited() {
    let pad = |length| {
        format!(
            r#"{{"type": "track", "event": "A", "userId": "u", "messageId": "1", "pad": "{}"}}"#,
            "x".repeat(length)
        )
    };
    let code = |body: &str, call| match Body::open(body, call) {
        Err(unreadable) => unreadable.code(),
        Ok(body) => match body.read(&arrival()).remove(0) {
            Ok(_) => "read",
            Err(refusal) => refusal.reason.code(),
        },
    };
    assert_eq!(code(&pad(32_000), Some(Call::Track)), "read");
    assert_eq!(code(&pad(33_000), Some(Call::Track)), "event_too_large");
    assert_eq!(code(&format!(r#"{{"batch": [{}]}}"#, pad(33_000)), None), "event_too_large");
    assert_eq!(code(&format!(r#"{{"batch": [{}]}}"#, pad(1_100_000)), None), "body_too_large");
    let context = format!(r#"{{"batch": [{}], "context": {{"a": "{}"}}}}"#, pad(1), "x".repeat(5_000));
    assert_eq!(code(&context, None), "context_too_large");
    assert_eq!(
        code(&format!(r#"{{"batch": [{}]}}"#, vec!["0"; 20_001].join(",")), None),
        "too_many_messages"
    );
}

#[test]
fn a_refused_message_keeps_its_users_wish_and_loses_its_key() {
    let body = r#"{"writeKey": "write-key-of-the-web", "messageId": "1", "userId": "u"}"#;
    let opted_out = Arrival { opted_out: true, ..arrival() };
    let refusal = Body::open(body, Some(Call::Track)).expect("it is JSON").read(&opted_out).remove(0);
    let rejected = refusal.expect_err("it has no event").rejected;
    expect![[r#"{"receivedAt":"2026-11-21T10:00:00Z","gpc":true,"type":"track","batch":[{"writeKey": "removed", "messageId": "1", "userId": "u"}]}"#]].assert_eq(&rejected.raw);
    let mended = rejected.raw.replace(r#""userId""#, r#""event": "Mended", "userId""#);
    read(
        &mended,
        None,
        &Arrival::again(&rejected, arrival().received, 8),
        &expect![[r#"
        Mended on server at 2026-11-21T10:00:00Z
          shop 1
          who: user_id:u
          consent: Denied browsing for service (gpc)
          consent: Denied browsing for personalisation (gpc)
          consent: Denied browsing for marketing (gpc)
          consent: Denied advertising for service (gpc)
          consent: Denied advertising for personalisation (gpc)
          consent: Denied advertising for marketing (gpc)
    "#]],
    );
}
