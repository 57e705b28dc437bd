use alloc::vec::Vec;

use super::HORIZON_DAYS;
use super::date::{Date, Weekday};
use super::hours::Hours;
use crate::time::{Span, Timestamp};

/// Business time on a clock that is never changed.
///
/// All of a calendar's arithmetic is one function, [`Timeline::open_until`]: how much business
/// time lies before a reading of the clock, counted from an arbitrary start. It never falls and
/// costs a look-up, not a walk: whole weeks are multiplied, and each exceptional day knows what
/// the exceptions before it add or take away. Its two inverses search that function by halves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Timeline {
    /// Monday's to Sunday's hours.
    week: [Hours; 7],
    /// Business time of a week before each weekday.
    before_weekday: [Span; 7],
    week_total: Span,
    /// Days with other hours than their weekday's, in order.
    exceptions: Vec<Exception>,
    /// What all exceptions together add to the ordinary weeks.
    surplus: Span,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Exception {
    date: Date,
    hours: Hours,
    /// What all earlier exceptions together add to the ordinary weeks; often negative.
    surplus_before: Span,
}

impl Timeline {
    /// From the hours of the week and of the days that differ, the latter in order of date.
    pub(super) fn new(week: [Hours; 7], dates: impl IntoIterator<Item = (Date, Hours)>) -> Timeline {
        let mut week_total = Span::ZERO;
        let before_weekday = Weekday::ALL.map(|weekday| {
            let before = week_total;
            week_total = week_total + week[weekday.days_after_monday()].total();
            before
        });
        let mut surplus = Span::ZERO;
        let exceptions = dates
            .into_iter()
            .map(|(date, hours)| {
                let surplus_before = surplus;
                surplus = surplus + (hours.total() - week[date.weekday().days_after_monday()].total());
                Exception { date, hours, surplus_before }
            })
            .collect();
        Timeline { week, before_weekday, week_total, exceptions, surplus }
    }

    /// The hours of a date.
    pub(super) fn hours(&self, date: Date) -> &Hours {
        match self.exceptions.binary_search_by_key(&date, |exception| exception.date) {
            Ok(at) => &self.exceptions[at].hours,
            Err(_) => &self.week[date.weekday().days_after_monday()],
        }
    }

    /// Whether it is open when the clock shows that.
    pub(super) fn is_open(&self, wall: Timestamp) -> bool {
        let date = Date::from_wall_clock(wall);
        self.hours(date).is_open(wall.since(date.midnight()))
    }

    /// How much business time there is until the clock shows that, from an arbitrary start.
    pub(super) fn open_until(&self, wall: Timestamp) -> Span {
        let date = Date::from_wall_clock(wall);
        self.open_before(date) + self.hours(date).open_until(wall.since(date.midnight()))
    }

    /// The first reading of the clock from `from` on by which `open` business time has passed in
    /// all (as [`Timeline::open_until`] counts), if the horizon holds so much.
    ///
    /// `open` is more than has passed at `from`.
    pub(super) fn first_reach(&self, from: Timestamp, open: Span) -> Option<Timestamp> {
        let first = Date::from_wall_clock(from);
        let date = first_date(first, |date| self.open_before(date.plus_days(1)) >= open)?;
        let time = self.hours(date).first_time(open - self.open_before(date))?;
        Some(date.midnight() + time)
    }

    /// The last reading of the clock, within the horizon from `from` on, by which no more than
    /// `open` business time has passed in all.
    ///
    /// `open` is at least what has passed at `from`.
    pub(super) fn last_reach(&self, from: Timestamp, open: Span) -> Option<Timestamp> {
        let first = Date::from_wall_clock(from);
        let date = first_date(first, |date| self.open_before(date.plus_days(1)) > open)?;
        let time = self.hours(date).last_time(open - self.open_before(date))?;
        Some(date.midnight() + time)
    }

    /// How much business time there is before a date, from an arbitrary start.
    fn open_before(&self, date: Date) -> Span {
        let weekday = date.weekday().days_after_monday();
        let days = date.days_since(Date::MONDAY);
        let weeks = days.div_euclid(7);
        let at = self.exceptions.partition_point(|exception| exception.date < date);
        let surplus = self.exceptions.get(at).map_or(self.surplus, |exception| exception.surplus_before);
        self.week_total.times(weeks) + self.before_weekday[weekday] + surplus
    }
}

/// The first date within the horizon for which `holds`, which once true stays true.
fn first_date(first: Date, holds: impl Fn(Date) -> bool) -> Option<Date> {
    let (mut from, mut to) = (0, HORIZON_DAYS + 1);
    while from < to {
        let middle = from + (to - from) / 2;
        if holds(first.plus_days(middle)) {
            to = middle;
        } else {
            from = middle + 1;
        }
    }
    (from <= HORIZON_DAYS).then(|| first.plus_days(from))
}
