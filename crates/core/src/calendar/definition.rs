use core::fmt;
use core::str::FromStr;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::date::{Date, Weekday};
use super::hours::Hours;
use super::opening::Opening;
use super::timeline::Timeline;
use super::zone::Zone;

/// Most openings a day may have; more are a slip of the pen.
pub const OPENINGS_PER_DAY_MAX: usize = 24;

/// Most holidays and special days a calendar may have: a hundred years of three dozen.
pub const DATES_MAX: usize = 3_600;

/// A business calendar as it is written:
///
/// ```yaml
/// zone: Europe/Berlin
/// week:
///   monday to friday: ["09:00-12:30", "13:30-18:00"]
///   saturday: ["10:00-14:00"]
/// holidays: [2026-12-25, 2026-12-26]
/// special:
///   2026-12-24: ["09:00-12:00"]
/// ```
///
/// An opening past midnight (`22:00-06:00`) belongs to two weekdays, and each part follows its own
/// date: the morning after a holiday's evening is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// The zone whose clocks the openings are read from.
    pub zone: Zone,
    /// The openings of ordinary days; a weekday that is not named is closed.
    pub week: BTreeMap<Days, Vec<Opening>>,
    /// Dates that are closed all day.
    #[serde(default)]
    pub holidays: BTreeSet<Date>,
    /// Dates that have these openings in place of their weekday's.
    #[serde(default)]
    pub special: BTreeMap<Date, Vec<Opening>>,
}

/// One weekday or several in a row, written `monday` or `monday to friday`; `saturday to monday`
/// goes over the end of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Days {
    /// The first.
    pub first: Weekday,
    /// The last.
    pub last: Weekday,
}

/// Why a text names no weekdays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no weekday; write `monday` or `monday to friday`")]
pub struct DaysError {
    text: CompactString,
}

/// Why a definition is not a calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Nobody is ever there, so no promise could be kept.
    #[error("the calendar is never open; give at least one weekday an opening such as `09:00-17:00`")]
    NeverOpen,
    /// A weekday stands in two lines of the week.
    #[error("{} is named twice in the week; keep one of the two lines", weekday.word())]
    WeekdayTwice {
        /// The weekday.
        weekday: Weekday,
    },
    /// Two openings of one day share time, which would be counted twice.
    #[error("{day}: the openings {first} and {second} overlap; make them one, or end the first earlier")]
    Overlap {
        /// The weekday or date.
        day: CompactString,
        /// The earlier of them.
        first: Opening,
        /// The later of them.
        second: Opening,
    },
    /// More than [`OPENINGS_PER_DAY_MAX`].
    #[error("{day}: {found} openings, at most {OPENINGS_PER_DAY_MAX} are read; join those that touch")]
    TooManyOpenings {
        /// The weekday or date.
        day: CompactString,
        /// How many there are.
        found: usize,
    },
    /// More than [`DATES_MAX`].
    #[error("{found} holidays and special days, at most {DATES_MAX} are read; leave out years that are past")]
    TooManyDates {
        /// How many there are.
        found: usize,
    },
    /// A date is closed and has other openings.
    #[error("{date} is both a holiday and a special day; keep the one that is true")]
    HolidayAndSpecial {
        /// The date.
        date: Date,
    },
    /// A special day without openings.
    #[error("the special day {date} has no openings; list it under holidays if it is closed")]
    SpecialWithoutOpenings {
        /// The date.
        date: Date,
    },
    /// A special day's opening goes on into the next date, whose openings are its own.
    #[error(
        "{date}: the opening {opening} goes past midnight; write it as two special days, up to 24:00 and from 00:00"
    )]
    SpecialPastMidnight {
        /// The date.
        date: Date,
        /// The opening.
        opening: Opening,
    },
}

impl Definition {
    /// Open day and night, every day.
    #[must_use]
    pub fn always() -> Definition {
        Definition {
            zone: Zone::UTC,
            week: BTreeMap::from([(Days::ALL, vec![Opening::ALL_DAY])]),
            holidays: BTreeSet::new(),
            special: BTreeMap::new(),
        }
    }

    /// The hours it means, checked.
    pub(super) fn timeline(&self) -> Result<Timeline, CalendarError> {
        let dates = self.holidays.len() + self.special.len();
        if dates > DATES_MAX {
            return Err(CalendarError::TooManyDates { found: dates });
        }
        if self.week.values().chain(self.special.values()).all(Vec::is_empty) {
            return Err(CalendarError::NeverOpen);
        }
        Ok(Timeline::new(self.weekly_hours()?, self.dated_hours()?))
    }

    fn weekly_hours(&self) -> Result<[Hours; 7], CalendarError> {
        let mut named = BTreeSet::new();
        let mut openings: [Vec<Opening>; 7] = Default::default();
        for (days, written) in &self.week {
            for weekday in days.iter() {
                if !named.insert(weekday) {
                    return Err(CalendarError::WeekdayTwice { weekday });
                }
                check_count(weekday.word(), written)?;
                for opening in written {
                    let (evening, morning) = opening.split_at_midnight();
                    openings[weekday.days_after_monday()].push(evening);
                    openings[weekday.next().days_after_monday()].extend(morning);
                }
            }
        }
        let mut hours: [Hours; 7] = Default::default();
        for weekday in Weekday::ALL {
            let at = weekday.days_after_monday();
            hours[at] = hours_of(weekday.word(), core::mem::take(&mut openings[at]))?;
        }
        Ok(hours)
    }

    fn dated_hours(&self) -> Result<BTreeMap<Date, Hours>, CalendarError> {
        let mut dated: BTreeMap<Date, Hours> =
            self.holidays.iter().map(|&date| (date, Hours::default())).collect();
        for (&date, openings) in &self.special {
            let day = date.to_string();
            check_count(&day, openings)?;
            if openings.is_empty() {
                return Err(CalendarError::SpecialWithoutOpenings { date });
            }
            if let Some(&opening) = openings.iter().find(|opening| opening.split_at_midnight().1.is_some()) {
                return Err(CalendarError::SpecialPastMidnight { date, opening });
            }
            if dated.insert(date, hours_of(&day, openings.clone())?).is_some() {
                return Err(CalendarError::HolidayAndSpecial { date });
            }
        }
        Ok(dated)
    }
}

fn hours_of(day: &str, openings: Vec<Opening>) -> Result<Hours, CalendarError> {
    Hours::new(openings).map_err(|(first, second)| CalendarError::Overlap { day: day.into(), first, second })
}

fn check_count(day: &str, openings: &[Opening]) -> Result<(), CalendarError> {
    if openings.len() > OPENINGS_PER_DAY_MAX {
        return Err(CalendarError::TooManyOpenings { day: day.into(), found: openings.len() });
    }
    Ok(())
}

impl Days {
    /// The whole week.
    pub const ALL: Days = Days { first: Weekday::Monday, last: Weekday::Sunday };

    /// The weekdays, first to last.
    pub fn iter(self) -> impl Iterator<Item = Weekday> {
        let mut next = Some(self.first);
        core::iter::from_fn(move || {
            let weekday = next?;
            next = (weekday != self.last).then(|| weekday.next());
            Some(weekday)
        })
    }
}

impl From<Weekday> for Days {
    fn from(weekday: Weekday) -> Days {
        Days { first: weekday, last: weekday }
    }
}

impl FromStr for Days {
    type Err = DaysError;

    fn from_str(text: &str) -> Result<Days, DaysError> {
        let named = |word: &str| {
            let word = word.trim().to_lowercase();
            Weekday::ALL
                .into_iter()
                .find(|weekday| weekday.word() == word)
                .ok_or_else(|| DaysError { text: text.chars().take(64).collect() })
        };
        match text.split_once(" to ") {
            Some((first, last)) => Ok(Days { first: named(first)?, last: named(last)? }),
            None => named(text).map(Days::from),
        }
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.first.word())?;
        if self.first != self.last { write!(f, " to {}", self.last.word()) } else { Ok(()) }
    }
}

impl TryFrom<String> for Days {
    type Error = DaysError;

    fn try_from(text: String) -> Result<Days, DaysError> {
        text.parse()
    }
}

impl From<Days> for String {
    fn from(days: Days) -> String {
        days.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Calendar;
    use alloc::format;
    use expect_test::{Expect, expect};

    /// Reads a calendar as JSON, whose fields and texts are those of the YAML files.
    fn check(written: &str, expected: &Expect) {
        let shown = match serde_json::from_str::<Calendar>(written) {
            Ok(calendar) => serde_json::to_string(&calendar).unwrap(),
            Err(error) => {
                let error = error.to_string();
                error.split(" at line").next().unwrap_or(&error).into()
            }
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn a_calendar_is_read_as_people_write_it() {
        check(
            r#"{"zone": "europe/berlin", "week": {"Monday to Friday": ["13:30-18:00", "9:00-12:30"], "sunday": ["22:00-06:00"]},
                "holidays": ["2026-12-25"], "special": {"2026-12-24": ["09:00-12:00"]}}"#,
            &expect![[
                r#"{"zone":"Europe/Berlin","week":{"monday to friday":["13:30-18:00","09:00-12:30"],"sunday":["22:00-06:00"]},"holidays":["2026-12-25"],"special":{"2026-12-24":["09:00-12:00"]}}"#
            ]],
        );
    }

    #[test]
    fn what_is_no_calendar_says_what_to_mend() {
        let day = |hours: &str| format!(r#"{{"zone": "UTC", "week": {{"monday": {hours}}}}}"#);
        let dated =
            |dates: &str| format!(r#"{{"zone": "UTC", "week": {{"monday": ["09:00-17:00"]}}, {dates}}}"#);
        check(
            &day("[]"),
            &expect![
                "the calendar is never open; give at least one weekday an opening such as `09:00-17:00`"
            ],
        );
        check(
            &day(r#"["09:00-12:00", "11:00-17:00"]"#),
            &expect![
                "monday: the openings 09:00-12:00 and 11:00-17:00 overlap; make them one, or end the first earlier"
            ],
        );
        check(
            &day(r#"["09:00"]"#),
            &expect!["`09:00` is not from one time to another; write it like `09:00-17:00`"],
        );
        check(
            r#"{"zone": "UTC", "week": {"monday": ["22:00-06:00"], "tuesday": ["05:00-10:00"]}}"#,
            &expect![
                "tuesday: the openings 00:00-06:00 and 05:00-10:00 overlap; make them one, or end the first earlier"
            ],
        );
        check(
            r#"{"zone": "UTC", "week": {"monday to friday": ["09:00-17:00"], "friday": []}}"#,
            &expect!["friday is named twice in the week; keep one of the two lines"],
        );
        check(
            r#"{"zone": "UTC", "week": {"weekdays": ["09:00-17:00"]}}"#,
            &expect!["`weekdays` is no weekday; write `monday` or `monday to friday`"],
        );
        check(
            r#"{"zone": "Berlin", "week": {"monday": ["09:00-17:00"]}}"#,
            &expect!["there is no time zone `Berlin`; write an IANA name such as `Europe/Berlin` or `UTC`"],
        );
        check(
            &dated(r#""holidays": ["2026-02-30"]"#),
            &expect![
                "`2026-02-30` is not a date; write year-month-day like `2026-12-25`, and check that the day exists"
            ],
        );
        check(
            &dated(r#""holidays": ["2026-12-24"], "special": {"2026-12-24": ["09:00-12:00"]}"#),
            &expect!["2026-12-24 is both a holiday and a special day; keep the one that is true"],
        );
        check(
            &dated(r#""special": {"2026-12-24": []}"#),
            &expect!["the special day 2026-12-24 has no openings; list it under holidays if it is closed"],
        );
        check(
            &dated(r#""special": {"2026-12-24": ["22:00-06:00"]}"#),
            &expect![
                "2026-12-24: the opening 22:00-06:00 goes past midnight; write it as two special days, up to 24:00 and from 00:00"
            ],
        );
        check(
            &dated(r#""holiday": []"#),
            &expect!["unknown field `holiday`, expected one of `zone`, `week`, `holidays`, `special`"],
        );
    }

    #[test]
    fn openings_and_dates_are_bounded() {
        let week = |openings| BTreeMap::from([(Days::from(Weekday::Monday), openings)]);
        let many = Definition {
            week: week(vec![Opening::ALL_DAY; OPENINGS_PER_DAY_MAX + 1]),
            ..Definition::always()
        };
        assert!(matches!(Calendar::new(many), Err(CalendarError::TooManyOpenings { found: 25, .. })));
        let dates = (0..).map(|days| Date::MIN.plus_days(days)).take(DATES_MAX + 1).collect();
        let many = Definition { holidays: dates, ..Definition::always() };
        assert!(matches!(Calendar::new(many), Err(CalendarError::TooManyDates { found: 3_601 })));
    }
}
