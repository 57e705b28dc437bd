//! Attempts to sign in: after too many that failed, the next ones from there have to wait.
//!
//! Keys cannot be guessed anyway; this keeps those who try from costing anything. Behind a proxy all come from one
//! address, so the number allowed is generous, and keys sent as `Authorization` are not counted.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use opcx_core::time::{Span, Timestamp};

/// Most failures from one address within [`WINDOW_SECONDS`].
pub const FAILURES_MAX: u32 = 20;
/// How long failures count.
pub const WINDOW_SECONDS: i64 = 60;
/// Most addresses that are remembered; of more, the one that failed longest ago is forgotten.
const ADDRESSES_MAX: usize = 4_096;

/// Who failed how often.
#[derive(Debug, Default)]
pub(super) struct Attempts(Mutex<BTreeMap<Option<IpAddr>, Failures>>);

#[derive(Debug, Clone, Copy)]
struct Failures {
    since: Timestamp,
    count: u32,
}

impl Attempts {
    /// Nothing, or after how many seconds somebody at this address may try again.
    pub(super) fn wait(&self, address: Option<IpAddr>, now: Timestamp) -> Option<u64> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let failures = all.get(&address).filter(|failures| failures.count >= FAILURES_MAX)?;
        let left = (failures.since + window()).since(now).as_millis();
        // A clock that jumped back makes nobody wait longer than the window.
        let left = left.min(window().as_millis());
        (left > 0).then(|| left.unsigned_abs().div_ceil(1_000))
    }

    /// Takes note of a failure.
    pub(super) fn failed(&self, address: Option<IpAddr>, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = Failures { since: now, count: 0 };
        let failures = all.entry(address).or_insert(fresh);
        if now >= failures.since + window() {
            *failures = fresh;
        }
        failures.count = failures.count.saturating_add(1);
        if all.len() > ADDRESSES_MAX {
            let oldest = all.iter().min_by_key(|(_, failures)| failures.since).map(|(address, _)| *address);
            oldest.and_then(|address| all.remove(&address));
        }
    }
}

fn window() -> Span {
    Span::from_millis(WINDOW_SECONDS * 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_twenty_failures_within_a_minute_one_address_waits_and_no_other() {
        let attempts = Attempts::default();
        let (one, other) = (Some(IpAddr::from([10, 0, 0, 1])), Some(IpAddr::from([10, 0, 0, 2])));
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1_000);
        for _ in 0..FAILURES_MAX {
            assert_eq!(attempts.wait(one, at(10)), None);
            attempts.failed(one, at(10));
        }
        assert_eq!(attempts.wait(one, at(10)), Some(60));
        assert_eq!(attempts.wait(one, at(69)), Some(1));
        assert_eq!(attempts.wait(other, at(10)), None);
        assert_eq!(attempts.wait(one, at(70)), None);
        attempts.failed(one, at(70));
        assert_eq!(attempts.wait(one, at(71)), None, "a new minute begins anew");
    }

    #[test]
    fn addresses_that_are_remembered_are_bounded() {
        let attempts = Attempts::default();
        for number in 0..u32::try_from(ADDRESSES_MAX).expect("small") + 50 {
            attempts
                .failed(Some(IpAddr::from(number.to_be_bytes())), Timestamp::from_millis(i64::from(number)));
        }
        assert_eq!(attempts.0.lock().expect("no test panics while holding it").len(), ADDRESSES_MAX);
    }
}
