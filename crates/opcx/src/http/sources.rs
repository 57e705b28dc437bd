//! Sources: who hands events in, how many and how fast, since opcx started.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use opcx_core::event::Name;
use opcx_core::time::{Span, Timestamp};

/// Minutes that are remembered of each source.
pub const MINUTES: usize = 60;

/// What came in from where. There are as many sources as write keys.
#[derive(Debug, Default)]
pub struct Sources(Mutex<BTreeMap<Name, Source>>);

/// What came from one source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source {
    /// Events appended.
    pub accepted: u64,
    /// Repeats that were left out.
    pub repeats: u64,
    /// Messages that could not be understood.
    pub rejected: u64,
    /// When something last came.
    pub last: Option<Timestamp>,
    /// Events of the latest minutes in which any came: the minute's start, and how many. Oldest first.
    pub minutes: VecDeque<(Timestamp, u64)>,
}

impl Sources {
    /// Takes note of what came.
    pub(super) fn came(
        &self,
        source: &Name,
        now: Timestamp,
        accepted: usize,
        repeats: usize,
        rejected: usize,
    ) {
        let count = |more: usize| u64::try_from(more).unwrap_or(u64::MAX);
        let mut all = self.lock();
        let known = all.entry(source.clone()).or_default();
        known.accepted += count(accepted);
        known.repeats += count(repeats);
        known.rejected += count(rejected);
        known.last = Some(now);
        let minute = minute(now);
        match known.minutes.back_mut() {
            Some((last, events)) if *last >= minute => *events += count(accepted),
            _ => known.minutes.push_back((minute, count(accepted))),
        }
        if known.minutes.len() > MINUTES {
            known.minutes.pop_front();
        }
    }

    /// Every source so far, by name.
    #[must_use]
    pub fn all(&self) -> Vec<(Name, Source)> {
        self.lock().iter().map(|(name, source)| (name.clone(), source.clone())).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Name, Source>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The start of the minute.
fn minute(at: Timestamp) -> Timestamp {
    let minute = Span::MINUTE.as_millis();
    Timestamp::from_millis(at.as_millis().div_euclid(minute) * minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_is_counted_by_source_and_minute_for_an_hour() {
        let sources = Sources::default();
        let web = Name::from("web");
        for second in [0, 59, 60, 30] {
            sources.came(&web, Timestamp::from_millis(second * 1_000), 2, 1, 0);
        }
        let (_, source) = sources.all().remove(0);
        assert_eq!(
            (source.accepted, source.repeats, source.last),
            (8, 4, Some(Timestamp::from_millis(30_000)))
        );
        // A clock that went back counts to the latest minute.
        let minutes = [(Timestamp::from_millis(0), 4), (Timestamp::from_millis(60_000), 4)];
        assert_eq!(source.minutes, minutes);
        for minute in 0..100 {
            sources.came(&web, Timestamp::from_millis(minute * 60_000), 1, 0, 0);
        }
        assert_eq!(sources.all()[0].1.minutes.len(), MINUTES);
    }
}
