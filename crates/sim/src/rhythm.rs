//! Days and weeks: when customers stir, when shops are open, when somebody answers.
//!
//! Written anew on purpose, not taken from the core's calendars: due times that the truth names must not come
//! from the code that is judged by them.

use opcx_core::time::{Span, Timestamp};

use crate::random::Random;

const DAY_MILLIS: i64 = Span::DAY.as_millis();
const HOUR_MILLIS: i64 = Span::HOUR.as_millis();
/// 2026-10-03, a holiday, in days since 1970-01-01.
const HOLIDAYS: [i64; 3] = [20_729, 20_812, 20_813];
/// Most days that are looked ahead for an open door: more than any row of holidays.
const DAYS_AHEAD_MAX: i64 = 30;

/// Weights of the hours at which people shop from home, on weekdays and at weekends.
const AT_HOME: [[u32; 24]; 2] = [
    [6, 3, 1, 1, 1, 2, 8, 18, 24, 26, 28, 30, 34, 30, 26, 26, 30, 38, 48, 60, 66, 58, 38, 18],
    [8, 4, 2, 1, 1, 2, 4, 10, 22, 40, 52, 54, 48, 42, 42, 44, 46, 46, 46, 50, 52, 46, 32, 18],
];
/// Weights of the hours at which people come to a branch.
const IN_BRANCH: [[u32; 24]; 2] = [
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20, 24, 44, 40, 24, 22, 28, 44, 40, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 40, 60, 60, 56, 60, 60, 50, 30, 0, 0, 0, 0, 0, 0],
];

/// A span of the day in minutes after midnight.
type Open = (i64, i64);

/// Where somebody is there at certain hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Desk {
    /// Those who answer what customers write and ring.
    Care,
    /// The branches.
    Counter,
}

impl Desk {
    /// The hours of a day, Monday being 0.
    const fn hours(self, weekday: i64) -> &'static [Open] {
        match (self, weekday) {
            (Desk::Care, 0..=4) => &[(540, 750), (810, 1080)],
            (Desk::Care, 5) => &[(600, 840)],
            (Desk::Counter, 0..=4) => &[(600, 1140)],
            (Desk::Counter, 5) => &[(600, 1080)],
            (Desk::Care | Desk::Counter, _) => &[],
        }
    }

    /// The moment at which so much open time has passed since `start`.
    pub(crate) fn after(self, start: Timestamp, open: Span) -> Timestamp {
        let mut left = open.as_millis();
        let local = local(start);
        let today = local.div_euclid(DAY_MILLIS);
        for day in today..today + DAYS_AHEAD_MAX {
            if HOLIDAYS.contains(&day) {
                continue;
            }
            for &(from, to) in self.hours((day + 3).rem_euclid(7)) {
                let (from, to) = (day * DAY_MILLIS + from * 60_000, day * DAY_MILLIS + to * 60_000);
                let begin = from.max(local);
                if begin >= to {
                    continue;
                }
                if left <= to - begin {
                    return utc(begin + left);
                }
                left -= to - begin;
            }
        }
        start + Span::DAY.times(DAYS_AHEAD_MAX)
    }
}

/// A moment of the same day as `at`, or a later one if that hour has passed, at an hour at which people shop
/// from home.
pub(crate) fn at_home(random: &mut Random, at: Timestamp) -> Timestamp {
    some_hour(random, at, &AT_HOME)
}

/// The same for visits to a branch; on Sundays and holidays the next day that it is open.
pub(crate) fn in_branch(random: &mut Random, at: Timestamp) -> Timestamp {
    let mut at = at;
    for _ in 0..DAYS_AHEAD_MAX {
        let day = local(at).div_euclid(DAY_MILLIS);
        if weekday(at) != 6 && !HOLIDAYS.contains(&day) {
            break;
        }
        at = utc((day + 1) * DAY_MILLIS);
    }
    some_hour(random, at, &IN_BRANCH)
}

fn some_hour(random: &mut Random, at: Timestamp, weights: &[[u32; 24]; 2]) -> Timestamp {
    let is_weekend = weekday(at) >= 5;
    let weights = &weights[usize::from(is_weekend)];
    let sum: u32 = weights.iter().sum();
    let mut left = random.below(u64::from(sum));
    let mut hour = 0;
    for (one, &weight) in (0..).zip(weights) {
        if left < u64::from(weight) {
            hour = one;
            break;
        }
        left -= u64::from(weight);
    }
    let midnight = local(at).div_euclid(DAY_MILLIS) * DAY_MILLIS;
    let then = utc(midnight + hour * HOUR_MILLIS + random.between(0, HOUR_MILLIS));
    if then > at { then } else { then + Span::DAY }
}

/// The time at which the clock in Berlin shows `hour` on the day so many days after that of `at`.
pub(crate) fn at_hour(at: Timestamp, days: i64, hour: i64) -> Timestamp {
    let day = local(at).div_euclid(DAY_MILLIS) + days;
    utc(day * DAY_MILLIS + hour * HOUR_MILLIS)
}

/// The same time by the clock so many days later.
pub(crate) fn days_later(at: Timestamp, days: i64) -> Timestamp {
    utc(local(at) + days * DAY_MILLIS)
}

/// Monday is 0.
pub(crate) fn weekday(at: Timestamp) -> i64 {
    (local(at).div_euclid(DAY_MILLIS) + 3).rem_euclid(7)
}

/// The moment at which a clock in UTC shows what the clock in Berlin shows at `at`.
pub(crate) fn on_the_wall(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(local(at))
}

/// Milliseconds since 1970 as a clock on a wall in Berlin would count them.
fn local(at: Timestamp) -> i64 {
    at.as_millis() + if is_summer(at.as_millis()) { 2 * HOUR_MILLIS } else { HOUR_MILLIS }
}

fn utc(local: i64) -> Timestamp {
    let winter = local - HOUR_MILLIS;
    // Of an hour that is shown twice the first is meant, as everywhere here.
    let summer = local - 2 * HOUR_MILLIS;
    Timestamp::from_millis(if is_summer(summer) { summer } else { winter })
}

/// Whether the clocks of the European Union are an hour ahead: from the last Sunday of March to the last
/// Sunday of October, each at 1:00 UTC.
fn is_summer(millis: i64) -> bool {
    let days = millis.div_euclid(DAY_MILLIS);
    let year = year_of(days);
    let last_sunday = |month| {
        let last = days_from_civil(year, month, 31);
        last - (last + 4).rem_euclid(7)
    };
    let begins = last_sunday(3) * DAY_MILLIS + HOUR_MILLIS;
    let ends = last_sunday(10) * DAY_MILLIS + HOUR_MILLIS;
    (begins..ends).contains(&millis)
}

fn year_of(days: i64) -> i64 {
    let mut year = 1970 + days.div_euclid(366);
    while days_from_civil(year + 1, 1, 1) <= days {
        year += 1;
    }
    year
}

/// Days since 1970-01-01 (Hinnant, "chrono-compatible low-level date algorithms").
pub(crate) fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use opcx_core::time::parse_rfc3339;

    fn at(text: &str) -> Timestamp {
        parse_rfc3339(text).expect("a time")
    }

    #[test]
    fn eight_hours_of_care_skip_lunch_nights_sundays_and_holidays() {
        let answered = |from| Desk::Care.after(at(from), Span::HOUR.times(8)).to_string();
        // A Monday has eight hours, with a lunch between; whoever writes at ten has one of them on Tuesday.
        assert_eq!(answered("2026-09-07T07:00:00Z"), "2026-09-07T16:00:00Z");
        assert_eq!(answered("2026-09-07T08:00:00Z"), "2026-09-08T08:00:00Z");
        // Friday evening before the holiday of Saturday, 3 October.
        assert_eq!(answered("2026-10-02T17:00:00Z"), "2026-10-05T16:00:00Z");
    }

    #[test]
    fn the_same_time_two_weeks_later_is_by_the_clock_on_the_wall() {
        assert_eq!(days_later(at("2026-10-20T10:00:00Z"), 14).to_string(), "2026-11-03T11:00:00Z");
        assert_eq!(at_hour(at("2026-10-24T10:00:00Z"), 1, 18).to_string(), "2026-10-25T17:00:00Z");
    }

    #[test]
    fn nobody_comes_to_a_branch_that_is_closed() {
        let mut random = Random::stream(1, 1);
        for day in 0..60 {
            let came = in_branch(&mut random, at("2026-09-07T00:00:00Z") + Span::DAY.times(day));
            let hour = local(came).rem_euclid(DAY_MILLIS) / HOUR_MILLIS;
            assert!((10..19).contains(&hour) && weekday(came) != 6, "{came}");
        }
    }
}
