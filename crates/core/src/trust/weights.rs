/// Every number that decides how far evidence moves an account.
///
/// The directions are taken from research; **the sizes are our choice**, not findings. Both are
/// set out in `docs/science/trust.md`, whose table a test holds equal to these fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weights {
    /// Counted up whenever a number below changes: levels of two versions do not compare.
    pub version: u16,
    /// What a good moment earns at 500, in permille.
    pub good_moment_permille: u16,
    /// What a bad moment costs at 500, in permille.
    pub bad_moment_permille: u16,
    /// What a kept promise earns at 500, in permille.
    pub promise_kept_permille: u16,
    /// What a broken promise costs at 500, in permille.
    pub promise_broken_permille: u16,
    /// Days of silence after which trust above 500 has come half the way back to it.
    pub good_half_life_days: u16,
    /// Days of silence after which trust below 500 has come half the way back to it.
    pub bad_half_life_days: u16,
    /// The share of the trust above 500 that is set against a hit, in permille.
    pub goodwill_share_permille: u16,
    /// The most of a hit that goodwill softens, in permille of the hit.
    pub goodwill_softens_max_permille: u16,
    /// The share of a failure's cost that a repair gives back, in permille: of the only failure of
    /// its topic within the window, where there are two, and where there are three or more.
    pub repair_permille: [u16; 3],
    /// How many days apart two failures of one topic may be and still count as similar.
    pub similar_window_days: u16,
}

impl Weights {
    /// The weights in force.
    pub const STANDARD: Weights = Weights {
        version: 2,
        good_moment_permille: 3,
        bad_moment_permille: 30,
        promise_kept_permille: 3,
        promise_broken_permille: 90,
        good_half_life_days: 180,
        bad_half_life_days: 360,
        goodwill_share_permille: 200,
        goodwill_softens_max_permille: 300,
        repair_permille: [600, 300, 100],
        similar_window_days: 90,
    };

    /// Whether the numbers can keep the ledger's laws: asymmetry even after all goodwill, no more
    /// for what was owed than for what was not, bad fading slower than good, repairs weaker each
    /// time and never whole.
    const fn sound(&self) -> bool {
        let hit_left = 1000 - self.goodwill_softens_max_permille as u32;
        let [first, second, third] = self.repair_permille;
        self.goodwill_softens_max_permille < 1000
            && self.bad_moment_permille as u32 * hit_left > self.good_moment_permille as u32 * 1000
            && self.promise_broken_permille as u32 * hit_left > self.promise_kept_permille as u32 * 1000
            && self.promise_kept_permille <= self.good_moment_permille
            // Beyond these a single step could overshoot the scale, or the fading overflow.
            && self.bad_moment_permille <= 500
            && self.promise_broken_permille <= 500
            && self.bad_half_life_days <= 3650
            && 0 < self.good_half_life_days
            && self.good_half_life_days < self.bad_half_life_days
            && third < second
            && second < first
            && first < 1000
    }
}

const _: () = assert!(Weights::STANDARD.sound(), "the standard weights break a law of the ledger");
