//! Requests in the shapes that SDKs send which are not run here.

use std::io::Write;

use axum::body::Body;
use axum::http::Request;
use expect_test::{Expect, expect};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::server::{KEY, Server, basic, shown};

async fn check(request: Request<Body>, expected: &Expect) {
    let server = Server::new();
    let reply = server.send(request).await;
    assert_eq!((reply.status.as_u16(), reply.body.as_str()), (200, r#"{"success": true}"#));
    assert_eq!(reply.headers["content-type"], "application/json");
    let events: String = server.desk.events().iter().map(shown).collect();
    expected.assert_eq(&events);
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

#[tokio::test]
async fn kotlin_sends_gzip_as_plain_text_with_the_key_in_the_body() {
    let body = format!(
        r#"{{"batch":[{{"type":"screen","messageId":"0c8f7a1e-5b7e-4a8c-9d43-57cb0c3c1a11","anonymousId":"6d2f1f2a-30a1-4f1f-8f6e-3d1d3c1b2a10","integrations":{{}},"timestamp":"2026-11-21T09:58:30.5Z","userId":"","name":"Cart","category":"","properties":{{"items":2}},"context":{{"library":{{"name":"analytics-kotlin","version":"1.19.2"}},"app":{{"name":"Shop","version":"4.2","build":"420"}},"device":{{"id":"d","manufacturer":"Google","model":"Pixel 9","type":"android"}},"os":{{"name":"Android","version":"16"}},"locale":"nb-NO","timezone":"Europe/Oslo"}},"_metadata":{{"bundled":[],"unbundled":[],"bundledIds":[]}}}}],"sentAt":"2026-11-21T09:59:00.5Z","writeKey":"{KEY}"}}"#
    );
    let request = Request::post("/v1/b")
        .header("content-type", "text/plain")
        .header("content-encoding", "gzip")
        .body(Body::from(gzip(&body)))
        .expect("it is a request");
    check(
        request,
        &expect![[r#"
        Screen Viewed on app at 2026-11-21T09:59:30Z
          shop 0c8f7a1e-5b7e-4a8c-9d43-57cb0c3c1a11
          who: anonymous_id:6d2f1f2a-30a1-4f1f-8f6e-3d1d3c1b2a10
          app.build = Text("420")
          app.name = Text("Shop")
          app.version = Text("4.2")
          device.id = Text("d")
          device.manufacturer = Text("Google")
          device.model = Text("Pixel 9")
          device.type = Text("android")
          items = Number(2.0)
          library.name = Text("analytics-kotlin")
          library.version = Text("1.19.2")
          locale = Text("nb-NO")
          name = Text("Cart")
          os.name = Text("Android")
          os.version = Text("16")
          timezone = Text("Europe/Oslo")
    "#]],
    )
    .await;
}

#[tokio::test]
async fn the_browser_sends_plain_text_with_the_key_twice() {
    let body = format!(
        r#"{{"timestamp":"2026-11-21T09:59:59.000Z","integrations":{{}},"anonymousId":"e3b0c442-98fc-4c14-9afb-f4c8996fb924","type":"page","properties":{{"path":"/","referrer":"","search":"","title":"Shop","url":"https://shop.example/"}},"context":{{"page":{{"path":"/","referrer":"","search":"","title":"Shop","url":"https://shop.example/"}},"userAgent":"Mozilla/5.0","userAgentData":{{"brands":[{{"brand":"Chromium","version":"143"}}],"mobile":false,"platform":"Linux"}},"locale":"en-US","library":{{"name":"analytics.js","version":"npm:next-1.81.0"}},"timezone":"Europe/Oslo","consent":{{"categoryPreferences":{{"Advertising":false,"Analytics":true}}}}}},"messageId":"ajs-next-1795255199000-e3b0c442-98fc-4c14-9afb-f4c8996fb924","userId":null,"writeKey":"{KEY}","sentAt":"2026-11-21T10:00:00.000Z","_metadata":{{"bundled":["Segment.io"],"unbundled":[],"bundledIds":[]}}}}"#
    );
    let request = Request::post("/v1/p")
        .header("content-type", "text/plain")
        .header("authorization", basic(KEY))
        .header("origin", "https://shop.example")
        .body(Body::from(body))
        .expect("it is a request");
    check(
        request,
        &expect![[r#"
        Page Viewed on web at 2026-11-21T09:59:59Z
          shop ajs-next-1795255199000-e3b0c442-98fc-4c14-9afb-f4c8996fb924
          who: anonymous_id:e3b0c442-98fc-4c14-9afb-f4c8996fb924
          library.name = Text("analytics.js")
          library.version = Text("npm:next-1.81.0")
          locale = Text("en-US")
          page.path = Text("/")
          page.referrer = Text("")
          page.search = Text("")
          page.title = Text("Shop")
          page.url = Text("https://shop.example/")
          path = Text("/")
          referrer = Text("")
          search = Text("")
          timezone = Text("Europe/Oslo")
          title = Text("Shop")
          url = Text("https://shop.example/")
          userAgent = Text("Mozilla/5.0")
          userAgentData.brands.0.brand = Text("Chromium")
          userAgentData.brands.0.version = Text("143")
          userAgentData.brands.count = Number(1.0)
          userAgentData.mobile = Bool(false)
          userAgentData.platform = Text("Linux")
          consent: Denied advertising for service (customer)
          consent: Denied advertising for personalisation (customer)
          consent: Denied advertising for marketing (customer)
          consent: Granted browsing for service (customer)
    "#]],
    )
    .await;
}

#[tokio::test]
async fn java_sends_to_import_with_a_slash() {
    let body = r#"{"batch":[{"type":"identify","messageId":"4f5d-java","sentAt":"2026-11-21T10:00:00.000Z","timestamp":"2026-11-21T09:59:58.000Z","context":{"library":{"name":"analytics-java","version":"3.5.4"}},"anonymousId":"a-java","userId":"f4ca124298","traits":{"name":"Michael Bolton","email":"mbolton@example.com","age":30}}],"sentAt":"2026-11-21T10:00:00.000Z","context":{"library":{"name":"analytics-java","version":"3.5.4"}},"sequence":0}"#;
    let request = Request::post("/v1/import/")
        .header("content-type", "application/json; charset=utf-8")
        .header("authorization", basic(KEY))
        .body(Body::from(body))
        .expect("it is a request");
    check(
        request,
        &expect![[r#"
        Identified on server at 2026-11-21T09:59:58Z
          shop 4f5d-java
          who: user_id:f4ca124298 email:mbolton@example.com anonymous_id:a-java
          age = Number(30.0)
          email = Text("mbolton@example.com")
          library.name = Text("analytics-java")
          library.version = Text("3.5.4")
          name = Text("Michael Bolton")
    "#]],
    )
    .await;
}

#[tokio::test]
async fn ruby_sends_to_import() {
    let body = r#"{"sentAt":"2026-11-21T10:00:00.123Z","batch":[{"userId":"019mr8mf4r","event":"Purchased Item","properties":{"revenue":39.95,"shipping":"2-day"},"anonymousId":null,"context":{"library":{"name":"analytics-ruby","version":"2.5.0"}},"integrations":null,"messageId":"5a1b-ruby","timestamp":"2026-11-21T09:59:59.000Z","type":"track"}]}"#;
    let request = Request::post("/v1/import")
        .header("content-type", "application/json")
        .header("accept", "application/json")
        .header("authorization", basic(KEY))
        .body(Body::from(body))
        .expect("it is a request");
    check(
        request,
        &expect![[r#"
        Purchased Item on server at 2026-11-21T09:59:58.877Z
          shop 5a1b-ruby
          who: user_id:019mr8mf4r
          library.name = Text("analytics-ruby")
          library.version = Text("2.5.0")
          revenue = Number(39.95)
          shipping = Text("2-day")
    "#]],
    )
    .await;
}

#[tokio::test]
async fn go_says_what_holds_for_all_once() {
    let body = r#"{"messageId":"I'm unique","sentAt":"2026-11-21T10:00:00Z","batch":[{"type":"track","messageId":"I'm unique too","userId":"123456","event":"Download","timestamp":"2026-11-21T10:00:00Z","properties":{"application":"Segment Desktop","platform":"osx","version":"1.1.0"},"context":{"ip":"203.0.113.5"}}],"context":{"library":{"name":"analytics-go","version":"3.3.0"},"timezone":"UTC"}}"#;
    let request = Request::post("/v1/batch")
        .header("content-type", "application/json")
        .header("authorization", basic(KEY))
        .body(Body::from(body))
        .expect("it is a request");
    check(
        request,
        &expect![[r#"
        Download on server at 2026-11-21T10:00:00Z
          shop I'm unique too
          who: user_id:123456
          application = Text("Segment Desktop")
          ip = Text("203.0.113.5")
          library.name = Text("analytics-go")
          library.version = Text("3.3.0")
          platform = Text("osx")
          timezone = Text("UTC")
          version = Text("1.1.0")
    "#]],
    )
    .await;
}

#[tokio::test]
async fn php_sends_empty_objects_as_empty_arrays() {
    let body = r#"{"batch":[{"userId":"u-php","event":"Signed Up","properties":[],"context":{"library":{"name":"analytics-php","version":"3.8.0","consumer":"LibCurl"},"consent":{"categoryPreferences":[]}},"timestamp":"2026-11-21T09:59:59.000+00:00","messageId":"a-php","type":"track"}],"sentAt":"2026-11-21T10:00:00+00:00"}"#;
    let request = Request::post("/v1/batch")
        .header("content-type", "application/json")
        .header("authorization", basic(KEY))
        .body(Body::from(body))
        .expect("it is a request");
    check(
        request,
        &expect![[r#"
        Signed Up on server at 2026-11-21T09:59:59Z
          shop a-php
          who: user_id:u-php
          library.consumer = Text("LibCurl")
          library.name = Text("analytics-php")
          library.version = Text("3.8.0")
          consent: Denied service for personalisation (customer)
          consent: Denied service for marketing (customer)
          consent: Denied purchase for personalisation (customer)
          consent: Denied purchase for marketing (customer)
          consent: Denied feedback for personalisation (customer)
          consent: Denied feedback for marketing (customer)
          consent: Denied browsing for service (customer)
          consent: Denied browsing for personalisation (customer)
          consent: Denied browsing for marketing (customer)
          consent: Denied advertising for service (customer)
          consent: Denied advertising for personalisation (customer)
          consent: Denied advertising for marketing (customer)
          consent: Denied operations for personalisation (customer)
          consent: Denied operations for marketing (customer)
    "#]],
    )
    .await;
}
