//! When engines die.

use std::time::Duration;

use opcx::bench::random::Random;
use opcx_store::PersistPoint;

/// How one life of an engine ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    /// By SIGKILL, so long after its start; it may still be starting.
    After(Duration),
    /// By its own hand, when it passes a point of a write for the nth time.
    At(PersistPoint, u32),
    /// By SIGKILL, when the receiver has a webhook in its hands and has not answered.
    OnDelivery(u32),
    /// By SIGKILL, when a customer has just been told that events are safe.
    OnAcknowledgement(u32),
}

/// A round in which every persist point has its turn.
const ROUND: usize = 15;
/// Longest life in milliseconds, of those that a clock ends.
const LIFE_MILLIS_MAX: u64 = 1_500;
/// Most passes of a point before death. The state is persisted once a second, so such a point is not
/// waited for long.
const PASSES_MAX: u64 = 40;
const PERSISTS_MAX: u64 = 2;

/// The deaths of a trial, in order: every point in every round, and random moments in between.
#[must_use]
pub fn deaths(count: usize, seed: u64) -> Vec<Death> {
    let mut random = Random::new(seed);
    let mut up_to = |most: u64| 1 + u32::try_from(random.below(most)).unwrap_or(0);
    let death = |number: usize| match (number % ROUND, PersistPoint::ALL.get(number % ROUND)) {
        (_, Some(point @ (PersistPoint::BeforePersist | PersistPoint::AfterPersist))) => {
            Death::At(*point, up_to(PERSISTS_MAX))
        }
        (_, Some(point)) => Death::At(*point, up_to(PASSES_MAX)),
        (7 | 8, None) => Death::OnDelivery(up_to(PASSES_MAX)),
        (9 | 10, None) => Death::OnAcknowledgement(up_to(PASSES_MAX)),
        (_, None) => Death::After(Duration::from_millis(up_to(LIFE_MILLIS_MAX).into())),
    };
    (0..count).map(death).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_ends_at_every_point_and_follows_from_its_seed() {
        let round = deaths(ROUND, 7);
        for point in PersistPoint::ALL {
            assert!(round.iter().any(|death| matches!(death, Death::At(at, _) if *at == point)), "{point:?}");
        }
        assert_eq!(round, deaths(ROUND, 7));
        assert_ne!(round, deaths(ROUND, 8));
    }
}
