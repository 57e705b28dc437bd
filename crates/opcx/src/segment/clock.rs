//! The sender's clock, corrected.

use opcx_core::calendar::Zone;
use opcx_core::time::{Timestamp, parse_rfc3339, parse_rfc3339_in};

use super::field::Field;

/// When it happened, by our clock: `received - (sent - original)`.
///
/// The sender's clock may be days off; how long before sending something happened it still knows.
/// Without the time of sending the sender's time is believed, without a time of its own the message
/// happened when it was received. Nothing happens after it was received.
pub(super) fn happened(
    original: Option<Timestamp>,
    sent: Option<Timestamp>,
    received: Timestamp,
) -> Timestamp {
    let happened = match (original, sent) {
        (Some(original), Some(sent)) => received - sent.since(original),
        (Some(original), None) => original,
        (None, Some(_) | None) => received,
    };
    happened.min(received)
}

/// The moment that a field names. Without an offset it is meant in UTC; what is no time counts as
/// not sent.
pub(super) fn moment(field: &Field<'_>) -> Option<Timestamp> {
    let text = field.trimmed()?;
    parse_rfc3339(text).or_else(|| parse_rfc3339_in(text, &Zone::UTC))
}

#[cfg(test)]
mod tests {
    use super::*;
    use opcx_core::time::Span;
    use proptest::prelude::*;

    const RECEIVED: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    #[test]
    fn an_event_of_years_ago_that_is_sent_now_keeps_its_date() {
        let original = Timestamp::from_millis(1_400_000_000_000);
        assert_eq!(happened(Some(original), Some(RECEIVED), RECEIVED), original);
        assert_eq!(happened(Some(original), None, RECEIVED), original);
        assert_eq!(happened(None, Some(original), RECEIVED), RECEIVED);
    }

    proptest! {
        #[test]
        fn a_clock_that_is_days_off_either_way_changes_nothing(
            off_seconds in -10 * 86_400..10 * 86_400_i64,
            queued_millis in 0..3 * 86_400_000_i64,
        ) {
            let queued = Span::from_millis(queued_millis);
            let sent = RECEIVED + Span::SECOND.times(off_seconds);
            prop_assert_eq!(happened(Some(sent - queued), Some(sent), RECEIVED), RECEIVED - queued);
        }

        #[test]
        fn nothing_happens_after_it_was_received(original: i64, sent: i64) {
            let (original, sent) = (Timestamp::from_millis(original), Timestamp::from_millis(sent));
            prop_assert!(happened(Some(original), Some(sent), RECEIVED) <= RECEIVED);
            prop_assert!(happened(Some(original), None, RECEIVED) <= RECEIVED);
        }
    }
}
