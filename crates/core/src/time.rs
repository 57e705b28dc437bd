//! Moments in time and distances between them, in whole milliseconds.
//!
//! The core has no clock. Every [`Timestamp`] arrived in an input; every [`Span`] was written in a
//! definition. Both saturate, so no input can make arithmetic overflow.

pub(crate) mod civil;
mod rfc3339;
mod span_text;

pub use rfc3339::{parse_rfc3339, parse_rfc3339_in};
pub(crate) use span_text::Quantities;
pub use span_text::{SPAN_MAX, SpanError};

use core::fmt;
use core::ops::{Add, Neg, Sub};

use serde::{Deserialize, Serialize};

/// A moment: milliseconds since 1970-01-01T00:00:00Z, negative before it.
///
/// Always within [`Timestamp::MIN`] and [`Timestamp::MAX`] (the years 1 to 9999), so that it can
/// always be shown as a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 0001-01-01T00:00:00Z.
    pub const MIN: Timestamp = Timestamp(-62_135_596_800_000);
    /// 9999-12-30T22:00:00Z: the last moment that is a date in every time zone.
    pub const MAX: Timestamp = Timestamp(253_402_207_200_000);
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Timestamp = Timestamp(0);

    /// The moment `millis` milliseconds after the epoch, clamped to the years 1 to 9999.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Timestamp {
        if millis < Timestamp::MIN.0 {
            Timestamp::MIN
        } else if millis > Timestamp::MAX.0 {
            Timestamp::MAX
        } else {
            Timestamp(millis)
        }
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// How long after `earlier` this is; negative when it is before.
    #[must_use]
    pub const fn since(self, earlier: Timestamp) -> Span {
        Span(self.0 - earlier.0)
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC, with milliseconds only where there are any.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(timestamp) => fmt::Display::fmt(&timestamp, f),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

/// A distance in time, in milliseconds; may be negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Span(i64);

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);
    /// One second.
    pub const SECOND: Span = Span(1_000);
    /// One minute.
    pub const MINUTE: Span = Span(60_000);
    /// One hour.
    pub const HOUR: Span = Span(3_600_000);
    /// Twenty-four hours; a calendar day may be longer or shorter.
    pub const DAY: Span = Span(86_400_000);

    /// A distance of `millis` milliseconds.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Span {
        Span(millis)
    }

    /// The distance in milliseconds.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// This distance `times` over, saturating.
    #[must_use]
    pub const fn times(self, times: i64) -> Span {
        Span(self.0.saturating_mul(times))
    }
}

impl fmt::Display for Span {
    /// The largest two units that matter: `3d 4h`, `72h` is shown as `3d`, `90s` as `1m 30s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(i64, &str); 5] =
            [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms")];
        let mut rest = self.0.unsigned_abs();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let mut shown = 0;
        for (millis, unit) in UNITS {
            let count = rest / millis.unsigned_abs();
            rest %= millis.unsigned_abs();
            if count > 0 {
                write!(f, "{}{count}{unit}", if shown > 0 { " " } else { "" })?;
                shown += 1;
            }
            if shown == 2 || (shown == 1 && rest == 0) {
                return Ok(());
            }
        }
        if shown == 0 { f.write_str("0s") } else { Ok(()) }
    }
}

impl Add for Span {
    type Output = Span;

    fn add(self, span: Span) -> Span {
        Span(self.0.saturating_add(span.0))
    }
}

impl Sub for Span {
    type Output = Span;

    fn sub(self, span: Span) -> Span {
        Span(self.0.saturating_sub(span.0))
    }
}

impl Neg for Span {
    type Output = Span;

    fn neg(self) -> Span {
        Span(self.0.saturating_neg())
    }
}

impl Add<Span> for Timestamp {
    type Output = Timestamp;

    fn add(self, span: Span) -> Timestamp {
        Timestamp::from_millis(self.0.saturating_add(span.0))
    }
}

impl Sub<Span> for Timestamp {
    type Output = Timestamp;

    fn sub(self, span: Span) -> Timestamp {
        Timestamp::from_millis(self.0.saturating_sub(span.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn arithmetic_stays_within_the_years_that_can_be_shown() {
        assert_eq!(Timestamp::MAX + Span::DAY, Timestamp::MAX);
        assert_eq!(Timestamp::MIN - Span::from_millis(i64::MAX), Timestamp::MIN);
        assert_eq!(Timestamp::EPOCH + Span::HOUR, Timestamp::from_millis(3_600_000));
        assert!(!Timestamp::MAX.to_string().ends_with("ms"));
    }

    #[test]
    fn spans_read_aloud() {
        let shown: alloc::vec::Vec<_> = [0, 999, 90_000, 259_200_000, -5_400_000]
            .map(|millis| Span::from_millis(millis).to_string())
            .into();
        assert_eq!(shown, ["0s", "999ms", "1m 30s", "3d", "-1h 30m"]);
    }
}
