//! The routes of the Segment tracking API, and its reply contract.
//!
//! SDKs judge replies very differently, so the contract is narrow: success is always `200` with
//! `{"success": true}`, never another 2xx and never a redirect; whatever will never be accepted is
//! `400` (or `401`), since SDKs send everything else again; errors have `code` and `message`.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use opcx_company::settings::PublicAddress;
use opcx_core::log::Lane;
use opcx_core::record::Entry;
use opcx_engine::{IntakeError, Submission, Submitted};
use opcx_store::{Encoded, EventKey};
use serde_json::json;

use super::body::{BodyError, receive};
use super::keys::{Role, sent};
use super::serve::Peer;
use super::{Accept, Door};
use crate::segment::{self, Arrival, Call, Reason, Unreadable};
use crate::senses::Sense;

/// Longest time we ask a sender to wait: SDKs cut it off there.
const RETRY_AFTER_SECONDS_MAX: u64 = 300;

/// The routes, each with and without a slash at its end, since a redirect would not do.
pub(super) fn router<A: Accept>(door: &Arc<Door<A>>) -> Router {
    let mut router = Router::new();
    for (route, call) in taking_routes() {
        router = both(router, route, taking(door, route, call));
    }
    router = both(router, METRICS_OF_BROWSER, post(metrics_of_browser::<A>).with_state(Arc::clone(door)));
    both(router, SETTINGS, get(settings::<A>).with_state(Arc::clone(door)))
}

/// Where browsers' SDKs report on themselves.
pub(super) const METRICS_OF_BROWSER: &str = "/v1/m";
/// Where browsers and apps ask before they send anything.
pub(super) const SETTINGS: &str = "/v1/projects/{write_key}/settings";

/// The routes that take messages, each with the call that its messages are, or none for batches.
pub(super) fn taking_routes() -> impl Iterator<Item = (&'static str, Option<Call>)> {
    let batches = ["/v1/batch", "/v1/import", "/v1/b"].map(|route| (route, None));
    let singles = Call::ALL.map(|call| [(long(call), Some(call)), (short(call), Some(call))]);
    batches.into_iter().chain(singles.into_iter().flatten())
}

fn both(router: Router, route: &str, method: MethodRouter) -> Router {
    let method = method.options(async || with_cors(Response::default())).fallback(async || {
        refused(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "use another method")
    });
    router.route(route, method.clone()).route(&format!("{route}/"), method)
}

const fn long(call: Call) -> &'static str {
    match call {
        Call::Identify => "/v1/identify",
        Call::Track => "/v1/track",
        Call::Page => "/v1/page",
        Call::Screen => "/v1/screen",
        Call::Group => "/v1/group",
        Call::Alias => "/v1/alias",
    }
}

const fn short(call: Call) -> &'static str {
    match call {
        Call::Identify => "/v1/i",
        Call::Track => "/v1/t",
        Call::Page => "/v1/p",
        Call::Screen => "/v1/s",
        Call::Group => "/v1/g",
        Call::Alias => "/v1/a",
    }
}

/// A route that takes one message of that call, or a batch.
fn taking<A: Accept>(door: &Arc<Door<A>>, route: &'static str, call: Option<Call>) -> MethodRouter {
    let door = Arc::clone(door);
    post(move |request: Request| async move {
        let _inside = door.metrics.in_flight.enter();
        let response = match take(&door, route, call, request).await {
            Ok(()) => success(),
            Err(refusal) => refusal.reply(),
        };
        door.metrics.count_reply(route, response.status().as_u16());
        response
    })
}

#[tracing::instrument(name = "accept", skip_all, fields(route))]
async fn take<A: Accept>(
    door: &Door<A>,
    route: &'static str,
    call: Option<Call>,
    request: Request,
) -> Result<(), NotTaken> {
    let (head, body) = request.into_parts();
    // The body is read even when the key is wrong: only then does the sender read our reply.
    let received = receive(&head.headers, body, door.body_time, &door.held_bytes).await?;
    door.metrics.body_bytes.add(received.bytes().len());
    let arrived = door.clock.now();

    let text = segment::text(received.bytes());
    let opened = segment::Body::open(&text, call);
    let key = sent(&head.headers);
    let key = key.as_deref().filter(|key| !key.is_empty());
    let in_body = || opened.as_ref().ok().and_then(segment::Body::write_key);
    let key = match (key.or_else(in_body), &opened) {
        (Some(key), _) => key,
        // Whether there is a key in it cannot be told.
        (None, Err(unreadable)) => return Err(unreadable.clone().into()),
        (None, Ok(_)) => return Err(NotTaken::KeyMissing),
    };
    let source = door.keys.find(key, Role::Write).ok_or(NotTaken::KeyUnknown)?.clone();
    let body = opened?;
    let _inside = door.intake.enter(received.bytes().len(), body.gists())?;
    let arrival = Arrival {
        source,
        route,
        received: arrived,
        request: door.number(),
        address: address(&head),
        opted_out: head.headers.get("sec-gpc").is_some_and(|value| value == "1"),
    };
    let (submission, refused) = submission(&body, &arrival, &door.sense);
    drop(text);
    drop(received);
    if submission.entries.is_empty() {
        return Ok(());
    }
    let accepted = door.intake.accept(submission).await?;
    let fresh = accepted.fresh.saturating_sub(refused.len());
    let rejected = refused.iter().map(|(_, messages)| messages).sum();
    door.sources.came(&arrival.source, arrived, fresh, accepted.repeats, rejected);
    // Entries of the rejected list are always fresh.
    door.metrics.accepted.add(fresh);
    door.metrics.repeats.add(accepted.repeats);
    for (reason, messages) in &refused {
        door.metrics.count_rejected(reason, *messages);
    }
    Ok(())
}

/// Everything in the body as entries of the log. What is no event goes to the rejected list, which
/// is in the log as well; beside it, for counting, why and how many.
fn submission(
    body: &segment::Body<'_>,
    arrival: &Arrival,
    sense: &Sense,
) -> (Submission, Vec<(Reason, usize)>) {
    let mut refused = Vec::new();
    let entries = body.read(arrival).into_iter().map(|read| match read {
        Ok(event) => {
            let key = EventKey::of(&event.source, &event.id);
            let event = event.sensed(|words| sense(words));
            Submitted { key: Some(key), entry: Encoded::of(&Entry::Event(event)) }
        }
        Err(refusal) => {
            refused.push((refusal.reason, refusal.messages));
            Submitted { key: None, entry: Encoded::of(&Entry::Rejected(refusal.rejected)) }
        }
    });
    let entries = entries.collect();
    (Submission { lane: Lane::LIVE, at: None, entries }, refused)
}

/// The sender's address, as the connection shows it.
fn address(head: &Parts) -> Option<IpAddr> {
    head.extensions.get::<Peer>().map(|peer| peer.0.ip())
}

/// Browsers' SDKs also report on themselves. It is taken, so that they are content, and left alone.
async fn metrics_of_browser<A: Accept>(State(door): State<Arc<Door<A>>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    // Whether it arrives whole is of no interest; what it takes counts like any other body.
    let _ = receive(&head.headers, body, door.body_time, &door.held_bytes).await;
    success()
}

/// What browsers and apps ask for before they send anything.
async fn settings<A: Accept>(
    State(door): State<Arc<Door<A>>>,
    write_key: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    // What is no text is no key either.
    let write_key = write_key.map(|Path(key)| key).unwrap_or_default();
    let response = if door.keys.find(&write_key, Role::Write).is_some() {
        let asked = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let host = door.public.as_ref().map(PublicAddress::host).or(asked).unwrap_or_default();
        let own = json!({ "apiKey": write_key, "apiHost": format!("{host}/v1") });
        json_reply(StatusCode::OK, json!({ "integrations": { "Segment.io": own } }).to_string())
    } else {
        NotTaken::KeyUnknown.reply()
    };
    door.metrics.count_reply("/v1/projects/settings", response.status().as_u16());
    response
}

/// Why nothing of a body was taken.
#[derive(Debug)]
enum NotTaken {
    KeyMissing,
    KeyUnknown,
    Body(BodyError),
    Unreadable(Unreadable),
    Overloaded { retry_after_seconds: u64 },
    Stopped,
}

impl NotTaken {
    fn reply(&self) -> Response {
        let permanent = StatusCode::BAD_REQUEST;
        match self {
            NotTaken::KeyMissing => refused(
                StatusCode::UNAUTHORIZED,
                "write_key_missing",
                "no write key; send it as the user name of Basic authorization, or as `writeKey` in the body",
            ),
            NotTaken::KeyUnknown => refused(
                StatusCode::UNAUTHORIZED,
                "invalid_write_key",
                "this write key is not known here; it stands in the variable that `[keys]` of opcx.toml names",
            ),
            NotTaken::Unreadable(unreadable) => {
                refused(permanent, unreadable.code(), &unreadable.to_string())
            }
            NotTaken::Body(error) => {
                let (status, code) = match error {
                    BodyError::TooLarge => (permanent, "body_too_large"),
                    BodyError::TooDense => (permanent, "compression_ratio"),
                    BodyError::NotGzip => (permanent, "invalid_gzip"),
                    BodyError::UnknownEncoding => (permanent, "content_encoding"),
                    // SDKs send these again, and are to.
                    BodyError::TooSlow => (StatusCode::REQUEST_TIMEOUT, "body_too_slow"),
                    BodyError::BrokeOff => (StatusCode::REQUEST_TIMEOUT, "body_broke_off"),
                    BodyError::Overloaded => return overloaded(1),
                };
                refused(status, code, &error.to_string())
            }
            NotTaken::Overloaded { retry_after_seconds } => overloaded(*retry_after_seconds),
            NotTaken::Stopped => {
                refused(StatusCode::SERVICE_UNAVAILABLE, "stopping", "opcx is stopping; send it again later")
            }
        }
    }
}

impl From<BodyError> for NotTaken {
    fn from(error: BodyError) -> NotTaken {
        NotTaken::Body(error)
    }
}

impl From<Unreadable> for NotTaken {
    fn from(unreadable: Unreadable) -> NotTaken {
        NotTaken::Unreadable(unreadable)
    }
}

impl From<IntakeError> for NotTaken {
    fn from(error: IntakeError) -> NotTaken {
        match error {
            IntakeError::Overloaded { retry_after } => {
                let seconds = u64::try_from(retry_after.as_millis()).unwrap_or(0).div_ceil(1_000);
                NotTaken::Overloaded { retry_after_seconds: seconds.clamp(1, RETRY_AFTER_SECONDS_MAX) }
            }
            IntakeError::Stopped { .. } => NotTaken::Stopped,
        }
    }
}

fn overloaded(retry_after_seconds: u64) -> Response {
    let message = "too much is waiting; send it again later";
    let mut reply = refused(StatusCode::TOO_MANY_REQUESTS, "overloaded", message);
    reply.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after_seconds));
    reply
}

fn success() -> Response {
    json_reply(StatusCode::OK, "{\"success\": true}".to_owned())
}

fn refused(status: StatusCode, code: &str, message: &str) -> Response {
    json_reply(status, json!({ "code": code, "message": message }).to_string())
}

fn json_reply(status: StatusCode, json: String) -> Response {
    let mut response = Response::new(Body::from(json));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    with_cors(response)
}

/// Lets pages of any origin send: write keys are public, and no cookie means anything here.
/// `Authorization` must be named, a star does not include it.
fn with_cors(mut response: Response) -> Response {
    const CORS: [(HeaderName, &str); 5] = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "Authorization, Content-Type, Content-Encoding, X-Retry-Count",
        ),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "Retry-After"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    for (name, value) in CORS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
