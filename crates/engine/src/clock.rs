use std::time::{SystemTime, UNIX_EPOCH};

use opcx_core::time::Timestamp;

/// What time it is. The only source of the wall's time in the engine; simulations bring their own.
pub trait Clock: Send + Sync {
    /// The time now. It may jump, also back: accepting keeps the log's time from following it back.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        let millis = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
        };
        Timestamp::from_millis(millis)
    }
}
