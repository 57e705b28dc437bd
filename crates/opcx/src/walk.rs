//! A business to walk through: the simulated company's shop, chat and telephone menu as small HTTP services, in
//! which what a scenario plants really fails. For probes and browser tests.
//!
//! | address | what | how it fails |
//! |---|---|---|
//! | `GET /shop` | what is sold | |
//! | `GET /shop/products/{name}` | one product | wrong: another product's page with status 200 (`wrong-item`) |
//! | `POST /shop/checkout` | an order: `{"product", "card", "line"}` | broken: 402 (`payment-declines`); slow (`checkout-slow`) |
//! | `GET /app/download?line=slow` | the app | broken: the line goes dead half way (`download-fails`) |
//! | `POST /chat` | `{"message"}`, an answer | slow, then 503 (`answers-slow`) |
//! | `GET /phone?keys=1` | the menu; `0` is a person | |
//!
//! Each request draws its fate from the seed and its number, so that the same walk meets the same failures.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hyper::body::Frame;
use opcx_core::time::Timestamp;
use opcx_sim::Scenario;
use opcx_sim::company::{Card, Line};
use opcx_sim::scenario::What;
use serde::Deserialize;
use serde_json::json;

/// What is sold here, with its price in cents.
const PRODUCTS: [(&str, u32); 4] =
    [("hand-grinder", 7_900), ("moka-pot", 3_200), ("espresso-beans", 1_590), ("smart-brewer", 24_900)];
/// Bytes of the app.
const APP_BYTES: usize = 400_000;

/// A day of a company.
#[derive(Debug)]
pub struct Day {
    scenario: Scenario,
    at: Timestamp,
    seed: u64,
    /// How long something slow takes.
    slow: Duration,
    requests: AtomicU64,
}

impl Day {
    /// The scenario's day of that number, on which what is slow takes as long as told.
    #[must_use]
    pub fn new(scenario: Scenario, day: u16, seed: u64, slow: Duration) -> Day {
        let at = scenario.day(day);
        Day { scenario, at, seed, slow, requests: AtomicU64::new(0) }
    }

    /// Whether this request meets a planted failure of that kind.
    fn strikes(&self, is: impl Fn(&What) -> bool) -> bool {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.seed.to_le_bytes()).update(&number.to_le_bytes());
        let drawn = hasher.finalize();
        let [a, b, c, d, ..] = *drawn.as_bytes();
        let drawn = u32::from_le_bytes([a, b, c, d]) % 1_000_000;
        let causes = self.scenario.causes.iter().filter(|cause| is(&cause.what));
        causes.map(|cause| cause.strength(self.scenario.start.0, self.at)).any(|strength| drawn < strength)
    }
}

/// The routes of a day.
pub fn router(day: Day) -> Router {
    Router::new()
        .route("/shop", get(shop))
        .route("/shop/products/{name}", get(product))
        .route("/shop/checkout", post(checkout))
        .route("/app/download", get(download))
        .route("/chat", post(chat))
        .route("/phone", get(phone))
        .with_state(Arc::new(day))
}

async fn shop() -> Response {
    let rows = PRODUCTS.map(|(name, cents)| {
        format!(
            "<li><a href=\"/shop/products/{name}\">{name}</a> {}.{:02} EUR</li>",
            cents / 100,
            cents % 100
        )
    });
    page("Copper &amp; Bean", &format!("<ul>{}</ul>", rows.concat()))
}

async fn product(State(day): State<Arc<Day>>, Path(name): Path<String>) -> Response {
    let Some(place) = PRODUCTS.iter().position(|(known, _)| *known == name) else {
        return (StatusCode::NOT_FOUND, "no such product\n").into_response();
    };
    let wrong = day.strikes(|what| matches!(what, What::WrongItem { .. }));
    let (name, cents) = PRODUCTS[(place + usize::from(wrong)) % PRODUCTS.len()];
    page(
        name,
        &format!(
            "<p id=\"price\">{}.{:02} EUR</p><form action=\"/shop/checkout\" method=\"post\"></form>",
            cents / 100,
            cents % 100
        ),
    )
}

fn page(title: &str, body: &str) -> Response {
    let html =
        format!("<!doctype html><html lang=\"en\"><title>{title}</title><h1>{title}</h1>{body}</html>\n");
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}

/// An order as somebody sends it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    product: String,
    card: Card,
    #[serde(default = "fast")]
    line: Line,
}

const fn fast() -> Line {
    Line::Fast
}

async fn checkout(State(day): State<Arc<Day>>, body: Bytes) -> Response {
    let order: Order = match serde_json::from_slice(&body) {
        Ok(order) => order,
        Err(error) => return (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response(),
    };
    if !PRODUCTS.iter().any(|(known, _)| *known == order.product) {
        return (StatusCode::NOT_FOUND, "no such product\n").into_response();
    }
    if day.strikes(|what| matches!(what, What::CheckoutSlow { line } if *line == order.line)) {
        tokio::time::sleep(day.slow).await;
    }
    if day.strikes(|what| matches!(what, What::PaymentDeclines { card } if *card == order.card)) {
        let told = json!({ "error": "payment_declined", "message": "Payment could not be processed" });
        return (StatusCode::PAYMENT_REQUIRED, told.to_string()).into_response();
    }
    let number = day.requests.load(Ordering::Relaxed);
    (StatusCode::CREATED, json!({ "order_id": format!("w-{number}") }).to_string()).into_response()
}

/// How somebody downloads.
#[derive(Debug, Deserialize)]
struct Download {
    #[serde(default = "fast")]
    line: Line,
}

async fn download(State(day): State<Arc<Day>>, Query(Download { line: own }): Query<Download>) -> Response {
    let fails = day.strikes(|what| matches!(what, What::DownloadFails { line } if *line == own));
    // As much is promised either way.
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_LENGTH, APP_BYTES.to_string()),
    ];
    let body = if fails { Body::new(HalfApp::default()) } else { Body::from(vec![0xC0; APP_BYTES]) };
    (headers, body).into_response()
}

/// Half the app, and then the line is dead.
#[derive(Debug, Default)]
struct HalfApp {
    is_sent: bool,
}

impl HttpBody for HalfApp {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        let half = self.get_mut();
        if half.is_sent {
            return Poll::Ready(Some(Err(std::io::Error::other("the line went dead"))));
        }
        half.is_sent = true;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from(vec![0xC0; APP_BYTES / 2])))))
    }
}

async fn chat(State(day): State<Arc<Day>>, body: Bytes) -> Response {
    if body.is_empty() {
        return (StatusCode::BAD_REQUEST, "say something\n").into_response();
    }
    if day.strikes(|what| matches!(what, What::AnswersSlow {})) {
        tokio::time::sleep(day.slow).await;
        return (StatusCode::SERVICE_UNAVAILABLE, "all our people are talking to others\n").into_response();
    }
    json!({ "by": "staff", "message": "Thank you for writing. I have looked it up, and it is on its way." })
        .to_string()
        .into_response()
}

/// The keys that somebody pressed.
#[derive(Debug, Deserialize)]
struct Pressed {
    #[serde(default)]
    keys: String,
}

async fn phone(Query(Pressed { keys }): Query<Pressed>) -> Response {
    match keys.as_str() {
        "" => "For orders press 1, for machines press 2, for a person press 0.\n".into_response(),
        "1" => "For where your parcel is press 1, to send something back press 2, for a person press 0.\n"
            .into_response(),
        "2" => "For descaling press 1, for repairs press 2, for a person press 0.\n".into_response(),
        keys if keys.ends_with('0') => "You are being put through to a person.\n".into_response(),
        keys if keys.len() == 2 => {
            "We have sent you a message with all about it. For a person press 0.\n".into_response()
        }
        _ => (StatusCode::NOT_FOUND, "This choice does not exist. For a person press 0.\n").into_response(),
    }
}
