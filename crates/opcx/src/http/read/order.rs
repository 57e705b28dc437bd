//! Operators' orders: handed in like everything else, and carried out when the log is decided on.

use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use opcx_core::case::{Case, CaseChange, CaseId, CaseState};
use opcx_core::erasure::Mentions;
use opcx_core::event::Name;
use opcx_core::identity::Identifier;
use opcx_core::log::Lane;
use opcx_core::record::{Command, Entry, Order, Whom};
use opcx_engine::{IntakeError, Submission, Submitted};
use opcx_store::{Encoded, EndpointState, Store};

use super::order_body::Taken;
use super::route::ReadOrder;
use super::{Sight, json};
use crate::http::caller::Caller;
use crate::http::{Accept, Problem, Role, body_bytes};

/// Most characters of a text that an order carries.
const WORDS_CHARS_MAX: usize = 1_000;
/// How often it is looked whether an order was carried out, and how long in between: two seconds in all.
const DECIDED_LOOKS_MAX: u32 = 200;
const DECIDED_PAUSE: Duration = Duration::from_millis(10);
/// Rejected inputs that are looked at together.
const REJECTED_AT_ONCE: usize = 256;

/// Takes an order down.
pub(super) async fn give<A: Accept>(
    sight: &Sight<A>,
    caller: &Caller,
    order: ReadOrder,
    part: &str,
    body: Body,
) -> Result<Response, Problem> {
    let body =
        body_bytes(body).await.map_err(|error| Problem::new(StatusCode::BAD_REQUEST, error.to_string()))?;
    let (reason, order) = order(part, &body).map_err(|what| Problem::new(StatusCode::BAD_REQUEST, what))?;
    if reason.trim().is_empty() {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "an order says why it is given (`reason`)"));
    }
    match nothing_there(&*sight.store, &order) {
        Ok(None) => {}
        Ok(Some(what)) => return Err(Problem::new(StatusCode::NOT_FOUND, what)),
        Err(error) => {
            tracing::error!(%error, "the store cannot be read");
            return Err(Problem::unreadable());
        }
    }
    let order = settled(sight, caller, order)?;
    let command = Command { by: caller.name.clone(), reason: shortened(&reason), order };
    let taking = match &command.order {
        Order::Case(case, CaseChange::Take) => Some(*case),
        _ => None,
    };
    let taken = take_down(sight, &Entry::Command(command)).await?;
    if let Some(case) = taking {
        // Of two who take a case in the same moment the second one is told so.
        wait_for(sight, taken.position).await?;
        not_anothers(&*sight.store, case, caller)?;
    }
    // Whoever did something is not shown what was before.
    sight.shared.let_go();
    Ok(json(StatusCode::ACCEPTED, &taken))
}

/// The order with what it leaves open, if whoever gives it may.
fn settled<A>(sight: &Sight<A>, caller: &Caller, order: Order) -> Result<Order, Problem> {
    let Order::Case(id, change) = order else { return Ok(order) };
    let change = match change {
        CaseChange::Answer { channel, text } => {
            not_anothers(&*sight.store, id, caller)?;
            let channel = Some(channel).filter(|channel| !channel.is_empty());
            let channel = channel.or_else(|| sight.channels.usual.clone());
            match channel.filter(|channel| sight.channels.all.contains(channel)) {
                Some(channel) => CaseChange::Answer { channel, text },
                None => {
                    let known: Vec<&str> = sight.channels.all.iter().map(Name::as_str).collect();
                    let what =
                        format!("say through which channel as `channel`; there are {}", known.join(", "));
                    return Err(Problem::new(StatusCode::BAD_REQUEST, what));
                }
            }
        }
        CaseChange::Take => {
            not_anothers(&*sight.store, id, caller)?;
            CaseChange::Take
        }
        change @ (CaseChange::GiveBack | CaseChange::Close { .. }) => {
            if !caller.role.includes(Role::Operator) {
                not_anothers(&*sight.store, id, caller)?;
            }
            change
        }
        change @ CaseChange::Note { .. } => change,
    };
    Ok(Order::Case(id, change))
}

/// Refuses where somebody else has the case, and says who.
fn not_anothers(store: &dyn Store, id: CaseId, caller: &Caller) -> Result<(), Problem> {
    let unreadable = |_| Problem::unreadable();
    match store.case(id).map_err(unreadable)?.map(|row| row.case) {
        Some(Case { state: CaseState::Taken { by }, .. }) if by != caller.name => {
            Err(Problem::new(StatusCode::CONFLICT, format!("{by} has this case")))
        }
        Some(Case { state: CaseState::Closed { .. }, .. }) => {
            Err(Problem::new(StatusCode::CONFLICT, "this case is closed"))
        }
        Some(_) | None => Ok(()),
    }
}

/// Waits until the log is decided on up to there, for a moment at most: deciding goes on by itself.
async fn wait_for<A: Accept>(sight: &Sight<A>, position: u64) -> Result<(), Problem> {
    for _ in 0..DECIDED_LOOKS_MAX {
        let progress = sight.store.progress();
        let unreadable = |_| Problem::unreadable();
        if progress.map_err(unreadable)?.position.get() >= position {
            break;
        }
        tokio::time::sleep(DECIDED_PAUSE).await;
    }
    Ok(())
}

/// Appends an entry, and answers with its place.
pub(super) async fn take_down<A: Accept>(sight: &Sight<A>, entry: &Entry) -> Result<Taken, Problem> {
    let entry = Submitted { key: None, entry: Encoded::of(entry) };
    let submission = Submission { lane: Lane::LIVE, at: None, entries: vec![entry] };
    match sight.door.intake.accept(submission).await {
        Ok(accepted) => Ok(Taken { position: accepted.end.get() }),
        Err(error @ IntakeError::Overloaded { .. }) => {
            Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, error.to_string()))
        }
        Err(error @ IntakeError::Stopped { .. }) => {
            Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string()))
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
