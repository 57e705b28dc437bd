//! The reply contract: what SDKs are told, so that they neither lose events nor send them for ever.

use axum::body::Body;
use axum::http::{Method, Request};
use expect_test::expect;
use opcx_core::time::Span;
use opcx_engine::IntakeError;

use crate::server::{Desk, KEY, READ_KEY, Reply, Server, basic};

const TRACK: &str = r#"{"type": "track", "event": "A", "messageId": "1", "userId": "u"}"#;

fn request(method: Method, route: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(route);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.into()).expect("it is a request")
}

fn line(what: &str, reply: &Reply) -> String {
    let retry_after = reply.headers.get("retry-after").map(|value| format!(" retry-after {value:?}"));
    let kind = reply.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or("-");
    format!(
        "{what}: {}{} {kind}\n    {}\n",
        reply.status.as_u16(),
        retry_after.unwrap_or_default(),
        reply.body
    )
}

#[tokio::test]
async fn every_route_takes_its_call_with_and_without_a_slash() {
    let server = Server::new();
    let mut routes: Vec<String> = ["identify", "track", "page", "screen", "group", "alias"]
        .iter()
        .flat_map(|call| [format!("/v1/{call}"), format!("/v1/{}", &call[..1])])
        .collect();
    routes.extend(["/v1/batch", "/v1/import", "/v1/b"].map(ToString::to_string));
    for (index, route) in routes.iter().enumerate() {
        for (slash, route) in [route.clone(), format!("{route}/")].into_iter().enumerate() {
            let message = format!(
                r#"{{"type": "track", "event": "A", "messageId": "{index}-{slash}", "userId": "u"}}"#
            );
            let batch = route.trim_end_matches('/').len() == "/v1/b".len() && route.starts_with("/v1/b")
                || route.starts_with("/v1/batch")
                || route.starts_with("/v1/import");
            let body = if batch { format!(r#"{{"batch": [{message}]}}"#) } else { message };
            let reply = server.post(&route, body).await;
            assert_eq!(
                (reply.status.as_u16(), reply.body.as_str()),
                (200, r#"{"success": true}"#),
                "{route}"
            );
        }
    }
    assert_eq!(server.desk.events().len(), routes.len() * 2);
}

#[tokio::test]
async fn the_route_tells_the_call_when_the_message_does_not() {
    let server = Server::new();
    for route in ["/v1/i", "/v1/page", "/v1/s", "/v1/group", "/v1/a/"] {
        server.post(route, format!(r#"{{"messageId": "{route}", "userId": "u"}}"#)).await;
    }
    let kinds: Vec<_> = server.desk.events().into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds, ["Identified", "Page Viewed", "Screen Viewed", "Group Joined", "Aliased"]);
}

#[tokio::test]
async fn keys_bodies_and_sizes_are_answered_as_sdks_expect() {
    let server = Server::new();
    let auth = basic(KEY);
    let key: &[(&str, &str)] = &[("authorization", &auth)];
    let batch = format!(r#"{{"batch": [{TRACK}]}}"#);
    let with_key = |key: &str| format!(r#"{{"writeKey": "{key}", "batch": [{TRACK}]}}"#);
    let wrong = basic("some-other-write-key");
    let read = basic(READ_KEY);
    let large = format!(r#"{{"event": "A", "userId": "u", "pad": "{}"}}"#, "x".repeat(40_000));
    let post = |route, headers, body: String| request(Method::POST, route, headers, body);
    let cases: Vec<(&str, Request<Body>)> = vec![
        ("key as Basic", post("/v1/batch", key, batch.clone())),
        ("key in the body", post("/v1/batch", &[], with_key(KEY))),
        (
            "key in a single message",
            post(
                "/v1/t",
                &[],
                format!(r#"{{"writeKey": "{KEY}", "event": "A", "messageId": "2", "userId": "u"}}"#),
            ),
        ),
        (
            "empty Basic, key in the body",
            post("/v1/batch", &[("authorization", "Basic Og==")], with_key(KEY)),
        ),
        ("no key", post("/v1/batch", &[], batch.clone())),
        ("wrong key", post("/v1/batch", &[("authorization", &wrong)], with_key(KEY))),
        ("wrong key in the body", post("/v1/batch", &[], with_key("some-other-write-key"))),
        ("a read key", post("/v1/batch", &[("authorization", &read)], batch.clone())),
        ("not JSON", post("/v1/batch", key, "hello".into())),
        ("cut off JSON", post("/v1/batch", key, batch[..batch.len() - 2].into())),
        ("empty body", post("/v1/batch", key, String::new())),
        ("no batch", post("/v1/batch", key, TRACK.into())),
        ("an event over 32 KB", post("/v1/track", key, large)),
        ("a body over 1 MiB", post("/v1/batch", key, " ".repeat(1_100_000))),
        (
            "an unknown encoding",
            post("/v1/batch", &[("authorization", &auth), ("content-encoding", "br")], batch.clone()),
        ),
        (
            "bad gzip",
            post("/v1/batch", &[("authorization", &auth), ("content-encoding", "gzip")], batch.clone()),
        ),
        ("an empty batch", post("/v1/batch", key, r#"{"batch": []}"#.into())),
        ("a bad message alone", post("/v1/track", key, r#"{"userId": "u"}"#.into())),
        ("browser metrics", post("/v1/m", &[], r#"{"series": []}"#.into())),
        ("another method", request(Method::GET, "/v1/batch", key, "")),
        ("another address", request(Method::POST, "/v1/nothing", key, "")),
    ];
    let mut shown = String::new();
    for (what, request) in cases {
        shown.push_str(&line(what, &server.send(request).await));
    }
    expect![[r#"
        key as Basic: 200 application/json
            {"success": true}
        key in the body: 200 application/json
            {"success": true}
        key in a single message: 200 application/json
            {"success": true}
        empty Basic, key in the body: 200 application/json
            {"success": true}
        no key: 401 application/json
            {"code":"write_key_missing","message":"no write key; send it as the user name of Basic authorization, or as `writeKey` in the body"}
        wrong key: 401 application/json
            {"code":"invalid_write_key","message":"this write key is not known here; it stands in the variable that `[keys]` of opcx.toml names"}
        wrong key in the body: 401 application/json
            {"code":"invalid_write_key","message":"this write key is not known here; it stands in the variable that `[keys]` of opcx.toml names"}
        a read key: 401 application/json
            {"code":"invalid_write_key","message":"this write key is not known here; it stands in the variable that `[keys]` of opcx.toml names"}
        not JSON: 400 application/json
            {"code":"invalid_json","message":"the body is not JSON of the tracking API: expected value at line 1 column 1"}
        cut off JSON: 400 application/json
            {"code":"invalid_json","message":"the body is not JSON of the tracking API: EOF while parsing a list at line 1 column 75"}
        empty body: 400 application/json
            {"code":"invalid_json","message":"the body is not JSON of the tracking API: EOF while parsing a value at line 1 column 0"}
        no batch: 400 application/json
            {"code":"batch_missing","message":"the body has no `batch`; send {\"batch\": [...]}, or use the route of the single call"}
        an event over 32 KB: 400 application/json
            {"code":"event_too_large","message":"the message is 40040 bytes long, at most 32768 are read; send less with each event"}
        a body over 1 MiB: 400 application/json
            {"code":"body_too_large","message":"the body is longer than 1048576 bytes; send smaller batches"}
        an unknown encoding: 400 application/json
            {"code":"content_encoding","message":"the body's content encoding is not known; send it as gzip, or plain"}
        bad gzip: 400 application/json
            {"code":"invalid_gzip","message":"the body is not valid gzip"}
        an empty batch: 200 application/json
            {"success": true}
        a bad message alone: 200 application/json
            {"success": true}
        browser metrics: 200 application/json
            {"success": true}
        another method: 405 application/json
            {"code":"method_not_allowed","message":"use another method"}
        another address: 404 application/problem+json
            {"detail":"there is nothing at this address; events go to `/v1/batch`, and `/v1/openapi.json` lists the rest","status":404,"title":"Not Found","type":"about:blank"}
    "#]].assert_eq(&shown);
    let stored: Vec<_> = server.desk.events().into_iter().map(|event| event.id).collect();
    assert_eq!(stored, ["1", "2"], "the same message three times is one event");
    assert_eq!(server.desk.rejected().len(), 1, "the bad message is on the rejected list");
}

#[tokio::test]
async fn a_full_or_stopping_engine_is_told_so_that_sdks_come_again() {
    let overloaded = |millis| Err(IntakeError::Overloaded { retry_after: Span::from_millis(millis) });
    let stopped = IntakeError::Stopped { why: "the disk is full".into() };
    let server =
        Server::of(Desk::first([overloaded(1), overloaded(2_001), overloaded(10_000_000), Err(stopped)]));
    let mut shown = String::new();
    for what in ["soon", "a little later", "much later", "stopped", "accepted"] {
        shown.push_str(&line(what, &server.post("/v1/t", TRACK).await));
    }
    expect![[r#"
        soon: 429 retry-after "1" application/json
            {"code":"overloaded","message":"too much is waiting; send it again later"}
        a little later: 429 retry-after "3" application/json
            {"code":"overloaded","message":"too much is waiting; send it again later"}
        much later: 429 retry-after "300" application/json
            {"code":"overloaded","message":"too much is waiting; send it again later"}
        stopped: 503 application/json
            {"code":"stopping","message":"opcx is stopping; send it again later"}
        accepted: 200 application/json
            {"success": true}
    "#]]
    .assert_eq(&shown);
    assert_eq!(server.desk.events().len(), 1);
}

#[tokio::test]
async fn law_12_a_busy_engine_takes_complaints_and_has_pages_seen_come_again() {
    let server = Server::of(Desk::busy());
    let page = r#"{"type":"page","userId":"1","messageId":"p"}"#;
    let complaint =
        r#"{"type":"track","event":"Wrote","userId":"1","messageId":"c","properties":{"text":"it broke"}}"#;
    let batch = |messages: &[&str]| format!(r#"{{"batch":[{}]}}"#, messages.join(","));
    let mut statuses = Vec::new();
    for messages in [&[page][..], &[page, complaint], &[page, "{}"]] {
        statuses.push(server.post("/v1/batch", batch(messages)).await.status.as_u16());
    }
    // What is no message may be anything until it is read.
    assert_eq!(statuses, [429, 200, 200]);
    let stored: Vec<_> = server.desk.events().into_iter().map(|event| event.id).collect();
    assert_eq!(stored, ["p", "c"]);
    let unknown = Request::post("/v1/batch").header("authorization", basic("a-key-that-is-not-known"));
    let unknown = unknown.body(batch(&[page]).into()).expect("a request");
    assert_eq!(server.send(unknown).await.status.as_u16(), 401, "who it is comes first");
}

#[tokio::test]
async fn a_batch_is_accepted_with_its_bad_messages_on_the_rejected_list_and_counted() {
    let server = Server::new();
    let body = format!(r#"{{"batch": [{TRACK}, {{"type": "track", "event": "B"}}, {TRACK}]}}"#);
    let reply = server.post("/v1/batch", body).await;
    assert_eq!((reply.status.as_u16(), reply.body.as_str()), (200, r#"{"success": true}"#));
    assert_eq!(server.desk.events().len(), 1);
    let metrics = server.send(request(Method::GET, "/metrics", &[], "")).await;
    let counted: String = metrics
        .body
        .lines()
        .filter(|line| !line.starts_with('#') && !line.ends_with(" 0"))
        .map(|line| format!("{line}\n"))
        .collect();
    expect![[r#"
        opcx_events_accepted_total 1
        opcx_events_repeated_total 1
        opcx_body_bytes_total 176
        opcx_events_rejected_total{reason="no_user_anon_id"} 1
        opcx_requests_total{route="/v1/batch",status="200"} 1
    "#]]
    .assert_eq(&counted);
}

#[tokio::test]
async fn pages_of_any_origin_may_send_with_an_authorization_header() {
    let server = Server::new();
    let preflight = [
        ("origin", "https://shop.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization,content-type"),
    ];
    let reply = server.send(request(Method::OPTIONS, "/v1/t", &preflight, "")).await;
    let mut shown = format!("{}\n", reply.status.as_u16());
    for (name, value) in &reply.headers {
        shown.push_str(&format!("{name}: {}\n", value.to_str().expect("it is a text")));
    }
    expect![[r#"
        200
        access-control-allow-origin: *
        access-control-allow-methods: GET, POST, OPTIONS
        access-control-allow-headers: Authorization, Content-Type, Content-Encoding, X-Retry-Count
        access-control-expose-headers: Retry-After
        access-control-max-age: 86400
        content-length: 0
    "#]]
    .assert_eq(&shown);
    let refused =
        server.send(request(Method::POST, "/v1/t", &[("origin", "https://shop.example")], TRACK)).await;
    assert_eq!(refused.status, 401);
    assert_eq!(refused.headers["access-control-allow-origin"], "*", "so that the page can read why");
}

#[tokio::test]
async fn a_browser_that_says_so_has_its_users_browsing_left_alone() {
    let server = Server::new();
    let auth = basic(KEY);
    server.send(request(Method::POST, "/v1/t", &[("authorization", &auth), ("sec-gpc", "1")], TRACK)).await;
    let consents = &server.desk.events()[0].consents;
    assert_eq!(consents.len(), 6, "two categories for three purposes: {consents:?}");
}

#[tokio::test]
async fn browsers_and_apps_find_their_settings() {
    let server = Server::new();
    let route = format!("/v1/projects/{KEY}/settings");
    let known = server.send(request(Method::GET, &route, &[("host", "opcx.example:7700")], "")).await;
    let unknown = server.send(request(Method::GET, "/v1/projects/nobody/settings/", &[], "")).await;
    expect![[r#"
        known: 200 application/json
            {"integrations":{"Segment.io":{"apiHost":"opcx.example:7700/v1","apiKey":"write-key-of-the-web"}}}
        unknown: 401 application/json
            {"code":"invalid_write_key","message":"this write key is not known here; it stands in the variable that `[keys]` of opcx.toml names"}
    "#]]
    .assert_eq(&(line("known", &known) + &line("unknown", &unknown)));
}

#[tokio::test]
async fn readiness_follows_the_program_and_health_does_not() {
    let server = Server::new();
    let ask = async |route| server.send(request(Method::GET, route, &[], "")).await.status.as_u16();
    assert_eq!((ask("/healthz").await, ask("/readyz").await), (200, 200));
    server.door.set_ready(false);
    assert_eq!((ask("/healthz").await, ask("/readyz").await), (200, 503));
}
