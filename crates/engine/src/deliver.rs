//! Deliver: sends what is in the outbox and hands the outcome back through accept.
//!
//! Every endpoint has a queue of its own, so a slow receiver holds up nobody else. A parcel may be
//! sent again after a crash between sending and the report of it; it then carries the same id.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::num::NonZeroUsize;
use std::sync::Arc;

use opcx_core::delivery::{Attempt, Outcome, ParcelId, Why};
use opcx_core::effects::Parcel;
use opcx_core::event::Name;
use opcx_core::log::{Lane, Position};
use opcx_core::record::{Entry, Report};
use opcx_core::time::Timestamp;
use opcx_store::{Encoded, ParcelRow, ParcelState, Store, StoreError};
use tokio::sync::watch;

use crate::{Channel, Clock, Intake, Sending, Submission, Submitted};

/// Longest nap of an endpoint's queue: the outbox is looked at again after that whatever happens, which
/// catches a clock that was set.
const NAP_MAX: std::time::Duration = std::time::Duration::from_secs(5);
/// Most parcels that are given up at once for want of a channel: the log takes them in one submission.
const NOWHERE_AT_ONCE: NonZeroUsize = NonZeroUsize::new(64).expect("is not zero");

/// What is to be tried now for one endpoint, leaving out what is under way.
///
/// # Errors
/// The outbox cannot be read.
pub fn claim(
    store: &dyn Store,
    endpoint: &str,
    now: Timestamp,
    most: usize,
    under_way: &HashSet<(ParcelId, Attempt)>,
) -> Result<Vec<(ParcelRow, Attempt)>, StoreError> {
    let rows = store.ready(endpoint, now, most + under_way.len())?;
    let free = rows.into_iter().filter_map(|row| match row.state {
        ParcelState::Pending { attempt, .. } if !under_way.contains(&(row.parcel.id, attempt)) => {
            Some((row, attempt))
        }
        ParcelState::Pending { .. } | ParcelState::Delivered { .. } | ParcelState::Dead { .. } => None,
    });
    Ok(free.take(most).collect())
}

/// The entry that reports what an attempt came to.
#[must_use]
pub fn report(parcel: ParcelId, attempt: Attempt, outcome: Outcome) -> Submission {
    reports([Report { parcel, attempt, outcome }])
}

/// One submission with what several attempts came to.
fn reports(reports: impl IntoIterator<Item = Report>) -> Submission {
    let entries = reports
        .into_iter()
        .map(|report| Submitted { key: None, entry: Encoded::of(&Entry::Delivery(report)) })
        .collect();
    Submission { lane: Lane::LIVE, at: None, entries }
}

/// Where parcels go whose endpoint is no longer configured: nowhere, and their dead letters say so.
struct Nowhere(Name);

impl Channel for Nowhere {
    fn send<'a>(&'a self, _: &'a Parcel, _: Timestamp) -> Sending<'a> {
        let why = format!(
            "there is no channel `{}` any more; put it back into opcx.toml and send this again",
            self.0
        );
        Box::pin(std::future::ready(Outcome::Refused { why: Why::from(why) }))
    }

    fn in_flight_max(&self) -> NonZeroUsize {
        NOWHERE_AT_ONCE
    }
}

/// Runs a queue for every channel, and for every endpoint without one that parcels wait for, until
/// `stop` says so; what is under way is finished first.
pub(crate) async fn run(
    store: Arc<dyn Store>,
    intake: Intake,
    clock: Arc<dyn Clock>,
    channels: BTreeMap<Name, Arc<dyn Channel>>,
    mut decided: watch::Receiver<Position>,
    mut stop: watch::Receiver<bool>,
) {
    // That something was delivered may stand in the part of the log that is still to be decided on.
    let end = store.end();
    tokio::select! {
        caught_up = decided.wait_for(|position| *position >= end) => if caught_up.is_err() { return },
        _ = stop.wait_for(|stop| *stop) => return,
    }
    let mut queues = tokio::task::JoinSet::new();
    let mut served: BTreeSet<Name> = BTreeSet::new();
    let mut opened: Vec<(Name, Arc<dyn Channel>)> = channels.into_iter().collect();
    while !*stop.borrow() {
        for (endpoint, channel) in opened.drain(..) {
            let queue = Queue {
                store: Arc::clone(&store),
                intake: intake.clone(),
                clock: Arc::clone(&clock),
                endpoint: endpoint.clone(),
                channel,
            };
            served.insert(endpoint);
            queues.spawn(queue.run(decided.clone(), stop.clone()));
        }
        match store.awaited() {
            Ok(endpoints) => {
                for endpoint in endpoints.into_iter().filter(|endpoint| !served.contains(endpoint)) {
                    tracing::warn!(%endpoint, "parcels wait for a channel that is not there");
                    opened.push((endpoint.clone(), Arc::new(Nowhere(endpoint))));
                }
            }
            Err(error) => tracing::error!(%error, "the outbox cannot be read"),
        }
        if opened.is_empty() {
            tokio::select! {
                // The node has gone, or says that it is time.
                _ = stop.changed() => {}
                () = tokio::time::sleep(NAP_MAX) => {}
            }
        }
    }
    while queues.join_next().await.is_some() {}
}

/// The queue of one endpoint.
struct Queue {
    store: Arc<dyn Store>,
    intake: Intake,
    clock: Arc<dyn Clock>,
    endpoint: Name,
    channel: Arc<dyn Channel>,
}

/// What an attempt came to, on its way to the log.
struct Attempted {
    parcel: ParcelId,
    attempt: Attempt,
    outcome: Outcome,
}

impl Queue {
    async fn run(self, mut decided: watch::Receiver<Position>, mut stop: watch::Receiver<bool>) {
        let most = self.channel.in_flight_max().get();
        let mut sending = tokio::task::JoinSet::new();
        let mut under_way: HashSet<(ParcelId, Attempt)> = HashSet::new();
        // Reported, but not yet decided on: the outbox still shows them as they were.
        let mut reported: HashMap<(ParcelId, Attempt), Position> = HashMap::new();
        loop {
            let position = *decided.borrow_and_update();
            reported.retain(|attempt, end| {
                let open = *end > position;
                if !open {
                    under_way.remove(attempt);
                }
                open
            });
            if !*stop.borrow() && sending.len() < most {
                match claim(&*self.store, &self.endpoint, self.clock.now(), most - sending.len(), &under_way)
                {
                    Ok(rows) => {
                        for (row, attempt) in rows {
                            under_way.insert((row.parcel.id, attempt));
                            sending.spawn(attempt_once(
                                Arc::clone(&self.channel),
                                row,
                                attempt,
                                self.clock.now(),
                            ));
                        }
                    }
                    Err(error) => {
                        tracing::error!(endpoint = %self.endpoint, %error, "the outbox cannot be read");
                    }
                }
            }
            if *stop.borrow() && sending.is_empty() {
                return;
            }
            let nap = self.nap();
            tokio::select! {
                Some(attempted) = sending.join_next() => {
                    self.hand_back(attempted, &mut sending, &mut reported).await;
                }
                changed = decided.changed() => if changed.is_err() && sending.is_empty() { return },
                _ = stop.changed() => {}
                () = tokio::time::sleep(nap), if sending.len() < most => {}
            }
        }
    }

    /// Hands outcomes back in one submission: of this attempt and of all that are done as well.
    async fn hand_back(
        &self,
        first: Result<Attempted, tokio::task::JoinError>,
        sending: &mut tokio::task::JoinSet<Attempted>,
        reported: &mut HashMap<(ParcelId, Attempt), Position>,
    ) {
        let mut done = vec![first];
        while let Some(attempted) = sending.try_join_next() {
            done.push(attempted);
        }
        let done: Vec<Attempted> = done
            .into_iter()
            .filter_map(|attempted| {
                attempted
                    .inspect_err(
                        |error| tracing::error!(endpoint = %self.endpoint, %error, "an attempt broke off"),
                    )
                    .ok()
            })
            .collect();
        let submission = reports(done.iter().map(|done| Report {
            parcel: done.parcel,
            attempt: done.attempt,
            outcome: done.outcome.clone(),
        }));
        match self.intake.submit(submission).await {
            Ok(accepted) => {
                reported.extend(done.into_iter().map(|done| ((done.parcel, done.attempt), accepted.end)));
            }
            // It stays under way here and is sent again after a restart, with the same id.
            Err(error) => {
                tracing::warn!(endpoint = %self.endpoint, %error, "an outcome could not be handed back");
            }
        }
    }

    /// How long until something is to be tried, unless something happens before.
    fn nap(&self) -> std::time::Duration {
        match self.store.next_ready(&self.endpoint) {
            Ok(Some(next)) => {
                let wait = next.since(self.clock.now()).as_millis().max(1);
                std::time::Duration::from_millis(wait.unsigned_abs()).min(NAP_MAX)
            }
            Ok(None) | Err(_) => NAP_MAX,
        }
    }
}

async fn attempt_once(
    channel: Arc<dyn Channel>,
    row: ParcelRow,
    attempt: Attempt,
    now: Timestamp,
) -> Attempted {
    let outcome = channel.send(&row.parcel, now).await;
    Attempted { parcel: row.parcel.id, attempt, outcome }
}
