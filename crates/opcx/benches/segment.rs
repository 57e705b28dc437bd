//! How long it takes to read a batch of the tracking API, to encode its events for the log, and to
//! take them through the door.
//!
//! `cargo bench -p opcx --bench segment` prints microseconds per event of one core, for each step.

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body as HttpBody;
use axum::http::{Request, StatusCode, header};
use opcx::http::{Accept, Door, Key, KeyHash, Keys, Role, router};
use opcx::segment::{Arrival, Body, Reason, Refusal, text};
use opcx_core::event::Event;
use opcx_core::log::Position;
use opcx_core::record::Entry;
use opcx_core::time::Timestamp;
use opcx_engine::{Accepted, Gist, Inside, IntakeError, Submission, WallClock};
use opcx_store::{Encoded, EventKey};
use tower_service::Service;

const KEY: &str = "write-key-of-the-web";
/// Events in a request, as in the floor that accepting is held to.
const BATCH: usize = 100;
/// How long each step is measured.
const MEASURED: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let body = batch();
    println!("{} bytes per event, {BATCH} events per body", body.len() / BATCH);
    let arrival = Arrival {
        source: "web".into(),
        route: "/v1/batch",
        received: Timestamp::from_millis(1_790_000_000_000),
        request: 1,
        address: None,
        opted_out: false,
    };
    let read = || Body::open(&text(&body), None).map(|body| body.read(&arrival));
    let events: Result<Vec<Event>, Refusal> = match read() {
        Ok(read) => read.into_iter().collect(),
        Err(unreadable) => return failed(&unreadable.to_string()),
    };
    let entries: Vec<Entry> = match events {
        Ok(events) => events.into_iter().map(Entry::Event).collect(),
        Err(refusal) => return failed(&Reason::to_string(&refusal.reason)),
    };

    report("open the body", || drop(black_box(Body::open(&text(&body), None))));
    report("open and glance at it", || {
        let weighed = Body::open(&text(&body), None).map(|body| body.gists().map(black_box).count());
        assert!(weighed.is_ok_and(|messages| messages == BATCH), "it was read before");
    });
    report("open and read it", || drop(black_box(read())));
    report("encode the events", || {
        for entry in &entries {
            black_box(Encoded::of(entry));
        }
    });
    report("hash their keys", || {
        for entry in &entries {
            if let Entry::Event(event) = entry {
                black_box(EventKey::of(&event.source, &event.id));
            }
        }
    });
    through_the_door(&body)
}

/// Everything but the connection and the log: key, body, reading, encoding, reply.
fn through_the_door(body: &[u8]) -> ExitCode {
    let hash = match KeyHash::of(KEY) {
        Ok(hash) => hash,
        Err(error) => return failed(&error.to_string()),
    };
    let keys = Keys::new(vec![Key { name: "web".into(), role: Role::Write, hash }]);
    let door = Arc::new(Door::new(Nowhere, keys, Arc::new(WallClock)));
    let mut routes = router(&door);
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_time().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.to_string()),
    };
    let mut taken = StatusCode::OK;
    report("through the door", || {
        let request = Request::post("/v1/batch").header(header::AUTHORIZATION, format!("Bearer {KEY}"));
        let request = request.body(HttpBody::from(body.to_vec())).expect("the parts are constant");
        let Ok(response) = runtime.block_on(routes.call(request));
        taken = taken.max(response.status());
    });
    if taken == StatusCode::OK { ExitCode::SUCCESS } else { failed(&taken.to_string()) }
}

/// Takes everything and keeps nothing.
struct Nowhere;

impl Accept for Nowhere {
    fn enter(&self, _: usize, _: impl Iterator<Item = Option<Gist>>) -> Result<Inside, IntakeError> {
        Ok(Inside::default())
    }

    async fn accept(&self, submission: Submission) -> Result<Accepted, IntakeError> {
        let fresh = black_box(submission).entries.len();
        Ok(Accepted { fresh, repeats: 0, end: Position::START })
    }
}

/// Prints the time per event of the fastest run, which other load on the machine disturbed least.
fn report(what: &str, mut step: impl FnMut()) {
    let begun = Instant::now();
    let mut fastest = Duration::MAX;
    while begun.elapsed() < MEASURED {
        let start = Instant::now();
        step();
        fastest = fastest.min(start.elapsed());
    }
    let micros = fastest.as_secs_f64() * 1e6 / BATCH as f64;
    println!("{what:20} {micros:6.2} µs per event");
}

fn failed(why: &str) -> ExitCode {
    eprintln!("the batch of this benchmark is refused: {why}");
    ExitCode::FAILURE
}

/// What a web shop's page sends: about 700 bytes an event.
fn batch() -> Vec<u8> {
    let messages: Vec<String> = (0..BATCH)
        .map(|n| {
            format!(
                r#"{{"type":"track","event":"Order Completed","messageId":"ajs-next-1790000000{n:03}-6f1c9a52-8b7e-4d3a-9c21-0a5e7f4b{n:04}","userId":"customer-{n}","anonymousId":"3b9a1f{n:02}-44de-4a5f-8f0e-6a0c5d1b7e90","timestamp":"2026-09-21T14:13:{:02}.123Z","properties":{{"order_id":"o-2026-{n}","total":129.9,"currency":"EUR","items":3,"express":false,"coupon":null,"branch":"oslo-1","comment":"Quick, but the parcel was wet &amp; torn when it arrived at our door"}},"context":{{"library":{{"name":"analytics.js","version":"npm:next-1.70.0"}},"page":{{"path":"/checkout/done","url":"https://shop.example.com/checkout/done","title":"Thank you"}},"userAgent":"Mozilla/5.0 (X11; Linux x86_64) Firefox/143","locale":"nb-NO","timezone":"Europe/Oslo"}}}}"#,
                n % 60
            )
        })
        .collect();
    format!(r#"{{"batch":[{}],"writeKey":"w","sentAt":"2026-09-21T14:15:00.000Z"}}"#, messages.join(","))
        .into_bytes()
}
