//! Chance: whole numbers out of one known generator, so that a seed gives the same on every machine.
//!
//! No floating point: the draws below are made of integers alone.

use rand_core::{Rng as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Uniform draws that make up one draw of [`Random::normal`].
const NORMAL_DRAWS: u32 = 12;

/// A stream of chance.
#[derive(Debug, Clone)]
pub(crate) struct Random(Xoshiro256PlusPlus);

impl Random {
    /// The stream with that number under a seed. Streams do not depend on one another, so that what happens
    /// to one customer changes nothing for the next.
    pub(crate) fn stream(seed: u64, number: u64) -> Random {
        Random(Xoshiro256PlusPlus::seed_from_u64(mixed(seed ^ mixed(number))))
    }

    /// A stream of its own that begins here: however much is drawn from it, this one goes on the same.
    pub(crate) fn branch(&mut self) -> Random {
        Random(Xoshiro256PlusPlus::seed_from_u64(self.0.next_u64()))
    }

    /// A number in `0..below`; 0 if `below` is 0.
    pub(crate) fn below(&mut self, below: u64) -> u64 {
        let wide = u128::from(self.0.next_u64()) * u128::from(below);
        u64::try_from(wide >> 64).expect("the upper half of 128 bits")
    }

    /// A number from `from` up to, but not including, `to`; `from` if there is none.
    pub(crate) fn between(&mut self, from: i64, to: i64) -> i64 {
        let room = u64::try_from(to.saturating_sub(from)).unwrap_or(0);
        from + i64::try_from(self.below(room)).expect("less than a distance between two such numbers")
    }

    /// True `permille` times in a thousand.
    pub(crate) fn permille(&mut self, permille: u32) -> bool {
        self.below(1000) < u64::from(permille)
    }

    /// True so many times in a million.
    pub(crate) fn millionth(&mut self, millionths: u32) -> bool {
        self.below(1_000_000) < u64::from(millionths)
    }

    /// A place in a list of that length, which is not 0.
    pub(crate) fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).expect("a place in a list")
    }

    /// One of `items`, of which there is at least one.
    pub(crate) fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.place(items.len())]
    }

    /// One of `items` by weight; the weights do not sum to 0.
    pub(crate) fn weighted<T: Copy>(&mut self, items: &[(T, u32)]) -> T {
        let sum: u32 = items.iter().map(|(_, weight)| weight).sum();
        let mut left = self.below(u64::from(sum));
        for &(item, weight) in items {
            if left < u64::from(weight) {
                return item;
            }
            left -= u64::from(weight);
        }
        items[items.len() - 1].0
    }

    /// About normal: the sum of twelve uniform draws (Irwin and Hall). Never further than six deviations from
    /// the mean.
    pub(crate) fn normal(&mut self, mean: i64, deviation: i64) -> i64 {
        let draws: i64 = (0..NORMAL_DRAWS).map(|_| self.between(0, 1000)).sum();
        mean + (draws - 6000) * deviation / 1000
    }

    /// A waiting time with that mean and no memory, by von Neumann's comparisons of uniform draws.
    pub(crate) fn waiting(&mut self, mean: i64) -> i64 {
        const ONE: u64 = 1 << 20;
        let mut whole = 0;
        loop {
            let first = self.below(ONE);
            let mut last = first;
            let mut runs_down = 1;
            loop {
                let next = self.below(ONE);
                if next >= last {
                    break;
                }
                last = next;
                runs_down += 1;
            }
            if runs_down % 2 == 1 {
                let part = i64::try_from(first).expect("twenty bits") + (whole << 20);
                return mean.saturating_mul(part) >> 20;
            }
            whole += 1;
        }
    }
}

/// The finishing step of SplitMix64 (Steele, Lea, Flood 2014): neighbouring numbers become strangers.
pub(crate) const fn mixed(number: u64) -> u64 {
    let mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_and_a_number_name_one_stream_for_ever() {
        let mut random = Random::stream(1, 2);
        let drawn: Vec<u64> = (0..5).map(|_| random.below(1_000)).collect();
        assert_eq!(drawn, [483, 621, 724, 291, 17]);
    }

    #[test]
    fn waiting_times_have_their_mean_and_no_memory() {
        let mut random = Random::stream(3, 0);
        let drawn: Vec<i64> = (0..40_000).map(|_| random.waiting(1_000)).collect();
        let mean = drawn.iter().sum::<i64>() / 40_000;
        let longer = |than| drawn.iter().filter(|&&one| one > than).count();
        assert!((980..1_020).contains(&mean), "mean {mean}");
        // Of those who waited as long as the median, half wait as long again.
        let (once, twice) = (longer(693), longer(1_386));
        assert!(once.abs_diff(20_000) < 400 && twice.abs_diff(10_000) < 400, "{once}, {twice}");
    }

    #[test]
    fn normal_draws_have_their_mean_and_deviation() {
        let mut random = Random::stream(4, 0);
        let drawn: Vec<i64> = (0..40_000).map(|_| random.normal(100, 50)).collect();
        let within = drawn.iter().filter(|&&one| (50..=150).contains(&one)).count();
        assert!(within.abs_diff(27_300) < 500, "{within} within one deviation");
    }
}
