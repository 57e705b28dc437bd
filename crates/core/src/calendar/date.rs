use core::fmt;
use core::str::FromStr;

use alloc::string::{String, ToString};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::time::{Span, Timestamp, civil};

/// A day in a wall calendar, wherever that hangs: year, month and day, years 1 to 9999.
///
/// Written and read as `2026-12-25`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    /// Days since 1970-01-01.
    days: i64,
}

/// Why a text is not a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a date; write year-month-day like `2026-12-25`, and check that the day exists")]
pub struct DateError {
    text: CompactString,
}

impl Date {
    /// The first day that there is: 0001-01-01.
    pub const MIN: Date = Date { days: -719_162 };
    /// The last day that there is: 9999-12-31.
    pub const MAX: Date = Date { days: 2_932_896 };

    /// A Monday, from which weeks are counted: 1970-01-05.
    pub(super) const MONDAY: Date = Date { days: 4 };

    /// The date of that year (1 to 9999), month (1 to 12) and day (from 1), if there is one.
    #[must_use]
    pub fn new(year: i16, month: u8, day: u8) -> Option<Date> {
        if year < 1 {
            return None;
        }
        let days = civil::days_from_civil(i64::from(year), i64::from(month), i64::from(day))?;
        Some(Date { days })
    }

    /// The year, 1 to 9999.
    #[must_use]
    pub fn year(self) -> i16 {
        i16::try_from(self.civil().0).expect("a date lies within the years 1 to 9999")
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        u8::try_from(self.civil().1).expect("a month is 1 to 12")
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub fn day(self) -> u8 {
        u8::try_from(self.civil().2).expect("a day is 1 to 31")
    }

    /// The day of the week.
    #[must_use]
    pub fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday, three days after Monday.
        match (self.days + 3).rem_euclid(7) {
            0 => Weekday::Monday,
            1 => Weekday::Tuesday,
            2 => Weekday::Wednesday,
            3 => Weekday::Thursday,
            4 => Weekday::Friday,
            5 => Weekday::Saturday,
            _ => Weekday::Sunday,
        }
    }

    /// The date so many days later (earlier when negative), not beyond [`Date::MIN`] and
    /// [`Date::MAX`].
    #[must_use]
    pub fn plus_days(self, days: i64) -> Date {
        Date { days: self.days.saturating_add(days).clamp(Date::MIN.days, Date::MAX.days) }
    }

    /// How many days this is after `earlier`; negative when it is before.
    #[must_use]
    pub fn days_since(self, earlier: Date) -> i64 {
        self.days - earlier.days
    }

    /// The date that a clock shows.
    pub(super) fn from_wall_clock(wall: Timestamp) -> Date {
        let days = wall.as_millis().div_euclid(Span::DAY.as_millis());
        Date { days: days.clamp(Date::MIN.days, Date::MAX.days) }
    }

    /// What a clock shows when the date begins.
    pub(crate) fn midnight(self) -> Timestamp {
        Timestamp::EPOCH + Span::DAY.times(self.days)
    }

    fn civil(self) -> (i64, i64, i64) {
        civil::civil_from_days(self.days)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Date, DateError> {
        let error = || DateError { text: text.chars().take(32).collect() };
        let mut parts = text.splitn(3, '-');
        let mut part = |digits: usize| {
            parts
                .next()
                .filter(|part| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit()))
                .ok_or_else(error)
        };
        let (year, month, day) = (part(4)?, part(2)?, part(2)?);
        match (year.parse(), month.parse(), day.parse()) {
            (Ok(year), Ok(month), Ok(day)) => Date::new(year, month, day).ok_or_else(error),
            _ => Err(error()),
        }
    }
}

impl TryFrom<String> for Date {
    type Error = DateError;

    fn try_from(text: String) -> Result<Date, DateError> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> String {
        date.to_string()
    }
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weekday {
    /// The first day of the week (ISO 8601).
    Monday,
    /// The second.
    Tuesday,
    /// The third.
    Wednesday,
    /// The fourth.
    Thursday,
    /// The fifth.
    Friday,
    /// The sixth.
    Saturday,
    /// The seventh.
    Sunday,
}

impl Weekday {
    /// Every weekday, Monday first.
    pub const ALL: [Weekday; 7] = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];

    /// The word used in files, messages and the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Weekday::Monday => "monday",
            Weekday::Tuesday => "tuesday",
            Weekday::Wednesday => "wednesday",
            Weekday::Thursday => "thursday",
            Weekday::Friday => "friday",
            Weekday::Saturday => "saturday",
            Weekday::Sunday => "sunday",
        }
    }

    /// How many days it is after Monday, 0 to 6.
    #[must_use]
    pub const fn days_after_monday(self) -> usize {
        match self {
            Weekday::Monday => 0,
            Weekday::Tuesday => 1,
            Weekday::Wednesday => 2,
            Weekday::Thursday => 3,
            Weekday::Friday => 4,
            Weekday::Saturday => 5,
            Weekday::Sunday => 6,
        }
    }

    /// The day after it.
    #[must_use]
    pub const fn next(self) -> Weekday {
        Weekday::ALL[(self.days_after_monday() + 1) % 7]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_as_it_is_shown() {
        for text in ["2026-12-25", "2024-02-29", "0001-01-01", "9999-12-31"] {
            assert_eq!(text.parse::<Date>().unwrap().to_string(), text);
        }
        assert_eq!("0001-01-01".parse(), Ok(Date::MIN));
        assert_eq!("9999-12-31".parse(), Ok(Date::MAX));
        let date: Date = "2026-11-21".parse().unwrap();
        assert_eq!(
            (date.year(), date.month(), date.day(), date.weekday()),
            (2026, 11, 21, Weekday::Saturday)
        );
    }

    #[test]
    fn days_that_do_not_exist_are_refused_by_name() {
        for text in
            ["2025-02-29", "2026-13-01", "0000-01-01", "26-12-25", "2026-12-25T00:00", "25.12.2026", ""]
        {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
        assert_eq!(
            "2025-02-29".parse::<Date>().unwrap_err().to_string(),
            "`2025-02-29` is not a date; write year-month-day like `2026-12-25`, and check that the day exists"
        );
    }

    #[test]
    fn days_add_up_and_stop_at_the_ends() {
        let date: Date = "2024-02-28".parse().unwrap();
        assert_eq!(date.plus_days(2).to_string(), "2024-03-01");
        assert_eq!(date.plus_days(-59).to_string(), "2023-12-31");
        assert_eq!(date.plus_days(i64::MAX), Date::MAX);
        assert_eq!(date.plus_days(366).days_since(date), 366);
    }
}
