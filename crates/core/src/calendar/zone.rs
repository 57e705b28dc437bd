use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

use alloc::string::String;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{Date, LocalTime};
use crate::time::{Span, Timestamp};

/// A time zone by its IANA name, such as `Europe/Berlin`, with its rules.
///
/// The rules come with the program (never from the machine), so that a decision is the same on
/// every machine. Cloning is cheap; making one from a name reads its rules, so keep it.
/// Written and read as the name; two zones are equal when their names are.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone {
    name: CompactString,
    rules: jiff::tz::TimeZone,
}

/// Why a name is not a time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ZoneError {
    /// The tz database does not have it.
    #[error("there is no time zone `{name}`; write an IANA name such as `Europe/Berlin` or `UTC`")]
    Unknown {
        /// The name, cut to a length that can be shown.
        name: CompactString,
    },
}

/// Longest name shown in an error; the longest real one has 30 letters.
const NAME_CHARS_SHOWN: usize = 64;

/// No day begins or ends further than this from its place in UTC: offsets are below 26 hours.
pub(super) const OFFSET_MAX: Span = Span::HOUR.times(26);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Zone = Zone { name: CompactString::const_new("UTC"), rules: jiff::tz::TimeZone::UTC };

    /// The zone of that IANA name; upper and lower case do not matter.
    ///
    /// # Errors
    /// A name that the tz database does not have.
    pub fn new(name: &str) -> Result<Zone, ZoneError> {
        let unknown = || ZoneError::Unknown { name: name.chars().take(NAME_CHARS_SHOWN).collect() };
        let rules = jiff::tz::TimeZoneDatabase::bundled().get(name.trim()).map_err(|_| unknown())?;
        // `Etc/Unknown` is found, but says nothing.
        if rules.is_unknown() {
            return Err(unknown());
        }
        let name = rules.iana_name().ok_or_else(unknown)?.into();
        Ok(Zone { name, rules })
    }

    /// The IANA name, in its usual case.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The date that a wall calendar in the zone shows at that moment.
    #[must_use]
    pub fn date(&self, at: Timestamp) -> Date {
        Date::from_wall_clock(self.wall_clock(at))
    }

    /// The time of day that a clock in the zone shows at that moment, seconds left out.
    #[must_use]
    pub fn time(&self, at: Timestamp) -> LocalTime {
        let wall = self.wall_clock(at);
        LocalTime::from_span(wall.since(Date::from_wall_clock(wall).midnight()))
    }

    /// The first moment of the calendar day that `at` is in: where a customer's day, and so a cap
    /// per day, begins.
    ///
    /// Usually midnight; later where the clocks skip midnight.
    #[must_use]
    pub fn day_start(&self, at: Timestamp) -> Timestamp {
        let midnight = self.date(at).midnight();
        let day_end = midnight + Span::DAY;
        for stretch in self.stretches(midnight - OFFSET_MAX) {
            let (from, to) = (stretch.wall_clock(stretch.start), stretch.wall_clock(stretch.end));
            let first = from.max(midnight);
            if first < to && first < day_end {
                // On the day before the first that there is, no moment is earlier than `at`.
                return stretch.at(first).min(at);
            }
            if stretch.start >= at {
                break;
            }
        }
        // Not reached while `at` lies in the day it was taken from.
        at
    }

    /// The moment at which a clock in the zone shows this date and time.
    ///
    /// A time that the clocks skip is read with the offset before the gap (02:30 becomes 03:30);
    /// of a time that they show twice it is the first. Source: RFC 5545, section 3.3.5.
    #[must_use]
    pub(crate) fn at_wall_clock(&self, wall: Timestamp) -> Timestamp {
        let shown = jiff::tz::Offset::UTC.to_datetime(instant(wall));
        match self.rules.to_ambiguous_timestamp(shown).compatible() {
            Ok(moment) => Timestamp::from_millis(moment.as_millisecond()),
            // Only within a day of the last moment that there is.
            Err(_) => wall,
        }
    }

    /// What a clock in the zone shows at that moment, as the moment when a UTC clock shows it.
    pub(crate) fn wall_clock(&self, at: Timestamp) -> Timestamp {
        at + self.offset(at)
    }

    /// The stretches of even clocks from `from` on, in order and without gaps; the first begins
    /// at `from`.
    pub(super) fn stretches(&self, from: Timestamp) -> impl Iterator<Item = Stretch> {
        let mut next = Some(from);
        core::iter::from_fn(move || {
            let start = next?;
            next = self.rules.following(instant(start)).next().map(|change| moment(&change));
            let end = next.unwrap_or(Timestamp::MAX);
            Some(Stretch { start, end, offset: self.offset(start) })
        })
    }

    /// The stretches of even clocks until `until`, latest first and without gaps; the first ends
    /// at `until`.
    pub(super) fn stretches_back(&self, until: Timestamp) -> impl Iterator<Item = Stretch> {
        let mut next = Some(until);
        core::iter::from_fn(move || {
            let end = next?;
            next = self.rules.preceding(instant(end)).next().map(|change| moment(&change));
            let start = next.unwrap_or(Timestamp::MIN);
            Some(Stretch { start, end, offset: self.offset(start) })
        })
    }

    /// How far the zone's clocks are ahead of UTC at that moment.
    fn offset(&self, at: Timestamp) -> Span {
        Span::SECOND.times(i64::from(self.rules.to_offset(instant(at)).seconds()))
    }
}

/// A stretch of time in which a zone's clocks run evenly: between two changes of the clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    /// Its first moment.
    pub(super) start: Timestamp,
    /// The first moment after it.
    pub(super) end: Timestamp,
    offset: Span,
}

impl Stretch {
    /// What the zone's clocks show at a moment of this stretch, or on reaching its end.
    pub(super) fn wall_clock(&self, at: Timestamp) -> Timestamp {
        at + self.offset
    }

    /// The moment at which the zone's clocks show that within this stretch.
    pub(super) fn at(&self, wall: Timestamp) -> Timestamp {
        wall - self.offset
    }
}

fn instant(at: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(at.as_millis()).expect("a timestamp lies within the years 1 to 9999")
}

fn moment(change: &jiff::tz::TimeZoneTransition<'_>) -> Timestamp {
    Timestamp::from_millis(change.timestamp().as_millisecond())
}

impl TryFrom<String> for Zone {
    type Error = ZoneError;

    fn try_from(name: String) -> Result<Zone, ZoneError> {
        Zone::new(&name)
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> String {
        zone.name.into()
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Zone) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

impl PartialOrd for Zone {
    fn partial_cmp(&self, other: &Zone) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Zone {
    fn cmp(&self, other: &Zone) -> Ordering {
        self.name.cmp(&other.name)
    }
}

impl Hash for Zone {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_rfc3339;
    use alloc::string::ToString;

    fn at(text: &str) -> Timestamp {
        parse_rfc3339(text).unwrap()
    }

    #[test]
    fn a_zone_is_its_name_in_the_usual_case() {
        assert_eq!(Zone::new("europe/BERLIN").unwrap().name(), "Europe/Berlin");
        assert_eq!(Zone::new("UTC").unwrap(), Zone::UTC);
        assert_eq!(
            Zone::new("Mars/Olympus").unwrap_err().to_string(),
            "there is no time zone `Mars/Olympus`; write an IANA name such as `Europe/Berlin` or `UTC`"
        );
        assert!(Zone::new("Etc/Unknown").is_err());
        assert!(Zone::new("").is_err());
        assert!(Zone::new("../etc/passwd").is_err());
    }

    #[test]
    fn a_day_begins_at_midnight_or_where_the_clocks_jump_to() {
        let start = |zone: &str, text| Zone::new(zone).unwrap().day_start(at(text)).to_string();
        assert_eq!(start("Europe/Berlin", "2026-07-01T10:00Z"), "2026-06-30T22:00:00Z");
        assert_eq!(start("Europe/Berlin", "2026-10-25T22:59:59Z"), "2026-10-24T22:00:00Z");
        // In Cairo the clocks went from 00:00 to 01:00 on 2024-04-26.
        assert_eq!(start("Africa/Cairo", "2024-04-26T12:00Z"), "2024-04-25T22:00:00Z");
        // Samoa had no 30th of December 2011: the 31st began when the 29th ended.
        assert_eq!(start("Pacific/Apia", "2011-12-31T00:00Z"), "2011-12-30T10:00:00Z");
        assert_eq!(start("Pacific/Apia", "2011-12-30T09:59Z"), "2011-12-29T10:00:00Z");
        assert_eq!(start("UTC", "2026-07-01T00:00Z"), "2026-07-01T00:00:00Z");
    }

    #[test]
    fn the_ends_of_time_have_days_too() {
        for zone in ["UTC", "Asia/Kolkata", "America/New_York"].map(|name| Zone::new(name).unwrap()) {
            for at in [Timestamp::MIN, Timestamp::MAX] {
                assert!(zone.day_start(at) <= at);
                let _ = zone.at_wall_clock(at);
            }
        }
    }
}
