//! The read API and operators' orders: `/v1/...`.
//!
//! [`ROUTES`] is the one list of routes: what is mounted and what the OpenAPI document tells come from
//! it; of the tracking API's routes the document tells as well. Answers are the views of [`opcx_insight`] as JSON, errors are RFC 9457 problems.

mod openapi;
mod order;
mod route;

pub use openapi::document;
pub use route::{ROUTES, Route};

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use opcx_core::definitions::Definitions;
use opcx_insight::InsightError;
use opcx_store::Store;
use serde::Serialize;

use super::{Accept, Door, Problem, Role};
use crate::look::Question;
use route::Asks;

/// Most questions that are answered at a time; they may read whole tables. More wait.
const QUESTIONS_AT_ONCE_MAX: usize = 4;

/// What the read API looks at.
pub struct Sight<A> {
    /// Who may look, and where orders are handed in.
    pub door: Arc<Door<A>>,
    /// The store.
    pub store: Arc<dyn Store>,
    /// What the company's folder says.
    pub definitions: Arc<Definitions>,
    turns: tokio::sync::Semaphore,
}

impl<A: Accept> Sight<A> {
    /// Looks at `store` for those whom `door` lets in.
    #[must_use]
    pub fn new(door: Arc<Door<A>>, store: Arc<dyn Store>, definitions: Arc<Definitions>) -> Sight<A> {
        Sight { door, store, definitions, turns: tokio::sync::Semaphore::new(QUESTIONS_AT_ONCE_MAX) }
    }
}

/// The routes of the read API, of operators' orders, and of the document that describes them.
pub fn router<A: Accept>(sight: &Arc<Sight<A>>) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        router = match route.asks {
            Asks::Question(question) => router.route(route.path, asking::<A>(Role::Read, question)),
            Asks::Disclosure(question) => router.route(route.path, asking::<A>(Role::Admin, question)),
            Asks::Order(order) => {
                let handler = move |State(sight), path, headers: HeaderMap, body: Body| {
                    order::give::<A>(sight, order, path, headers, body)
                };
                router.route(route.path, axum::routing::post(handler))
            }
            Asks::Document => {
                router.route(route.path, axum::routing::get(async || json(StatusCode::OK, &document())))
            }
        };
    }
    router
        .method_not_allowed_fallback(async || {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this address takes another method")
        })
        .with_state(Arc::clone(sight))
}

/// What stands where a route's path varies, if it varies at all.
type PathPart = Result<Option<Path<String>>, PathRejection>;

/// The varying part of a path; nothing where there is none.
fn part_of(path: PathPart) -> Result<String, Problem> {
    let what = "the address cannot be read: after `%` come two hexadecimal digits, and all of it is UTF-8";
    let path = path.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, what))?;
    Ok(path.map(|Path(part)| part).unwrap_or_default())
}

/// Answers a question for those who have a role.
fn asking<A: Accept>(role: Role, question: route::ReadQuestion) -> MethodRouter<Arc<Sight<A>>> {
    axum::routing::get(move |State(sight), path, RawQuery(query), headers: HeaderMap| {
        answer::<A>(sight, (role, question), path, query, headers)
    })
}

async fn answer<A: Accept>(
    sight: Arc<Sight<A>>,
    (role, question): (Role, route::ReadQuestion),
    path: PathPart,
    query: Option<String>,
    headers: HeaderMap,
) -> Response {
    if sight.door.keys.of_request(&headers, role).is_none() {
        return Problem::unauthorized().into_response();
    }
    let name = match part_of(path) {
        Ok(name) => name,
        Err(problem) => return problem.into_response(),
    };
    let question = match question(&name, query.as_deref().unwrap_or("")) {
        Ok(question) => question,
        Err(what) => return Problem::new(StatusCode::BAD_REQUEST, what).into_response(),
    };
    // Never closed, so there is always a turn to come.
    let Ok(_turn) = sight.turns.acquire().await else {
        return Problem::new(StatusCode::SERVICE_UNAVAILABLE, "opcx is shutting down").into_response();
    };
    let looking = Arc::clone(&sight);
    let answered =
        tokio::task::spawn_blocking(move || view(&question, &*looking.store, &looking.definitions)).await;
    answered.unwrap_or_else(|_| {
        let what = "the question could not be answered; the program's log says why";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, what).into_response()
    })
}

fn view(question: &Question, store: &dyn Store, definitions: &Definitions) -> Response {
    match question.answer(store, definitions) {
        Ok(view) => json(StatusCode::OK, &view),
        Err(error) => problem(&error).into_response(),
    }
}

fn problem(error: &InsightError) -> Problem {
    let status = match error {
        InsightError::Unknown { .. } => StatusCode::NOT_FOUND,
        InsightError::Unreadable { .. } => StatusCode::BAD_REQUEST,
        _ => {
            tracing::error!(%error, "a question could not be answered");
            return Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the store cannot be read");
        }
    };
    Problem::new(status, error.to_string())
}

fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let body = serde_json::to_vec(body).expect("views are plain data");
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
