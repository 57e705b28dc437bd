//! Operators' orders: handed in like everything else, and carried out when the log is decided on.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use opcx_core::erasure::Mentions;
use opcx_core::identity::Identifier;
use opcx_core::log::Lane;
use opcx_core::record::{Command, Entry, Order, Whom};
use opcx_engine::{IntakeError, Submission, Submitted};
use opcx_store::{Encoded, EndpointState, Store};

use super::route::{ReadOrder, Taken};
use super::{PathPart, Sight, json, part_of};
use crate::http::{Accept, Problem, Role, body_bytes};

/// Most characters of a text that an order carries.
const WORDS_CHARS_MAX: usize = 1_000;
/// Rejected inputs that are looked at together.
const REJECTED_AT_ONCE: usize = 256;

pub(super) async fn give<A: Accept>(
    sight: Arc<Sight<A>>,
    order: ReadOrder,
    path: PathPart,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if sight.door.keys.of_request(&headers, Role::Admin).is_none() {
        return Problem::unauthorized().into_response();
    }
    let body = match body_bytes(body).await {
        Ok(body) => body,
        Err(error) => return Problem::new(StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    };
    let name = match part_of(path) {
        Ok(name) => name,
        Err(problem) => return problem.into_response(),
    };
    let (because, order) = match order(&name, &body) {
        Ok(read) => read,
        Err(what) => return Problem::new(StatusCode::BAD_REQUEST, what).into_response(),
    };
    if because.by.trim().is_empty() || because.reason.trim().is_empty() {
        let what = "an order says who gives it (`by`) and why (`reason`)";
        return Problem::new(StatusCode::BAD_REQUEST, what).into_response();
    }
    match nothing_there(&*sight.store, &order) {
        Ok(None) => {}
        Ok(Some(what)) => return Problem::new(StatusCode::NOT_FOUND, what).into_response(),
        Err(error) => {
            tracing::error!(%error, "the store cannot be read");
            let what = "the store cannot be read";
            return Problem::new(StatusCode::INTERNAL_SERVER_ERROR, what).into_response();
        }
    }
    let command = Command { by: shortened(&because.by), reason: shortened(&because.reason), order };
    let entry = Submitted { key: None, entry: Encoded::of(&Entry::Command(command)) };
    let submission = Submission { lane: Lane::LIVE, at: None, entries: vec![entry] };
    match sight.door.intake.accept(submission).await {
        Ok(accepted) => json(StatusCode::ACCEPTED, &Taken { position: accepted.end.get() }),
        Err(error @ IntakeError::Overloaded { .. }) => {
            Problem::new(StatusCode::TOO_MANY_REQUESTS, error.to_string()).into_response()
        }
        Err(error @ IntakeError::Stopped { .. }) => {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string()).into_response()
        }
    }
}

/// What the order is about, if that is not there. Whether it still changes anything is decided when
/// its turn comes.
fn nothing_there(store: &dyn Store, order: &Order) -> Result<Option<String>, opcx_store::StoreError> {
    let missing = match order {
        Order::Merge(one, other) | Order::Unmerge(one, other) => {
            let mut missing = None;
            for identifier in [other, one] {
                if store.owner(identifier)?.is_none() {
                    missing = Some(format!("nobody is known as `{identifier}`"));
                }
            }
            missing
        }
        Order::Resend(parcel) => {
            store.parcel(*parcel)?.is_none().then(|| format!("there is no parcel `{parcel}`"))
        }
        Order::Case(case, _) => store.case(*case)?.is_none().then(|| format!("there is no case `{case}`")),
        Order::Release(promise) => {
            store.promise(*promise)?.is_none().then(|| format!("there is no promise `{promise}`"))
        }
        Order::Enable(endpoint) => {
            let known = store.endpoints()?;
            let disabled =
                known.iter().any(|(name, state)| name == endpoint && *state == EndpointState::Disabled);
            (!disabled)
                .then(|| format!("no endpoint `{endpoint}` is disabled, so there is nothing to enable"))
        }
        Order::Erase(Whom::Identifier(identifier)) => {
            let known = store.owner(identifier)?.is_some() || is_rejected(store, identifier)?;
            (!known).then(|| format!("nobody is known as `{identifier}`"))
        }
        Order::Erase(Whom::Customer(id)) => {
            store.stands_for(*id)?.is_none().then(|| format!("there is no customer `{id}`"))
        }
        Order::Redriven(_) => None,
    };
    Ok(missing)
}

/// Whether an input on the rejected list names somebody.
fn is_rejected(store: &dyn Store, identifier: &Identifier) -> Result<bool, opcx_store::StoreError> {
    let mentions = Mentions::new([identifier.clone()]);
    let mut after = None;
    loop {
        let page = store.rejected(after, REJECTED_AT_ONCE)?;
        let Some(last) = page.last() else { return Ok(false) };
        if page.iter().any(|row| mentions.are_in(&row.rejected.raw) || mentions.are_in(&row.rejected.reason))
        {
            return Ok(true);
        }
        after = Some(last.position);
    }
}

fn shortened(words: &str) -> opcx_core::event::Name {
    words.trim().chars().take(WORDS_CHARS_MAX).collect()
}
