use core::fmt;
use core::str::FromStr;

use alloc::string::{String, ToString};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::time::Span;

/// A time of day to the minute, `00:00` to `24:00`; the latter is the midnight that ends the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LocalTime {
    /// Minutes since the day's first midnight, as its clock counts them.
    minutes: u16,
}

/// From one time of day to another, such as `09:00-12:30`; the second time is the first moment
/// that is no longer in it.
///
/// Where the second is not after the first (`22:00-06:00`) it is of the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Opening {
    /// When it opens; before 24:00.
    from: LocalTime,
    /// When it closes; after 00:00, and not the time it opens.
    to: LocalTime,
}

/// Why a text is no time of day or no pair of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpeningError {
    /// Not a time of day.
    #[error("`{text}` is not a time of day; write hours and minutes like `09:30`, at most `24:00`")]
    NotATime {
        /// The text.
        text: CompactString,
    },
    /// Not two times with a hyphen between.
    #[error("`{text}` is not from one time to another; write it like `09:00-17:00`")]
    NotAPair {
        /// The text.
        text: CompactString,
    },
    /// It closes when it opens.
    #[error("`{from}-{from}` is no time at all; for the whole day write `00:00-24:00`")]
    Empty {
        /// The time.
        from: LocalTime,
    },
}

/// Most of a wrong text that an error shows.
const TEXT_CHARS_SHOWN: usize = 32;

impl LocalTime {
    /// The midnight that begins a day.
    pub const MIDNIGHT: LocalTime = LocalTime { minutes: 0 };
    /// The midnight that ends a day.
    pub const DAY_END: LocalTime = LocalTime { minutes: 1_440 };

    /// The time so many minutes after midnight, 0 to 1440.
    #[must_use]
    pub const fn from_minutes(minutes: u16) -> Option<LocalTime> {
        if minutes <= LocalTime::DAY_END.minutes { Some(LocalTime { minutes }) } else { None }
    }

    /// Minutes since midnight, 0 to 1440.
    #[must_use]
    pub const fn minutes(self) -> u16 {
        self.minutes
    }

    /// The minute in which a clock is that has run so far since midnight, within the day.
    pub(super) fn from_span(since_midnight: Span) -> LocalTime {
        let minutes = since_midnight.as_millis().div_euclid(Span::MINUTE.as_millis());
        u16::try_from(minutes).ok().and_then(LocalTime::from_minutes).unwrap_or(LocalTime::MIDNIGHT)
    }

    /// How far the clock has run since midnight.
    pub(crate) fn since_midnight(self) -> Span {
        Span::MINUTE.times(i64::from(self.minutes))
    }
}

impl Opening {
    /// The whole day.
    pub const ALL_DAY: Opening = Opening { from: LocalTime::MIDNIGHT, to: LocalTime::DAY_END };

    /// From one time to another; of the next day when `to` is not after `from`.
    ///
    /// # Errors
    /// Both are the same, or the same midnight.
    pub fn new(from: LocalTime, to: LocalTime) -> Result<Opening, OpeningError> {
        // Written either way, midnight opens as 00:00 and closes as 24:00.
        let from = if from == LocalTime::DAY_END { LocalTime::MIDNIGHT } else { from };
        if from == to {
            return Err(OpeningError::Empty { from });
        }
        Ok(Opening { from, to: if to == LocalTime::MIDNIGHT { LocalTime::DAY_END } else { to } })
    }

    /// When it opens.
    #[must_use]
    pub const fn from(self) -> LocalTime {
        self.from
    }

    /// When it closes: the first moment that is no longer in it.
    #[must_use]
    pub const fn to(self) -> LocalTime {
        self.to
    }

    /// Its part on the day it opens, and its part on the next day if it crosses midnight.
    #[must_use]
    pub fn split_at_midnight(self) -> (Opening, Option<Opening>) {
        if self.from < self.to {
            return (self, None);
        }
        let evening = Opening { from: self.from, to: LocalTime::DAY_END };
        let morning = Opening { from: LocalTime::MIDNIGHT, to: self.to };
        (evening, Some(morning))
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.minutes / 60, self.minutes % 60)
    }
}

impl fmt::Display for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from, self.to)
    }
}

impl FromStr for LocalTime {
    type Err = OpeningError;

    fn from_str(text: &str) -> Result<LocalTime, OpeningError> {
        let error = || OpeningError::NotATime { text: text.chars().take(TEXT_CHARS_SHOWN).collect() };
        let (hours, minutes) = text.trim().split_once(':').ok_or_else(error)?;
        let number = |digits: &str, lengths: core::ops::RangeInclusive<usize>| {
            let is_number = lengths.contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
            if is_number { digits.parse::<u16>().map_err(|_| error()) } else { Err(error()) }
        };
        let (hours, minutes) = (number(hours, 1..=2)?, number(minutes, 2..=2)?);
        if minutes > 59 {
            return Err(error());
        }
        LocalTime::from_minutes(hours * 60 + minutes).ok_or_else(error)
    }
}

impl FromStr for Opening {
    type Err = OpeningError;

    fn from_str(text: &str) -> Result<Opening, OpeningError> {
        // People write an en dash between times, and word processors make one.
        let (from, to) = text
            .split_once(['-', '\u{2013}'])
            .ok_or_else(|| OpeningError::NotAPair { text: text.chars().take(TEXT_CHARS_SHOWN).collect() })?;
        Opening::new(from.parse()?, to.parse()?)
    }
}

impl TryFrom<String> for LocalTime {
    type Error = OpeningError;

    fn try_from(text: String) -> Result<LocalTime, OpeningError> {
        text.parse()
    }
}

impl From<LocalTime> for String {
    fn from(time: LocalTime) -> String {
        time.to_string()
    }
}

impl TryFrom<String> for Opening {
    type Error = OpeningError;

    fn try_from(text: String) -> Result<Opening, OpeningError> {
        text.parse()
    }
}

impl From<Opening> for String {
    fn from(opening: Opening) -> String {
        opening.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use expect_test::expect;

    #[test]
    fn openings_are_read_as_people_write_them() {
        let read: String = [
            "09:00-17:30",
            "9:00 - 17:30",
            "09:00\u{2013}12:00",
            "22:00-06:00",
            "18:00-00:00",
            "24:00-06:00",
            "00:00-24:00",
            "00:00-00:00",
            "09:00-09:00",
            "09:00",
            "9-17",
            "09:60-10:00",
            "24:01-25:00",
            "+9:00-10:00",
        ]
        .into_iter()
        .map(|text| match text.parse::<Opening>() {
            Ok(opening) => {
                let (evening, morning) = opening.split_at_midnight();
                let morning = morning.map(|morning| format!(" and {morning}")).unwrap_or_default();
                format!("{text}: {evening}{morning}\n")
            }
            Err(error) => format!("{text}: {error}\n"),
        })
        .collect();
        expect![[r#"
            09:00-17:30: 09:00-17:30
            9:00 - 17:30: 09:00-17:30
            09:00–12:00: 09:00-12:00
            22:00-06:00: 22:00-24:00 and 00:00-06:00
            18:00-00:00: 18:00-24:00
            24:00-06:00: 00:00-06:00
            00:00-24:00: 00:00-24:00
            00:00-00:00: `00:00-00:00` is no time at all; for the whole day write `00:00-24:00`
            09:00-09:00: `09:00-09:00` is no time at all; for the whole day write `00:00-24:00`
            09:00: `09:00` is not from one time to another; write it like `09:00-17:00`
            9-17: `9` is not a time of day; write hours and minutes like `09:30`, at most `24:00`
            09:60-10:00: `09:60` is not a time of day; write hours and minutes like `09:30`, at most `24:00`
            24:01-25:00: `24:01` is not a time of day; write hours and minutes like `09:30`, at most `24:00`
            +9:00-10:00: `+9:00` is not a time of day; write hours and minutes like `09:30`, at most `24:00`
        "#]]
        .assert_eq(&read);
    }
}
