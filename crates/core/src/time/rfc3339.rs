use super::{Span, Timestamp, civil};
use crate::calendar::Zone;

/// Longest text that is looked at for a time, in bytes; a real one has at most half of that.
const TEXT_BYTES_MAX: usize = 64;

/// The moment that an RFC 3339 or ISO 8601 text names.
///
/// Read are `2026-11-21T10:00:00.123Z`, a space or `t` in place of `T`, no seconds, up to nine
/// decimals (cut to milliseconds), the offsets `Z`, `-08:00`, `-0800` and `-08`, a date alone
/// (midnight UTC), the basic form `20261121T100000Z`, and a zone in brackets after the offset.
/// A time of day without an offset names no moment; read it with [`parse_rfc3339_in`].
/// Moments after [`Timestamp::MAX`] are read as that.
#[must_use]
pub fn parse_rfc3339(text: &str) -> Option<Timestamp> {
    match Written::read(text.as_bytes()) {
        Some(Written { wall, offset: Some(offset) }) => Some(wall - offset),
        Some(Written { wall, offset: None }) => (text.len() == DATE_BYTES).then_some(wall),
        None => read_rare(text),
    }
}

/// Like [`parse_rfc3339`], but a date or time without an offset is meant in `zone`.
///
/// A time that the zone's clocks skip is read with the offset before the gap, one that they show
/// twice is the first of the two (RFC 5545, section 3.3.5).
#[must_use]
pub fn parse_rfc3339_in(text: &str, zone: &Zone) -> Option<Timestamp> {
    match Written::read(text.as_bytes()) {
        Some(Written { wall, offset: Some(offset) }) => Some(wall - offset),
        Some(Written { wall, offset: None }) => Some(zone.at_wall_clock(wall)),
        None => read_rare(text),
    }
}

/// `2026-11-21`.
const DATE_BYTES: usize = 10;

/// What a text says, before it is clear which moment that is.
struct Written {
    /// The date and time written, as if in UTC.
    wall: Timestamp,
    /// How far that is ahead of UTC, if written.
    offset: Option<Span>,
}

impl Written {
    /// Reads the common shapes: on the path of every accepted event.
    fn read(text: &[u8]) -> Option<Written> {
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, rest @ ..] = text else { return None };
        let year = number([*y1, *y2, *y3, *y4])?;
        let days = civil::days_from_civil(year, number([*m1, *m2])?, number([*d1, *d2])?)?;
        let midnight = days * Span::DAY.as_millis();
        if year == 0 {
            return None;
        }
        if rest.is_empty() {
            return Some(Written { wall: Timestamp::from_millis(midnight), offset: None });
        }

        let [b'T' | b't' | b' ', h1, h2, b':', n1, n2, rest @ ..] = rest else { return None };
        let minutes = hours_and_minutes([*h1, *h2], [*n1, *n2])?;
        let (millis, rest) = match rest {
            [b':', s1, s2, b'.', rest @ ..] => {
                let (decimals, rest) = thousandths(rest)?;
                (seconds([*s1, *s2])? + decimals, rest)
            }
            [b':', s1, s2, rest @ ..] => (seconds([*s1, *s2])?, rest),
            rest => (0, rest),
        };
        let wall = Timestamp::from_millis(midnight + minutes * Span::MINUTE.as_millis() + millis);
        Some(Written { wall, offset: offset(rest)? })
    }
}

/// The offset at the end of a text: `Some(None)` when nothing is left, `None` when it is none.
#[expect(clippy::option_option, reason = "nothing written and wrongly written differ")]
fn offset(rest: &[u8]) -> Option<Option<Span>> {
    let (sign, minutes) = match rest {
        [] => return Some(None),
        [b'Z' | b'z'] => return Some(Some(Span::ZERO)),
        // Some databases put a space before the offset.
        [b' ', rest @ ..] if !rest.is_empty() => return offset(rest),
        [sign, h1, h2, b':', m1, m2] | [sign, h1, h2, m1, m2] => {
            (sign, hours_and_minutes([*h1, *h2], [*m1, *m2])?)
        }
        [sign, h1, h2] => (sign, hours_and_minutes([*h1, *h2], *b"00")?),
        _ => return None,
    };
    match sign {
        b'+' => Some(Some(Span::MINUTE.times(minutes))),
        b'-' => Some(Some(Span::MINUTE.times(-minutes))),
        _ => None,
    }
}

/// Minutes of `HH` and `MM` up to 23:59.
fn hours_and_minutes(hours: [u8; 2], minutes: [u8; 2]) -> Option<i64> {
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

/// Milliseconds of `SS` up to 59; a leap second is left to the rare shapes.
fn seconds(digits: [u8; 2]) -> Option<i64> {
    number(digits).filter(|&seconds| seconds < 60).map(|seconds| seconds * 1_000)
}

/// One to nine decimals of a second as whole milliseconds, and what follows them.
fn thousandths(text: &[u8]) -> Option<(i64, &[u8])> {
    const WEIGHTS: [i64; 9] = [100, 10, 1, 0, 0, 0, 0, 0, 0];
    let mut millis = 0;
    let mut rest = text;
    for weight in WEIGHTS {
        match rest {
            [digit @ b'0'..=b'9', after @ ..] => {
                millis += weight * i64::from(digit - b'0');
                rest = after;
            }
            _ => break,
        }
    }
    (rest.len() < text.len()).then_some((millis, rest))
}

/// A number of exactly these digits.
fn number<const DIGITS: usize>(digits: [u8; DIGITS]) -> Option<i64> {
    let mut number = 0;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + i64::from(digit);
    }
    Some(number)
}

/// The shapes that come seldom: basic form, leap seconds, zones in brackets.
#[cold]
fn read_rare(text: &str) -> Option<Timestamp> {
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let moment: jiff::Timestamp = text.trim().parse().ok()?;
    let millis = moment.as_nanosecond().div_euclid(1_000_000);
    i64::try_from(millis)
        .ok()
        .filter(|&millis| millis >= Timestamp::MIN.as_millis())
        .map(Timestamp::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::{String, ToString};
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    fn read(texts: &[&str], expected: &Expect) {
        let read: String = texts
            .iter()
            .map(|text| match parse_rfc3339(text) {
                Some(moment) => format!("{text:36} {moment}\n"),
                None => format!("{text:36} -\n"),
            })
            .collect();
        expected.assert_eq(&read);
    }

    #[test]
    fn the_shapes_that_systems_send_are_read() {
        read(
            &[
                "2026-11-21T10:00:00.123Z",
                "2026-11-21t10:00:00z",
                "2015-02-24 11:35:52 -0800",
                "2015-02-24 11:35:52-08:00",
                "2015-02-24T11:35:52-08",
                "2015-02-24T11:35+05:30",
                "2015-02-24",
                "1969-12-31T23:59:59.9999Z",
                "20261121T100000Z",
                "2016-12-31T23:59:60Z",
                "2026-11-21T10:00:00+01:00[Europe/Berlin]",
                "0001-01-01T00:00:00Z",
                "9999-12-31T23:59:59Z",
            ],
            &expect![[r#"
                2026-11-21T10:00:00.123Z             2026-11-21T10:00:00.123Z
                2026-11-21t10:00:00z                 2026-11-21T10:00:00Z
                2015-02-24 11:35:52 -0800            2015-02-24T19:35:52Z
                2015-02-24 11:35:52-08:00            2015-02-24T19:35:52Z
                2015-02-24T11:35:52-08               2015-02-24T19:35:52Z
                2015-02-24T11:35+05:30               2015-02-24T06:05:00Z
                2015-02-24                           2015-02-24T00:00:00Z
                1969-12-31T23:59:59.9999Z            1969-12-31T23:59:59.999Z
                20261121T100000Z                     2026-11-21T10:00:00Z
                2016-12-31T23:59:60Z                 2016-12-31T23:59:59Z
                2026-11-21T10:00:00+01:00[Europe/Berlin] 2026-11-21T09:00:00Z
                0001-01-01T00:00:00Z                 0001-01-01T00:00:00Z
                9999-12-31T23:59:59Z                 9999-12-30T22:00:00Z
            "#]],
        );
    }

    #[test]
    fn what_names_no_moment_is_refused() {
        read(
            &[
                "",
                "yesterday",
                "2026-11-21T10:00:00",
                "2026-02-29T10:00:00Z",
                "2026-11-21T24:00:00Z",
                "2026-11-21T10:60:00Z",
                "2026-11-21T10:00:00.Z",
                "2026-11-21T10:00:00.1234567890Z",
                "2026-11-21T10:00:00*08:00",
                "2026-11-21T10:00:00Z and more",
                "2026-11-2",
                "0000-12-31",
                "２０２６-11-21",
            ],
            &expect![[r#"
                                                     -
                yesterday                            -
                2026-11-21T10:00:00                  -
                2026-02-29T10:00:00Z                 -
                2026-11-21T24:00:00Z                 -
                2026-11-21T10:60:00Z                 -
                2026-11-21T10:00:00.Z                -
                2026-11-21T10:00:00.1234567890Z      -
                2026-11-21T10:00:00*08:00            -
                2026-11-21T10:00:00Z and more        -
                2026-11-2                            -
                0000-12-31                           -
                ２０２６-11-21                           -
            "#]],
        );
    }

    #[test]
    fn a_time_without_offset_is_meant_in_the_zone_given() {
        let berlin = Zone::new("Europe/Berlin").unwrap();
        let read = |text| parse_rfc3339_in(text, &berlin).unwrap().to_string();
        assert_eq!(read("2026-07-01 12:00:00"), "2026-07-01T10:00:00Z");
        assert_eq!(read("2026-07-01"), "2026-06-30T22:00:00Z");
        assert_eq!(read("2026-07-01 12:00:00Z"), "2026-07-01T12:00:00Z");
        assert_eq!(read("2026-03-29 02:30:00"), "2026-03-29T01:30:00Z");
        assert_eq!(read("2026-10-25 02:30:00"), "2026-10-25T00:30:00Z");
    }

    proptest! {
        #[test]
        fn every_moment_is_read_back_from_how_it_is_shown(
            millis in Timestamp::MIN.as_millis()..=Timestamp::MAX.as_millis(),
        ) {
            let moment = Timestamp::from_millis(millis);
            prop_assert_eq!(parse_rfc3339(&moment.to_string()), Some(moment));
        }

        #[test]
        fn the_fast_reader_and_jiff_agree(
            millis in 0..=Timestamp::MAX.as_millis(),
            nanos in 0..1_000_000_i128,
            offset in -86_340..=86_340_i32,
        ) {
            let exact = jiff::Timestamp::from_nanosecond(i128::from(millis) * 1_000_000 + nanos).unwrap();
            let offset = jiff::tz::Offset::from_seconds(offset / 60 * 60).unwrap();
            let text = exact.display_with_offset(offset).to_string();
            prop_assert_eq!(parse_rfc3339(&text), Some(Timestamp::from_millis(millis)));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[-0-9TtZz:. +]{0,40}") {
            let _ = parse_rfc3339(&text);
        }
    }
}
