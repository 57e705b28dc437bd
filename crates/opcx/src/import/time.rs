use jiff::fmt::strtime;
use opcx_company::mapping::{Time, TimeFormat};
use opcx_core::time::{Timestamp, parse_rfc3339_in};

/// The moment that a text names, written as the mapping says.
pub(super) fn moment(text: &str, time: &Time) -> Option<Timestamp> {
    let text = text.trim();
    match &time.format {
        TimeFormat::Rfc3339 => parse_rfc3339_in(text, &time.zone),
        TimeFormat::UnixSeconds => unix_seconds(text),
        TimeFormat::UnixMilliseconds => within_years(text.parse().ok()?),
        TimeFormat::Pattern(pattern) => by_pattern(text, pattern, time),
    }
}

/// How the mapping's times are written, for a person.
pub(super) fn described(format: &TimeFormat) -> String {
    match format {
        TimeFormat::Rfc3339 => "RFC 3339, like `2026-11-21T10:00:00Z`".to_owned(),
        TimeFormat::UnixSeconds => "seconds since 1970".to_owned(),
        TimeFormat::UnixMilliseconds => "milliseconds since 1970".to_owned(),
        TimeFormat::Pattern(pattern) => format!("`{pattern}`"),
    }
}

/// Seconds with up to any number of decimals, cut to milliseconds. In whole numbers, so that no
/// moment is rounded into its neighbour.
fn unix_seconds(text: &str) -> Option<Timestamp> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let numeric = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !numeric(whole) || !numeric(decimals) {
        return None;
    }
    let thousandths: i64 = format!("{:0<3}", &decimals[..decimals.len().min(3)]).parse().ok()?;
    let millis = whole.parse::<i64>().ok()?.checked_mul(1_000)?.checked_add(thousandths)?;
    within_years(if negative { -millis } else { millis })
}

/// A number beyond the years that can be shown is no time, but seconds taken for milliseconds or the
/// like.
fn within_years(millis: i64) -> Option<Timestamp> {
    let moment = Timestamp::from_millis(millis);
    (moment.as_millis() == millis).then_some(moment)
}

fn by_pattern(text: &str, pattern: &str, time: &Time) -> Option<Timestamp> {
    let read = strtime::parse(pattern, text).ok()?;
    if let Ok(moment) = read.to_timestamp() {
        return within_years(moment.as_millisecond());
    }
    let civil = match read.to_datetime() {
        Ok(civil) => civil,
        // A date alone is its midnight.
        Err(_) => read.to_date().ok()?.at(0, 0, 0, 0),
    };
    parse_rfc3339_in(&civil.to_string(), &time.zone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use opcx_company::mapping::Column;
    use opcx_core::calendar::Zone;

    fn read(text: &str, format: TimeFormat, zone: &str) -> Option<String> {
        let column = Column { of_record: false, path: vec!["at".into()] };
        let zone = Zone::new(zone).expect("a zone");
        moment(text, &Time { column, format, zone }).map(|moment| moment.to_string())
    }

    #[test]
    fn each_way_of_writing_a_time_names_the_same_moment() {
        let expected = Some("2015-02-24T19:35:52Z".to_owned());
        let pattern = |pattern: &str| TimeFormat::Pattern(pattern.to_owned());
        assert_eq!(read("2015-02-24 11:35:52 -0800", pattern("%Y-%m-%d %H:%M:%S %z"), "UTC"), expected);
        assert_eq!(read("24.02.2015 20:35:52", pattern("%d.%m.%Y %H:%M:%S"), "Europe/Berlin"), expected);
        assert_eq!(read("2015-02-24T20:35:52", TimeFormat::Rfc3339, "Europe/Berlin"), expected);
        assert_eq!(read("1424806552", TimeFormat::UnixSeconds, "UTC"), expected);
        assert_eq!(read("1424806552000", TimeFormat::UnixMilliseconds, "UTC"), expected);
        assert_eq!(read("24.02.2015", pattern("%d.%m.%Y"), "UTC"), Some("2015-02-24T00:00:00Z".to_owned()));
    }

    #[test]
    fn decimals_of_seconds_are_cut_to_milliseconds() {
        let seconds = |text| read(text, TimeFormat::UnixSeconds, "UTC");
        assert_eq!(seconds("1.5"), Some("1970-01-01T00:00:01.5Z".to_owned()));
        assert_eq!(seconds("-1.0019"), Some("1969-12-31T23:59:58.999Z".to_owned()));
        assert_eq!(seconds("1."), None);
        assert_eq!(seconds("1e3"), None);
        assert_eq!(seconds("yesterday"), None);
        assert_eq!(read("99999999999999999", TimeFormat::UnixMilliseconds, "UTC"), None);
    }
}
