use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use opcx::walk::{Day, router};
use opcx_sim::Scenario;
use opcx_sim::scenario::BUILT_IN;
use tower_service::Service as _;

/// Requests of each kind: enough to tell a third from none.
const TIMES: usize = 300;

struct Walk(axum::Router);

impl Walk {
    fn on_day(day: u16) -> Walk {
        let scenario = Scenario::parse(BUILT_IN[0].1).unwrap();
        Walk(router(Day::new(scenario, day, 1, Duration::ZERO)))
    }

    /// The status and the body; no body where it broke off.
    async fn ask(&mut self, method: &str, path: &str, body: &str) -> (StatusCode, Option<String>) {
        let request = Request::builder().method(method).uri(path).body(Body::from(body.to_owned())).unwrap();
        let reply = self.0.call(request).await.unwrap();
        let status = reply.status();
        let body = reply.into_body().collect().await.ok();
        (status, body.map(|body| String::from_utf8_lossy(&body.to_bytes()).into_owned()))
    }

    /// How often in a thousand the answer is like that.
    async fn permille(
        &mut self,
        method: &str,
        path: &str,
        body: &str,
        is: impl Fn(StatusCode, Option<&str>) -> bool,
    ) -> usize {
        let mut count = 0;
        for _ in 0..TIMES {
            let (status, body) = self.ask(method, path, body).await;
            count += usize::from(is(status, body.as_deref()));
        }
        count * 1000 / TIMES
    }
}

#[tokio::test]
async fn what_is_planted_fails_on_its_days_and_as_often_as_planted() {
    let mut walk = Walk::on_day(16);
    let order = r#"{"product":"moka-pot","card":"debit"}"#;
    let declined = walk.permille("POST", "/shop/checkout", order, |status, _| status == 402).await;
    assert!(declined.abs_diff(380) < 90, "{declined}");
    let other = r#"{"product":"moka-pot","card":"credit"}"#;
    assert_eq!(walk.permille("POST", "/shop/checkout", other, |status, _| status == 201).await, 1000);
    let broke_off = walk.permille("GET", "/app/download?line=slow", "", |_, body| body.is_none()).await;
    assert!(broke_off.abs_diff(650) < 90, "{broke_off}");
    let wrong = walk
        .permille("GET", "/shop/products/moka-pot", "", |status, body| {
            status == 200 && !body.is_some_and(|body| body.contains("<h1>moka-pot"))
        })
        .await;
    assert!(wrong.abs_diff(60) < 45, "{wrong}");
    let silent = Walk::on_day(20).permille("POST", "/chat", "hello?", |status, _| status == 503).await;
    assert!(silent.abs_diff(350) < 90, "{silent}");
}

#[tokio::test]
async fn before_the_first_day_nothing_fails_and_a_person_can_always_be_reached() {
    let mut walk = Walk::on_day(0);
    let order = r#"{"product":"moka-pot","card":"debit","line":"slow"}"#;
    assert_eq!(walk.permille("POST", "/shop/checkout", order, |status, _| status == 201).await, 1000);
    assert_eq!(walk.permille("GET", "/app/download?line=slow", "", |_, body| body.is_some()).await, 1000);
    for keys in ["0", "10", "20"] {
        let (_, said) = walk.ask("GET", &format!("/phone?keys={keys}"), "").await;
        assert!(said.unwrap().contains("to a person"), "{keys}");
    }
    assert_eq!(walk.ask("GET", "/phone?keys=9", "").await.0, 404);
    assert_eq!(walk.ask("GET", "/shop/products/teapot", "").await.0, 404);
}
