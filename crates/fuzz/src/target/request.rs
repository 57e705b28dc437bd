use std::cell::Cell;
use std::io::Write;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use flate2::Compression;
use flate2::write::GzEncoder;
use opcx::http::{Accept, Door, Key, KeyHash, Keys, Role, router};
use opcx_core::log::Position;
use opcx_core::time::Timestamp;
use opcx_engine::{Accepted, Clock, Gist, Inside, IntakeError, Submission, Weight};
use serde_json::Value;
use tower_service::Service;

use super::{NOW, choice};

const ROUTES: [&str; 4] = ["/v1/batch", "/v1/track", "/v1/identify/", "/v1/m"];
const KEY: &str = "write-key-of-the-web";
/// Longest reply of the tracking API, in bytes.
const REPLY_BYTES_MAX: usize = 16 * 1024;

thread_local! {
    /// How many entries the last request handed in.
    static ENTRIES: Cell<usize> = const { Cell::new(0) };
    /// Whether the last request looked ordinary at a glance.
    static IS_ORDINARY: Cell<bool> = const { Cell::new(false) };
}

static ROUTER: LazyLock<Router> = LazyLock::new(|| {
    let key = |role, key| Key { name: "web".into(), role, hash: KeyHash::of(key).expect("long enough") };
    router(&Arc::new(Door::new(Counting, Keys::new(vec![key(Role::Write, KEY)]), Arc::new(StandingClock))))
});

/// Takes everything, and counts it.
pub(super) struct Counting;

impl Accept for Counting {
    fn enter(&self, _: usize, mut gists: impl Iterator<Item = Option<Gist>>) -> Result<Inside, IntakeError> {
        let is_ordinary = |gist: Option<Gist>| gist.is_some_and(|gist| gist.weight(None) == Weight::Ordinary);
        IS_ORDINARY.set(gists.all(is_ordinary));
        Ok(Inside::default())
    }

    async fn accept(&self, submission: Submission) -> Result<Accepted, IntakeError> {
        let fresh = submission.entries.len();
        for entry in &submission.entries {
            let entry = entry.entry.decode().expect("what is handed in can be read back");
            let is_grave = entry.event().is_some_and(|event| Gist::of(event).weight(None) == Weight::Grave);
            assert!(!(is_grave && IS_ORDINARY.get()), "law 12: it was taken for ordinary at a glance");
        }
        ENTRIES.with(|entries| entries.set(fresh));
        Ok(Accepted { fresh, repeats: 0, end: Position::new(100) })
    }
}

pub(super) struct StandingClock;

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        NOW
    }
}

pub(crate) fn check(bytes: &[u8]) {
    let (way, bytes) = choice(bytes);
    ENTRIES.with(|entries| entries.set(0));
    let route = ROUTES[way % ROUTES.len()];
    let mut request = Request::post(route)
        .header("authorization", format!("Bearer {KEY}"))
        .header("content-type", "text/plain");
    let body = match way / ROUTES.len() % 4 {
        0 => bytes.to_vec(),
        // Whatever it is, it says that it is packed.
        1 => {
            request = request.header("content-encoding", "gzip");
            bytes.to_vec()
        }
        2 => {
            request = request.header("content-encoding", "deflate");
            bytes.to_vec()
        }
        _ => {
            request = request.header("content-encoding", "gzip");
            packed(bytes)
        }
    };
    let request = request.body(Body::from(body)).expect("the headers are our own");
    let (status, reply) = answered(&ROUTER, request, REPLY_BYTES_MAX);
    let reply: Value = serde_json::from_slice(&reply).expect("a reply is JSON");
    match status {
        200 => assert_eq!(reply["success"], true),
        400 | 401 | 408 => {
            assert!(reply["code"].is_string() && reply["message"].is_string(), "{reply}");
            assert_eq!(ENTRIES.with(Cell::get), 0, "nothing of what is refused is taken");
        }
        _ => panic!("{status}: {reply}"),
    }
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory takes everything")
}

/// Status and body of the answer to a request.
pub(super) fn answered(router: &Router, request: Request<Body>, bytes_max: usize) -> (u16, Vec<u8>) {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    }
    RUNTIME.with(|runtime| {
        runtime.block_on(async {
            let response = router.clone().call(request).await.unwrap_or_else(|never| match never {});
            let status = response.status().as_u16();
            let body = to_bytes(response.into_body(), bytes_max).await.expect("a reply is short");
            (status, body.to_vec())
        })
    })
}
