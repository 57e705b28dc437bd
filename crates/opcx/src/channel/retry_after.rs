use std::time::UNIX_EPOCH;

use opcx_core::time::{Span, Timestamp};

/// How long a `Retry-After` header of a reply received at `now` asks to wait: whole seconds, or a
/// date in any of the three forms of HTTP (RFC 9110, section 5.6.7). A date in the past asks for no
/// wait; what is neither asks for nothing.
pub(super) fn parse(value: &str, now: Timestamp) -> Option<Span> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit ask for longer than anybody will wait.
        return Some(Span::SECOND.times(value.parse().unwrap_or(i64::MAX)));
    }
    let date = httpdate::parse_http_date(value).ok()?.duration_since(UNIX_EPOCH).ok()?;
    let millis = i64::try_from(date.as_millis()).ok()?;
    Some(Timestamp::from_millis(millis).since(now).max(Span::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1994-11-06T08:49:37Z, the date of RFC 9110's examples.
    const EXAMPLE: Timestamp = Timestamp::from_millis(784_111_777_000);

    #[test]
    fn seconds_and_all_three_forms_of_date_are_understood() {
        let a_minute_before = EXAMPLE - Span::MINUTE;
        let cases = [
            ("120", Some(Span::SECOND.times(120))),
            (" 0 ", Some(Span::ZERO)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(Span::MINUTE)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(Span::MINUTE)),
            ("Sun Nov  6 08:49:37 1994", Some(Span::MINUTE)),
            ("Fri, 31 Dec 1993 23:59:59 GMT", Some(Span::ZERO)),
            ("99999999999999999999999", Some(Span::from_millis(i64::MAX))),
            ("", None),
            ("-5", None),
            ("1.5", None),
            ("soon", None),
            ("Sun, 06 Nov 1994 08:49:37 +0100", None),
            ("1994-11-06T08:49:37Z", None),
        ];
        for (value, expected) in cases {
            assert_eq!(parse(value, a_minute_before), expected, "{value}");
        }
    }
}
