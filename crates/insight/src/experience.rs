use opcx_core::map::Outcome;
use opcx_core::reading::Valence;
use opcx_core::rollup::Rollup;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Figure, Mean, Share};

/// Most emotions that one group shows, strongest feelings only.
const EMOTIONS_SHOWN: usize = 5;

/// How a group of moments went, and what customers felt there.
///
/// Probes are never counted. A moment counts once for each time a customer went through it, so one
/// customer may count several times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Experience {
    /// How many moments were gone through.
    pub n: u64,
    /// The share that went badly.
    pub bad: Figure<Share>,
    /// The share that went well.
    pub good: Figure<Share>,
    /// The share that the customer had gone through before on the same journey: effort.
    pub repeated: Figure<Share>,
    /// How many of the moments came with a feeling that could be read.
    pub n_felt: u64,
    /// Of those with a feeling, the share that felt bad.
    pub negative: Figure<Share>,
    /// Of those with a feeling, the share that felt good.
    pub positive: Figure<Share>,
    /// Of those with a feeling, the mean valence, from -1 (all bad) to 1 (all good).
    pub valence: Figure<Mean>,
    /// The emotions that were most often the strongest, most frequent first, five at most; none when
    /// there are too few feelings.
    pub emotions: Vec<EmotionShare>,
}

/// How often an emotion was the strongest, among all moments with a feeling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EmotionShare {
    /// The emotion: one of the 27 of GoEmotions, or `neutral`.
    pub emotion: String,
    /// Its share of the moments with a feeling.
    #[serde(flatten)]
    pub share: Share,
}

impl Experience {
    /// What a rollup says.
    #[must_use]
    pub fn of(rollup: &Rollup) -> Experience {
        let n = count(rollup.total());
        let n_felt = count(rollup.valences.iter().sum());
        let of_all = |times| Share::of(count(times), n);
        let of_felt = |times| Share::of(count(times), n_felt);
        let emotions = rollup.emotions().into_iter().take(EMOTIONS_SHOWN).filter_map(|(emotion, times)| {
            let share = *of_felt(times).shown()?;
            Some(EmotionShare { emotion: emotion.word().to_owned(), share })
        });
        Experience {
            n,
            bad: of_all(rollup.went(Outcome::Bad)),
            good: of_all(rollup.went(Outcome::Good)),
            repeated: of_all(rollup.repeated),
            n_felt,
            negative: of_felt(rollup.felt(Valence::Negative)),
            positive: of_felt(rollup.felt(Valence::Positive)),
            valence: Mean::of(rollup.valence_sum, rollup.valence_squares, n_felt, VALENCE_SCALE),
            emotions: emotions.collect(),
        }
    }

    /// How bad it surely is: the lower ends of the intervals of bad moments and of bad feelings.
    /// Groups are ordered by this, so that few observations never look worst.
    pub(crate) fn badness(&self) -> (f64, f64) {
        let low = |figure: &Figure<Share>| figure.shown().map_or(-1.0, |share| share.low);
        (low(&self.bad).max(low(&self.negative)), low(&self.bad) + low(&self.negative))
    }
}

/// Valence is summed in permille and shown from -1 to 1.
const VALENCE_SCALE: u32 = 1000;

/// A count out of a rollup. One that is still being corrected may be negative for a moment.
pub(crate) fn count(times: i64) -> u64 {
    u64::try_from(times).unwrap_or(0)
}
