use serde::{Deserialize, Serialize};

use super::date::Date;
use super::opening::Opening;
use super::zone::Zone;
use crate::time::{Span, Timestamp};

/// The hours of every day in which a customer is left in peace, such as `21:00-08:00`, by the
/// wall clock of the customer's own zone.
///
/// The first time is quiet, the second is not. What the clocks show counts: when an hour is shown
/// twice, both are quiet or neither is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Opening", into = "Opening")]
pub struct QuietHours(Opening);

/// Why hours cannot be quiet hours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuietHoursError {
    /// Nothing could ever be sent.
    #[error("quiet hours of the whole day leave no time to write; end them earlier, like `21:00-08:00`")]
    AllDay,
}

/// Most changes of the clocks looked past for a moment that is not quiet. A change may skip the
/// allowed minutes of its own day only, and none has ever followed another within two days.
const CHANGES_MAX: usize = 8;

impl QuietHours {
    /// Quiet from the one time to the other, past midnight if need be.
    ///
    /// # Errors
    /// The whole day.
    pub fn new(hours: Opening) -> Result<QuietHours, QuietHoursError> {
        if hours == Opening::ALL_DAY { Err(QuietHoursError::AllDay) } else { Ok(QuietHours(hours)) }
    }

    /// The hours.
    #[must_use]
    pub const fn hours(self) -> Opening {
        self.0
    }

    /// Whether it is quiet in the zone at that moment.
    #[must_use]
    pub fn is_quiet(self, at: Timestamp, zone: &Zone) -> bool {
        self.quiet_until(zone.wall_clock(at)).is_some()
    }

    /// The first moment from `at` on that is not quiet in the zone: `at` itself if it is not.
    ///
    /// [`Timestamp::MAX`] when there is none before that.
    #[must_use]
    pub fn next_allowed(self, at: Timestamp, zone: &Zone) -> Timestamp {
        zone.stretches(at)
            .take(CHANGES_MAX)
            .find_map(|stretch| match self.quiet_until(stretch.wall_clock(stretch.start)) {
                None => Some(stretch.start),
                // If the clocks change before the quiet ends, what they show then decides.
                Some(end) => Some(stretch.at(end)).filter(|&end| end < stretch.end),
            })
            .unwrap_or(Timestamp::MAX)
    }

    /// What a clock that shows `wall`, and is never changed, shows when the quiet that it is in
    /// ends; `None` when it is in none.
    fn quiet_until(self, wall: Timestamp) -> Option<Timestamp> {
        let midnight = Date::from_wall_clock(wall).midnight();
        let time = wall.since(midnight);
        let (from, to) = (self.0.from().since_midnight(), self.0.to().since_midnight());
        if from < to {
            return (from <= time && time < to).then(|| midnight + to);
        }
        if time < to { Some(midnight + to) } else { (from <= time).then(|| midnight + Span::DAY + to) }
    }
}

impl TryFrom<Opening> for QuietHours {
    type Error = QuietHoursError;

    fn try_from(hours: Opening) -> Result<QuietHours, QuietHoursError> {
        QuietHours::new(hours)
    }
}

impl From<QuietHours> for Opening {
    fn from(quiet: QuietHours) -> Opening {
        quiet.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_rfc3339;
    use alloc::string::{String, ToString};

    fn next(hours: &str, zone: &str, at: &str) -> String {
        let quiet = QuietHours::new(hours.parse().unwrap()).unwrap();
        quiet.next_allowed(parse_rfc3339(at).unwrap(), &Zone::new(zone).unwrap()).to_string()
    }

    #[test]
    fn a_message_waits_until_the_quiet_is_over() {
        assert_eq!(next("21:00-08:00", "Europe/Berlin", "2026-07-01T20:30Z"), "2026-07-02T06:00:00Z");
        assert_eq!(next("21:00-08:00", "Europe/Berlin", "2026-07-02T05:59:59Z"), "2026-07-02T06:00:00Z");
        assert_eq!(next("21:00-08:00", "Europe/Berlin", "2026-07-02T06:00Z"), "2026-07-02T06:00:00Z");
        assert_eq!(next("21:00-08:00", "Europe/Berlin", "2026-07-02T18:59Z"), "2026-07-02T18:59:00Z");
        assert_eq!(next("12:00-14:00", "Asia/Kolkata", "2026-07-02T07:00Z"), "2026-07-02T08:30:00Z");
    }

    #[test]
    fn on_the_nights_of_changed_clocks_the_clock_on_the_wall_counts() {
        // 02:30 does not exist: the quiet is over when the clocks jump to 03:00.
        assert_eq!(next("22:00-02:30", "Europe/Berlin", "2026-03-28T22:00Z"), "2026-03-29T01:00:00Z");
        assert_eq!(next("22:00-08:00", "Europe/Berlin", "2026-03-28T22:00Z"), "2026-03-29T06:00:00Z");
        assert_eq!(next("22:00-08:00", "Europe/Berlin", "2026-10-24T22:00Z"), "2026-10-25T07:00:00Z");
        // 02:30 is shown twice: allowed for half an hour, quiet again, then allowed for the day.
        assert_eq!(next("22:00-02:30", "Europe/Berlin", "2026-10-25T00:00Z"), "2026-10-25T00:30:00Z");
        assert_eq!(next("22:00-02:30", "Europe/Berlin", "2026-10-25T01:00Z"), "2026-10-25T01:30:00Z");
        // 03:00 comes only after the second hour from 02:00.
        assert_eq!(next("22:00-03:00", "Europe/Berlin", "2026-10-25T00:00Z"), "2026-10-25T02:00:00Z");
        // A day that the zone skipped has no quiet hours.
        assert_eq!(next("22:00-08:00", "Pacific/Apia", "2011-12-30T09:00Z"), "2011-12-30T18:00:00Z");
    }

    #[test]
    fn quiet_hours_leave_some_time_to_write() {
        let error = QuietHours::new("00:00-24:00".parse().unwrap()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "quiet hours of the whole day leave no time to write; end them earlier, like `21:00-08:00`"
        );
        assert_eq!(next("08:00-07:59", "UTC", "2026-07-01T08:00Z"), "2026-07-02T07:59:00Z");
    }
}
