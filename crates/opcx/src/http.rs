//! The HTTP door: routes, keys, limits and replies.
//!
//! * [`router`] – the routes of the Segment tracking API and of health and metrics. Others are added
//!   with [`axum::Router::merge`]; what they need of keys and errors is in [`Keys`] and [`Problem`].
//! * [`serve()`] – serves a router on a listener, with time limits and an orderly end.
//!
//! What a body means is not decided here but in [`crate::segment`]; whether it is durable, by
//! [`Accept`]. A reply of 200 is sent only once everything in the body is durable.

mod accept;
mod attempts;
mod body;
mod caller;
mod health;
mod keys;
mod metrics;
mod pages;
mod problem;
pub mod read;
mod serve;
mod session;
mod sources;
mod tracking;
mod unstuck;

pub use accept::Accept;
pub use attempts::{FAILURES_MAX, WINDOW_SECONDS};
pub use body::{BODY_SECONDS_MAX, BodyError, INFLATION_MAX, bytes as body_bytes};
pub use caller::CSRF_HEADER;
pub use keys::{KEY_CHARS_MIN, Key, KeyError, KeyHash, Keys, Role};
pub use metrics::{Gauge, Kind, Metrics, Tally};
pub use pages::POLICY as PAGES_POLICY;
pub use problem::Problem;
pub use serve::{CONNECTIONS_MAX, ConnectionLimits, HEADER_SECONDS_MAX, serve};
pub use session::{
    NoRandomness, SESSION_HOURS_MAX, SESSIONS_MAX, SESSIONS_OF_ONE_MAX, Session, Sessions, Token,
};
pub use sources::{MINUTES, Source, Sources};

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use opcx_company::settings::PublicAddress;
use opcx_engine::Clock;

use crate::senses::{self, Sense};

/// What the routes share.
pub struct Door<A> {
    /// Where events are handed in.
    pub intake: A,
    /// Who may do what.
    pub keys: Keys,
    /// What time it is for events.
    pub clock: Arc<dyn Clock>,
    /// What time it is for whoever looks: how long they stay signed in, how long they wait after wrong keys. The
    /// same, unless events are on a faster clock than people.
    pub viewers_clock: Arc<dyn Clock>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Where browsers and apps reach this door, if something stands in front; without it, where they asked.
    pub public: Option<PublicAddress>,
    /// Reads texts when they are accepted.
    pub sense: Sense,
    /// Who is signed in.
    pub sessions: Sessions,
    /// What came in from where.
    pub sources: Sources,
    /// Longest time a sender may take for a body.
    pub body_time: Duration,
    ready: AtomicBool,
    requests: AtomicU64,
    held_bytes: AtomicUsize,
    attempts: attempts::Attempts,
}

impl<A: Accept> Door<A> {
    /// A door to `intake`; ready as soon as it is served.
    #[must_use]
    pub fn new(intake: A, keys: Keys, clock: Arc<dyn Clock>) -> Door<A> {
        Door {
            intake,
            keys,
            viewers_clock: Arc::clone(&clock),
            clock,
            metrics: Arc::new(Metrics::default()),
            public: None,
            sense: senses::hurried(),
            sessions: Sessions::default(),
            sources: Sources::default(),
            body_time: Duration::from_secs(BODY_SECONDS_MAX),
            ready: AtomicBool::new(true),
            requests: AtomicU64::new(0),
            held_bytes: AtomicUsize::new(0),
            attempts: attempts::Attempts::default(),
        }
    }

    /// Tells those who ask (`/readyz`) whether requests should come here: not while starting or
    /// stopping.
    pub fn set_ready(&self, ready: bool) {
        self.ready.store(ready, Ordering::Relaxed);
    }

    /// A number that no earlier request had.
    fn number(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed)
    }
}

/// The routes: the tracking API, `/healthz`, `/readyz` and `/metrics`; elsewhere are the pages.
pub fn router<A: Accept>(door: &Arc<Door<A>>) -> Router {
    Router::new()
        .merge(tracking::router(door))
        .merge(health::router(door))
        .fallback(pages::answer)
        .method_not_allowed_fallback(async || {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this address takes another method")
        })
}
