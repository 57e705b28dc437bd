//! How long it takes to read a batch of the tracking API and to encode its events for the log.
//!
//! `cargo bench -p opcx --bench segment` prints microseconds per event of one core, for each step.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use opcx::segment::{Arrival, Body, Reason, Refusal, text};
use opcx_core::event::Event;
use opcx_core::record::Entry;
use opcx_core::time::Timestamp;
use opcx_store::{Encoded, EventKey};

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
    ExitCode::SUCCESS
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
