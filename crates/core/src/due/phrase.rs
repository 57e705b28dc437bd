use core::fmt;
use core::str::FromStr;

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use compact_str::CompactString;

use super::Due;
use crate::calendar::{LocalTime, OpeningError};
use crate::event::Name;
use crate::time::{Quantities, Span, SpanError};

/// Most days in a due time: ten years, as far as calendars are looked through.
pub const DAYS_MAX: u16 = 3_650;

/// Longest phrase that is read, in bytes; the longest sensible one has half of that.
const PHRASE_BYTES_MAX: usize = 200;

/// Why a phrase is not a due time, or not the time from which a promise is at risk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DueError {
    /// Not one of the phrases that are known.
    #[error(
        "`{text}` is no due time; write it like `72h`, `3 days`, `3 days at 17:00`, `8 business hours`, \
         `2 business days`, `end of next business day`, `facts.promised_at` or `2h before facts.departs_at`"
    )]
    Unclear {
        /// The phrase.
        text: CompactString,
    },
    /// A length of time that cannot be read.
    #[error(transparent)]
    Span(#[from] SpanError),
    /// A time of day that cannot be read.
    #[error(transparent)]
    Time(#[from] OpeningError),
    /// A promise that would be due when it is made.
    #[error("`{text}` is no time at all; nobody can keep a promise that is due at once")]
    Zero {
        /// The phrase.
        text: CompactString,
    },
    /// Calendar days and hours in one due time, which differ when the clocks change.
    #[error(
        "`{text}` mixes days with hours, which differ when the clocks change; write hours alone, or days and a time like `3 days at 17:00`"
    )]
    DaysAndHours {
        /// The phrase.
        text: CompactString,
    },
    /// A time of day after hours.
    #[error("`{text}` gives a time of day to something other than days; write it like `3 days at 17:00`")]
    TimeWithoutDays {
        /// The phrase.
        text: CompactString,
    },
    /// More than [`DAYS_MAX`] days.
    #[error("`{text}` is more than {DAYS_MAX} days; check the unit")]
    TooManyDays {
        /// The phrase.
        text: CompactString,
    },
    /// Something other than a fact where a fact belongs.
    #[error("`{found}` is not a fact; write `facts.` and its name, like `facts.promised_at`")]
    NotAFact {
        /// What stands there.
        found: CompactString,
    },
    /// A share of the time to due that is none.
    #[error("`{text}` is no share of the time to due; write a whole number from `at 1%` to `at 99%`")]
    NotAShare {
        /// The phrase.
        text: CompactString,
    },
    /// Not a phrase for when a promise is at risk.
    #[error(
        "`{text}` does not say when the promise is at risk; write it like `12h before`, `2 business hours before` or `at 75%`"
    )]
    RiskUnclear {
        /// The phrase.
        text: CompactString,
    },
}

pub(super) fn parse(text: &str) -> Result<Due, DueError> {
    let unclear = || DueError::Unclear { text: shown(text) };
    if text.len() > PHRASE_BYTES_MAX {
        return Err(unclear());
    }
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    // Names keep their case; in every phrase that has one it is the last word.
    let name = text.split_whitespace().next_back().unwrap_or_default();

    match words.as_slice() {
        [fact] if fact.starts_with("facts.") => Ok(Due::At { fact: fact_name(name)?, shift: Span::ZERO }),
        [length @ .., "before", _] => Ok(Due::At { fact: fact_name(name)?, shift: -span(length)? }),
        [length @ .., "after", _] => Ok(Due::At { fact: fact_name(name)?, shift: span(length)? }),
        ["end", "of", "business", "day", of @ ..]
        | ["end", "of", "the" | "this", "business", "day", of @ ..] => {
            Ok(Due::AfterBusinessDays { days: 0, calendar: calendar(of, name).ok_or_else(unclear)? })
        }
        ["end", "of", "next", "business", "day", of @ ..]
        | ["end", "of", "the", "next", "business", "day", of @ ..] => {
            Ok(Due::AfterBusinessDays { days: 1, calendar: calendar(of, name).ok_or_else(unclear)? })
        }
        [count, "business", unit, of @ ..] => {
            let calendar = calendar(of, name).ok_or_else(unclear)?;
            match amount(text, &[*count, *unit])? {
                Amount::Hours(span) => Ok(Due::AfterBusiness { span, calendar }),
                // How long a business week is, the calendar does not say.
                Amount::Days(_) if unit.starts_with('w') => Err(unclear()),
                Amount::Days(days) => Ok(Due::AfterBusinessDays { days, calendar }),
            }
        }
        [length @ .., "at", time] => match amount(text, length)? {
            Amount::Hours(_) => Err(DueError::TimeWithoutDays { text: shown(text) }),
            Amount::Days(days) => Ok(Due::AfterDays { days, at: Some(LocalTime::from_str(time)?) }),
        },
        [first, ..] if first.starts_with(|c: char| c.is_ascii_digit()) => match amount(text, &words)? {
            Amount::Hours(span) => Ok(Due::After(span)),
            Amount::Days(days) => Ok(Due::AfterDays { days, at: None }),
        },
        _ => Err(unclear()),
    }
}

/// A length of time as it was meant: days are not hours.
enum Amount {
    Hours(Span),
    Days(u16),
}

/// The length of time that the words say; more than none.
fn amount(text: &str, words: &[&str]) -> Result<Amount, DueError> {
    let written = words.join(" ");
    let span = Span::parse(&written)?;
    if span == Span::ZERO {
        return Err(DueError::Zero { text: shown(text) });
    }
    let units: Vec<Span> = Quantities(&written).filter_map(Result::ok).map(|(_, unit)| unit).collect();
    if units.iter().all(|&unit| unit < Span::DAY) {
        return Ok(Amount::Hours(span));
    }
    if units.iter().any(|&unit| unit < Span::DAY) {
        return Err(DueError::DaysAndHours { text: shown(text) });
    }
    u16::try_from(span.as_millis() / Span::DAY.as_millis())
        .ok()
        .filter(|&days| days <= DAYS_MAX)
        .map(Amount::Days)
        .ok_or_else(|| DueError::TooManyDays { text: shown(text) })
}

pub(super) fn span(words: &[&str]) -> Result<Span, DueError> {
    Ok(Span::parse(&words.join(" "))?)
}

/// The calendar after a phrase: nothing, or `of NAME`.
#[expect(clippy::option_option, reason = "no calendar named and wrongly named differ")]
fn calendar(of: &[&str], name: &str) -> Option<Option<Name>> {
    match of {
        [] => Some(None),
        ["of", _] => Some(Some(name.into())),
        _ => None,
    }
}

fn fact_name(word: &str) -> Result<Name, DueError> {
    word.strip_prefix("facts.")
        .filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
        .filter(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.'))
        .map(Name::from)
        .ok_or_else(|| DueError::NotAFact { found: shown(word) })
}

/// A wrong phrase, cut to a length that can be shown.
pub(super) fn shown(text: &str) -> CompactString {
    text.trim().chars().take(80).collect()
}

impl fmt::Display for Due {
    /// The phrase; [`Due::parse`] reads it back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Due::At { fact, shift } => match shift.cmp(&Span::ZERO) {
                core::cmp::Ordering::Less => write!(f, "{} before facts.{fact}", Hours(-*shift)),
                core::cmp::Ordering::Equal => write!(f, "facts.{fact}"),
                core::cmp::Ordering::Greater => write!(f, "{} after facts.{fact}", Hours(*shift)),
            },
            Due::After(span) => write!(f, "{}", Hours(*span)),
            Due::AfterDays { days, at } => {
                write!(f, "{days} {}", if *days == 1 { "day" } else { "days" })?;
                at.map_or(Ok(()), |time| write!(f, " at {time}"))
            }
            Due::AfterBusiness { span, calendar } => {
                write!(f, "{}", Business(*span))?;
                calendar.as_ref().map_or(Ok(()), |name| write!(f, " of {name}"))
            }
            Due::AfterBusinessDays { days, calendar } => {
                match days {
                    0 => f.write_str("end of business day")?,
                    1 => f.write_str("1 business day")?,
                    days => write!(f, "{days} business days")?,
                }
                calendar.as_ref().map_or(Ok(()), |name| write!(f, " of {name}"))
            }
        }
    }
}

/// Shows a span exactly, in hours and less: `72h`, not `3d`, which as a due time means days.
pub(super) struct Hours(pub(super) Span);

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.as_millis();
        let mut gap = "";
        for (unit, word) in
            [(Span::HOUR, "h"), (Span::MINUTE, "m"), (Span::SECOND, "s"), (Span::from_millis(1), "ms")]
        {
            let count = rest / unit.as_millis();
            rest %= unit.as_millis();
            if count != 0 {
                write!(f, "{gap}{count}{word}")?;
                gap = " ";
            }
        }
        if gap.is_empty() { f.write_str("0s") } else { Ok(()) }
    }
}

/// Shows business time exactly, in the largest unit that it is whole in: `90 business minutes`.
pub(super) struct Business(pub(super) Span);

impl fmt::Display for Business {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        let (unit, word) = [(Span::HOUR, "hour"), (Span::MINUTE, "minute"), (Span::SECOND, "second")]
            .into_iter()
            .find(|(unit, _)| millis % unit.as_millis() == 0)
            .unwrap_or((Span::from_millis(1), "millisecond"));
        let count = millis / unit.as_millis();
        write!(f, "{count} business {word}{}", if count == 1 { "" } else { "s" })
    }
}

impl FromStr for Due {
    type Err = DueError;

    fn from_str(text: &str) -> Result<Due, DueError> {
        Due::parse(text)
    }
}

impl TryFrom<String> for Due {
    type Error = DueError;

    fn try_from(text: String) -> Result<Due, DueError> {
        Due::parse(&text)
    }
}

impl From<Due> for String {
    fn from(due: Due) -> String {
        due.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use expect_test::expect;
    use proptest::prelude::*;

    #[test]
    fn phrases_are_read_and_shown_in_one_way() {
        let shown: String = [
            "72h",
            "1h30m",
            "3d",
            " 1  Day ",
            "2 weeks",
            "3 days at 17:00",
            "8 business hours",
            "1 Business Hour of Care",
            "2 business days of care",
            "end of business day",
            "end of this business day of care",
            "end of the next business day",
            "facts.promised_at",
            "2h before facts.departs_at",
            "1 day after facts.shippedAt",
        ]
        .into_iter()
        .map(|text| format!("{text}: {}\n", parse(text).unwrap()))
        .collect();
        expect![[r#"
            72h: 72h
            1h30m: 1h 30m
            3d: 3 days
             1  Day : 1 day
            2 weeks: 14 days
            3 days at 17:00: 3 days at 17:00
            8 business hours: 8 business hours
            1 Business Hour of Care: 1 business hour of Care
            2 business days of care: 2 business days of care
            end of business day: end of business day
            end of this business day of care: end of business day of care
            end of the next business day: 1 business day
            facts.promised_at: facts.promised_at
            2h before facts.departs_at: 2h before facts.departs_at
            1 day after facts.shippedAt: 24h after facts.shippedAt
        "#]]
        .assert_eq(&shown);
    }

    #[test]
    fn what_is_no_due_time_says_how_to_write_one() {
        let shown: String = [
            "",
            "soon",
            "72",
            "0h",
            "0 business days",
            "1d 12h",
            "12h at 17:00",
            "1 day at 25:00",
            "8 business moons",
            "2 business weeks",
            "8 business hours in care",
            "9999 days",
            "fact.promised_at",
            "facts.",
            "2h before noon",
            "end of day",
            "end of",
        ]
        .into_iter()
        .map(|text| format!("{}\n", parse(text).unwrap_err()))
        .collect();
        expect![[r#"
            `` is no due time; write it like `72h`, `3 days`, `3 days at 17:00`, `8 business hours`, `2 business days`, `end of next business day`, `facts.promised_at` or `2h before facts.departs_at`
            `soon` is no due time; write it like `72h`, `3 days`, `3 days at 17:00`, `8 business hours`, `2 business days`, `end of next business day`, `facts.promised_at` or `2h before facts.departs_at`
            `72` has no unit; write `72h` for hours or `72m` for minutes
            `0h` is no time at all; nobody can keep a promise that is due at once
            `0 business days` is no time at all; nobody can keep a promise that is due at once
            `1d 12h` mixes days with hours, which differ when the clocks change; write hours alone, or days and a time like `3 days at 17:00`
            `12h at 17:00` gives a time of day to something other than days; write it like `3 days at 17:00`
            `25:00` is not a time of day; write hours and minutes like `09:30`, at most `24:00`
            `moons` is no unit of time; use ms, s, m, h, d or w, or their names such as `hours`
            `2 business weeks` is no due time; write it like `72h`, `3 days`, `3 days at 17:00`, `8 business hours`, `2 business days`, `end of next business day`, `facts.promised_at` or `2h before facts.departs_at`
            `8 business hours in care` is no due time; write it like `72h`, `3 days`, `3 days at 17:00`, `8 business hours`, `2 business days`, `end of next business day`, `facts.promised_at` or `2h before facts.departs_at`
            `9999 days` is more than 3650 days; check the unit
            `fact.promised_at` is no due time; write it like `72h`, `3 days`, `3 days at 17:00`, `8 business hours`, `2 business days`, `end of next business day`, `facts.promised_at` or `2h before facts.departs_at`
            `facts.` is not a fact; write `facts.` and its name, like `facts.promised_at`
            `noon` is not a fact; write `facts.` and its name, like `facts.promised_at`
            `end of day` is no due time; write it like `72h`, `3 days`, `3 days at 17:00`, `8 business hours`, `2 business days`, `end of next business day`, `facts.promised_at` or `2h before facts.departs_at`
            `end of` is no due time; write it like `72h`, `3 days`, `3 days at 17:00`, `8 business hours`, `2 business days`, `end of next business day`, `facts.promised_at` or `2h before facts.departs_at`
        "#]]
        .assert_eq(&shown);
    }

    fn any_due() -> impl Strategy<Value = Due> {
        let name = "[a-zA-Z_][a-zA-Z0-9_]{0,8}";
        let millis = 1..10_000_000_000_i64;
        let calendar = proptest::option::of(name.prop_map(Name::from));
        prop_oneof![
            (name, -10_000_000_000..10_000_000_000_i64)
                .prop_map(|(fact, shift)| Due::At { fact: fact.into(), shift: Span::from_millis(shift) }),
            millis.clone().prop_map(|millis| Due::After(Span::from_millis(millis))),
            (1..=DAYS_MAX, proptest::option::of(0..=1_440_u16))
                .prop_map(|(days, at)| Due::AfterDays { days, at: at.and_then(LocalTime::from_minutes) }),
            (millis, calendar.clone()).prop_map(|(millis, calendar)| Due::AfterBusiness {
                span: Span::from_millis(millis),
                calendar
            }),
            (0..=DAYS_MAX, calendar).prop_map(|(days, calendar)| Due::AfterBusinessDays { days, calendar }),
        ]
    }

    proptest! {
        #[test]
        fn a_due_time_is_read_back_from_its_phrase(due in any_due()) {
            prop_assert_eq!(parse(&due.to_string()), Ok(due));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}", words in "(end |of |next |business |day |at |[0-9]{1,20}|h |facts\\.|before ){0,8}") {
            let _ = (parse(&text), parse(&words));
        }
    }
}
