//! The read API and operators' orders: `/v1/...`.
//!
//! [`ROUTES`] is the one list of routes: what is mounted and what the OpenAPI document tells come from
//! it; of the tracking API's routes the document tells as well. Answers are the views of [`opcx_insight`] as JSON, errors are RFC 9457 problems.

mod files;
mod ingest;
mod live;
mod openapi;
mod order;
mod order_body;
mod reigning;
mod route;
mod routes;
mod session;
mod shared;
mod try_out;

pub use openapi::document;
pub use reigning::Reigning;
pub use route::Route;
pub use routes::ROUTES;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodFilter;
use opcx_core::definitions::Definitions;
use opcx_core::event::Name;
use opcx_insight::{InsightError, Overview, Watched};
use opcx_store::Store;
use serde::Serialize;

use super::caller::caller;
use super::{Accept, Door, Problem};
use crate::look::{Looking, Question};
use live::Live;
use reigning::Throne;
use route::Asks;
use shared::{Ground, Shared};
use try_out::Tries;

/// Most questions that are answered at a time; they may read whole tables. More wait.
const QUESTIONS_AT_ONCE_MAX: usize = 4;

/// What the read API looks at.
pub struct Sight<A> {
    /// Who may look, and where orders are handed in.
    pub door: Arc<Door<A>>,
    /// The store.
    pub store: Arc<dyn Store>,
    /// What is kept at hand about it.
    pub overview: Arc<Overview>,
    /// Told when a page saved files of the folder.
    pub saved: tokio::sync::Notify,
    throne: Arc<Throne>,
    /// The company's folder; none where it was not read from one.
    pub folder: Option<PathBuf>,
    tries: Arc<Tries>,
    /// Where messages go.
    pub channels: Channels,
    live: Arc<Live>,
    turns: tokio::sync::Semaphore,
    shared: Shared,
}

/// Where messages of humans may go.
#[derive(Debug, Clone, Default)]
pub struct Channels {
    /// The channels of `opcx.toml`.
    pub all: BTreeSet<Name>,
    /// The one that is used where none is named.
    pub usual: Option<Name>,
}

impl<A: Accept> Sight<A> {
    /// Looks at a store that is watched for those whom `door` lets in.
    #[must_use]
    pub fn new(door: Arc<Door<A>>, store: Arc<Watched>, definitions: Arc<Definitions>) -> Sight<A> {
        let overview = Arc::clone(store.overview());
        let reigning = Reigning { definitions, places: Arc::default(), mappings: Arc::default() };
        let throne = Arc::new(Throne::new(reigning));
        let seen = Arc::clone(&store) as Arc<dyn Store>;
        let live = Arc::new(Live::new(seen, Arc::clone(&overview), Arc::clone(&throne)));
        let turns = tokio::sync::Semaphore::new(QUESTIONS_AT_ONCE_MAX);
        Sight {
            door,
            store,
            overview,
            saved: tokio::sync::Notify::new(),
            throne,
            folder: None,
            tries: Arc::default(),
            channels: Channels::default(),
            live,
            turns,
            shared: Shared::default(),
        }
    }

    /// Ends whatever is told live, so that the program can end.
    pub fn close(&self) {
        self.live.close();
        self.tries.break_off();
    }
}

impl<A> Sight<A> {
    /// What the company's folder says, as far as it decides now.
    #[must_use]
    pub fn reigning(&self) -> Arc<Reigning> {
        self.throne.now()
    }

    /// From now on this decides.
    pub fn reign(&self, reigning: Reigning) {
        self.throne.set(reigning);
    }
}

/// The routes of the read API, of operators' orders, of sessions, and of the document that describes them.
pub fn router<A: Accept>(sight: &Arc<Sight<A>>) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        let handler =
            move |State(sight), path: PathPart, request: Request| handle::<A>(sight, route, path, request);
        let filter = MethodFilter::try_from(route.method()).expect("routes have everyday methods");
        router = router.route(route.path, axum::routing::on(filter, handler));
    }
    router
        .method_not_allowed_fallback(async || {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this address takes another method")
        })
        .with_state(Arc::clone(sight))
}

/// What stands where a route's path varies, if it varies at all.
type PathPart = Result<Option<Path<String>>, PathRejection>;

async fn handle<A: Accept>(
    sight: Arc<Sight<A>>,
    route: &'static Route,
    path: PathPart,
    request: Request,
) -> Response {
    let answered = answer(sight, route, path, request).await;
    let mut response = answered.unwrap_or_else(IntoResponse::into_response);
    let headers = response.headers_mut();
    // What is answered is about customers: nobody keeps a copy, and nobody takes it for a page.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

async fn answer<A: Accept>(
    sight: Arc<Sight<A>>,
    route: &'static Route,
    path: PathPart,
    request: Request,
) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let caller = route.role.map(|role| caller(&sight.door, &head, role)).transpose()?;
    let part = part_of(path)?;
    // A route that needs nobody's role asks for nobody.
    let somebody = || caller.as_ref().ok_or_else(Problem::unauthorized);
    match route.asks {
        Asks::Question(question) => ask(sight, question, &part, &head.uri).await,
        Asks::Order(order) => order::give(&sight, somebody()?, order, &part, body).await,
        Asks::SignIn => session::sign_in(&sight.door, &head, body).await,
        Asks::Ingest => ingest::ingest(&sight),
        Asks::Redrive => ingest::redrive(&sight, body).await,
        Asks::Files => files::files(&sight),
        Asks::Save => files::save(&sight, somebody()?, body).await,
        Asks::Try => try_out::begin(&sight, body).await,
        Asks::Tried => try_out::tried(&sight),
        Asks::BreakOff => Ok(json(StatusCode::OK, &sight.tries.break_off())),
        Asks::Live => Live::tell(&sight.live, somebody()?, &sight.door, &head.headers),
        Asks::WhoAmI => Ok(json(StatusCode::OK, &session::who(somebody()?))),
        Asks::SignOut => Ok(session::sign_out(&sight.door, &head)),
        Asks::Document => Ok(json(StatusCode::OK, &document())),
    }
}

/// The varying part of a path; nothing where there is none.
fn part_of(path: PathPart) -> Result<String, Problem> {
    let what = "the address cannot be read: after `%` come two hexadecimal digits, and all of it is UTF-8";
    let path = path.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, what))?;
    Ok(path.map(|Path(part)| part).unwrap_or_default())
}

async fn ask<A: Accept>(
    sight: Arc<Sight<A>>,
    question: route::ReadQuestion,
    part: &str,
    uri: &Uri,
) -> Result<Response, Problem> {
    let read = question(part, uri.query().unwrap_or(""));
    let question = read.map_err(|what| Problem::new(StatusCode::BAD_REQUEST, what))?;
    let answer = if question.is_everybodys() {
        let ground = || {
            let (commits, erasures) = sight.overview.commits();
            Ground { reigning: sight.reigning(), commits, erasures, viewers: sight.live.viewers() }
        };
        sight.shared.answer(&uri.to_string(), ground, async || look(&sight, question).await).await
    } else {
        look(&sight, question).await
    };
    answer.map(|answer| json_bytes(StatusCode::OK, answer))
}

async fn look<A: Accept>(sight: &Arc<Sight<A>>, question: Question) -> Result<Bytes, Problem> {
    // Never closed, so there is always a turn to come.
    let Ok(_turn) = sight.turns.acquire().await else {
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "opcx is shutting down"));
    };
    let looking = Arc::clone(sight);
    let answered = tokio::task::spawn_blocking(move || {
        let Sight { store, overview, .. } = &*looking;
        let reigning = looking.reigning();
        let Reigning { definitions, places, .. } = &*reigning;
        let looking = Looking { store: &**store, definitions, places, overview: Some(overview) };
        question.answer(looking).map(|view| bytes(&view))
    })
    .await;
    let answered = answered.map_err(|_| {
        let what = "the question could not be answered; the program's log says why";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, what)
    });
    answered?.map_err(|error| problem(&error))
}

fn problem(error: &InsightError) -> Problem {
    let status = match error {
        InsightError::Unknown { .. } => StatusCode::NOT_FOUND,
        InsightError::Unreadable { .. } => StatusCode::BAD_REQUEST,
        InsightError::Counting => StatusCode::SERVICE_UNAVAILABLE,
        _ => {
            tracing::error!(%error, "a question could not be answered");
            return Problem::unreadable();
        }
    };
    Problem::new(status, error.to_string())
}

fn json(status: StatusCode, body: &impl Serialize) -> Response {
    json_bytes(status, bytes(body))
}

fn bytes(body: &impl Serialize) -> Bytes {
    serde_json::to_vec(body).expect("views are plain data").into()
}

fn json_bytes(status: StatusCode, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
