//! Randomness from a seed, and the heavy tail of customers.

/// SplitMix64 (Steele et al. 2014).
pub struct Random(u64);

impl Random {
    /// Numbers that follow from `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`, which is not 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.number() % limit
    }

    /// One of a list that is not empty.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let at = self.below(list.len() as u64);
        &list[usize::try_from(at).unwrap_or(0)]
    }
}

/// Draws 0 to n - 1 with probability falling as the rank to the power of -1.1: a few customers do much,
/// most do little.
pub struct Zipf(Vec<f64>);

/// How steeply use falls off.
const EXPONENT: f64 = 1.1;

impl Zipf {
    /// A draw among `count`.
    #[must_use]
    pub fn new(count: u32) -> Zipf {
        let mut sum = 0.0;
        let sums = (1..=count).map(|rank| {
            sum += f64::from(rank).powf(-EXPONENT);
            sum
        });
        Zipf(sums.collect())
    }

    /// The next draw.
    pub fn draw(&self, random: &mut Random) -> usize {
        let total = self.0.last().copied().unwrap_or(1.0);
        #[allow(clippy::cast_precision_loss, reason = "53 bits of randomness are plenty")]
        let share = (random.number() >> 11) as f64 / (1_u64 << 53) as f64;
        self.0.partition_point(|sum| *sum < share * total).min(self.0.len().saturating_sub(1))
    }
}
