use core::fmt;
use core::str::FromStr;

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use super::phrase::{Business, Hours, shown, span};
use super::{Due, DueError, Unresolved, named};
use crate::calendar::Calendars;
use crate::time::{Span, Timestamp};

/// From when on a promise is at risk: `12h before`, `2 business hours before` or `at 75%`; with
/// `0h before` only when it is due.
///
/// Written and read as that phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum AtRisk {
    /// So long before it is due, day and night; a day is 24 hours here.
    Before(Span),
    /// So much business time before it is due, in the calendar of the due time.
    BusinessBefore(Span),
    /// When that share of the time to due has passed, 1 to 99 percent: of business time where
    /// the due time counts business time, of elapsed time elsewhere.
    Share {
        /// The share in percent.
        percent: u8,
    },
}

impl AtRisk {
    /// The time that a phrase names.
    ///
    /// # Errors
    /// Any other phrase; see [`DueError`].
    pub fn parse(text: &str) -> Result<AtRisk, DueError> {
        let lower = text.to_lowercase();
        let words: Vec<&str> = lower.split_whitespace().collect();
        match words.as_slice() {
            ["at", share] => share
                .strip_suffix('%')
                .and_then(|share| share.parse().ok())
                .filter(|percent| (1..=99).contains(percent))
                .map(|percent| AtRisk::Share { percent })
                .ok_or_else(|| DueError::NotAShare { text: shown(text) }),
            [_, "business", "day" | "days" | "week" | "weeks", "before"] => {
                Err(DueError::RiskUnclear { text: shown(text) })
            }
            [count, "business", unit, "before"] => Ok(AtRisk::BusinessBefore(span(&[*count, *unit])?)),
            [length @ .., "before"] if !length.is_empty() => Ok(AtRisk::Before(span(length)?)),
            _ => Err(DueError::RiskUnclear { text: shown(text) }),
        }
    }

    /// The moment it means for a promise made at `start` and due at `due_at` by `due`; never
    /// before the promise was made, nor after it is due.
    ///
    /// # Errors
    /// The due time names a calendar that does not exist.
    pub fn resolve(
        self,
        start: Timestamp,
        due_at: Timestamp,
        due: &Due,
        calendars: &Calendars,
    ) -> Result<Timestamp, Unresolved> {
        let at = match self {
            AtRisk::Before(span) => due_at - span,
            // With too little business time before it, it is at risk from the start.
            AtRisk::BusinessBefore(span) => {
                named(calendars, due.calendar())?.add(due_at, -span).unwrap_or(start)
            }
            AtRisk::Share { percent } if due.is_business() => {
                let calendar = named(calendars, due.calendar())?;
                let share = share(calendar.between(start, due_at), percent);
                calendar.add(start, share).unwrap_or(due_at)
            }
            AtRisk::Share { percent } => start + share(due_at.since(start), percent),
        };
        Ok(at.max(start).min(due_at))
    }
}

/// A share of a span in whole milliseconds; spans between moments are far from overflowing.
fn share(span: Span, percent: u8) -> Span {
    Span::from_millis(span.times(i64::from(percent)).as_millis() / 100)
}

impl fmt::Display for AtRisk {
    /// The phrase; [`AtRisk::parse`] reads it back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AtRisk::Before(span) => write!(f, "{} before", Hours(*span)),
            AtRisk::BusinessBefore(span) => write!(f, "{} before", Business(*span)),
            AtRisk::Share { percent } => write!(f, "at {percent}%"),
        }
    }
}

impl FromStr for AtRisk {
    type Err = DueError;

    fn from_str(text: &str) -> Result<AtRisk, DueError> {
        AtRisk::parse(text)
    }
}

impl TryFrom<String> for AtRisk {
    type Error = DueError;

    fn try_from(text: String) -> Result<AtRisk, DueError> {
        AtRisk::parse(&text)
    }
}

impl From<AtRisk> for String {
    fn from(at_risk: AtRisk) -> String {
        at_risk.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Calendar, Days, Definition, Weekday};
    use crate::time::parse_rfc3339;
    use alloc::collections::BTreeMap;
    use alloc::format;
    use alloc::vec;
    use expect_test::expect;

    #[test]
    fn phrases_are_read_or_refused_with_the_mend() {
        let read: String = [
            "12h before",
            "1 day before",
            "1h 30m before",
            "2 business hours before",
            "At 75%",
            "at 0%",
            "at 100%",
            "at 7.5%",
            "0h before",
            "before",
            "2 business days before",
            "12h",
            "12 before",
            "",
        ]
        .into_iter()
        .map(|text| match AtRisk::parse(text) {
            Ok(at_risk) => {
                assert_eq!(AtRisk::parse(&at_risk.to_string()), Ok(at_risk));
                format!("{text}: {at_risk}\n")
            }
            Err(error) => format!("{text}: {error}\n"),
        })
        .collect();
        expect![[r#"
            12h before: 12h before
            1 day before: 24h before
            1h 30m before: 1h 30m before
            2 business hours before: 2 business hours before
            At 75%: at 75%
            at 0%: `at 0%` is no share of the time to due; write a whole number from `at 1%` to `at 99%`
            at 100%: `at 100%` is no share of the time to due; write a whole number from `at 1%` to `at 99%`
            at 7.5%: `at 7.5%` is no share of the time to due; write a whole number from `at 1%` to `at 99%`
            0h before: 0s before
            before: `before` does not say when the promise is at risk; write it like `12h before`, `2 business hours before` or `at 75%`
            2 business days before: `2 business days before` does not say when the promise is at risk; write it like `12h before`, `2 business hours before` or `at 75%`
            12h: `12h` does not say when the promise is at risk; write it like `12h before`, `2 business hours before` or `at 75%`
            12 before: `12` has no unit; write `12h` for hours or `12m` for minutes
            : `` does not say when the promise is at risk; write it like `12h before`, `2 business hours before` or `at 75%`
        "#]]
        .assert_eq(&read);
    }

    #[test]
    fn the_risk_begins_in_business_time_where_the_due_time_does() {
        let nine_to_five = Definition {
            week: BTreeMap::from([(
                Days { first: Weekday::Monday, last: Weekday::Friday },
                vec!["09:00-17:00".parse().unwrap()],
            )]),
            ..Definition::always()
        };
        let calendars = Calendars::one(Calendar::new(nine_to_five).unwrap());
        // A Friday; eight business hours are over on Monday at 13:00.
        let start = parse_rfc3339("2026-11-20T13:00Z").unwrap();
        let at_risk = |due: &str, at_risk: &str| {
            let due = Due::parse(due).unwrap();
            let due_at = due.resolve(start, &calendars, calendars.ordinary.zone(), |_| Some(start)).unwrap();
            let at_risk = AtRisk::parse(at_risk).unwrap();
            at_risk.resolve(start, due_at, &due, &calendars).unwrap().to_string()
        };
        assert_eq!(at_risk("8 business hours", "at 75%"), "2026-11-23T11:00:00Z");
        assert_eq!(at_risk("8 business hours", "6 business hours before"), "2026-11-20T15:00:00Z");
        assert_eq!(at_risk("8 business hours", "6h before"), "2026-11-23T07:00:00Z");
        assert_eq!(at_risk("72h", "at 75%"), "2026-11-22T19:00:00Z");
        assert_eq!(at_risk("72h", "12h before"), "2026-11-23T01:00:00Z");
        // Never before the promise was made, nor after it is due.
        assert_eq!(at_risk("72h", "100h before"), "2026-11-20T13:00:00Z");
        assert_eq!(at_risk("facts.promised_at", "at 50%"), "2026-11-20T13:00:00Z");
        assert_eq!(at_risk("8 business hours", "99999 business hours before"), "2026-11-20T13:00:00Z");
        assert_eq!(at_risk("2h before facts.promised_at", "1h before"), "2026-11-20T11:00:00Z");
    }
}
