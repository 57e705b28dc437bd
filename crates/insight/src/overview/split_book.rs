use std::collections::BTreeMap;
use std::ops::Range;

use opcx_core::event::Name;
use opcx_core::rollup::{Rollup, RollupKey};
use opcx_core::time::{Span, Timestamp};

/// Most rollups that are kept here, of about 300 bytes each. Of more, the latest days.
const KEPT_MAX: usize = 100_000;

/// The rollups of real customers' moments at each value of each dimension, day by day of UTC. By hours they would be
/// twenty times as many; what a window touches beside whole days is read from the store.
#[derive(Debug, Default)]
pub(super) struct SplitBook {
    /// What was before all days stands at [`Timestamp::MIN`].
    days: BTreeMap<(Timestamp, Name), BTreeMap<(Name, String), Rollup>>,
    kept: usize,
    /// The latest day that is no longer here, if there were too many.
    dropped: Option<Timestamp>,
}

/// One value of a dimension at a moment.
pub(crate) struct SplitOf<'a> {
    pub(crate) moment: &'a Name,
    pub(crate) dimension: &'a Name,
    pub(crate) value: &'a str,
}

impl SplitBook {
    /// Adds what was counted in an hour to its day; `is_before_all` days, to what was before them.
    pub(super) fn add(&mut self, key: &RollupKey, change: &Rollup, is_before_all: bool) {
        let Some(split) = key.split.as_ref().filter(|_| !key.probe) else { return };
        let day = if is_before_all { Timestamp::MIN } else { day(key.hour) };
        if self.dropped.is_some_and(|dropped| day <= dropped) {
            return;
        }
        let of_day = self.days.entry((day, split.dimension.clone())).or_default();
        let place = (key.moment.clone(), split.value.to_string());
        let before = of_day.len();
        let rollup = of_day.entry(place.clone()).or_default();
        rollup.add(change);
        if rollup.is_empty() {
            of_day.remove(&place);
        }
        self.kept = (self.kept + of_day.len()).saturating_sub(before);
        while self.kept > KEPT_MAX {
            self.drop_earliest();
        }
    }

    fn drop_earliest(&mut self) {
        let Some(((day, _), of_day)) = self.days.pop_first() else { return };
        self.kept = self.kept.saturating_sub(of_day.len());
        self.dropped = Some(day);
    }

    /// The whole days of these hours, if there are any and all of them are here, given that what was counted begins
    /// `from` then on.
    pub(super) fn whole_days(&self, hours: &Range<Timestamp>, from: Timestamp) -> Option<Range<Timestamp>> {
        let start = if hours.start == Timestamp::MIN { hours.start } else { day_after(hours.start) };
        let end = if hours.end == Timestamp::MAX { hours.end } else { day(hours.end) };
        let is_here = from <= start && self.dropped.is_none_or(|dropped| dropped < start);
        (is_here && start < end).then_some(start..end)
    }

    /// Shows what was counted on these days, of one dimension and moment or of all.
    pub(super) fn each(
        &self,
        days: &Range<Timestamp>,
        (dimension, moment): (Option<&str>, Option<&str>),
        mut show: impl FnMut(SplitOf<'_>, &Rollup),
    ) {
        let (from, to) = ((days.start, Name::default()), (days.end, Name::default()));
        let is_wanted = |name: &Name| dimension.is_none_or(|wanted| *name == *wanted);
        for ((_, dimension), of_day) in self.days.range(from..to).filter(|((_, name), _)| is_wanted(name)) {
            for ((of, value), rollup) in of_day {
                if moment.is_none_or(|wanted| *of == *wanted) {
                    show(SplitOf { moment: of, dimension, value }, rollup);
                }
            }
        }
    }
}

/// The start of the day in which an hour lies.
fn day(hour: Timestamp) -> Timestamp {
    let length = Span::DAY.as_millis();
    Timestamp::from_millis(hour.as_millis().div_euclid(length) * length)
}

/// The first start of a day that is not before an hour.
fn day_after(hour: Timestamp) -> Timestamp {
    let start = day(hour);
    if start == hour { start } else { start + Span::DAY }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opcx_core::rollup::Split;

    fn at(hour: i64) -> Timestamp {
        Timestamp::EPOCH + Span::HOUR.times(hour)
    }

    fn key(hour: i64, value: usize) -> RollupKey {
        let value = format!("v{value}").into();
        let split = Some(Split { dimension: "branch".into(), value });
        RollupKey { moment: "pay".into(), hour: at(hour), split, probe: false }
    }

    fn one() -> Rollup {
        Rollup { outcomes: [1, 0, 0], ..Rollup::default() }
    }

    fn total(book: &SplitBook, days: &Range<Timestamp>) -> i64 {
        let mut total = 0;
        book.each(days, (Some("branch"), Some("pay")), |_, rollup| total += rollup.total());
        total
    }

    #[test]
    fn hours_are_put_together_into_days_and_what_was_before_all_days_stands_first() {
        let mut book = SplitBook::default();
        (0..72).for_each(|hour| book.add(&key(hour, 0), &one(), false));
        book.add(&key(-99_999, 0), &one(), true);
        let days = book.whole_days(&(at(1)..at(71)), at(0)).expect("a whole day");
        assert_eq!((days.clone(), total(&book, &days)), (at(24)..at(48), 24));
        let all = book.whole_days(&(Timestamp::MIN..Timestamp::MAX), Timestamp::MIN).expect("all days");
        assert_eq!(total(&book, &all), 73);
        assert_eq!(book.whole_days(&(at(1)..at(30)), at(0)), None);
        assert_eq!(book.whole_days(&(at(0)..at(30)), at(24)), None);
    }

    #[test]
    fn of_too_many_the_latest_days_are_kept_and_it_is_known_which() {
        let mut book = SplitBook::default();
        for day in 0..3 {
            (0..KEPT_MAX / 2).for_each(|value| book.add(&key(day * 24, value), &one(), false));
        }
        assert_eq!(book.whole_days(&(at(0)..at(72)), at(0)), None);
        let days = book.whole_days(&(at(24)..at(72)), at(0)).expect("they are here");
        assert_eq!(total(&book, &days), KEPT_MAX as i64);
        book.add(&key(0, 0), &one(), false);
        assert_eq!(book.kept, KEPT_MAX);
    }
}
