//! For those who watch over the program: `/healthz`, `/readyz`, `/metrics`.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::{Accept, Door};

/// The routes. None needs a key, and none tells anything about a customer.
pub(super) fn router<A: Accept>(door: &Arc<Door<A>>) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready::<A>))
        .route("/metrics", get(metrics::<A>))
        .with_state(Arc::clone(door))
}

async fn ready<A: Accept>(State(door): State<Arc<Door<A>>>) -> Response {
    if door.ready.load(Ordering::Relaxed) {
        return "ready\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, "starting or stopping\n").into_response()
}

async fn metrics<A: Accept>(State(door): State<Arc<Door<A>>>) -> Response {
    let mut response = door.metrics.to_string().into_response();
    let text = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, text);
    response
}
