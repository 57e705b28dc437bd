//! A door whose log is in memory, which refuses on command.

use std::collections::VecDeque;
use std::fmt::Write;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use opcx::http::{Accept, Door, Key, KeyHash, Keys, Role, router};
use opcx_core::event::Event;
use opcx_core::log::Position;
use opcx_core::record::{Entry, Rejected};
use opcx_core::time::{Span, Timestamp, parse_rfc3339};
use opcx_engine::{Accepted, Acceptor, Clock, Gist, Inside, IntakeError, Submission, Weight};
use opcx_store::{Memory, Store};
use tower_service::Service;

pub(crate) const KEY: &str = "write-key-of-the-web";
pub(crate) const READ_KEY: &str = "read-key-of-dashboards";
pub(crate) const RECEIVED: &str = "2026-11-21T10:00:00Z";

/// The engine's own acceptor over a log in memory, which does at first as it is told.
#[derive(Clone)]
pub(crate) struct Desk {
    store: Arc<dyn Store>,
    acceptor: Arc<Mutex<Acceptor>>,
    first: Arc<Mutex<VecDeque<Result<(), IntakeError>>>>,
    /// Whether only grave requests are let in.
    is_busy: bool,
}

impl Desk {
    /// A desk that takes or refuses the first submissions as told, and takes all others.
    pub(crate) fn first(first: impl IntoIterator<Item = Result<(), IntakeError>>) -> Desk {
        let store: Arc<dyn Store> = Arc::new(Memory::new());
        let acceptor = Acceptor::new(Arc::clone(&store)).expect("an empty log can be read");
        Desk {
            store,
            acceptor: Arc::new(Mutex::new(acceptor)),
            first: Arc::new(Mutex::new(first.into_iter().collect())),
            is_busy: false,
        }
    }

    /// A desk that lets only grave requests in.
    pub(crate) fn busy() -> Desk {
        Desk { is_busy: true, ..Desk::first([]) }
    }

    /// Everything in the log.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let records = self.store.read(Position::START, usize::MAX, usize::MAX).expect("memory can be read");
        records.into_iter().map(|logged| logged.record.entry).collect()
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.entries().iter().filter_map(Entry::event).cloned().collect()
    }

    pub(crate) fn rejected(&self) -> Vec<Rejected> {
        let rejected = self.entries().into_iter().filter_map(|entry| match entry {
            Entry::Rejected(rejected) => Some(rejected),
            Entry::Event(_)
            | Entry::Reading(_)
            | Entry::Command(_)
            | Entry::Delivery(_)
            | Entry::Tick
            | Entry::Erased(_)
            | Entry::Erasure(_) => None,
        });
        rejected.collect()
    }
}

impl Accept for Desk {
    fn enter(&self, _: usize, mut gists: impl Iterator<Item = Option<Gist>>) -> Result<Inside, IntakeError> {
        let is_grave = |gist: Option<Gist>| gist.is_none_or(|gist| gist.weight(None) == Weight::Grave);
        if self.is_busy && !gists.any(is_grave) {
            return Err(IntakeError::Overloaded { retry_after: Span::SECOND });
        }
        Ok(Inside::default())
    }

    async fn accept(&self, submission: Submission) -> Result<Accepted, IntakeError> {
        self.first.lock().expect("no test panics in between").pop_front().unwrap_or(Ok(()))?;
        let now = FixedClock.now();
        let mut acceptor = self.acceptor.lock().expect("no test panics in between");
        let mut accepted = acceptor.append(now, vec![submission]).expect("memory does not fail");
        Ok(accepted.remove(0))
    }
}

pub(crate) struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        parse_rfc3339(RECEIVED).expect("it is a time")
    }
}

pub(crate) fn keys() -> Keys {
    let key = |name: &str, role, key| Key {
        name: name.into(),
        role,
        hash: KeyHash::of(key).expect("the key is long enough"),
    };
    Keys::new(vec![key("shop", Role::Write, KEY), key("dashboard", Role::Viewer, READ_KEY)])
}

pub(crate) fn door(desk: Desk) -> Door<Desk> {
    Door::new(desk, keys(), Arc::new(FixedClock))
}

/// A door in this very process.
pub(crate) struct Server {
    pub(crate) desk: Desk,
    pub(crate) door: Arc<Door<Desk>>,
    router: Router,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) body: String,
}

impl Server {
    pub(crate) fn new() -> Server {
        Server::of(Desk::first([]))
    }

    pub(crate) fn of(desk: Desk) -> Server {
        let door = Arc::new(door(desk.clone()));
        Server { desk, router: router(&door), door }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let mut router = self.router.clone();
        let Ok(response) = router.call(request).await;
        let (head, body) = response.into_parts();
        let body = body.collect().await.expect("the body is in memory").to_bytes();
        let body = String::from_utf8(body.to_vec()).expect("replies are text");
        Reply { status: head.status, headers: head.headers, body }
    }

    /// Posts JSON with the write key as Basic authorization.
    pub(crate) async fn post(&self, route: &str, body: impl Into<Body>) -> Reply {
        let request = Request::post(route).header("authorization", basic(KEY));
        self.send(request.body(body.into()).expect("it is a request")).await
    }
}

pub(crate) fn basic(key: &str) -> String {
    use base64::Engine;
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{key}:")))
}

/// An event as a story tells it.
pub(crate) fn shown(event: &Event) -> String {
    let who: Vec<String> = event.who.iter().map(ToString::to_string).collect();
    let mut shown = format!(
        "{} on {} at {}\n  {} {}\n",
        event.kind, event.channel, event.happened, event.source, event.id
    );
    writeln!(shown, "  who: {}", who.join(" ")).expect("a string takes everything");
    if let Some(said) = &event.said {
        writeln!(shown, "  said: {said}").expect("a string takes everything");
    }
    for (name, value) in event.facts.iter() {
        writeln!(shown, "  {name} = {value:?}").expect("a string takes everything");
    }
    for consent in &event.consents {
        writeln!(
            shown,
            "  consent: {:?} {} for {} ({})",
            consent.answer,
            consent.category,
            consent.purpose.word(),
            consent.proof.actor
        )
        .expect("a string takes everything");
    }
    shown
}
