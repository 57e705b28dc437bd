//! Business calendars: when somebody is there to keep a promise, and how much of that time passes.
//!
//! * **Shape** – a [`Zone`], per weekday any number of openings, and dates that differ: holidays
//!   (closed) and special days (other openings). Written as a [`Definition`], checked once.
//! * **Unit** – milliseconds of business time as a [`Span`]; openings to the minute.
//! * **What is open** – a moment at which the zone's wall clock shows a time within an opening of
//!   the date it shows. From that follows what changes of the clocks do: an hour that the clocks
//!   skip counts nothing, an hour that they show twice counts twice, because staff really work it
//!   twice, and a date that a zone skipped (Samoa, 2011-12-30) has no business time.
//! * **Edges** – an opening time is open, a closing time is not. Counting that starts outside of
//!   business hours starts at the next opening; what ends exactly at a closing time is due then,
//!   not at the opening after it; and no time at all from any moment is that moment.
//! * **Guarantees** – `between(start, add(start, d)) == d`, and `add` adds up; a calendar that is
//!   always open counts elapsed time in every zone. Tested as laws over zones and years in
//!   `tests/calendar_laws.rs`.
//! * **Bounds** – nothing is sought further than [`HORIZON_DAYS`] from where it starts. Costs do
//!   not grow with a span's length, only with the changes of the clocks within it.
//! * **Limits** – the rules of zones come with the program, so a new version may know better about
//!   the future; a due time once committed stays what it was.
//! * **Elsewhere** – what a promise's due time is: [`crate::due`]. Holidays from other programs:
//!   [`ical`].

mod calendars;
mod date;
mod definition;
mod hours;
pub mod ical;
mod opening;
mod quiet;
mod timeline;
mod zone;

pub use calendars::Calendars;
pub use date::{Date, DateError, Weekday};
pub use definition::{CalendarError, DATES_MAX, Days, DaysError, Definition, OPENINGS_PER_DAY_MAX};
pub use opening::{LocalTime, Opening, OpeningError};
pub use quiet::{QuietHours, QuietHoursError};
pub use zone::{Zone, ZoneError};

use serde::{Deserialize, Serialize};

use self::timeline::Timeline;
use crate::time::{Span, Timestamp};

/// How far from its start anything is sought, in days: ten years. A promise of more business time
/// than that is a slip, and a calendar may have ended.
pub const HORIZON_DAYS: i64 = 3_653;

/// When somebody is there. Written and read as its [`Definition`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Definition", into = "Definition")]
pub struct Calendar {
    definition: Definition,
    timeline: Timeline,
}

impl Calendar {
    /// The calendar of a definition.
    ///
    /// # Errors
    /// Openings that overlap, dates named twice, no openings at all; see [`CalendarError`].
    pub fn new(definition: Definition) -> Result<Calendar, CalendarError> {
        let timeline = definition.timeline()?;
        Ok(Calendar { definition, timeline })
    }

    /// Open day and night, every day: business time is elapsed time.
    #[must_use]
    pub fn always() -> Calendar {
        Calendar::new(Definition::always()).expect("every weekday has one opening, of the whole day")
    }

    /// What it was made from.
    #[must_use]
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// The zone whose clocks its openings are read from.
    #[must_use]
    pub fn zone(&self) -> &Zone {
        &self.definition.zone
    }

    /// Whether it is open at that moment; an opening time is, a closing time is not.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.timeline.is_open(self.zone().wall_clock(at))
    }

    /// The first moment from `at` on at which it is open: `at` itself if it is open.
    ///
    /// `None` when it does not open within the horizon.
    #[must_use]
    pub fn next_opening(&self, at: Timestamp) -> Option<Timestamp> {
        let horizon = at + Span::DAY.times(HORIZON_DAYS);
        for stretch in self.zone().stretches(at).take_while(|stretch| stretch.start <= horizon) {
            let from = stretch.wall_clock(stretch.start);
            let opening = self.timeline.last_reach(from, self.timeline.open_until(from))?;
            let opening = stretch.at(opening);
            if opening < stretch.end {
                return Some(opening).filter(|&opening| opening <= horizon);
            }
        }
        None
    }

    /// The moment by which `business` time has passed since `start`; counted backwards when
    /// negative.
    ///
    /// Forwards it is the first such moment (a closing time rather than the next opening), so it
    /// is when work that takes so long is done; backwards the last one, so it is when such work
    /// must begin. No time at all gives `start`. `None` when the horizon holds less than that.
    #[must_use]
    pub fn add(&self, start: Timestamp, business: Span) -> Option<Timestamp> {
        match business.cmp(&Span::ZERO) {
            core::cmp::Ordering::Greater => self.forwards(start, business),
            core::cmp::Ordering::Equal => Some(start),
            core::cmp::Ordering::Less => self.backwards(start, -business),
        }
    }

    /// How much business time passes between two moments; negative when `to` is before `from`.
    #[must_use]
    pub fn between(&self, from: Timestamp, to: Timestamp) -> Span {
        if to < from {
            return -self.between(to, from);
        }
        let stretches = self.zone().stretches(from).take_while(|stretch| stretch.start < to);
        stretches.fold(Span::ZERO, |sum, stretch| {
            sum + self.open_within(&stretch, stretch.start, stretch.end.min(to))
        })
    }

    /// When the date's last opening closes; `None` when it has none, or the zone skipped them.
    #[must_use]
    pub fn closing(&self, date: Date) -> Option<Timestamp> {
        let opening = self.timeline.hours(date).openings().last()?;
        let opens = date.midnight() + opening.from().since_midnight();
        let closes = date.midnight() + opening.to().since_midnight();
        let earliest = date.midnight() - zone::OFFSET_MAX;
        let latest = date.midnight() + Span::DAY + zone::OFFSET_MAX;
        // Of the moments at which the clock shows it, the last: it may be shown twice.
        self.zone()
            .stretches(earliest)
            .take_while(|stretch| stretch.start < latest)
            .filter_map(|stretch| {
                let from = stretch.wall_clock(stretch.start).max(opens);
                let to = stretch.wall_clock(stretch.end).min(closes);
                (from < to).then(|| stretch.at(to))
            })
            .last()
    }

    /// When the business day closes that is `days` business days after the date of `at`, which
    /// itself does not count; with 0, the first closing time still to come.
    ///
    /// Days count as in Regulation (EEC, Euratom) No 1182/71, article 3: the day on which
    /// something happens is not counted, and a period ends when its last day does. `None` when
    /// the horizon holds fewer business days.
    #[must_use]
    pub fn business_day_end(&self, at: Timestamp, days: u16) -> Option<Timestamp> {
        let today = self.zone().date(at);
        if days == 0 {
            return (0..=HORIZON_DAYS)
                .filter_map(|after| self.closing(today.plus_days(after)))
                .find(|&closing| closing > at);
        }
        (1..=HORIZON_DAYS).filter_map(|after| self.closing(today.plus_days(after))).nth(usize::from(days - 1))
    }

    fn forwards(&self, start: Timestamp, business: Span) -> Option<Timestamp> {
        let horizon = start + Span::DAY.times(HORIZON_DAYS);
        let mut rest = business;
        for stretch in self.zone().stretches(start).take_while(|stretch| stretch.start <= horizon) {
            let within = self.open_within(&stretch, stretch.start, stretch.end);
            if rest <= within {
                let from = stretch.wall_clock(stretch.start);
                let done = self.timeline.first_reach(from, self.timeline.open_until(from) + rest)?;
                return Some(stretch.at(done)).filter(|&done| done <= horizon);
            }
            rest = rest - within;
        }
        None
    }

    fn backwards(&self, start: Timestamp, business: Span) -> Option<Timestamp> {
        let horizon = start - Span::DAY.times(HORIZON_DAYS);
        let mut rest = business;
        for stretch in self.zone().stretches_back(start).take_while(|stretch| stretch.end > horizon) {
            let from = stretch.start.max(horizon);
            let within = self.open_within(&stretch, from, stretch.end);
            if rest <= within {
                let wanted = self.timeline.open_until(stretch.wall_clock(stretch.end)) - rest;
                return self
                    .timeline
                    .last_reach(stretch.wall_clock(from), wanted)
                    .map(|begun| stretch.at(begun));
            }
            rest = rest - within;
        }
        None
    }

    /// Business time between two moments of one stretch.
    fn open_within(&self, stretch: &zone::Stretch, from: Timestamp, to: Timestamp) -> Span {
        self.timeline.open_until(stretch.wall_clock(to)) - self.timeline.open_until(stretch.wall_clock(from))
    }
}

impl TryFrom<Definition> for Calendar {
    type Error = CalendarError;

    fn try_from(definition: Definition) -> Result<Calendar, CalendarError> {
        Calendar::new(definition)
    }
}

impl From<Calendar> for Definition {
    fn from(calendar: Calendar) -> Definition {
        calendar.definition
    }
}
