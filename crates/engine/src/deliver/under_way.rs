use std::collections::{HashMap, VecDeque};

use opcx_core::delivery::{Attempt, ParcelId};
use opcx_core::event::Name;
use opcx_core::log::{Lane, Position};
use opcx_core::record::{Entry, Report};
use opcx_core::time::Timestamp;
use opcx_store::{Encoded, ParcelRow, ParcelState, Store, StoreError};

use crate::{Submission, Submitted};

/// How many parcels are looked up at once: looking up steps over all that are under way, so it is done
/// for several attempts together.
const LOOKED_UP_MAX: usize = 256;

/// What one endpoint's queue has begun and the outbox does not show yet.
///
/// An attempt is made once, however long the log takes to hear of it.
#[derive(Debug)]
pub struct UnderWay {
    endpoint: Name,
    attempts: HashMap<ParcelId, Attempt>,
    /// Looked up and not yet begun. It may be out of date, so each is looked at again when its turn comes; that is
    /// cheaper than looking all of them up anew whenever something is decided, which may be another endpoint's.
    next: VecDeque<ParcelId>,
    /// When nothing more was to be found: at that time there is nothing more until more is decided on.
    all_begun_at: Option<Timestamp>,
    /// Ended, and not yet in the log.
    ended: Vec<Report>,
    /// How many of these, the first ones, were handed in and not yet accepted.
    handed_in: usize,
    /// In the log, and not yet decided on.
    reported: HashMap<(ParcelId, Attempt), Position>,
}

impl UnderWay {
    /// Nothing, for that endpoint.
    #[must_use]
    pub fn new(endpoint: Name) -> UnderWay {
        UnderWay {
            endpoint,
            attempts: HashMap::new(),
            next: VecDeque::new(),
            all_begun_at: None,
            ended: Vec::new(),
            handed_in: 0,
            reported: HashMap::new(),
        }
    }

    /// What is to be tried at `now`, at most so many. Each is under way from now on.
    ///
    /// # Errors
    /// The outbox cannot be read.
    pub fn claim(
        &mut self,
        store: &dyn Store,
        now: Timestamp,
        most: usize,
    ) -> Result<Vec<(ParcelRow, Attempt)>, StoreError> {
        let mut claimed = Vec::new();
        // Nothing is next for an endpoint that is disabled, even if that was decided a moment ago.
        if !self.next.is_empty() && store.next_ready(&self.endpoint)?.is_none() {
            self.next.clear();
        }
        if self.next.is_empty() && self.all_begun_at != Some(now) {
            let most = most.max(LOOKED_UP_MAX);
            let ready = store.ready(&self.endpoint, now, most + self.attempts.len())?;
            self.next.extend(ready.into_iter().filter(|id| !self.attempts.contains_key(id)).take(most));
            self.all_begun_at = (self.next.len() < most).then_some(now);
        }
        while claimed.len() < most
            && let Some(id) = self.next.pop_front()
        {
            let row = match store.parcel(id) {
                Ok(row) => row,
                Err(error) if claimed.is_empty() => return Err(error),
                // It is found and told again when nothing depends on it.
                Err(_) => break,
            };
            // Whoever it is for may have been erased since.
            if let Some(row) = row
                && let Some(attempt) = waiting(&row, now)
            {
                self.attempts.insert(id, attempt);
                claimed.push((row, attempt));
            }
        }
        Ok(claimed)
    }

    /// An attempt ended.
    pub fn ended(&mut self, report: Report) {
        self.ended.push(report);
    }

    /// One submission with what all attempts came to that the log does not have; `None` if it has all.
    /// Nothing more is to be handed in before it is known what came of this one.
    #[must_use]
    pub fn to_report(&mut self) -> Option<Submission> {
        let entry =
            |report: &Report| Submitted { key: None, entry: Encoded::of(&Entry::Delivery(report.clone())) };
        let entries: Vec<_> = self.ended.iter().map(entry).collect();
        self.handed_in = entries.len();
        (!entries.is_empty()).then_some(Submission { lane: Lane::LIVE, at: None, entries })
    }

    /// That submission was accepted, and ends at this position.
    pub fn accepted(&mut self, end: Position) {
        let ended = self.ended.drain(..std::mem::take(&mut self.handed_in));
        self.reported.extend(ended.map(|report| ((report.parcel, report.attempt), end)));
    }

    /// The log is decided on up to there. There may be more to try than there was.
    pub fn decided(&mut self, position: Position) {
        self.all_begun_at = None;
        let Self { attempts, reported, .. } = self;
        reported.retain(|(id, attempt), end| {
            let is_open = *end > position;
            if !is_open && attempts.get(id) == Some(attempt) {
                attempts.remove(id);
            }
            is_open
        });
    }
}

/// The attempt that is to be made of a parcel at `now`, if one is.
fn waiting(row: &ParcelRow, now: Timestamp) -> Option<Attempt> {
    match row.state {
        ParcelState::Pending { attempt, at } => (at <= now).then_some(attempt),
        ParcelState::Delivered { .. } | ParcelState::Dead { .. } => None,
    }
}
