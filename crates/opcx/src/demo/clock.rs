use std::time::{Duration, Instant};

use opcx_core::time::{Span, Timestamp};
use opcx_engine::Clock;

/// A clock that starts at a time of its own and runs faster than the wall's.
#[derive(Debug, Clone, Copy)]
pub struct FastClock {
    start: Timestamp,
    began: Instant,
    times: u32,
}

impl FastClock {
    /// A clock that shows `start` now, and runs `times` as fast.
    #[must_use]
    pub fn new(start: Timestamp, times: u32) -> FastClock {
        FastClock { start, began: Instant::now(), times: times.max(1) }
    }

    /// How long it takes by the wall's clock until this one shows `at`.
    #[must_use]
    pub fn until(&self, at: Timestamp) -> Duration {
        let left = u64::try_from(at.since(self.now()).as_millis()).unwrap_or(0);
        Duration::from_millis(left / u64::from(self.times))
    }
}

impl Clock for FastClock {
    fn now(&self) -> Timestamp {
        let passed = self.began.elapsed().as_millis().saturating_mul(u128::from(self.times));
        self.start + Span::from_millis(i64::try_from(passed).unwrap_or(i64::MAX))
    }
}
