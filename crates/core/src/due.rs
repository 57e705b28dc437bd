//! Due times: by when a promise is to be kept, and from when on it is at risk.
//!
//! A due time is written in a map as a phrase, checked once ([`Due::parse`]), and becomes a moment
//! when the promise is made ([`Due::resolve`]). That moment is committed and never computed again.
//!
//! | written | due |
//! |---|---|
//! | `72h`, `1h 30m` | when so much time has passed, day and night |
//! | `3 days`, `1 week` | so many calendar days later, when the clock shows the same time |
//! | `3 days at 17:00` | so many calendar days later, at that time |
//! | `8 business hours` | when so much business time has passed |
//! | `2 business days` | when the second business day after today closes |
//! | `end of business day` | at the next closing time |
//! | `end of next business day` | the same as `1 business day` |
//! | `8 business hours of care` | the same in the calendar named `care` |
//! | `facts.promised_at` | when that fact says |
//! | `2h before facts.departs_at`, `1 day after facts.shipped_at` | so much time from when that fact says |
//!
//! * **Days and hours differ.** `72h` and `3 days` are the same on most days; on the days on which
//!   the clocks change they are an hour apart. A due time of both is refused.
//! * **Elsewhere** – business time: [`crate::calendar`].

mod at_risk;
mod phrase;

pub use at_risk::AtRisk;
pub use phrase::{DAYS_MAX, DueError};

use alloc::string::String;
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, Calendars, LocalTime, Zone};
use crate::event::Name;
use crate::time::{Span, Timestamp};

/// By when. Written and read as a phrase.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Due {
    /// When a fact of the event says, or so long after that (before it when negative).
    At {
        /// The fact's name, without `facts.`.
        fact: Name,
        /// How long after the time it holds.
        shift: Span,
    },
    /// So long after the promise was made, day and night.
    After(Span),
    /// Some calendar days later in the customer's or company's zone. A time that the clocks skip
    /// on that day is read as the time after the gap, one that they show twice as the first.
    AfterDays {
        /// How many days, from 1.
        days: u16,
        /// The time of day; without it, that at which the promise was made.
        at: Option<LocalTime>,
    },
    /// When so much business time has passed.
    AfterBusiness {
        /// How much, from the next opening on.
        span: Span,
        /// Whose business time; without it, the company's ordinary calendar.
        calendar: Option<Name>,
    },
    /// When a business day closes.
    AfterBusinessDays {
        /// How many business days after today; 0 for the next closing time.
        days: u16,
        /// Whose business days; without it, the company's ordinary calendar.
        calendar: Option<Name>,
    },
}

/// Why a due time is no moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// The event does not carry the fact, or it is not a time.
    #[error(
        "the fact `{fact}` holds no time; send it with a date, a time and an offset, like `2026-11-21T10:00:00Z`"
    )]
    NoTime {
        /// The fact.
        fact: Name,
    },
    /// No calendar has that name.
    #[error("there is no calendar `{name}`; define it, or leave out `of {name}` for the company's own")]
    UnknownCalendar {
        /// The name.
        name: Name,
    },
    /// The calendar does not hold so much business time.
    #[error("the calendar is not open long enough within ten years; check its week and its holidays")]
    BeyondHorizon,
}

impl Due {
    /// The due time of a phrase; the table above has them all. Upper and lower case do not matter,
    /// but for the names of facts and calendars.
    ///
    /// # Errors
    /// Any other phrase, and a due time at once; see [`DueError`].
    pub fn parse(text: &str) -> Result<Due, DueError> {
        phrase::parse(text)
    }

    /// The moment it means for a promise made at `start`.
    ///
    /// `zone` is whose days count in calendar days; `fact_time` gives the time that a fact of the
    /// event holds. A fact may hold a time before `start`: that is the answer, and the promise is late when it is made.
    ///
    /// # Errors
    /// The fact holds no time, the calendar has no such name, or it never opens for so long.
    pub fn resolve(
        &self,
        start: Timestamp,
        calendars: &Calendars,
        zone: &Zone,
        fact_time: impl Fn(&str) -> Option<Timestamp>,
    ) -> Result<Timestamp, Unresolved> {
        match self {
            Due::At { fact, shift } => match fact_time(fact) {
                Some(time) => Ok(time + *shift),
                None => Err(Unresolved::NoTime { fact: fact.clone() }),
            },
            Due::After(span) => Ok(start + *span),
            Due::AfterDays { days, at } => Ok(days_later(start, *days, *at, zone)),
            Due::AfterBusiness { span, calendar } => {
                named(calendars, calendar.as_ref())?.add(start, *span).ok_or(Unresolved::BeyondHorizon)
            }
            Due::AfterBusinessDays { days, calendar } => named(calendars, calendar.as_ref())?
                .business_day_end(start, *days)
                .ok_or(Unresolved::BeyondHorizon),
        }
    }

    /// The fact that it reads, if it reads one: for checks when definitions are loaded.
    #[must_use]
    pub fn fact(&self) -> Option<&Name> {
        match self {
            Due::At { fact, .. } => Some(fact),
            Due::After(_)
            | Due::AfterDays { .. }
            | Due::AfterBusiness { .. }
            | Due::AfterBusinessDays { .. } => None,
        }
    }

    /// The calendar that it names, if it names one: for checks when definitions are loaded.
    #[must_use]
    pub fn calendar(&self) -> Option<&Name> {
        match self {
            Due::AfterBusiness { calendar, .. } | Due::AfterBusinessDays { calendar, .. } => {
                calendar.as_ref()
            }
            Due::At { .. } | Due::After(_) | Due::AfterDays { .. } => None,
        }
    }

    /// Whether only business time counts towards it.
    #[must_use]
    pub const fn is_business(&self) -> bool {
        match self {
            Due::AfterBusiness { .. } | Due::AfterBusinessDays { .. } => true,
            Due::At { .. } | Due::After(_) | Due::AfterDays { .. } => false,
        }
    }
}

fn days_later(start: Timestamp, days: u16, at: Option<LocalTime>, zone: &Zone) -> Timestamp {
    let today = zone.date(start);
    let time = match at {
        Some(time) => time.since_midnight(),
        None => zone.wall_clock(start).since(today.midnight()),
    };
    zone.at_wall_clock(today.plus_days(i64::from(days)).midnight() + time)
}

fn named<'a>(calendars: &'a Calendars, name: Option<&Name>) -> Result<&'a Calendar, Unresolved> {
    calendars.get(name.map(Name::as_str)).ok_or_else(|| Unresolved::UnknownCalendar {
        name: name.cloned().expect("the ordinary calendar is always there"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Definition;
    use crate::time::parse_rfc3339;
    use alloc::collections::BTreeMap;
    use alloc::format;
    use alloc::string::ToString;
    use expect_test::{Expect, expect};

    /// Berlin, Monday to Friday 9 to 12 and 13 to 17, Saturday 10 to 14; closed on 2026-12-25.
    fn shop() -> Calendars {
        let definition = Definition {
            zone: Zone::new("Europe/Berlin").unwrap(),
            week: BTreeMap::from([
                (
                    "monday to friday".parse().unwrap(),
                    ["09:00-12:00", "13:00-17:00"].map(|text| text.parse().unwrap()).into(),
                ),
                ("saturday".parse().unwrap(), ["10:00-14:00"].map(|text| text.parse().unwrap()).into()),
            ]),
            holidays: ["2026-12-25".parse().unwrap()].into(),
            special: BTreeMap::new(),
        };
        Calendars {
            ordinary: Calendar::new(definition).unwrap(),
            named: BTreeMap::from([("always".into(), Calendar::always())]),
        }
    }

    /// Shows when each phrase is due for a promise made at `start`, by the clocks of Berlin.
    fn due(start: &str, phrases: &[&str], expected: &Expect) {
        let calendars = shop();
        let zone = Zone::new("Europe/Berlin").unwrap();
        let start = crate::time::parse_rfc3339_in(start, &zone).unwrap();
        let facts =
            |name: &str| (name == "promised_at").then(|| parse_rfc3339("2026-12-24T10:00+01:00").unwrap());
        let shown: String = phrases
            .iter()
            .map(|phrase| match Due::parse(phrase).unwrap().resolve(start, &calendars, &zone, facts) {
                Ok(due) => {
                    let wall = zone.wall_clock(due);
                    let weekday = zone.date(due).weekday().word();
                    format!("{phrase}: {weekday} {}\n", wall.to_string().replace('Z', ""))
                }
                Err(error) => format!("{phrase}: {error}\n"),
            })
            .collect();
        expected.assert_eq(&shown);
    }

    #[test]
    fn a_promise_made_in_the_morning_of_a_working_day() {
        due(
            "2026-11-18T10:00",
            &[
                "72h",
                "1h 30m",
                "3 days",
                "1 week",
                "1 day at 12:00",
                "1 business hour",
                "3 business hours",
                "7 business hours",
                "8 business hours",
                "90 business minutes",
                "2 business days",
                "3 business days",
                "4 business days",
                "end of business day",
                "end of next business day",
                "8 business hours of always",
                "8 business hours of nobody",
                "facts.promised_at",
                "2h before facts.promised_at",
                "1 day after facts.promised_at",
                "facts.delivered_at",
            ],
            &expect![[r#"
                72h: saturday 2026-11-21T10:00:00
                1h 30m: wednesday 2026-11-18T11:30:00
                3 days: saturday 2026-11-21T10:00:00
                1 week: wednesday 2026-11-25T10:00:00
                1 day at 12:00: thursday 2026-11-19T12:00:00
                1 business hour: wednesday 2026-11-18T11:00:00
                3 business hours: wednesday 2026-11-18T14:00:00
                7 business hours: thursday 2026-11-19T10:00:00
                8 business hours: thursday 2026-11-19T11:00:00
                90 business minutes: wednesday 2026-11-18T11:30:00
                2 business days: friday 2026-11-20T17:00:00
                3 business days: saturday 2026-11-21T14:00:00
                4 business days: monday 2026-11-23T17:00:00
                end of business day: wednesday 2026-11-18T17:00:00
                end of next business day: thursday 2026-11-19T17:00:00
                8 business hours of always: wednesday 2026-11-18T18:00:00
                8 business hours of nobody: there is no calendar `nobody`; define it, or leave out `of nobody` for the company's own
                facts.promised_at: thursday 2026-12-24T10:00:00
                2h before facts.promised_at: thursday 2026-12-24T08:00:00
                1 day after facts.promised_at: friday 2026-12-25T10:00:00
                facts.delivered_at: the fact `delivered_at` holds no time; send it with a date, a time and an offset, like `2026-11-21T10:00:00Z`
            "#]],
        );
    }

    #[test]
    fn a_promise_made_when_the_shop_is_closed_counts_from_the_next_opening() {
        due(
            "2026-11-21T20:00",
            &["1 business hour", "7 business hours", "1 business day", "end of business day", "1 day"],
            &expect![[r#"
                1 business hour: monday 2026-11-23T10:00:00
                7 business hours: monday 2026-11-23T17:00:00
                1 business day: monday 2026-11-23T17:00:00
                end of business day: monday 2026-11-23T17:00:00
                1 day: sunday 2026-11-22T20:00:00
            "#]],
        );
    }

    #[test]
    fn a_promise_made_before_a_holiday_skips_it() {
        due(
            "2026-12-24T16:00",
            &["1 business hour", "2 business hours", "1 business day", "2 business days", "1 day"],
            &expect![[r#"
                1 business hour: thursday 2026-12-24T17:00:00
                2 business hours: saturday 2026-12-26T11:00:00
                1 business day: saturday 2026-12-26T14:00:00
                2 business days: monday 2026-12-28T17:00:00
                1 day: friday 2026-12-25T16:00:00
            "#]],
        );
    }

    #[test]
    fn calendar_days_keep_the_time_on_the_clock_and_hours_do_not() {
        due(
            "2026-03-28T12:00",
            &["24h", "1 day", "1 day at 02:30"],
            &expect![[r#"
            24h: sunday 2026-03-29T13:00:00
            1 day: sunday 2026-03-29T12:00:00
            1 day at 02:30: sunday 2026-03-29T03:30:00
        "#]],
        );
        due(
            "2026-10-24T12:00",
            &["24h", "1 day", "1 day at 02:30"],
            &expect![[r#"
            24h: sunday 2026-10-25T11:00:00
            1 day: sunday 2026-10-25T12:00:00
            1 day at 02:30: sunday 2026-10-25T02:30:00
        "#]],
        );
    }

    #[test]
    fn a_due_time_says_what_it_reads() {
        let due = Due::parse("2h before facts.departs_at").unwrap();
        assert_eq!(
            (due.fact().map(Name::as_str), due.calendar(), due.is_business()),
            (Some("departs_at"), None, false)
        );
        let due = Due::parse("2 business days of care").unwrap();
        assert_eq!(
            (due.fact(), due.calendar().map(Name::as_str), due.is_business()),
            (None, Some("care"), true)
        );
    }
}
