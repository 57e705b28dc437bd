//! The latent trust of a simulated customer, and what moves it.
//!
//! * **Unit, range** – `-1000..=1000`; 0 is indifference.
//! * **Shape** – *expectation and surprise*: an experience of quality `q` moves trust `t` by a share of `q - t`
//!   (Rescorla and Wagner 1972), so that the same parcel delights who expected little and bores who expected
//!   it. Bad surprises weigh more, a repeated one more still, and customers differ in how quickly they learn.
//! * **Not the engine's** – the engine adds fixed weights to four accounts that fade towards a middle, and knows
//!   only what was told. Here nothing fades, there is one account, the step depends on the distance, and much
//!   of what is felt (a draught in the café, what a neighbour said) is never told to anybody.
//! * **Elsewhere** – sources and limits: `docs/science/simulated-company.md`.

use opcx_core::time::{Span, Timestamp};

use crate::random::Random;
use crate::scenario::CAUSES_MAX;

/// Ends of the scale.
pub(crate) const TRUST_MAX: i64 = 1_000;
/// How much more a bad surprise weighs than a good one, in permille.
const BAD_WEIGHS_PERMILLE: i64 = 1_900;
/// How much more one weighs of a kind that was met not long ago, in permille.
const AGAIN_WEIGHS_PERMILLE: i64 = 1_400;
/// What is not long ago.
const NOT_LONG_AGO: Span = Span::DAY.times(60);
/// Largest share of the distance that one experience covers, in permille.
const STEP_PERMILLE_MAX: i64 = 700;

/// Kinds of experience that resemble each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    Paying,
    Parcel,
    Goods,
    Branch,
    App,
    Answer,
    Price,
}

const ABOUTS: usize = 7;

/// One experience.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Experience {
    pub(crate) about: About,
    /// How good it was: `-1000` dreadful, `1000` wonderful.
    pub(crate) quality: i64,
    /// Share of the distance that it covers for an average customer, in permille.
    pub(crate) weight_permille: i64,
    /// Which cause of the scenario made it so.
    pub(crate) cause: Option<usize>,
}

/// What a customer feels about the company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heart {
    trust: i64,
    /// How quickly they learn, in permille of the average.
    learns_permille: i64,
    last_bad: [Timestamp; ABOUTS],
    /// How far each cause of the scenario has moved trust, as far as that was not made up for since.
    harm: [i32; CAUSES_MAX],
}

impl Heart {
    pub(crate) fn new(trust: i64, learns_permille: i64) -> Heart {
        Heart {
            trust: trust.clamp(-TRUST_MAX, TRUST_MAX),
            learns_permille,
            last_bad: [Timestamp::MIN; ABOUTS],
            harm: [0; CAUSES_MAX],
        }
    }

    pub(crate) const fn trust(&self) -> i64 {
        self.trust
    }

    /// Goes through an experience; returns by how much trust moved.
    pub(crate) fn feel(&mut self, felt: Experience, now: Timestamp) -> i64 {
        let Experience { about, quality, weight_permille, cause } = felt;
        let gap = quality.clamp(-TRUST_MAX, TRUST_MAX) - self.trust;
        let mut step = weight_permille * self.learns_permille / 1000;
        if gap < 0 && quality < 0 {
            step = step * BAD_WEIGHS_PERMILLE / 1000;
            let last = &mut self.last_bad[about as usize];
            if now.since(*last) < NOT_LONG_AGO {
                step = step * AGAIN_WEIGHS_PERMILLE / 1000;
            }
            *last = now;
        }
        let step = step.min(STEP_PERMILLE_MAX);
        // What is covered of the distance is covered of old harm as well: it is being lived down.
        for harm in &mut self.harm {
            *harm -= i32::try_from(i64::from(*harm) * step / 1000).expect("a part of an i32");
        }
        let change = gap * step / 1000;
        self.trust += change;
        if let Some(harm) = cause.and_then(|cause| self.harm.get_mut(cause)) {
            *harm += i32::try_from(change).expect("within the scale");
        }
        change
    }

    /// A week of what no system sees: neighbours, rivals' offers, a headline.
    pub(crate) fn drift(&mut self, random: &mut Random) {
        self.trust = random.normal(self.trust, 30).clamp(-TRUST_MAX, TRUST_MAX);
    }

    /// How likely a customer is to leave in a week, in permille.
    pub(crate) fn leaving_permille(&self) -> i64 {
        leaving_permille(self.trust)
    }

    /// How much of that a cause is to blame for: what it would be less without the harm that is left of it.
    pub(crate) fn leaving_permille_by(&self, cause: usize) -> i64 {
        let harm = self.harm.get(cause).copied().map_or(0, i64::from);
        (leaving_permille(self.trust) - leaving_permille(self.trust - harm)).max(0)
    }
}

/// Few leave while trust is good; below zero it gets likelier with the square of the distance.
fn leaving_permille(trust: i64) -> i64 {
    const ANYWAY_PERMILLE: i64 = 2;
    let distrust = (100 - trust).max(0);
    ANYWAY_PERMILLE + distrust * distrust / 6_000
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::EPOCH;

    fn heart(trust: i64) -> Heart {
        Heart::new(trust, 1000)
    }

    fn felt(quality: i64, cause: Option<usize>) -> Experience {
        Experience { about: About::Parcel, quality, weight_permille: 100, cause }
    }

    #[test]
    fn what_was_expected_moves_nothing_and_a_bad_surprise_moves_more_than_a_good_one() {
        assert_eq!(heart(300).feel(felt(300, None), NOW), 0);
        assert_eq!(heart(0).feel(felt(500, None), NOW), 50);
        assert_eq!(heart(0).feel(felt(-500, None), NOW), -95);
    }

    #[test]
    fn the_same_failure_again_weighs_more() {
        let mut customer = heart(0);
        customer.feel(felt(-500, None), NOW);
        let second = customer.feel(felt(-500, None), NOW + Span::DAY);
        let mut other = heart(-95);
        assert_eq!((second, other.feel(felt(-500, None), NOW)), (-107, -76));
    }

    #[test]
    fn a_cause_is_blamed_for_leaving_as_far_as_its_harm_was_not_lived_down() {
        let mut customer = heart(200);
        assert_eq!(customer.leaving_permille(), 2);
        for day in 0..4 {
            customer.feel(felt(-900, Some(2)), NOW + Span::DAY.times(day));
        }
        let blamed = customer.leaving_permille_by(2);
        assert!(blamed > 0 && blamed <= customer.leaving_permille());
        assert_eq!(customer.leaving_permille_by(1), 0);
        for day in 0..20 {
            customer.feel(felt(600, None), NOW + Span::DAY.times(10 + day));
        }
        assert!(customer.leaving_permille_by(2) < blamed / 2);
    }
}
