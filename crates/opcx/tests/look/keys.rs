//! Every route, as the running server describes it, with every key in every place.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, request};
use http_body_util::BodyExt as _;
use opcx::http::read::{self, Sight, document};
use opcx::http::{Door, Key, KeyHash, Keys, Role};
use opcx_engine::WallClock;
use serde_json::{Value, json};
use tower_service::Service;

use crate::api::{Book, watched};
use crate::company::definitions;
use crate::world::a_week;

/// Who has which key; the last one nobody knows.
const KEYS: [(&str, Option<Role>); 6] = [
    ("write-key-of-the-web", Some(Role::Write)),
    ("viewer-key-of-dashboards", Some(Role::Viewer)),
    ("agent-key-of-noor-nas", Some(Role::Agent)),
    ("operator-key-of-olu-oke", Some(Role::Operator)),
    ("admin-key-of-mia-mei", Some(Role::Admin)),
    ("a-key-that-nobody-has", None),
];

/// A place in a request where a key can stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Bearer,
    BasicUser,
    BasicPassword,
    Bare,
    OtherHeader,
    Cookie,
    /// Signed in with, on our own page.
    Session,
    /// Signed in with, but the session's token is not sent along.
    SessionWithoutToken,
    /// Signed in with, and asked for from a page of another site.
    SessionElsewhere,
    Query,
    Body,
    Nowhere,
}

const PLACES: [Place; 12] = [
    Place::Bearer,
    Place::BasicUser,
    Place::BasicPassword,
    Place::Bare,
    Place::OtherHeader,
    Place::Cookie,
    Place::Session,
    Place::SessionWithoutToken,
    Place::SessionElsewhere,
    Place::Query,
    Place::Body,
    Place::Nowhere,
];

impl Place {
    /// Whether a key counts there, for a request that changes something or not.
    fn counts(self, role: Role, changes: bool) -> bool {
        match self {
            Place::Bearer | Place::BasicUser => true,
            Place::Session => role != Role::Write,
            Place::SessionWithoutToken | Place::SessionElsewhere => role != Role::Write && !changes,
            // SDKs that cannot set headers put it into the body.
            Place::Body => role == Role::Write,
            Place::BasicPassword
            | Place::Bare
            | Place::OtherHeader
            | Place::Cookie
            | Place::Query
            | Place::Nowhere => false,
        }
    }

    /// Whether whoever asks is known there, though they may not do this.
    fn tells_who(self, role: Role) -> bool {
        match self {
            Place::Bearer
            | Place::BasicUser
            | Place::Session
            | Place::SessionWithoutToken
            | Place::SessionElsewhere => role != Role::Write,
            Place::BasicPassword
            | Place::Bare
            | Place::OtherHeader
            | Place::Cookie
            | Place::Query
            | Place::Body
            | Place::Nowhere => false,
        }
    }

    /// What a browser sends that signed in with the key, if it could.
    async fn session(self, whole: &Router, key: &str, role: Option<Role>) -> Vec<(&'static str, String)> {
        let site = match self {
            Place::Session | Place::SessionWithoutToken => "same-origin",
            Place::SessionElsewhere => "cross-site",
            Place::Bearer
            | Place::BasicUser
            | Place::BasicPassword
            | Place::Bare
            | Place::OtherHeader
            | Place::Cookie
            | Place::Query
            | Place::Body
            | Place::Nowhere => return Vec::new(),
        };
        // Whom such a key does not sign in is told elsewhere; too many attempts would end this here.
        if role.is_none_or(|role| role == Role::Write) {
            return Vec::new();
        }
        let (cookie, csrf) = sign_in(whole, key).await.expect("somebody has this key");
        let mut headers = vec![("cookie", cookie), ("sec-fetch-site", site.to_owned())];
        if self != Place::SessionWithoutToken {
            headers.push(("x-csrf-token", csrf));
        }
        headers
    }

    fn header(self, key: &str) -> Option<(&'static str, String)> {
        let basic = |pair: String| format!("Basic {}", base64(&pair));
        match self {
            Place::Bearer => Some(("authorization", format!("Bearer {key}"))),
            Place::BasicUser => Some(("authorization", basic(format!("{key}:")))),
            Place::BasicPassword => Some(("authorization", basic(format!("user:{key}")))),
            Place::Bare => Some(("authorization", key.to_owned())),
            Place::OtherHeader => Some(("x-api-key", key.to_owned())),
            Place::Cookie => Some(("cookie", format!("key={key}; authorization=Bearer {key}"))),
            Place::Session
            | Place::SessionWithoutToken
            | Place::SessionElsewhere
            | Place::Query
            | Place::Body
            | Place::Nowhere => None,
        }
    }
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

/// All routes that `opcx serve` has.
pub(crate) fn whole() -> Router {
    let named = |(key, role): (&str, Option<Role>)| {
        role.map(|role| Key { name: role.word().into(), role, hash: KeyHash::of(key).unwrap() })
    };
    let keys = Keys::new(KEYS.into_iter().filter_map(named).collect());
    let door = Arc::new(Door::new(Book::default(), keys, Arc::new(WallClock)));
    let sight = Sight::new(Arc::clone(&door), watched(a_week().store), Arc::new(definitions()));
    opcx::http::router(&door).merge(read::router(&Arc::new(sight)))
}

/// The cookie and the token of whoever signs in with this key.
pub(crate) async fn sign_in(whole: &Router, key: &str) -> Option<(String, String)> {
    let request = Request::post("/v1/session").header("sec-fetch-site", "same-origin");
    let body = Body::from(json!({ "key": key }).to_string());
    let response = whole.clone().call(request.body(body).unwrap()).await.unwrap();
    let cookie = response.headers().get("set-cookie")?.to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let body: Value = serde_json::from_slice(&body).unwrap();
    Some((cookie, body["csrf"].as_str().unwrap().to_owned()))
}

/// The roles that the description asks for; none means that no key is needed.
fn asked(operation: &Value) -> Vec<Role> {
    let schemes = operation["security"].as_array().expect("each operation says whether it needs a key");
    let names = schemes.iter().flat_map(|scheme| scheme.as_object().unwrap().keys());
    let mut roles: Vec<Role> = names
        .map(|name| match name.as_str() {
            "write" | "writeBasic" => Role::Write,
            "viewer" => Role::Viewer,
            "agent" => Role::Agent,
            "operator" => Role::Operator,
            "admin" => Role::Admin,
            other => panic!("nobody knows the scheme `{other}`"),
        })
        .collect();
    roles.dedup();
    roles
}

/// Every operation of the description: method, path, what it asks for.
fn operations() -> Vec<(Method, String, Value)> {
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, operations)| {
        operations.as_object().unwrap().iter().map(|(method, operation)| {
            (method.to_uppercase().parse().unwrap(), path.clone(), operation.clone())
        })
    });
    all.collect()
}

async fn status(whole: &Router, request: request::Builder, body: &Value) -> StatusCode {
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    whole.clone().call(request.body(body).unwrap()).await.unwrap().status()
}

#[tokio::test]
async fn every_route_is_open_to_the_keys_it_asks_for_in_the_places_that_count_and_closed_to_all_else() {
    let whole = whole();
    let (mut opened, mut denied) = (0, 0);
    for (method, path, operation) in operations() {
        let roles = asked(&operation);
        let path = path.replace("{id}", "x").replace("{name}", "x").replace("{write_key}", "x");
        for (key, role) in KEYS {
            for place in PLACES {
                let changes = method != Method::GET;
                let address = if place == Place::Query {
                    format!("{path}?key={key}&writeKey={key}")
                } else {
                    path.clone()
                };
                let mut request = Request::builder().method(method.clone()).uri(address);
                if let Some((name, value)) = place.header(key) {
                    request = request.header(name, value);
                }
                for (name, value) in place.session(&whole, key, role).await {
                    request = request.header(name, value);
                }
                let mut body = json!({ "batch": [] });
                if place == Place::Body {
                    body["writeKey"] = key.into();
                }
                let status = status(&whole, request, &body).await;
                let enough = |asked: &Role| {
                    role.is_some_and(|role| role.includes(*asked) && place.counts(role, changes))
                };
                let told = format!("{method} {path} with {role:?} in {place:?}: {status}");
                // Nobody is signed in by another site.
                if operation["operationId"] == "sign_in" && place == Place::SessionElsewhere {
                    assert_eq!(
                        status == StatusCode::FORBIDDEN,
                        role.is_some_and(|role| role != Role::Write),
                        "{told}"
                    );
                    continue;
                }
                let may = roles.is_empty() || roles.iter().any(enough);
                assert!(!status.is_server_error(), "{told}");
                // The settings of a key that is not known, in the path, are denied whatever else is there.
                if may && !path.contains("/projects/") {
                    assert!(status != StatusCode::UNAUTHORIZED && status != StatusCode::FORBIDDEN, "{told}");
                    opened += 1;
                } else {
                    let known = role.is_some_and(|role| place.tells_who(role));
                    let tracking = roles.contains(&Role::Write) || roles.is_empty();
                    let expected =
                        if known && !tracking { StatusCode::FORBIDDEN } else { StatusCode::UNAUTHORIZED };
                    assert_eq!(status, expected, "{told}");
                    denied += 1;
                }
            }
        }
    }
    assert!(opened > 100 && denied > 500, "{opened} opened, {denied} denied");
}

#[tokio::test]
async fn a_key_in_the_path_opens_the_settings_of_write_keys_only() {
    let whole = whole();
    for (key, role) in KEYS {
        let request = Request::get(format!("/v1/projects/{key}/settings"));
        let expected = if role == Some(Role::Write) { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
        assert_eq!(status(&whole, request, &Value::Null).await, expected, "{role:?}");
    }
}

#[tokio::test]
async fn every_described_route_is_there_and_takes_no_other_method() {
    let whole = whole();
    let all = operations();
    for (method, path, _) in &all {
        let address = path.replace("{id}", "x").replace("{name}", "x").replace("{write_key}", "x");
        for other in [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            let described = all.iter().any(|(method, known, _)| *known == *path && *method == other);
            if described {
                continue;
            }
            let request = Request::builder().method(other.clone()).uri(&address);
            let found = status(&whole, request, &Value::Null).await;
            assert_eq!(found, StatusCode::METHOD_NOT_ALLOWED, "{other} {path}, which is for {method}");
        }
    }
}
