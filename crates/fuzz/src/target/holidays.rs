use opcx_core::calendar::{Date, ical::holidays};

/// The years asked for.
const YEARS: core::ops::RangeInclusive<i16> = 2024..=2035;

pub(crate) fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let found = holidays(&text, YEARS);
    match &found {
        Ok(dates) => assert!(dates.iter().all(|date| YEARS.contains(&Date::year(*date)))),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    // RFC 5545 ends lines with both; files that were edited have one.
    if !text.contains('\r') {
        assert_eq!(holidays(&text.replace('\n', "\r\n"), YEARS), found);
    }
}
