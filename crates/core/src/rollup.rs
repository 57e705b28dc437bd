//! Rollups: counts and sums per moment, hour and dimension, so that live figures cost the same
//! however long the history is.
//!
//! A rollup is a commutative group: rollups of parts add up to that of the whole in any order, and a
//! customer's share can be taken out again when their past is folded anew.

use alloc::vec::Vec;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::definitions::Definitions;
use crate::effects::Moment;
use crate::event::Name;
use crate::map::Outcome;
use crate::reading::{Emotion, Valence};
use crate::time::{Span, Timestamp};

/// Longest dimension value kept, in bytes; a longer one is cut.
const VALUE_BYTES_MAX: usize = 64;

/// What a rollup is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RollupKey {
    /// The moment's name.
    pub moment: Name,
    /// The hour's start, by the events' own time.
    pub hour: Timestamp,
    /// Split by a dimension; `None` for all together.
    pub split: Option<Split>,
    /// Whether synthetic customers are counted here; they are never counted together with real ones.
    pub probe: bool,
}

/// One value of one dimension.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Split {
    /// The fact that splits, or `channel`.
    pub dimension: Name,
    /// Its value.
    pub value: CompactString,
}

/// Counts and sums. Signed, so that a share can be taken out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rollup {
    /// Moments by outcome: good, neutral, bad.
    pub outcomes: [i64; 3],
    /// Moments gone through again.
    pub repeated: i64,
    /// Moments with a feeling, by valence: negative, neutral, positive.
    pub valences: [i64; 3],
    /// Sum of valence in permille.
    pub valence_sum: i64,
    /// Sum of its squares.
    pub valence_squares: i64,
    /// How often each emotion was the strongest: emotion id and count, ordered, none zero.
    pub emotions: Vec<(u8, i64)>,
}

/// The start of the hour in which `at` lies.
#[must_use]
pub fn hour(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.as_millis().div_euclid(Span::HOUR.as_millis()) * Span::HOUR.as_millis())
}

/// Every key that a moment counts under.
pub fn keys<'a>(definitions: &'a Definitions, moment: &'a Moment) -> impl Iterator<Item = RollupKey> + 'a {
    let key = move |split| RollupKey {
        moment: moment.moment.clone(),
        hour: hour(moment.at),
        split,
        probe: moment.probe,
    };
    let channel = Split { dimension: "channel".into(), value: cut(&moment.channel) };
    let dimensions =
        definitions.vocabulary.dimensions.iter().zip(&moment.dimensions).filter_map(|(fact, value)| {
            Some(Split { dimension: fact.name.clone(), value: cut(value.as_ref()?) })
        });
    core::iter::once(None).chain(core::iter::once(Some(channel))).chain(dimensions.map(Some)).map(key)
}

fn cut(value: &str) -> CompactString {
    let mut end = value.len().min(VALUE_BYTES_MAX);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    value[..end].into()
}

impl Rollup {
    /// The rollup of one moment.
    #[must_use]
    pub fn of(moment: &Moment) -> Rollup {
        let mut rollup = Rollup::default();
        rollup.count(moment, 1);
        rollup
    }

    /// Counts a moment `times` over; -1 takes it out.
    pub fn count(&mut self, moment: &Moment, times: i64) {
        self.outcomes[moment.outcome as usize] += times;
        self.repeated += if moment.repeats > 0 { times } else { 0 };
        if let Some(feeling) = moment.feeling {
            let valence = i64::from(feeling.valence_permille);
            self.valences[feeling.valence as usize] += times;
            self.valence_sum += times * valence;
            self.valence_squares += times * valence * valence;
            self.count_emotion(feeling.emotion.id(), times);
        }
    }

    /// Adds another rollup.
    pub fn add(&mut self, other: &Rollup) {
        for (mine, theirs) in self.outcomes.iter_mut().zip(other.outcomes) {
            *mine += theirs;
        }
        for (mine, theirs) in self.valences.iter_mut().zip(other.valences) {
            *mine += theirs;
        }
        self.repeated += other.repeated;
        self.valence_sum += other.valence_sum;
        self.valence_squares += other.valence_squares;
        for &(emotion, times) in &other.emotions {
            self.count_emotion(emotion, times);
        }
    }

    /// What takes this rollup out when it is added.
    #[must_use]
    pub fn negated(&self) -> Rollup {
        Rollup {
            outcomes: self.outcomes.map(core::ops::Neg::neg),
            repeated: -self.repeated,
            valences: self.valences.map(core::ops::Neg::neg),
            valence_sum: -self.valence_sum,
            valence_squares: -self.valence_squares,
            emotions: self.emotions.iter().map(|&(emotion, times)| (emotion, -times)).collect(),
        }
    }

    /// How many moments are counted.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.outcomes.iter().sum()
    }

    /// How many went that way.
    #[must_use]
    pub fn went(&self, outcome: Outcome) -> i64 {
        self.outcomes[outcome as usize]
    }

    /// How many felt that way.
    #[must_use]
    pub fn felt(&self, valence: Valence) -> i64 {
        self.valences[valence as usize]
    }

    /// The emotions that were strongest, with counts, most frequent first.
    #[must_use]
    pub fn emotions(&self) -> Vec<(Emotion, i64)> {
        let mut emotions: Vec<_> = self
            .emotions
            .iter()
            .filter_map(|&(id, times)| Some((*Emotion::ALL.get(usize::from(id))?, times)))
            .collect();
        emotions.sort_by_key(|&(emotion, times)| (core::cmp::Reverse(times), emotion));
        emotions
    }

    /// Whether nothing is counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Rollup::default()
    }

    fn count_emotion(&mut self, emotion: u8, times: i64) {
        match self.emotions.binary_search_by_key(&emotion, |&(known, _)| known) {
            Ok(at) => {
                self.emotions[at].1 += times;
                if self.emotions[at].1 == 0 {
                    self.emotions.remove(at);
                }
            }
            Err(at) if times != 0 => self.emotions.insert(at, (emotion, times)),
            Err(_) => {}
        }
    }
}
