//! Deliver: sends what is in the outbox and hands the outcome back through accept.
//!
//! Every endpoint has a queue of its own, so a slow receiver holds up nobody else. A parcel may be
//! sent again after a crash between sending and the report of it; it then carries the same id.

mod under_way;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Arc;

use opcx_core::delivery::{Attempt, Outcome, Why};
use opcx_core::effects::Parcel;
use opcx_core::event::Name;
use opcx_core::log::Position;
use opcx_core::record::Report;
use opcx_core::time::Timestamp;
use opcx_store::{ParcelRow, Store};
use tokio::sync::watch;

pub use under_way::UnderWay;

use crate::{Channel, Clock, Intake, Sending, Submission};

/// Longest nap of an endpoint's queue: the outbox is looked at again after that whatever happens, which
/// catches a clock that was set.
const NAP_MAX: std::time::Duration = std::time::Duration::from_secs(5);
/// How long to wait before outcomes that were not taken are handed in again.
const PAUSE_AFTER_ERROR: std::time::Duration = std::time::Duration::from_secs(1);
/// Most parcels that are given up at once for want of a channel: the log takes them in one submission.
const NOWHERE_AT_ONCE: NonZeroUsize = NonZeroUsize::new(64).expect("is not zero");

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

impl Queue {
    async fn run(self, mut decided: watch::Receiver<Position>, mut stop: watch::Receiver<bool>) {
        let most = self.channel.in_flight_max().get();
        let mut sending = tokio::task::JoinSet::new();
        let mut under_way = UnderWay::new(self.endpoint.clone());
        let mut decided_to = None;
        // While the log takes in what attempts came to, others go on.
        let mut reporting: Option<Reporting<'_>> = None;
        loop {
            let position = *decided.borrow_and_update();
            if decided_to.replace(position) != Some(position) {
                under_way.decided(position);
            }
            if !*stop.borrow() && sending.len() < most {
                self.begin(&mut under_way, most, &mut sending);
            }
            if reporting.is_none()
                && let Some(submission) = under_way.to_report()
            {
                reporting = Some(Box::pin(self.hand_back(submission)));
            }
            if *stop.borrow() && sending.is_empty() {
                if let Some(end) = settled(&mut reporting).await {
                    under_way.accepted(end);
                }
                // What ended meanwhile. What cannot be handed back now is sent again after a start.
                if let Some(submission) = under_way.to_report() {
                    let _ = self.hand_back(submission).await;
                }
                return;
            }
            // With as much under way as may be, only what ends makes room.
            let nap = if sending.len() < most { self.nap() } else { NAP_MAX };
            tokio::select! {
                Some(ended) = sending.join_next() => {
                    self.note(ended, &mut under_way);
                    while let Some(ended) = sending.try_join_next() {
                        self.note(ended, &mut under_way);
                    }
                }
                end = settled(&mut reporting), if reporting.is_some() => {
                    if let Some(end) = end {
                        under_way.accepted(end);
                    }
                }
                changed = decided.changed() => if changed.is_err() && sending.is_empty() { return },
                _ = stop.changed() => {}
                () = tokio::time::sleep(nap), if sending.len() < most => {}
            }
        }
    }

    /// Begins what is to be tried now.
    fn begin(&self, under_way: &mut UnderWay, most: usize, sending: &mut tokio::task::JoinSet<Report>) {
        match under_way.claim(&*self.store, self.clock.now(), most - sending.len()) {
            Ok(rows) => {
                for (row, attempt) in rows {
                    let channel = Arc::clone(&self.channel);
                    sending.spawn(attempt_once(channel, row, attempt, self.clock.now()));
                }
            }
            Err(error) => tracing::error!(endpoint = %self.endpoint, %error, "the outbox cannot be read"),
        }
    }

    fn note(&self, ended: Result<Report, tokio::task::JoinError>, under_way: &mut UnderWay) {
        match ended {
            Ok(report) => under_way.ended(report),
            Err(error) => tracing::error!(endpoint = %self.endpoint, %error, "an attempt broke off"),
        }
    }

    /// Hands outcomes back in one submission; returns where it ends in the log. What is not taken is handed
    /// in again after a pause; a program that ends before that sends again after its start, with the same id.
    async fn hand_back(&self, submission: Submission) -> Option<Position> {
        match self.intake.submit(submission).await {
            Ok(accepted) => Some(accepted.end),
            Err(error) => {
                tracing::warn!(endpoint = %self.endpoint, %error, "an outcome could not be handed back");
                tokio::time::sleep(PAUSE_AFTER_ERROR).await;
                None
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

/// Outcomes on their way into the log, and where they end there if it takes them.
type Reporting<'a> = std::pin::Pin<Box<dyn Future<Output = Option<Position>> + Send + 'a>>;

/// What came of what is on its way, if anything is. May be dropped and asked again.
async fn settled(reporting: &mut Option<Reporting<'_>>) -> Option<Position> {
    let end = reporting.as_mut()?.await;
    *reporting = None;
    end
}

async fn attempt_once(channel: Arc<dyn Channel>, row: ParcelRow, attempt: Attempt, now: Timestamp) -> Report {
    let outcome = channel.send(&row.parcel, now).await;
    Report { parcel: row.parcel.id, attempt, outcome }
}
