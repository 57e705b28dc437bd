//! Signing in, as a browser does it.

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use expect_test::expect;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower_service::Service;

use crate::keys::{sign_in, whole};

const AGENT: &str = "agent-key-of-noor-nas";

async fn told(whole: &Router, method: Method, headers: &[(&str, &str)], body: &Value) -> String {
    let mut request = Request::builder().method(method).uri("/v1/session");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = whole.clone().call(request.body(Body::from(body.to_string())).unwrap()).await.unwrap();
    let status = response.status();
    let headers: Vec<String> = ["set-cookie", "cache-control", "x-content-type-options"]
        .into_iter()
        .filter_map(|name| Some(format!("{name}: {}", response.headers().get(name)?.to_str().unwrap())))
        .collect();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let told = format!("{status}\n{}\n{}\n", headers.join("\n"), String::from_utf8_lossy(&body));
    masked(&told)
}

/// Without what is different every time: tokens of 64 digits, and the time.
fn masked(text: &str) -> String {
    let words = text.split_inclusive(|c: char| !c.is_ascii_hexdigit());
    let words = words.map(|word| {
        let digits = word.trim_end_matches(|c: char| !c.is_ascii_hexdigit());
        if digits.len() == 64 { word.replace(digits, "TOKEN") } else { word.to_owned() }
    });
    let text: String = words.collect();
    match text.split_once("\"ends\":\"") {
        Some((before, after)) => format!("{before}\"ends\":\"TIME{}", &after[after.find('"').unwrap()..]),
        None => text,
    }
}

#[tokio::test]
async fn whoever_signs_in_is_known_by_a_cookie_until_they_sign_out() {
    let whole = whole();
    let own = ("sec-fetch-site", "same-origin");
    let (cookie, csrf) = sign_in(&whole, AGENT).await.unwrap();
    let signed_in = ("cookie", cookie.as_str());
    let mut story = String::new();
    story += &told(&whole, Method::POST, &[own], &json!({ "key": AGENT })).await;
    story += &told(&whole, Method::GET, &[signed_in], &Value::Null).await;
    let bearer = format!("Bearer {AGENT}");
    story += &told(&whole, Method::GET, &[("authorization", &bearer)], &Value::Null).await;
    story += &told(&whole, Method::DELETE, &[signed_in, own], &Value::Null).await;
    story += &told(&whole, Method::DELETE, &[signed_in, own, ("x-csrf-token", &csrf)], &Value::Null).await;
    story += &told(&whole, Method::GET, &[signed_in], &Value::Null).await;
    expect![[r#"
        201 Created
        set-cookie: opcx-session=TOKEN; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict
        cache-control: no-store
        x-content-type-options: nosniff
        {"name":"agent","role":"agent","csrf":"TOKEN","ends":"TIME"}
        200 OK
        cache-control: no-store
        x-content-type-options: nosniff
        {"name":"agent","role":"agent","csrf":"TOKEN","ends":"TIME"}
        200 OK
        cache-control: no-store
        x-content-type-options: nosniff
        {"name":"agent","role":"agent","csrf":null,"ends":null}
        403 Forbidden
        cache-control: no-store
        x-content-type-options: nosniff
        {"detail":"the session's token is missing or another; send the `csrf` of `GET /v1/session` as `X-CSRF-Token`","status":403,"title":"Forbidden","type":"about:blank"}
        204 No Content
        set-cookie: opcx-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict
        cache-control: no-store
        x-content-type-options: nosniff

        401 Unauthorized
        cache-control: no-store
        x-content-type-options: nosniff
        {"detail":"a key that may do this is needed; sign in with it, or send it as `Authorization: Bearer KEY`","status":401,"title":"Unauthorized","type":"about:blank"}
    "#]].assert_eq(&story);
}

#[tokio::test]
async fn nobody_is_signed_in_by_another_site_or_a_key_that_is_no_secret() {
    let whole = whole();
    let mut story = String::new();
    for (headers, key) in [
        (vec![("sec-fetch-site", "cross-site")], AGENT),
        (vec![("origin", "https://evil.example"), ("host", "cx.example.org")], AGENT),
        (vec![], "write-key-of-the-web"),
        (vec![], "a-key-that-nobody-has"),
    ] {
        story += &told(&whole, Method::POST, &headers, &json!({ "key": key })).await;
    }
    expect![[r#"
        403 Forbidden
        cache-control: no-store
        x-content-type-options: nosniff
        {"detail":"this does not come from a page of opcx; programs send their key as `Authorization: Bearer KEY`","status":403,"title":"Forbidden","type":"about:blank"}
        403 Forbidden
        cache-control: no-store
        x-content-type-options: nosniff
        {"detail":"this does not come from a page of opcx; programs send their key as `Authorization: Bearer KEY`","status":403,"title":"Forbidden","type":"about:blank"}
        401 Unauthorized
        cache-control: no-store
        x-content-type-options: nosniff
        {"detail":"nobody has this key; `opcx.toml` names the variables that hold keys under `[keys]` and `[people]`","status":401,"title":"Unauthorized","type":"about:blank"}
        401 Unauthorized
        cache-control: no-store
        x-content-type-options: nosniff
        {"detail":"nobody has this key; `opcx.toml` names the variables that hold keys under `[keys]` and `[people]`","status":401,"title":"Unauthorized","type":"about:blank"}
    "#]].assert_eq(&story);
    for _ in 2..opcx::http::FAILURES_MAX {
        told(&whole, Method::POST, &[], &json!({ "key": "a-key-that-nobody-has" })).await;
    }
    let mut request = Request::post("/v1/session");
    request = request.header("sec-fetch-site", "same-origin");
    let body = Body::from(json!({ "key": AGENT }).to_string());
    let response = whole.clone().call(request.body(body).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS, "even the right key has to wait then");
}
