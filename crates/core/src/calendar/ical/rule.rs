use core::ops::RangeInclusive;

use super::IcalError;
use super::line::Line;
use crate::calendar::date::Date;

/// How a holiday comes again: on the same month and day, every so many years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Yearly {
    /// Every so many years, from 1.
    interval: i16,
    end: End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Never,
    /// After so many times, the first one counted.
    Count(u32),
    /// With that date.
    Until(Date),
}

impl Yearly {
    /// The rule of an `RRULE` line, for an event that starts on `start`.
    pub(super) fn read(line: &Line, start: Date) -> Result<Yearly, IcalError> {
        const ONLY_YEARLY: &str =
            "only FREQ=YEARLY with INTERVAL, COUNT or UNTIL is read; list other holidays by their dates";
        let mut rule = Yearly { interval: 1, end: End::Never };
        let mut yearly = false;
        for part in line.value.trim().split(';').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(|| line.error(ONLY_YEARLY))?;
            match name.to_ascii_uppercase().as_str() {
                "FREQ" if value.eq_ignore_ascii_case("YEARLY") => yearly = true,
                "INTERVAL" => {
                    rule.interval = number(value)
                        .filter(|&interval| interval >= 1)
                        .ok_or_else(|| line.error("INTERVAL is a whole number of years from 1"))?;
                }
                "COUNT" if rule.end == End::Never => {
                    let count = number(value).filter(|&count| count >= 1);
                    rule.end = End::Count(count.ok_or_else(|| line.error("COUNT is a whole number from 1"))?);
                }
                "UNTIL" if rule.end == End::Never => {
                    let date = value.get(..8).and_then(read_date);
                    rule.end =
                        End::Until(date.ok_or_else(|| line.error("UNTIL begins with a date like 20261225"))?);
                }
                "COUNT" | "UNTIL" => return Err(line.error("COUNT and UNTIL exclude each other; keep one")),
                // Some programs repeat what the start says; anything else would move the holiday.
                "BYMONTH" if number(value) == Some(start.month()) => {}
                "BYMONTHDAY" if number(value) == Some(start.day()) => {}
                // Where a week starts changes nothing for a date.
                "WKST" => {}
                _ => return Err(line.error(ONLY_YEARLY)),
            }
        }
        if yearly { Ok(rule) } else { Err(line.error(ONLY_YEARLY)) }
    }

    /// The dates in `years` on which an event that starts on `start` comes again, or first.
    ///
    /// A 29th of February comes in leap years only, and only then counts (RFC 5545, 3.3.10).
    pub(super) fn starts(self, start: Date, years: &RangeInclusive<i16>) -> impl Iterator<Item = Date> {
        let (most, until) = match self.end {
            End::Never => (usize::MAX, Date::MAX),
            End::Count(count) => (usize::try_from(count).unwrap_or(usize::MAX), Date::MAX),
            End::Until(until) => (usize::MAX, until),
        };
        // Years before those asked for matter only where occurrences are counted.
        let passed_over = match self.end {
            End::Count(_) => 0,
            End::Never | End::Until(_) => {
                (years.start().saturating_sub(start.year()).max(0) / self.interval) * self.interval
            }
        };
        let first_year = *years.start();
        (start.year() + passed_over..=*years.end())
            .step_by(usize::from(self.interval.unsigned_abs()))
            .filter_map(move |year| Date::new(year, start.month(), start.day()))
            .take_while(move |&date| date <= until)
            .take(most)
            .filter(move |date| first_year <= date.year())
    }
}

/// A date as iCalendar writes it: `20261225`.
pub(super) fn read_date(text: &str) -> Option<Date> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Date::new(text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?)
}

fn number<T: core::str::FromStr>(digits: &str) -> Option<T> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}
