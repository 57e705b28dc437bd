//! Messages as bytes, written by hand: hundreds of thousands a second leave no time for trees of values.

pub mod segment;
pub mod systems;

use opcx_core::time::Timestamp;

/// Adds a text as JSON, with its quotes.
pub(crate) fn json_text(text: &str, to: &mut Vec<u8>) {
    to.push(b'"');
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte == b'"' || byte == b'\\' || byte < 0x20 {
            to.extend_from_slice(&text.as_bytes()[from..at]);
            match byte {
                b'"' => to.extend_from_slice(b"\\\""),
                b'\\' => to.extend_from_slice(b"\\\\"),
                b'\n' => to.extend_from_slice(b"\\n"),
                other => to.extend_from_slice(format!("\\u{other:04x}").as_bytes()),
            }
            from = at + 1;
        }
    }
    to.extend_from_slice(&text.as_bytes()[from..]);
    to.push(b'"');
}

/// Adds a whole number.
pub(crate) fn number(number: i64, to: &mut Vec<u8>) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut left = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(left % 10).expect("a digit");
        left /= 10;
        if left == 0 {
            break;
        }
    }
    if number < 0 {
        to.push(b'-');
    }
    to.extend_from_slice(&digits[at..]);
}

/// Adds cents as units with two decimals.
pub(crate) fn money(cents: i64, to: &mut Vec<u8>) {
    number(cents / 100, to);
    to.push(b'.');
    digits(cents.unsigned_abs() % 100, 2, to);
}

/// Adds a time as RFC 3339 in UTC, with milliseconds. Hinnant's algorithm, since a calendar's general way
/// takes as long as all the rest of a line.
pub(crate) fn time(at: Timestamp, to: &mut Vec<u8>) {
    let millis = at.as_millis();
    let (days, of_day) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000).unsigned_abs());
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    digits(year.unsigned_abs(), 4, to);
    to.push(b'-');
    digits(month.unsigned_abs(), 2, to);
    to.push(b'-');
    digits(day.unsigned_abs(), 2, to);
    to.push(b'T');
    digits(of_day / 3_600_000, 2, to);
    to.push(b':');
    digits(of_day / 60_000 % 60, 2, to);
    to.push(b':');
    digits(of_day / 1_000 % 60, 2, to);
    to.push(b'.');
    digits(of_day % 1_000, 3, to);
    to.push(b'Z');
}

fn digits(number: u64, places: usize, to: &mut Vec<u8>) {
    let start = to.len();
    to.resize(start + places, b'0');
    let mut left = number;
    for place in to[start..].iter_mut().rev() {
        *place = b'0' + u8::try_from(left % 10).expect("a digit");
        left /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut bytes = Vec::new();
        write(&mut bytes);
        String::from_utf8(bytes).expect("text")
    }

    proptest! {
        #[test]
        fn texts_are_read_back_as_they_were(text in ".*") {
            let json = written(|to| json_text(&text, to));
            prop_assert_eq!(serde_json::from_str::<String>(&json).expect("JSON"), text);
        }

        #[test]
        fn times_are_read_back_as_they_were(millis in 0_i64..4_000_000_000_000) {
            let at = Timestamp::from_millis(millis);
            let text = written(|to| time(at, to));
            prop_assert_eq!(opcx_core::time::parse_rfc3339(&text), Some(at));
        }

        #[test]
        fn numbers_are_read_back_as_they_were(one: i64) {
            prop_assert_eq!(written(|to| number(one, to)), one.to_string());
        }
    }

    #[test]
    fn cents_become_units() {
        let shown = [0, 5, 1_590, 123_456].map(|cents| written(|to| money(cents, to)));
        assert_eq!(shown, ["0.00", "0.05", "15.90", "1234.56"]);
    }
}
