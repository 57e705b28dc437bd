use std::collections::BTreeMap;
use std::ops::Range;

use opcx_core::event::Name;
use opcx_core::rollup::{Rollup, RollupKey, hour};
use opcx_core::time::{Span, Timestamp};
use opcx_store::{Commit, Store};

use super::split_book::SplitBook;
use crate::InsightError;
use crate::clocks::Clocks;

/// How far back hours are kept at hand: a year, and a month to compare its beginning with.
const DAYS_BACK: i64 = 400;
/// Days of rollups that are read at a time.
const DAYS_READ: i64 = 2;

/// The rollups of real customers' moments: each moment and hour as a whole, of the last [`DAYS_BACK`] days, and what
/// was before them in one; and of these days and before, by the dimensions' values.
#[derive(Debug, Default)]
pub(super) struct RollupBook {
    /// What was before all hours stands at [`Timestamp::MIN`].
    hours: BTreeMap<(Timestamp, Name), Rollup>,
    pub(super) splits: SplitBook,
    counted: CountedBack,
}

/// How far back was counted.
#[derive(Debug, Default)]
enum CountedBack {
    #[default]
    Nothing,
    /// From an hour on. Hours end `at`; what is before goes together.
    From { from: Timestamp, at: Timestamp },
    /// Everything; hours begin then.
    All { hours_from: Timestamp },
}

impl RollupBook {
    /// Counts the days before those that were counted; returns whether there may be more.
    pub(super) fn count_more(&mut self, store: &dyn Store) -> Result<bool, InsightError> {
        match self.counted {
            CountedBack::Nothing => {
                let latest = Clocks::of(&store.progress()?).latest().unwrap_or(Timestamp::MIN);
                let at = (hour(latest) - Span::DAY.times(DAYS_BACK)).max(Timestamp::MIN + Span::DAY);
                // Whatever comes with a later time than there was so far is here as well.
                self.count_in(store, hour(latest)..Timestamp::MAX, false)?;
                self.counted = CountedBack::From { from: hour(latest), at };
                Ok(true)
            }
            CountedBack::From { from, at } if from > at => {
                let earlier = (from - Span::DAY.times(DAYS_READ)).max(at);
                self.count_in(store, earlier..from, false)?;
                self.counted = CountedBack::From { from: earlier, at };
                Ok(true)
            }
            CountedBack::From { from, .. } => {
                self.count_in(store, Timestamp::MIN..from, true)?;
                self.counted = CountedBack::All { hours_from: from };
                Ok(false)
            }
            CountedBack::All { .. } => Ok(false),
        }
    }

    fn count_in(
        &mut self,
        store: &dyn Store,
        hours: Range<Timestamp>,
        is_before_all: bool,
    ) -> Result<(), InsightError> {
        for (key, rollup) in store.rollups(None, hours)? {
            self.add(&key, &rollup, is_before_all);
        }
        Ok(())
    }

    fn add(&mut self, key: &RollupKey, change: &Rollup, is_before_all: bool) {
        if key.probe {
            return;
        }
        if key.split.is_some() {
            self.splits.add(key, change, is_before_all);
            return;
        }
        let hour = if is_before_all { Timestamp::MIN } else { key.hour };
        let place = (hour, key.moment.clone());
        let rollup = self.hours.entry(place.clone()).or_default();
        rollup.add(change);
        if rollup.is_empty() {
            self.hours.remove(&place);
        }
    }

    pub(super) fn keep_up(&mut self, commit: &Commit) {
        for (key, change) in &commit.rollups {
            match self.counted {
                CountedBack::Nothing => {}
                CountedBack::From { from, .. } => {
                    if key.hour >= from {
                        self.add(key, change, false);
                    }
                }
                CountedBack::All { hours_from } => self.add(key, change, key.hour < hours_from),
            }
        }
    }

    /// From when on all hours are here one by one.
    pub(super) fn from(&self) -> Option<Timestamp> {
        match self.counted {
            CountedBack::Nothing => None,
            CountedBack::From { from, .. } | CountedBack::All { hours_from: from } => Some(from),
        }
    }

    /// Whether all those hours are here.
    pub(super) fn holds(&self, hours: &Range<Timestamp>) -> bool {
        self.begins(hours.start).is_some_and(|from| from <= hours.start)
    }

    /// From when on all is here, for somebody who looks from `start` on: whoever looks at everything needs no hours.
    pub(super) fn begins(&self, start: Timestamp) -> Option<Timestamp> {
        match self.counted {
            CountedBack::All { .. } if start == Timestamp::MIN => Some(start),
            CountedBack::Nothing | CountedBack::From { .. } | CountedBack::All { .. } => self.from(),
        }
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
