//! Holidays out of an iCalendar file, as published by states and calendar programs.
//!
//! Read are all-day events: `DTSTART` with `DTEND` (the day after the last) or `DURATION`, yearly
//! repetition (`RRULE:FREQ=YEARLY` with `INTERVAL`, `COUNT`, `UNTIL`, and the month and day the
//! event is on anyway), `RDATE`, `EXDATE`, and `STATUS:CANCELLED`. Other properties say nothing
//! about dates and are ignored, as are other components. What would change the dates but is not
//! read is an error with its line: a wrong holiday is a broken promise.
//!
//! * **Source** – RFC 5545: 3.1 (lines), 3.6.1 (events), 3.3.10 (repetition).
//! * **Bounds** – [`ICAL_BYTES_MAX`], [`EVENTS_MAX`], [`EVENT_DAYS_MAX`], [`YEARS_MAX`].

mod event;
mod line;
mod rule;

use core::ops::RangeInclusive;

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use compact_str::CompactString;

use self::event::HolidayEvent;
use super::date::Date;

/// Largest file that is read, in bytes; a country's holidays of ten years have a tenth of that.
pub const ICAL_BYTES_MAX: usize = 1_048_576;
/// Most events that are read.
pub const EVENTS_MAX: usize = 4_000;
/// Longest event in days; longer ones are no holidays but terms or seasons.
pub const EVENT_DAYS_MAX: i64 = 92;
/// Most years asked for at once.
pub const YEARS_MAX: usize = 100;

/// Why a file gives no holidays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IcalError {
    /// Larger than [`ICAL_BYTES_MAX`].
    #[error("the file has {bytes} bytes, at most {ICAL_BYTES_MAX} are read; export fewer years")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// More than [`EVENTS_MAX`] events.
    #[error("line {line}: more than {EVENTS_MAX} events; export fewer years")]
    TooManyEvents {
        /// Where the first one too many begins.
        line: usize,
    },
    /// More than [`YEARS_MAX`] years asked for.
    #[error("the holidays of {years} years are asked for, at most {YEARS_MAX} are given; ask for fewer")]
    TooManyYears {
        /// How many.
        years: usize,
    },
    /// Not an iCalendar file, or one that ends too early.
    #[error("line {line}: {what} is missing; this is no complete iCalendar file (RFC 5545)")]
    Incomplete {
        /// Where it was noticed.
        line: usize,
        /// What is missing.
        what: &'static str,
    },
    /// A value that its property cannot have.
    #[error("line {line}: {property} is `{value}`; {mend}")]
    Value {
        /// The line.
        line: usize,
        /// The property.
        property: CompactString,
        /// The value, cut to a length that can be shown.
        value: CompactString,
        /// What it should be.
        mend: &'static str,
    },
}

/// The dates of all holidays in a file that lie in `years`.
///
/// # Errors
/// The file is no iCalendar file, is too large, or has an event whose dates cannot be told; see
/// [`IcalError`].
pub fn holidays(text: &str, years: RangeInclusive<i16>) -> Result<BTreeSet<Date>, IcalError> {
    if text.len() > ICAL_BYTES_MAX {
        return Err(IcalError::TooLarge { bytes: text.len() });
    }
    let count = years.clone().count();
    if count > YEARS_MAX {
        return Err(IcalError::TooManyYears { years: count });
    }
    let mut dates = BTreeSet::new();
    for event in events(text)? {
        event.add_dates(&years, &mut dates)?;
    }
    Ok(dates)
}

/// The events of a file, in order.
fn events(text: &str) -> Result<Vec<HolidayEvent>, IcalError> {
    let mut events = Vec::new();
    // Which components we are within; a time zone inside has dates and rules too, but not ours.
    let mut within: Vec<String> = Vec::new();
    let mut event: Option<HolidayEvent> = None;
    let mut calendars = 0;
    let mut last_line = 1;

    for line in line::lines(text) {
        let line = line?;
        last_line = line.number;
        let component = line.value.trim().to_ascii_uppercase();
        match line.name.as_str() {
            "BEGIN" => {
                if within.is_empty() && component != "VCALENDAR" {
                    return Err(IcalError::Incomplete { line: line.number, what: "BEGIN:VCALENDAR" });
                }
                if within == ["VCALENDAR"] && component == "VEVENT" {
                    if events.len() == EVENTS_MAX {
                        return Err(IcalError::TooManyEvents { line: line.number });
                    }
                    event = Some(HolidayEvent::begin(line.number));
                }
                calendars += usize::from(within.is_empty());
                within.push(component);
            }
            "END" => {
                if within.pop() != Some(component) {
                    return Err(IcalError::Incomplete { line: line.number, what: "the BEGIN of this END" });
                }
                if within == ["VCALENDAR"] {
                    events.extend(event.take());
                }
            }
            _ if within.is_empty() => {
                return Err(IcalError::Incomplete { line: line.number, what: "BEGIN:VCALENDAR" });
            }
            _ if within.len() == 2 => {
                if let Some(event) = &mut event {
                    event.take_property(&line)?;
                }
            }
            _ => {}
        }
    }
    if !within.is_empty() {
        return Err(IcalError::Incomplete { line: last_line, what: "an END at the end" });
    }
    if calendars == 0 {
        return Err(IcalError::Incomplete { line: last_line, what: "BEGIN:VCALENDAR" });
    }
    Ok(events)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    fn calendar(events: &[&str]) -> String {
        let events: String = events
            .iter()
            .map(|event| format!("BEGIN:VEVENT\r\n{}\r\nEND:VEVENT\r\n", event.replace('\n', "\r\n")))
            .collect();
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n{events}END:VCALENDAR\r\n")
    }

    fn check(years: RangeInclusive<i16>, event: &str, expected: &Expect) {
        let shown = match holidays(&calendar(&[event]), years) {
            Ok(dates) => dates.iter().map(|date| format!("{date}\n")).collect(),
            Err(error) => format!("{error}\n"),
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn an_event_ends_before_the_day_that_its_end_names() {
        check(
            2026..=2026,
            "DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227\nSUMMARY:Christmas",
            &expect![[r#"
                2026-12-25
                2026-12-26
            "#]],
        );
        check(
            2026..=2026,
            "DTSTART;VALUE=DATE:20261225",
            &expect![[r#"
                2026-12-25
            "#]],
        );
        check(
            2026..=2026,
            "DTSTART;VALUE=DATE:20261225\nDURATION:P3D",
            &expect![[r#"
                2026-12-25
                2026-12-26
                2026-12-27
            "#]],
        );
        // Only the part within the years asked for.
        check(
            2026..=2026,
            "DTSTART;VALUE=DATE:20251231\nDTEND;VALUE=DATE:20260102",
            &expect![[r#"
                2026-01-01
            "#]],
        );
    }

    #[test]
    fn a_holiday_may_come_again_every_year_or_every_few_years() {
        check(
            2025..=2027,
            "DTSTART;VALUE=DATE:20001225\nRRULE:FREQ=YEARLY",
            &expect![[r#"
                2025-12-25
                2026-12-25
                2027-12-25
            "#]],
        );
        check(
            2000..=2030,
            "DTSTART;VALUE=DATE:20001225\nRRULE:FREQ=YEARLY;COUNT=3;INTERVAL=2",
            &expect![[r#"
                2000-12-25
                2002-12-25
                2004-12-25
            "#]],
        );
        check(
            2000..=2030,
            "DTSTART;VALUE=DATE:20281225\nRRULE:FREQ=YEARLY;UNTIL=20291225T000000Z",
            &expect![[r#"
                2028-12-25
                2029-12-25
            "#]],
        );
        check(
            2024..=2032,
            "DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY;COUNT=2",
            &expect![[r#"
                2024-02-29
                2028-02-29
            "#]],
        );
        check(
            2026..=2027,
            "DTSTART;VALUE=DATE:20001225\nRRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25;WKST=MO",
            &expect![[r#"
                2026-12-25
                2027-12-25
            "#]],
        );
        check(
            2026..=2030,
            "DTSTART;VALUE=DATE:20001225\nRRULE:FREQ=YEARLY;INTERVAL=4;UNTIL=20291224",
            &expect![[r#"
                2028-12-25
            "#]],
        );
        check(
            2026..=2030,
            "DTSTART;VALUE=DATE:20241225\nRRULE:FREQ=YEARLY;COUNT=3",
            &expect![[r#"
            2026-12-25
        "#]],
        );
        // A repeated holiday that goes into the next year.
        check(
            2026..=2026,
            "DTSTART;VALUE=DATE:20001231\nDTEND;VALUE=DATE:20010102\nRRULE:FREQ=YEARLY",
            &expect![[r#"
                2026-01-01
                2026-12-31
            "#]],
        );
    }

    #[test]
    fn dates_are_added_left_out_and_cancelled() {
        check(
            2025..=2027,
            "DTSTART;VALUE=DATE:20251225\nRRULE:FREQ=YEARLY\nEXDATE;VALUE=DATE:20261225\nRDATE;VALUE=DATE:20260601,20260602",
            &expect![[r#"
                2025-12-25
                2026-06-01
                2026-06-02
                2027-12-25
            "#]],
        );
        check(2025..=2027, "DTSTART;VALUE=DATE:20251225\nSTATUS:CANCELLED", &expect![""]);
    }

    #[test]
    fn what_would_change_the_dates_but_is_not_read_is_an_error_with_its_line() {
        for (event, expected) in [
            (
                "SUMMARY:Nothing",
                expect![[r#"
                    line 4: the DTSTART of an event is missing; this is no complete iCalendar file (RFC 5545)
                "#]],
            ),
            (
                "DTSTART:20261225T090000Z",
                expect![[r#"
                    line 5: DTSTART is `20261225T090000Z`; holidays are whole days; write a date like 20261225 that exists
                "#]],
            ),
            (
                "DTSTART;VALUE=DATE:20260229",
                expect![[r#"
                    line 5: DTSTART is `20260229`; holidays are whole days; write a date like 20261225 that exists
                "#]],
            ),
            (
                "DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261225",
                expect![[r#"
                    line 6: DTEND is `20261225`; an event ends after it starts; DTEND is the day after its last
                "#]],
            ),
            (
                "DTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20261231",
                expect![[r#"
                    line 6: DTEND is `20261231`; an event of more than 92 days is no holiday; close the weekdays instead
                "#]],
            ),
            (
                "DTSTART;VALUE=DATE:20261225\nDURATION:PT8H",
                expect![[r#"
                    line 6: DURATION is `PT8H`; holidays last whole days; write a length like P1D or P1W
                "#]],
            ),
            (
                "DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=WEEKLY",
                expect![[r#"
                    line 6: RRULE is `FREQ=WEEKLY`; only FREQ=YEARLY with INTERVAL, COUNT or UNTIL is read; list other holidays by their dates
                "#]],
            ),
            (
                "DTSTART;VALUE=DATE:20261126\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
                expect![[r#"
                    line 6: RRULE is `FREQ=YEARLY;BYMONTH=11;BYDAY=4TH`; only FREQ=YEARLY with INTERVAL, COUNT or UNTIL is read; list other holidays by their dates
                "#]],
            ),
            (
                "DTSTART;VALUE=DATE:20261126\nRRULE:FREQ=YEARLY;BYMONTH=12",
                expect![[r#"
                    line 6: RRULE is `FREQ=YEARLY;BYMONTH=12`; only FREQ=YEARLY with INTERVAL, COUNT or UNTIL is read; list other holidays by their dates
                "#]],
            ),
            (
                "DTSTART;VALUE=DATE:20261126\nRRULE:FREQ=YEARLY;COUNT=0",
                expect![[r#"
                    line 6: RRULE is `FREQ=YEARLY;COUNT=0`; COUNT is a whole number from 1
                "#]],
            ),
            (
                "DTSTART;VALUE=DATE:20261126\nRRULE:INTERVAL=1",
                expect![[r#"
                    line 6: RRULE is `INTERVAL=1`; only FREQ=YEARLY with INTERVAL, COUNT or UNTIL is read; list other holidays by their dates
                "#]],
            ),
            (
                "DTSTART;VALUE=DATE:20261126\nRECURRENCE-ID;VALUE=DATE:20251126",
                expect![[r#"
                    line 6: RECURRENCE-ID is `20251126`; changes to a repeated event are not read; list its dates one by one
                "#]],
            ),
        ] {
            check(2026..=2026, event, &expected);
        }
    }

    #[test]
    fn long_lines_are_unfolded_and_what_is_not_an_event_is_passed_over() {
        let text = "\u{feff}BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Europe/Berlin\nBEGIN:STANDARD\nDTSTART:19701025T030000\n\
            RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\n\
            SUMMARY;LANGUAGE=de;X-A=\"a:b;c\":Weih\n nachten\nDTSTART;VAL\n\tUE=DATE:2026\n 1225\nBEGIN:VALARM\nTRIGGER:-PT1H\n\
            DURATION:PT5M\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR";
        let dates = holidays(text, 2026..=2026).unwrap();
        assert_eq!(dates, BTreeSet::from(["2026-12-25".parse().unwrap()]));
    }

    #[test]
    fn what_is_no_calendar_says_so() {
        let errors: String = [
            "",
            "hello",
            "<html>",
            "BEGIN:VEVENT\nEND:VEVENT",
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261225",
            "BEGIN:VCALENDAR\nEND:VEVENT",
        ]
        .into_iter()
        .map(|text| format!("{}\n", holidays(text, 2026..=2026).unwrap_err()))
        .collect();
        expect![[r#"
            line 1: BEGIN:VCALENDAR is missing; this is no complete iCalendar file (RFC 5545)
            line 1: the colon between a name and its value is missing; this is no complete iCalendar file (RFC 5545)
            line 1: the colon between a name and its value is missing; this is no complete iCalendar file (RFC 5545)
            line 1: BEGIN:VCALENDAR is missing; this is no complete iCalendar file (RFC 5545)
            line 3: an END at the end is missing; this is no complete iCalendar file (RFC 5545)
            line 2: the BEGIN of this END is missing; this is no complete iCalendar file (RFC 5545)
        "#]]
        .assert_eq(&errors);
        assert_eq!(
            holidays(&" ".repeat(ICAL_BYTES_MAX + 1), 2026..=2026),
            Err(IcalError::TooLarge { bytes: ICAL_BYTES_MAX + 1 })
        );
        assert_eq!(holidays("", 1..=9999), Err(IcalError::TooManyYears { years: 9999 }));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(
            text in "(BEGIN:VCALENDAR\n)?(BEGIN:VEVENT\n)?(DTSTART;VALUE=DATE:[0-9]{8}\n|RRULE:FREQ=YEARLY;(COUNT|INTERVAL)=[0-9]{1,20}\n|DURATION:P[0-9]{0,20}[DW]\n|EXDATE:\\PC{0,9}\n| \\PC{0,9}\n|\\PC{0,9}){0,6}(END:VEVENT\nEND:VCALENDAR)?",
        ) {
            let _ = holidays(&text, 1990..=2030);
        }
    }
}
