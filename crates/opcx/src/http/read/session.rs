//! Signing in and out: a key once, and a cookie from then on.

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use opcx_insight::At;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::json;
use super::route::read_body;
use crate::http::caller::{Caller, cookie, is_secure, own_page, token};
use crate::http::serve::Peer;
use crate::http::{Door, Problem, Role, SESSION_HOURS_MAX, body_bytes};

/// The key to sign in with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SigningIn {
    /// The key of a viewer, agent, operator or admin.
    key: String,
}

/// Who asks, and what they may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct SessionView {
    /// What their key is called; orders are given in this name.
    name: String,
    /// What they may do.
    role: RoleWord,
    /// What a page sends as `X-CSRF-Token` with whatever changes something; null for a key, which needs none.
    csrf: Option<String>,
    /// When the session ends; null for a key.
    ends: Option<At>,
}

/// What somebody may do; each may also do what those before may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum RoleWord {
    /// Look.
    Viewer,
    /// Work on cases.
    Agent,
    /// Merge, release, send again, change playbooks.
    Operator,
    /// Erase customers, and hand out all that is held about one.
    Admin,
}

pub(super) async fn sign_in<A>(door: &Door<A>, head: &Parts, body: Body) -> Result<Response, Problem> {
    let address = head.extensions.get::<Peer>().map(|peer| peer.0.ip());
    let now = door.viewers_clock.now();
    // Another site must not sign anybody in, not even with a key that it knows. Programs say nothing of a site.
    if head.headers.contains_key("origin") || head.headers.contains_key("sec-fetch-site") {
        own_page(door.public.as_ref(), &head.headers, None)?;
    }
    if let Some(seconds) = door.attempts.wait(address, now) {
        let what = format!("too many keys that nobody knows came from there; try again in {seconds} seconds");
        return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, what));
    }
    let body =
        body_bytes(body).await.map_err(|error| Problem::new(StatusCode::BAD_REQUEST, error.to_string()))?;
    let SigningIn { key } = read_body(&body).map_err(|what| Problem::new(StatusCode::BAD_REQUEST, what))?;
    let Some(key) = door.keys.of_somebody(key.trim()) else {
        door.attempts.failed(address, now);
        let what = "nobody has this key; `opcx.toml` names the variables that hold keys under `[keys]` and `[people]`";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, what));
    };
    let begun = door.sessions.begin(key, now);
    let (token, session) =
        begun.map_err(|error| Problem::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string()))?;
    let caller = Caller { name: session.name.clone(), role: session.role, session: Some(session) };
    let mut response = json(StatusCode::CREATED, &who(&caller));
    let kept = cookie(token.as_str(), SESSION_HOURS_MAX * 3_600, is_secure(door));
    response.headers_mut().insert(header::SET_COOKIE, header_value(&kept));
    Ok(response)
}

pub(super) fn who(caller: &Caller) -> SessionView {
    SessionView {
        name: caller.name.to_string(),
        role: match caller.role {
            Role::Agent => RoleWord::Agent,
            Role::Operator => RoleWord::Operator,
            Role::Admin => RoleWord::Admin,
            // Nobody is let in with a write key.
            Role::Viewer | Role::Write => RoleWord::Viewer,
        },
        csrf: caller.session.as_ref().map(|session| session.csrf.as_str().to_owned()),
        ends: caller.session.as_ref().map(|session| At(session.ends)),
    }
}

pub(super) fn sign_out<A>(door: &Door<A>, head: &Parts) -> Response {
    let secure = is_secure(door);
    if let Some(token) = token(&head.headers, secure) {
        door.sessions.end(&token);
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(header::SET_COOKIE, header_value(&cookie("", 0, secure)));
    response
}

fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("a cookie is plain text")
}
