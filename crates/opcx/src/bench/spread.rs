//! How times spread.

use std::time::Duration;

/// Times in order.
pub struct Spread(Vec<Duration>);

impl Spread {
    /// The spread of some times.
    #[must_use]
    pub fn of(times: impl IntoIterator<Item = Duration>) -> Spread {
        let mut times: Vec<Duration> = times.into_iter().collect();
        times.sort_unstable();
        Spread(times)
    }

    /// The time, in milliseconds, that `share` percent (0 to 99) stay below; not a number of none.
    #[must_use]
    pub fn millis(&self, share: usize) -> f64 {
        self.0.get(self.0.len() * share / 100).map_or(f64::NAN, |time| time.as_secs_f64() * 1000.0)
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_hundred_times_one_is_at_the_99th_percentile_or_above() {
        let spread = Spread::of((0..100).rev().map(Duration::from_millis));
        assert_eq!([0, 50, 99].map(|share| spread.millis(share)), [0.0, 50.0, 99.0]);
        assert!(Spread::of([]).millis(50).is_nan());
    }
}
