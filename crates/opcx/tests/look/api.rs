use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use expect_test::expect;
use http_body_util::BodyExt;
use opcx::http::read::{ROUTES, Sight, document, router};
use opcx::http::{Accept, ConnectionLimits, Door, Key, KeyHash, Keys, Role, serve};
use opcx::look::{Looking, Question, Server, View};
use opcx_core::log::Position;
use opcx_core::record::Entry;
use opcx_engine::{Accepted, Gist, Inside, IntakeError, Submission, WallClock};
use opcx_insight::{
    CasesQuestion, DecisionsQuestion, InsightError, JourneysQuestion, MomentQuestion, Places,
    PromisesQuestion, PulseQuestion, SeriesQuestion, TrustQuestion, Watched,
};
use opcx_store::{Commit, EndpointState, Memory, Store};
use serde_json::Value;
use tower_service::Service;

use crate::company::definitions;
use crate::world::a_week;

const READ: &str = "viewer-key-of-dashboards";
const ADMIN: &str = "admin-key-of-mia-mei";

/// Takes down what is handed in.
#[derive(Clone, Default)]
pub(crate) struct Book(Arc<Mutex<Vec<Submission>>>);

impl Accept for Book {
    fn enter(&self, _: usize, _: impl Iterator<Item = Option<Gist>>) -> Result<Inside, IntakeError> {
        Ok(Inside::default())
    }

    async fn accept(&self, submission: Submission) -> Result<Accepted, IntakeError> {
        self.0.lock().expect("no test panics while holding it").push(submission);
        Ok(Accepted { fresh: 1, repeats: 0, end: Position::new(100) })
    }
}

fn api() -> (Router, Book) {
    let key = |name: &str, role, key| Key { name: name.into(), role, hash: KeyHash::of(key).unwrap() };
    let keys = Keys::new(vec![key("dashboard", Role::Viewer, READ), key("mia", Role::Admin, ADMIN)]);
    let book = Book::default();
    let door = Arc::new(Door::new(book.clone(), keys, Arc::new(WallClock)));
    let store = a_week().store;
    // An endpoint answered 410.
    let progress = store.progress().unwrap();
    let endpoints = vec![("crm".into(), EndpointState::Disabled)];
    store.commit(&Commit { from: progress.position, progress, endpoints, ..Commit::default() }).unwrap();
    let sight = Sight::new(door, watched(store), Arc::new(definitions()));
    (router(&Arc::new(sight)), book)
}

/// A store that is watched and counted.
pub(crate) fn watched(store: Arc<Memory>) -> Arc<Watched> {
    let watched = Watched::new(store);
    watched.count().unwrap();
    Arc::new(watched)
}

async fn call(api: &Router, method: Method, path: &str, key: &str, body: &str) -> (StatusCode, Value) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {key}"))
        .body(Body::from(body.to_owned()))
        .unwrap();
    let response = api.clone().call(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

/// The answer of a store that no engine runs on.
fn answered(question: &Question, store: &dyn Store) -> Result<View, InsightError> {
    question.answer(Looking {
        store,
        definitions: &definitions(),
        places: &Places::default(),
        overview: None,
    })
}

/// One question of each kind.
fn questions() -> Vec<Question> {
    vec![
        Question::Pulse(PulseQuestion { by: Some("airline".into()), ..PulseQuestion::default() }),
        Question::Pulse(PulseQuestion {
            since: Some("2015-02-18".parse().unwrap()),
            ..PulseQuestion::default()
        }),
        Question::Series(SeriesQuestion::default()),
        Question::Series(SeriesQuestion {
            since: Some("2015-02-17".parse().unwrap()),
            step: Some(opcx_insight::Step::Day),
            moment: Some("bags".into()),
            ..SeriesQuestion::default()
        }),
        Question::Journeys(JourneysQuestion {
            since: Some("2015-02-18".parse().unwrap()),
            compare_since: Some("2015-02-17".parse().unwrap()),
            ..JourneysQuestion::default()
        }),
        Question::Journeys(JourneysQuestion {
            by: Some("airline".into()),
            value: Some("Alpha".into()),
            ..JourneysQuestion::default()
        }),
        Question::Customer("email:ada@example.org".into()),
        Question::Moment("bags".into(), MomentQuestion::default()),
        Question::Promises(PromisesQuestion { most: Some(3), ..PromisesQuestion::default() }),
        Question::Cases(CasesQuestion::default()),
        Question::Decisions(DecisionsQuestion {
            customer: Some("adal".into()),
            ..DecisionsQuestion::default()
        }),
        Question::Trust(TrustQuestion::default()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_gives_the_very_views_that_the_store_gives() {
    let (api, _) = api();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server::new(listener.local_addr().unwrap(), READ.into());
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(serve(listener, api, ConnectionLimits::default(), async {
        let _ = ended.await;
    }));
    tokio::task::spawn_blocking(move || {
        let world = a_week();
        for question in questions() {
            let of_store = answered(&question, &*world.store).unwrap();
            assert_eq!(server.ask(&question).unwrap(), of_store, "{question:?}");
        }
        let unknown = server.ask(&Question::Customer("nobody at all".into())).unwrap_err().to_string();
        assert_eq!(
            unknown,
            "there is no customer `nobody at all`; write an id (`c123`) or an identifier (`email:ada@example.org`)"
        );
    })
    .await
    .unwrap();
    end.send(()).unwrap();
    serving.await.unwrap().unwrap();
}

#[test]
fn law_09_no_figure_comes_without_n_and_an_interval() {
    fn walk(value: &Value, figures: &mut usize) {
        match value {
            Value::Object(fields) => {
                if fields.contains_key("share") || fields.contains_key("mean") {
                    *figures += 1;
                    let number = |name: &str| fields.get(name).and_then(Value::as_f64);
                    let (n, low, high) = (number("n"), number("low"), number("high"));
                    let at = number("share").or(number("mean")).unwrap();
                    assert!(n >= Some(10.0), "{value}");
                    assert!(low <= Some(at) && Some(at) <= high && low.is_some(), "{value}");
                }
                // A rate is a figure or the reason why there is none, never a bare number.
                for name in
                    ["bad", "good", "negative", "positive", "valence", "kept_rate", "acted", "repeated"]
                {
                    assert!(!fields.get(name).is_some_and(Value::is_number), "{name} in {value}");
                }
                fields.values().for_each(|value| walk(value, figures));
            }
            Value::Array(values) => values.iter().for_each(|value| walk(value, figures)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let world = a_week();
    let mut figures = 0;
    for question in questions() {
        let view = answered(&question, &*world.store).unwrap();
        walk(&serde_json::to_value(&view).unwrap(), &mut figures);
    }
    assert!(figures > 50, "there are figures to look at: {figures}");
}

#[test]
fn every_reference_in_the_document_leads_somewhere_and_every_operation_has_its_own_name() {
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| references(value, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let document = document();
    assert_eq!(document["openapi"], "3.1.1");
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > ROUTES.len());
    for reference in found {
        let pointer = reference.strip_prefix('#').expect("references stay within the document");
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    for name in ["FigureOfShare", "FigureOfMean", "PageOfPromiseLine", "Pulse", "Customer"] {
        assert!(document["components"]["schemas"][name].is_object(), "{name}");
    }
    let operations = document["paths"].as_object().unwrap().values().flat_map(|path| {
        path.as_object().unwrap().values().map(|operation| operation["operationId"].as_str().unwrap())
    });
    let mut names: Vec<&str> = operations.collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[tokio::test]
async fn a_question_that_cannot_be_read_says_how_to_write_it() {
    let (api, _) = api();
    let mut told = String::new();
    for path in [
        "/v1/pulse?by=airlin",
        "/v1/pulse?since=yesterday",
        "/v1/pulse?since=2015-02-20&until=2015-02-19",
        "/v1/promises?state=lost",
        "/v1/promises?most=0",
        "/v1/cases?after=here",
        "/v1/moments/bag",
        "/v1/decisions?customer=nobody%20at%20all",
        "/v1/trust?colour=blue",
    ] {
        let (status, problem) = call(&api, Method::GET, path, READ, "").await;
        told += &format!("{path}\n  {status}: {}\n", problem["detail"].as_str().unwrap());
    }
    expect![[r#"
        /v1/pulse?by=airlin
          404 Not Found: there is no dimension `airlin`; there are airline, channel
        /v1/pulse?since=yesterday
          400 Bad Request: the query cannot be read: `yesterday` is no time; write it like `2026-11-21` or `2026-11-21T10:00:00Z`; `/v1/openapi.json` says what it may hold
        /v1/pulse?since=2015-02-20&until=2015-02-19
          400 Bad Request: until is `2015-02-19T00:00:00Z`; write a time after `since`, which is 2015-02-20T00:00:00Z
        /v1/promises?state=lost
          400 Bad Request: the query cannot be read: unknown variant `lost`, expected one of `open`, `at_risk`, `kept`, `broken`, `released`; `/v1/openapi.json` says what it may hold
        /v1/promises?most=0
          400 Bad Request: most is `0`; write a number of rows from 1 to 1000
        /v1/cases?after=here
          400 Bad Request: after is `here`; write the `next` of an earlier page
        /v1/moments/bag
          404 Not Found: there is no moment `bag`; there are answer, bags, landing
        /v1/decisions?customer=nobody%20at%20all
          404 Not Found: there is no customer `nobody at all`; write an id (`c123`) or an identifier (`email:ada@example.org`)
        /v1/trust?colour=blue
          400 Bad Request: the query cannot be read: unknown field `colour`, expected one of `account`, `most`, `after`; `/v1/openapi.json` says what it may hold
    "#]].assert_eq(&told);
}

#[tokio::test]
async fn orders_are_handed_in_with_who_and_why_by_those_who_have_the_admin_key() {
    let (api, book) = api();
    let case = "/v1/cases/case_c82_2/close";
    let words = r#"{"reason": "found it", "outcome": "the bag is back"}"#;
    let (status, _) = call(&api, Method::POST, case, READ, words).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, taken) = call(&api, Method::POST, case, ADMIN, words).await;
    assert_eq!((status, taken["position"].as_u64()), (StatusCode::ACCEPTED, Some(100)));

    let mut told = String::new();
    for (path, words) in [
        (case, r#"{"reason": " ", "outcome": "back"}"#),
        (case, r#"{"by": "mia"}"#),
        ("/v1/cases/82/take", r#"{"reason": "mine"}"#),
        ("/v1/cases/case_c82_7/take", r#"{"reason": "mine"}"#),
        ("/v1/promises/91/release", r#"{"reason": "they cancelled"}"#),
        ("/v1/promises/promise_91_0/release", r#"{"reason": "they cancelled"}"#),
        ("/v1/promises/promise_7_0/release", r#"{"reason": "they cancelled"}"#),
        ("/v1/endpoints/crm/enable", r#"{"reason": "it is back"}"#),
        ("/v1/endpoints/mail/enable", r#"{"reason": "it is back"}"#),
        ("/v1/parcels/msg_c0_0/resend", r#"{"reason": "it is back"}"#),
        (
            "/v1/customers/merge",
            r#"{"reason": "they called", "one": "handle:adal", "other": "handle:guest1"}"#,
        ),
        (
            "/v1/customers/unmerge",
            r#"{"reason": "they called", "one": "handle:adal", "other": "handle:who"}"#,
        ),
        ("/v1/customers/merge", r#"{"reason": "x", "one": "adal", "other": "handle:guest1"}"#),
    ] {
        let (status, answer) = call(&api, Method::POST, path, ADMIN, words).await;
        let detail = answer["detail"].as_str().unwrap_or("taken down");
        told += &format!("{path}\n  {status}: {detail}\n");
    }
    expect![[r#"
        /v1/cases/case_c82_2/close
          400 Bad Request: an order says why it is given (`reason`)
        /v1/cases/case_c82_2/close
          400 Bad Request: the body cannot be read: unknown field `by`, expected `reason` or `outcome` at line 1 column 5; `/v1/openapi.json` says what it must hold
        /v1/cases/82/take
          400 Bad Request: `82` names no case; write it as it is shown: `case_c12_3`
        /v1/cases/case_c82_7/take
          404 Not Found: there is no case `case_c82_7`
        /v1/promises/91/release
          400 Bad Request: `91` names no promise; write it as it is shown: `promise_12_0`
        /v1/promises/promise_91_0/release
          202 Accepted: taken down
        /v1/promises/promise_7_0/release
          404 Not Found: there is no promise `promise_7_0`
        /v1/endpoints/crm/enable
          202 Accepted: taken down
        /v1/endpoints/mail/enable
          404 Not Found: no endpoint `mail` is disabled, so there is nothing to enable
        /v1/parcels/msg_c0_0/resend
          404 Not Found: there is no parcel `msg_c0_0`
        /v1/customers/merge
          202 Accepted: taken down
        /v1/customers/unmerge
          404 Not Found: nobody is known as `handle:who`
        /v1/customers/merge
          400 Bad Request: `adal` is no identifier; write its kind and value: `email:ada@example.org`
    "#]].assert_eq(&told);

    let handed_in: Vec<String> = book
        .0
        .lock()
        .unwrap()
        .iter()
        .map(|submission| match submission.entries[0].entry.decode().unwrap() {
            Entry::Command(command) => format!("{}: {} {:?}", command.by, command.reason, command.order),
            other @ (Entry::Event(_)
            | Entry::Reading(_)
            | Entry::Rejected(_)
            | Entry::Delivery(_)
            | Entry::Tick
            | Entry::Erased(_)
            | Entry::Erasure(_)) => {
                panic!("{other:?} is no order")
            }
        })
        .collect();
    expect![[r#"
        mia: found it Case(CaseId(DeedId { customer: CustomerId(Position(82)), number: 2 }), Close { outcome: "the bag is back" })
        mia: they cancelled Release(Event { position: Position(91), number: 0 })
        mia: it is back Enable("crm")
        mia: they called Merge(Identifier { kind: Handle, value: "adal" }, Identifier { kind: Handle, value: "guest1" })"#]].assert_eq(&handed_in.join("\n"));
}
