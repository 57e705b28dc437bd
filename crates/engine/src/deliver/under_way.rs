use std::collections::{HashMap, HashSet};

use opcx_core::delivery::{Attempt, ParcelId};
use opcx_core::event::Name;
use opcx_core::log::{Lane, Position};
use opcx_core::record::{Entry, Report};
use opcx_core::time::Timestamp;
use opcx_store::{Encoded, ParcelRow, ParcelState, Store, StoreError};

use crate::{Submission, Submitted};

/// What one endpoint's queue has begun and the outbox does not show yet.
///
/// An attempt is made once, however long the log takes to hear of it.
#[derive(Debug)]
pub struct UnderWay {
    endpoint: Name,
    attempts: HashSet<(ParcelId, Attempt)>,
    /// Ended, and not yet in the log.
    ended: Vec<Report>,
    /// In the log, and not yet decided on.
    reported: HashMap<(ParcelId, Attempt), Position>,
}

impl UnderWay {
    /// Nothing, for that endpoint.
    #[must_use]
    pub fn new(endpoint: Name) -> UnderWay {
        UnderWay { endpoint, attempts: HashSet::new(), ended: Vec::new(), reported: HashMap::new() }
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
        let rows = store.ready(&self.endpoint, now, most + self.attempts.len())?;
        let free = rows.into_iter().filter_map(|row| match row.state {
            ParcelState::Pending { attempt, .. } if !self.attempts.contains(&(row.parcel.id, attempt)) => {
                Some((row, attempt))
            }
            ParcelState::Pending { .. } | ParcelState::Delivered { .. } | ParcelState::Dead { .. } => None,
        });
        let claimed: Vec<_> = free.take(most).collect();
        self.attempts.extend(claimed.iter().map(|(row, attempt)| (row.parcel.id, *attempt)));
        Ok(claimed)
    }

    /// An attempt ended.
    pub fn ended(&mut self, report: Report) {
        self.ended.push(report);
    }

    /// One submission with what all attempts came to that the log does not have; `None` if it has all.
    #[must_use]
    pub fn to_report(&self) -> Option<Submission> {
        let entry =
            |report: &Report| Submitted { key: None, entry: Encoded::of(&Entry::Delivery(report.clone())) };
        let entries: Vec<_> = self.ended.iter().map(entry).collect();
        (!entries.is_empty()).then_some(Submission { lane: Lane::LIVE, at: None, entries })
    }

    /// That submission was accepted, and ends at this position.
    pub fn accepted(&mut self, end: Position) {
        let ended = self.ended.drain(..);
        self.reported.extend(ended.map(|report| ((report.parcel, report.attempt), end)));
    }

    /// The log is decided on up to there.
    pub fn decided(&mut self, position: Position) {
        let Self { attempts, reported, .. } = self;
        reported.retain(|attempt, end| {
            let is_open = *end > position;
            if !is_open {
                attempts.remove(attempt);
            }
            is_open
        });
    }
}
