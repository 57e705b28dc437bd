use std::collections::BTreeMap;
use std::ops::Range;

use opcx_core::event::Name;
use opcx_core::rollup::{Rollup, hour};
use opcx_core::time::{Span, Timestamp};
use opcx_store::{Commit, Store};

use crate::InsightError;
use crate::clocks::Clocks;

/// How far back hours are kept at hand: a year, and a month to compare its beginning with.
const DAYS_BACK: i64 = 400;
/// Days of rollups that are read at a time.
const DAYS_READ: i64 = 2;

/// The rollups of real customers' moments, each moment and hour as a whole, of the last [`DAYS_BACK`] days.
#[derive(Debug, Default)]
pub(super) struct RollupBook {
    hours: BTreeMap<(Timestamp, Name), Rollup>,
    /// From which hour on all are here; `None` before any is.
    from: Option<Timestamp>,
    /// Where counting ends.
    until: Option<Timestamp>,
}

impl RollupBook {
    /// Counts the days before those that were counted; returns whether there may be more.
    pub(super) fn count_more(&mut self, store: &dyn Store) -> Result<bool, InsightError> {
        let (Some(from), Some(until)) = (self.from, self.until) else {
            let latest = Clocks::of(&store.progress()?).latest().unwrap_or(Timestamp::MIN);
            let first = (hour(latest) - Span::DAY.times(DAYS_BACK)).max(Timestamp::MIN + Span::DAY);
            // Whatever comes with a later time than there was so far is here as well.
            self.count_from(store, hour(latest)..Timestamp::MAX)?;
            self.until = Some(first);
            self.from = Some(hour(latest));
            return Ok(true);
        };
        if from <= until {
            return Ok(false);
        }
        let earlier = (from - Span::DAY.times(DAYS_READ)).max(until);
        self.count_from(store, earlier..from)?;
        self.from = Some(earlier);
        Ok(true)
    }

    fn count_from(&mut self, store: &dyn Store, hours: Range<Timestamp>) -> Result<(), InsightError> {
        for (key, rollup) in store.rollups(None, hours)? {
            if !key.probe && key.split.is_none() {
                self.hours.insert((key.hour, key.moment), rollup);
            }
        }
        Ok(())
    }

    pub(super) fn keep_up(&mut self, commit: &Commit) {
        let Some(from) = self.from else { return };
        for (key, change) in &commit.rollups {
            if key.probe || key.split.is_some() || key.hour < from {
                continue;
            }
            let place = (key.hour, key.moment.clone());
            let rollup = self.hours.entry(place.clone()).or_default();
            rollup.add(change);
            if rollup.is_empty() {
                self.hours.remove(&place);
            }
        }
    }

    /// Whether all those hours are here.
    pub(super) fn holds(&self, hours: &Range<Timestamp>) -> bool {
        self.from.is_some_and(|from| from <= hours.start)
    }

    pub(super) fn hours(
        &self,
        hours: &Range<Timestamp>,
    ) -> impl Iterator<Item = (Timestamp, &Name, &Rollup)> {
        let end = hours.end.max(hours.start);
        let (from, to) = ((hours.start, Name::default()), (end, Name::default()));
        self.hours.range(from..to).map(|((hour, moment), rollup)| (*hour, moment, rollup))
    }
}
