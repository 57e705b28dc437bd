use core::ops::RangeInclusive;

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::line::Line;
use super::rule::{Yearly, read_date};
use super::{EVENT_DAYS_MAX, IcalError};
use crate::calendar::date::Date;

/// The properties of an event that say which dates it is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HolidayEvent {
    /// The line on which it begins.
    line: usize,
    start: Option<Date>,
    end: Option<Line>,
    rule: Option<Line>,
    added: Vec<Date>,
    left_out: BTreeSet<Date>,
    cancelled: bool,
}

const WHOLE_DAYS: &str = "holidays are whole days; write a date like 20261225 that exists";

impl HolidayEvent {
    pub(super) const fn begin(line: usize) -> HolidayEvent {
        HolidayEvent {
            line,
            start: None,
            end: None,
            rule: None,
            added: Vec::new(),
            left_out: BTreeSet::new(),
            cancelled: false,
        }
    }

    /// Takes note of a property; of one that may stand once, the last.
    pub(super) fn take_property(&mut self, line: &Line) -> Result<(), IcalError> {
        match line.name.as_str() {
            "DTSTART" => self.start = Some(date(line)?),
            // What they mean depends on the start, which may come later.
            "DTEND" | "DURATION" => self.end = Some(line.clone()),
            "RRULE" => self.rule = Some(line.clone()),
            "RDATE" => self.added.extend(dates(line)?),
            "EXDATE" => self.left_out.extend(dates(line)?),
            "STATUS" => self.cancelled = line.value.trim().eq_ignore_ascii_case("CANCELLED"),
            "RECURRENCE-ID" | "EXRULE" => {
                return Err(line.error("changes to a repeated event are not read; list its dates one by one"));
            }
            _ => {}
        }
        Ok(())
    }

    /// Adds the dates that lie in `years`.
    pub(super) fn add_dates(
        &self,
        years: &RangeInclusive<i16>,
        dates: &mut BTreeSet<Date>,
    ) -> Result<(), IcalError> {
        let start =
            self.start.ok_or(IcalError::Incomplete { line: self.line, what: "the DTSTART of an event" })?;
        let days = self.days(start)?;
        // One that starts in the year before may last into those asked for.
        let start_years = years.start().saturating_sub(1)..=*years.end();
        let repeated: Vec<Date> = match &self.rule {
            Some(rule) => Yearly::read(rule, start)?.starts(start, &start_years).collect(),
            None => Vec::from([start]),
        };
        if self.cancelled {
            return Ok(());
        }
        let starts = repeated.iter().chain(&self.added).filter(|start| !self.left_out.contains(start));
        dates.extend(
            starts
                .filter(|start| start_years.contains(&start.year()))
                .flat_map(|start| (0..days).map(|after| start.plus_days(after)))
                .filter(|date| years.contains(&date.year())),
        );
        Ok(())
    }

    /// How many days it lasts.
    fn days(&self, start: Date) -> Result<i64, IcalError> {
        let Some(line) = &self.end else { return Ok(1) };
        let days = if line.name == "DTEND" { date(line)?.days_since(start) } else { duration_days(line)? };
        if days < 1 {
            return Err(line.error("an event ends after it starts; DTEND is the day after its last"));
        }
        if days > EVENT_DAYS_MAX {
            return Err(line.error("an event of more than 92 days is no holiday; close the weekdays instead"));
        }
        Ok(days)
    }
}

/// The days of `P3D` or `P2W`.
fn duration_days(line: &Line) -> Result<i64, IcalError> {
    let error = || line.error("holidays last whole days; write a length like P1D or P1W");
    let length = line.value.trim().strip_prefix('P').ok_or_else(error)?;
    let (digits, unit) = match (length.strip_suffix('D'), length.strip_suffix('W')) {
        (Some(digits), _) => (digits, 1),
        (None, Some(digits)) => (digits, 7),
        (None, None) => return Err(error()),
    };
    let count: u16 = digits.parse().map_err(|_| error())?;
    Ok(i64::from(count) * unit)
}

fn date(line: &Line) -> Result<Date, IcalError> {
    read_date(line.value.trim()).ok_or_else(|| line.error(WHOLE_DAYS))
}

fn dates(line: &Line) -> Result<Vec<Date>, IcalError> {
    line.value.split(',').map(|value| read_date(value.trim()).ok_or_else(|| line.error(WHOLE_DAYS))).collect()
}
