use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use opcx::http::read::{ROUTES, Sight, router};
use opcx::http::{Door, Key, KeyHash, Keys, Role};
use opcx::segment::{self, Arrival};
use opcx::senses::hurried;
use opcx_core::delivery::Policy;
use opcx_core::log::Lane;
use opcx_core::record::Entry;
use opcx_engine::{Budget, Decider};
use opcx_insight::Watched;
use opcx_store::{Draft, Encoded, Memory, Store};
use serde_json::Value;

use super::request::{Counting, StandingClock, answered};
use super::{NOW, choice};

const KEY: &str = "admin-key-of-mia-mei";
/// Longest answer, in bytes: pages have at most 1,000 rows.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What happened at the starter company so far: an order that is late, an angry question, a merge.
const HAPPENED: &str = r#"{"batch": [
    {"type": "track", "messageId": "1", "userId": "ada", "event": "Order Completed",
     "properties": {"order_id": "o1", "order_value": 250, "carrier": "dhl"}, "timestamp": "2023-11-01T10:00:00Z"},
    {"type": "track", "messageId": "2", "userId": "ada", "event": "Order Shipped",
     "properties": {"order_id": "o1", "promised_at": "2023-11-03T10:00:00Z"}, "timestamp": "2023-11-02T10:00:00Z"},
    {"type": "identify", "messageId": "3", "userId": "ada", "anonymousId": "web-1", "traits": {"email": "ada@example.org"}},
    {"type": "track", "messageId": "4", "anonymousId": "web-1", "event": "Message Received",
     "properties": {"message": "where is my parcel, this is terrible"}, "timestamp": "2023-11-04T10:00:00Z"}
]}"#;

static ROUTER: LazyLock<Router> = LazyLock::new(|| {
    let loaded = opcx_company::parse(&opcx_company::starter());
    let definitions = Arc::new(loaded.definitions.expect("the starter has no faults"));
    let store: Arc<dyn Store> = Arc::new(Memory::new());
    store.append(&drafts()).expect("memory takes everything");
    let decider =
        Decider::new(Arc::clone(&store), Arc::clone(&definitions), Policy::default(), Budget::default());
    let mut decider = decider.expect("an empty state can be read");
    while decider.advance().expect("memory takes everything") > 0 {}

    let key = Key { name: "mia".into(), role: Role::Admin, hash: KeyHash::of(KEY).expect("long enough") };
    let door = Arc::new(Door::new(Counting, Keys::new(vec![key]), Arc::new(StandingClock)));
    let watched = Arc::new(Watched::new(store));
    watched.count().expect("memory can be read");
    router(&Arc::new(Sight::new(door, watched, definitions)))
});

fn drafts() -> Vec<Draft> {
    let arrival = Arrival {
        source: "web".into(),
        route: "/v1/batch",
        received: NOW,
        request: 0,
        address: None,
        opted_out: false,
    };
    let body = segment::Body::open(HAPPENED, None).expect("it is a batch");
    let events = body.read(&arrival).into_iter().map(|read| read.expect("each is an event"));
    events
        .map(|event| event.sensed(|words| hurried()(words)))
        .map(|event| Draft { lane: Lane::LIVE, at: NOW, entry: Encoded::of(&Entry::Event(event)) })
        .collect()
}

/// The first byte chooses the route; the first line is what varies in its path, the second the query,
/// the rest the body.
pub(crate) fn check(bytes: &[u8]) {
    let (way, bytes) = choice(bytes);
    let Ok(text) = str::from_utf8(bytes) else { return };
    let mut lines = text.splitn(3, '\n');
    let mut line = || lines.next().unwrap_or("");
    let (name, query, body) = (line(), line(), line());

    let route = &ROUTES[way % ROUTES.len()];
    if route.is_endless() {
        return;
    }
    let path: String = match (route.path.split_once('{'), route.path.split_once('}')) {
        (Some((before, _)), Some((_, after))) => [before, name, after].concat(),
        _ => route.path.to_owned(),
    };
    let uri = if query.is_empty() { path } else { format!("{path}?{query}") };
    let request = Request::builder().method(route.method()).uri(uri);
    let request = request.header("authorization", format!("Bearer {KEY}"));
    // What is no address at all never gets as far as us.
    let Ok(request) = request.body(Body::from(body.to_owned())) else { return };
    let (status, answer) = answered(&ROUTER, request, ANSWER_BYTES_MAX);
    match status {
        200..=202 => drop(serde_json::from_slice::<Value>(&answer).expect("an answer is JSON")),
        204 => assert!(answer.is_empty()),
        400..500 if answer.is_empty() => {}
        400..500 => {
            let problem: Value = serde_json::from_slice(&answer).expect("a problem is JSON");
            assert_eq!(problem["status"], status);
            assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{problem}");
        }
        _ => panic!("{status}: {}", String::from_utf8_lossy(&answer)),
    }
}
