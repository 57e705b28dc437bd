use alloc::format;
use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroU16;

use serde::{Deserialize, Serialize};

use super::{Outcome, ParcelId, Why};
use crate::time::{Span, Timestamp};

/// Most pauses a [`Policy`] may have: one more and a receiver that is never mended costs a month.
pub const PAUSES_MAX: usize = 32;
/// Longest single pause.
pub const PAUSE_MAX: Span = Span::DAY.times(7);
/// Longest wait that a receiver may ask for; what it asks beyond that is cut to this.
pub const RETRY_AFTER_MAX: Span = Span::DAY;

/// Decides what follows from the `outcome` of one attempt at `parcel`, known at `now`.
///
/// The wait is the policy's pause after this attempt, or what the receiver asked for (at most
/// [`RETRY_AFTER_MAX`]) where that is longer; jitter is added to it, never taken away, so nobody is
/// asked sooner than they wished. The jitter comes from parcel, attempt and `seed` alone: the same
/// on every replay, and different for parcels that failed together.
#[must_use]
pub fn next_attempt(
    policy: &Policy,
    attempt: Attempt,
    outcome: &Outcome,
    now: Timestamp,
    seed: u64,
    parcel: ParcelId,
) -> Next {
    match outcome {
        Outcome::Delivered { .. } => Next::Done,
        Outcome::Gone => Next::Disable,
        Outcome::Refused { why } => Next::Dead { why: why.clone() },
        Outcome::Retry { after, why } => match policy.pause_after(attempt) {
            None => Next::Dead { why: Why::from(format!("given up after {attempt} attempts: {why}")) },
            Some(pause) => {
                let asked = after.unwrap_or(Span::ZERO).min(RETRY_AFTER_MAX);
                let wait = pause.max(asked);
                Next::Again { at: now + wait + policy.jitter(wait, draw(seed, parcel, attempt)) }
            }
        },
    }
}

/// What is to be done about a parcel after an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Next {
    /// Nothing: it arrived.
    Done,
    /// Try again.
    Again {
        /// Not before this moment.
        at: Timestamp,
    },
    /// Lay it with the dead letters, from where it can be replayed.
    Dead {
        /// Why it was given up.
        why: Why,
    },
    /// Lay it with the dead letters and send nothing more to this endpoint until an operator
    /// enables it again.
    Disable,
}

/// Which attempt at a parcel: 1 is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Attempt(NonZeroU16);

impl Attempt {
    /// The first attempt.
    pub const FIRST: Attempt = Attempt(NonZeroU16::MIN);

    /// The attempt after this one.
    #[must_use]
    pub const fn next(self) -> Attempt {
        Attempt(self.0.saturating_add(1))
    }

    /// The attempt's number, from 1.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0.get()
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// How often and when a failed parcel is tried again.
///
/// The default is the schedule that Standard Webhooks recommends: the first attempt at once, then
/// after 5 s, 5 m, 30 m, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h, ten attempts over a little more than
/// three days; with up to a fifth of each pause added as jitter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawPolicy")]
pub struct Policy {
    pauses: Vec<Span>,
    jitter_permille: u16,
}

/// A policy as written, not checked yet.
#[derive(Deserialize)]
struct RawPolicy {
    pauses: Vec<Span>,
    jitter_permille: u16,
}

/// Why a policy was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// More attempts than anybody should wait for.
    #[error("{count} pauses between attempts, at most {PAUSES_MAX} are allowed; leave out some")]
    TooMany {
        /// How many there are.
        count: usize,
    },
    /// A pause that is no pause, or that outlasts everybody's patience.
    #[error("a pause of {pause} between attempts, allowed are 0s to {PAUSE_MAX}; change it")]
    PauseOutOfRange {
        /// The pause.
        pause: Span,
    },
    /// More jitter than pause.
    #[error("jitter of {permille} permille, allowed are 0 to 1000 (up to the whole pause again); lower it")]
    JitterOutOfRange {
        /// The jitter.
        permille: u16,
    },
}

impl Policy {
    /// A policy that waits `pauses` between attempts (so it makes one attempt more than there are
    /// pauses) and adds up to `jitter_permille` thousandths of each wait.
    ///
    /// # Errors
    /// More than [`PAUSES_MAX`] pauses, one that is negative or over [`PAUSE_MAX`], or jitter over 1000.
    pub fn new(pauses: Vec<Span>, jitter_permille: u16) -> Result<Policy, PolicyError> {
        if pauses.len() > PAUSES_MAX {
            return Err(PolicyError::TooMany { count: pauses.len() });
        }
        if let Some(&pause) = pauses.iter().find(|pause| !(Span::ZERO..=PAUSE_MAX).contains(pause)) {
            return Err(PolicyError::PauseOutOfRange { pause });
        }
        if jitter_permille > 1000 {
            return Err(PolicyError::JitterOutOfRange { permille: jitter_permille });
        }
        Ok(Policy { pauses, jitter_permille })
    }

    /// The pause after a failed attempt; nothing when it was the last.
    fn pause_after(&self, attempt: Attempt) -> Option<Span> {
        self.pauses.get(usize::from(attempt.get()) - 1).copied()
    }

    /// The part of `wait` that is added to it, evenly spread over `drawn`.
    fn jitter(&self, wait: Span, drawn: u64) -> Span {
        let most = u128::from(wait.as_millis().unsigned_abs()) * u128::from(self.jitter_permille) / 1000;
        let part = ((most + 1) * u128::from(drawn)) >> 64;
        Span::from_millis(i64::try_from(part).expect("at most the wait itself, which is in an i64"))
    }
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            pauses: Vec::from([
                Span::SECOND.times(5),
                Span::MINUTE.times(5),
                Span::MINUTE.times(30),
                Span::HOUR.times(2),
                Span::HOUR.times(5),
                Span::HOUR.times(10),
                Span::HOUR.times(14),
                Span::HOUR.times(20),
                Span::HOUR.times(24),
            ]),
            jitter_permille: 200,
        }
    }
}

impl TryFrom<RawPolicy> for Policy {
    type Error = PolicyError;

    fn try_from(raw: RawPolicy) -> Result<Policy, PolicyError> {
        Policy::new(raw.pauses, raw.jitter_permille)
    }
}

/// A number out of the whole range of `u64`, the same for the same parcel, attempt and seed.
fn draw(seed: u64, parcel: ParcelId, attempt: Attempt) -> u64 {
    let mut hasher = blake3::Hasher::new_derive_key("opcx delivery jitter 1");
    hasher.update(&seed.to_le_bytes());
    hasher.update(&parcel.0.customer.0.get().to_le_bytes());
    hasher.update(&parcel.0.number.to_le_bytes());
    hasher.update(&attempt.get().to_le_bytes());
    let [a, b, c, d, e, f, g, h, ..] = *hasher.finalize().as_bytes();
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::customer::{CustomerId, DeedId};
    use crate::log::Position;
    use alloc::string::String;
    use core::fmt::Write;
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    fn parcel(position: u64) -> ParcelId {
        ParcelId(DeedId { customer: CustomerId(Position::new(position)), number: 0 })
    }

    fn retry(after: Option<Span>) -> Outcome {
        Outcome::Retry { after, why: Why::new("500 Internal Server Error") }
    }

    /// Lets every attempt fail with the `outcome` and tells what follows each.
    #[expect(clippy::needless_pass_by_value, reason = "`expect!` makes values")]
    fn check(policy: &Policy, outcome: &Outcome, expected: Expect) {
        let mut story = String::new();
        let (mut attempt, mut now) = (Attempt::FIRST, Timestamp::EPOCH);
        loop {
            let next = next_attempt(policy, attempt, outcome, now, 7, parcel(42));
            match next {
                Next::Again { at } => {
                    writeln!(story, "{attempt}: again after {}", at.since(now)).expect("a String takes all");
                    (attempt, now) = (attempt.next(), at);
                }
                Next::Done | Next::Dead { .. } | Next::Disable => {
                    writeln!(story, "{attempt}: {next:?} at {now}").expect("a String takes all");
                    break;
                }
            }
        }
        expected.assert_eq(&story);
    }

    fn without_jitter() -> Policy {
        Policy { jitter_permille: 0, ..Policy::default() }
    }

    #[test]
    fn a_receiver_that_never_answers_is_tried_ten_times_over_three_days() {
        check(
            &without_jitter(),
            &retry(None),
            expect![[r#"
            1: again after 5s
            2: again after 5m
            3: again after 30m
            4: again after 2h
            5: again after 5h
            6: again after 10h
            7: again after 14h
            8: again after 20h
            9: again after 1d
            10: Dead { why: Why("given up after 10 attempts: 500 Internal Server Error") } at 1970-01-04T03:35:05Z
        "#]],
        );
    }

    #[test]
    fn jitter_stretches_each_pause_by_up_to_a_fifth_and_is_the_same_every_time() {
        check(
            &Policy::default(),
            &retry(None),
            expect![[r#"
                1: again after 5s 584ms
                2: again after 5m 30s
                3: again after 32m 40s
                4: again after 2h 20m
                5: again after 5h 34m
                6: again after 10h 53m
                7: again after 14h 4m
                8: again after 23h 15m
                9: again after 1d 3h
                10: Dead { why: Why("given up after 10 attempts: 500 Internal Server Error") } at 1970-01-04T12:07:20.363Z
            "#]],
        );
    }

    #[test]
    fn a_receiver_may_ask_for_more_time_than_the_pause_but_not_for_less() {
        check(
            &without_jitter(),
            &retry(Some(Span::HOUR.times(3))),
            expect![[r#"
            1: again after 3h
            2: again after 3h
            3: again after 3h
            4: again after 3h
            5: again after 5h
            6: again after 10h
            7: again after 14h
            8: again after 20h
            9: again after 1d
            10: Dead { why: Why("given up after 10 attempts: 500 Internal Server Error") } at 1970-01-04T13:00:00Z
        "#]],
        );
    }

    #[test]
    fn a_receiver_may_not_put_us_off_for_more_than_a_day() {
        let policy = Policy { pauses: Vec::from([Span::SECOND]), jitter_permille: 0 };
        check(
            &policy,
            &retry(Some(Span::DAY.times(365))),
            expect![[r#"
            1: again after 1d
            2: Dead { why: Why("given up after 2 attempts: 500 Internal Server Error") } at 1970-01-02T00:00:00Z
        "#]],
        );
    }

    #[test]
    fn what_is_delivered_refused_or_gone_is_not_tried_again() {
        check(
            &Policy::default(),
            &Outcome::Delivered { status: Some(204) },
            expect![[r#"
            1: Done at 1970-01-01T00:00:00Z
        "#]],
        );
        check(
            &Policy::default(),
            &Outcome::Refused { why: Why::new("no such endpoint") },
            expect![[r#"
            1: Dead { why: Why("no such endpoint") } at 1970-01-01T00:00:00Z
        "#]],
        );
        check(
            &Policy::default(),
            &Outcome::Gone,
            expect![[r#"
            1: Disable at 1970-01-01T00:00:00Z
        "#]],
        );
    }

    proptest! {
        #[test]
        fn the_next_attempt_is_neither_early_nor_later_than_the_jitter_allows(
            number in 0u16..9,
            asked in proptest::option::of(any::<i64>()),
            seed: u64,
            position: u64,
            jitter_permille in 0u16..=1000,
        ) {
            let policy = Policy { jitter_permille, ..Policy::default() };
            let attempt = (0..number).fold(Attempt::FIRST, |attempt, _| attempt.next());
            let outcome = retry(asked.map(Span::from_millis));
            let next = next_attempt(&policy, attempt, &outcome, Timestamp::EPOCH, seed, parcel(position));
            let Next::Again { at } = next else { panic!("{next:?} after {attempt} attempts") };
            let asked = Span::from_millis(asked.unwrap_or(0)).min(RETRY_AFTER_MAX);
            let least = policy.pauses[usize::from(number)].max(asked);
            let most = least.as_millis() + least.as_millis() * i64::from(jitter_permille) / 1000;
            prop_assert!((least.as_millis()..=most).contains(&at.as_millis()));
        }
    }

    #[test]
    fn parcels_that_failed_together_come_back_spread_out() {
        let after_first = |position| {
            next_attempt(
                &Policy::default(),
                Attempt::FIRST,
                &retry(None),
                Timestamp::EPOCH,
                7,
                parcel(position),
            )
        };
        let mut moments: Vec<_> = (0..1000)
            .map(|position| match after_first(position) {
                Next::Again { at } => (at.as_millis() - 5_000) / 100,
                next @ (Next::Done | Next::Dead { .. } | Next::Disable) => panic!("{next:?}"),
            })
            .collect();
        moments.sort_unstable();
        let per_tenth_of_a_second: Vec<_> = moments.chunk_by(|a, b| a == b).map(<[i64]>::len).collect();
        expect![[r#"
            [
                91,
                100,
                122,
                84,
                92,
                111,
                102,
                84,
                100,
                112,
                2,
            ]
        "#]]
        .assert_debug_eq(&per_tenth_of_a_second);
    }

    #[test]
    fn a_policy_out_of_bounds_is_refused_also_when_read_back() {
        assert_eq!(Policy::new(alloc::vec![Span::ZERO; 33], 0), Err(PolicyError::TooMany { count: 33 }));
        let pause = Span::from_millis(-1);
        assert_eq!(Policy::new(alloc::vec![pause], 0), Err(PolicyError::PauseOutOfRange { pause }));
        assert_eq!(Policy::new(Vec::new(), 1001), Err(PolicyError::JitterOutOfRange { permille: 1001 }));

        let stored = postcard::to_allocvec(&(alloc::vec![pause], 0u16)).expect("numbers can be stored");
        assert!(postcard::from_bytes::<Policy>(&stored).is_err());
        let stored = postcard::to_allocvec(&Policy::default()).expect("a policy can be stored");
        assert_eq!(postcard::from_bytes(&stored), Ok(Policy::default()));
    }
}
