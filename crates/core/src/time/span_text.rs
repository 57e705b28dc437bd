use alloc::string::ToString;
use compact_str::CompactString;

use super::Span;

/// Longest span that may be written: a hundred years. Longer ones are slips of the pen.
pub const SPAN_MAX: Span = Span::DAY.times(36_525);

/// Why a text is not a span.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpanError {
    /// There is nothing to read.
    #[error("a length of time is missing; write it like `12h`, `1h 30m` or `2 days`")]
    Empty,
    /// Something other than a whole number stands where the number belongs.
    #[error(
        "`{found}` does not start with a whole number; write a length of time like `12h`, `1h 30m` or `2 days`"
    )]
    NoNumber {
        /// The text from there on.
        found: CompactString,
    },
    /// Part of a unit.
    #[error("`{found}` is not a whole number; write the rest in a smaller unit, like `1h 30m`")]
    Fraction {
        /// The text from there on.
        found: CompactString,
    },
    /// A number without its unit.
    #[error("`{number}` has no unit; write `{number}h` for hours or `{number}m` for minutes")]
    NoUnit {
        /// The number.
        number: CompactString,
    },
    /// A unit that is not known.
    #[error("`{unit}` is no unit of time; use ms, s, m, h, d or w, or their names such as `hours`")]
    UnknownUnit {
        /// The unit as written.
        unit: CompactString,
    },
    /// A smaller unit before a larger one, or a unit twice.
    #[error("`{text}` is not in order; write the largest unit first and each once, like `1d 2h 30m`")]
    OutOfOrder {
        /// The whole text.
        text: CompactString,
    },
    /// Longer than [`SPAN_MAX`].
    #[error("`{text}` is longer than a hundred years; check the unit")]
    TooLong {
        /// The whole text.
        text: CompactString,
    },
}

/// Units of fixed length, largest first. A day is 24 hours here; months and years have no length.
const UNITS: [(Span, &[&str]); 6] = [
    (Span::DAY.times(7), &["w", "week", "weeks"]),
    (Span::DAY, &["d", "day", "days"]),
    (Span::HOUR, &["h", "hr", "hrs", "hour", "hours"]),
    (Span::MINUTE, &["m", "min", "mins", "minute", "minutes"]),
    (Span::SECOND, &["s", "sec", "secs", "second", "seconds"]),
    (Span::from_millis(1), &["ms", "millisecond", "milliseconds"]),
];

impl Span {
    /// A span as people write it: `12h`, `3d`, `1h 30m`, `90s`, `2 days`, `1w2d`.
    ///
    /// Whole numbers with a unit each, largest unit first. A day is 24 hours and a week seven of
    /// those; calendar days are the business of [`crate::due::Due`].
    ///
    /// # Errors
    /// Anything else; see [`SpanError`].
    pub fn parse(text: &str) -> Result<Span, SpanError> {
        let mut total = Span::ZERO;
        let mut smallest: Option<Span> = None;
        for part in Quantities(text) {
            let (count, unit) = part?;
            if smallest.is_some_and(|smallest| unit >= smallest) {
                return Err(SpanError::OutOfOrder { text: text.trim().into() });
            }
            smallest = Some(unit);
            total = Span(total.0.saturating_add(unit.times(count).0));
            if total > SPAN_MAX {
                return Err(SpanError::TooLong { text: text.trim().into() });
            }
        }
        if smallest.is_none() { Err(SpanError::Empty) } else { Ok(total) }
    }
}

/// Reads one number and unit after the other.
pub(crate) struct Quantities<'a>(pub(crate) &'a str);

impl Iterator for Quantities<'_> {
    type Item = Result<(i64, Span), SpanError>;

    fn next(&mut self) -> Option<Self::Item> {
        let text = self.0.trim_start();
        if text.is_empty() {
            return None;
        }
        let (digits, rest) = split_where(text, |c| !c.is_ascii_digit());
        if digits.is_empty() {
            return Some(Err(SpanError::NoNumber { found: text.into() }));
        }
        if rest.starts_with(['.', ',']) {
            return Some(Err(SpanError::Fraction { found: text.into() }));
        }
        let (unit, rest) = split_where(rest.trim_start(), |c| !c.is_alphabetic());
        self.0 = rest;
        if unit.is_empty() {
            return Some(Err(SpanError::NoUnit { number: digits.into() }));
        }
        // A number that does not fit is too long in any unit; the caller says so.
        let count = digits.parse().unwrap_or(i64::MAX);
        Some(unit_named(unit).map(|unit| (count, unit)))
    }
}

fn unit_named(word: &str) -> Result<Span, SpanError> {
    let lower = word.to_lowercase();
    UNITS
        .into_iter()
        .find(|(_, names)| names.contains(&lower.as_str()))
        .map(|(unit, _)| unit)
        .ok_or_else(|| SpanError::UnknownUnit { unit: word.to_string().into() })
}

fn split_where(text: &str, ends: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(ends).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::String;
    use expect_test::expect;
    use proptest::prelude::*;

    #[test]
    fn spans_are_read_as_people_write_them() {
        let read: String = [
            "12h",
            "3d",
            "1h 30m",
            "90s",
            "2 days",
            "1w2d",
            "500ms",
            "1 Hour 5 Minutes",
            "0h",
            "",
            "soon",
            "72",
            "1.5h",
            "-3h",
            "3 moons",
            "30m 1h",
            "1h 1h",
            "200000d",
            "99999999999999999999h",
        ]
        .into_iter()
        .map(|text| match Span::parse(text) {
            Ok(span) => format!("{text}: {} ms\n", span.as_millis()),
            Err(error) => format!("{text}: {error}\n"),
        })
        .collect();
        expect![[r#"
            12h: 43200000 ms
            3d: 259200000 ms
            1h 30m: 5400000 ms
            90s: 90000 ms
            2 days: 172800000 ms
            1w2d: 777600000 ms
            500ms: 500 ms
            1 Hour 5 Minutes: 3900000 ms
            0h: 0 ms
            : a length of time is missing; write it like `12h`, `1h 30m` or `2 days`
            soon: `soon` does not start with a whole number; write a length of time like `12h`, `1h 30m` or `2 days`
            72: `72` has no unit; write `72h` for hours or `72m` for minutes
            1.5h: `1.5h` is not a whole number; write the rest in a smaller unit, like `1h 30m`
            -3h: `-3h` does not start with a whole number; write a length of time like `12h`, `1h 30m` or `2 days`
            3 moons: `moons` is no unit of time; use ms, s, m, h, d or w, or their names such as `hours`
            30m 1h: `30m 1h` is not in order; write the largest unit first and each once, like `1d 2h 30m`
            1h 1h: `1h 1h` is not in order; write the largest unit first and each once, like `1d 2h 30m`
            200000d: `200000d` is longer than a hundred years; check the unit
            99999999999999999999h: `99999999999999999999h` is longer than a hundred years; check the unit
        "#]]
        .assert_eq(&read);
    }

    proptest! {
        #[test]
        fn a_span_of_two_units_is_read_back_from_how_it_is_shown(hours in 0..24_i64, minutes in 1..60_i64) {
            let span = Span::from_millis((hours * 60 + minutes) * 60_000);
            prop_assert_eq!(Span::parse(&format!("{span}")), Ok(span));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}") {
            let _ = Span::parse(&text);
        }
    }
}
