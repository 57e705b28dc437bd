//! What changes, told to whoever looks: server-sent events.
//!
//! What is told is put together once and shared by all viewers, a few times a second at most, and only while somebody
//! looks. Every message says all there is to say, so a viewer that was away or is slow misses nothing by missing some.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use http_body_util::channel::{Channel, Sender};
use opcx_insight::{At, CaseNews, Changed, DecisionNews, Overview, PromiseNews};
use opcx_store::{Store, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::reigning::Throne;
use crate::http::caller::Caller;
use crate::http::{Door, Problem};

/// Least time between two messages.
const PAUSE: Duration = Duration::from_millis(300);
/// Time without a message after which a comment tells viewer and proxies that the connection stands.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Longest that a viewer may take to read one message before it is let go.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most viewers at a time: half of the connections that there may be.
pub(super) const VIEWERS_MAX: usize = 512;
/// News of each kind in one message.
const NEWS_TOLD: usize = 8;

/// What is told live.
pub(super) struct Live {
    store: Arc<dyn Store>,
    overview: Arc<Overview>,
    throne: Arc<Throne>,
    told: watch::Sender<Option<Arc<Told>>>,
    closed: watch::Sender<bool>,
    is_looking: AtomicBool,
    viewers: AtomicUsize,
}

/// A message as it goes out.
struct Told {
    id: String,
    bytes: Bytes,
}

/// How far the engine has come, and what is new.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(super) struct LiveView {
    /// The position up to which the log is decided on.
    position: u64,
    /// The position at which the log ends.
    end: u64,
    /// How many records are taken in and not decided on yet.
    undecided: u64,
    /// The log's latest time.
    as_of: Option<At>,
    /// Names the definitions that decide now.
    definitions: String,
    /// Events counted so far, each once.
    events: u64,
    /// Customers; merged ones count once.
    customers: u64,
    /// Decisions taken, for and against.
    decisions_taken: u64,
    /// Inputs that could not be understood and were not sent again yet.
    rejected: u64,
    /// Where in the log each part of the state last changed: an answer given before that position is stale.
    changed: Changed,
    /// The newest things done or noted, newest first.
    decisions: Vec<DecisionNews>,
    /// The cases that changed last, newest first.
    cases: Vec<CaseNews>,
    /// The promises that came at risk or were broken last, newest first.
    promises: Vec<PromiseNews>,
}

impl Live {
    pub(super) fn new(store: Arc<dyn Store>, overview: Arc<Overview>, throne: Arc<Throne>) -> Live {
        Live {
            store,
            overview,
            throne,
            told: watch::Sender::new(None),
            closed: watch::Sender::new(false),
            is_looking: AtomicBool::new(false),
            viewers: AtomicUsize::new(0),
        }
    }

    /// How many look.
    pub(super) fn viewers(&self) -> usize {
        self.viewers.load(Ordering::Relaxed)
    }

    /// Ends every stream.
    pub(super) fn close(&self) {
        self.closed.send_replace(true);
    }

    /// A stream for one viewer.
    ///
    /// # Errors
    /// There are too many viewers, or the program is about to end.
    pub(super) fn tell<A>(
        live: &Arc<Live>,
        caller: &Caller,
        door: &Door<A>,
        headers: &HeaderMap,
    ) -> Result<Response, Problem> {
        if *live.closed.borrow() {
            return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "opcx is shutting down"));
        }
        let Some(place) = Place::take(live) else {
            let what = format!("{VIEWERS_MAX} viewers look already; come again later");
            return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, what));
        };
        let seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
        let ends = caller.session.as_ref().map(|session| {
            let left = session.ends.since(door.viewers_clock.now()).as_millis();
            Duration::from_millis(u64::try_from(left).unwrap_or(0))
        });
        // Subscribed before anybody looks, so that looking does not stop at once.
        let messages = live.told.subscribe();
        live.look();
        let (sender, body) = Channel::<Bytes, std::convert::Infallible>::new(1);
        tokio::spawn(stream(place, messages, sender, seen, ends));
        let mut response = Response::new(Body::new(body));
        let kind = HeaderValue::from_static("text/event-stream");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        // Proxies such as nginx would keep events back.
        response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
        Ok(response)
    }

    /// Looks again and again what changed, as long as there are viewers.
    fn look(self: &Arc<Live>) {
        if self.is_looking.swap(true, Ordering::AcqRel) {
            return;
        }
        let live = Arc::clone(self);
        tokio::spawn(async move {
            loop {
                let looking = Arc::clone(&live);
                let looked = tokio::task::spawn_blocking(move || looking.put_together()).await;
                match looked {
                    Ok(Ok(told)) => live.publish(told),
                    Ok(Err(error)) => tracing::error!(%error, "what changes cannot be told"),
                    Err(error) => tracing::error!(%error, "what changes cannot be told"),
                }
                tokio::time::sleep(PAUSE).await;
                if live.told.receiver_count() == 0 || *live.closed.borrow() {
                    live.is_looking.store(false, Ordering::Release);
                    // Somebody may have come in between, and found that it is looked.
                    let again = live.told.receiver_count() > 0 && !*live.closed.borrow();
                    if !again || live.is_looking.swap(true, Ordering::AcqRel) {
                        return;
                    }
                }
            }
        });
    }

    fn publish(&self, told: Told) {
        self.told.send_if_modified(|last| {
            let is_new = last.as_ref().is_none_or(|last| last.id != told.id);
            if is_new {
                *last = Some(Arc::new(told));
            }
            is_new
        });
    }

    fn put_together(&self) -> Result<Told, StoreError> {
        let (progress, end) = (self.store.progress()?, self.store.end().get());
        let news = self.overview.news();
        let position = progress.position.get();
        let definitions = self.throne.now().definitions.version.to_string();
        let view = LiveView {
            position,
            end,
            undecided: end.saturating_sub(position),
            as_of: progress.clocks.iter().map(|(_, at)| At(*at)).max(),
            definitions: definitions.clone(),
            events: progress.totals.events,
            customers: progress.totals.customers,
            decisions_taken: progress.totals.decisions,
            rejected: progress.totals.rejected.saturating_sub(progress.totals.redriven),
            changed: news.changed,
            decisions: news.decisions.into_iter().take(NEWS_TOLD).collect(),
            cases: news.cases.into_iter().take(NEWS_TOLD).collect(),
            promises: news.promises.into_iter().take(NEWS_TOLD).collect(),
        };
        let id = format!("{position}-{end}-{}-{definitions}", news.commits);
        let data = serde_json::to_string(&view).expect("views are plain data");
        let bytes = Bytes::from(format!("id: {id}\nevent: live\ndata: {data}\n\n"));
        Ok(Told { id, bytes })
    }
}

/// One of the places for viewers.
struct Place(Arc<Live>);

impl Place {
    fn take(live: &Arc<Live>) -> Option<Place> {
        let taken = live.viewers.fetch_add(1, Ordering::AcqRel);
        let place = Place(Arc::clone(live));
        // Dropped at once, it is given back.
        (taken < VIEWERS_MAX).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.viewers.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Sends messages until the viewer goes or is too slow, the session ends, or the program does.
async fn stream(
    place: Place,
    mut messages: watch::Receiver<Option<Arc<Told>>>,
    mut sender: Sender<Bytes, std::convert::Infallible>,
    mut seen: Option<String>,
    ends: Option<Duration>,
) {
    let mut closed = place.0.closed.subscribe();
    let end = async {
        match ends {
            Some(left) => tokio::time::sleep(left).await,
            None => std::future::pending().await,
        }
    };
    let mut end = std::pin::pin!(end);
    // What was put together before is news to this viewer.
    messages.mark_changed();
    loop {
        let bytes = tokio::select! {
            biased;
            _ = closed.wait_for(|closed| *closed) => return,
            () = &mut end => return,
            changed = messages.changed() => {
                let told = messages.borrow_and_update().clone();
                match (changed, told) {
                    (Err(_), _) => return,
                    (Ok(()), Some(told)) if seen.as_ref() != Some(&told.id) => {
                        seen = Some(told.id.clone());
                        told.bytes.clone()
                    }
                    (Ok(()), _) => continue,
                }
            }
            () = tokio::time::sleep(HEARTBEAT) => Bytes::from_static(b": opcx stands\n\n"),
        };
        match tokio::time::timeout(PATIENCE, sender.send_data(bytes)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return,
        }
    }
}
