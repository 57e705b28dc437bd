use serde::{Deserialize, Serialize};

use super::Reading;

/// How the valence went through a conversation. Scores are `-1000..=1000`, as of [`super::Felt`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// Readings that could tell.
    pub read: u32,
    /// The first score.
    pub start: i16,
    /// The lowest score.
    pub worst: i16,
    /// The last score.
    pub end: i16,
    /// How far the end is above the worst, `0..=2000`.
    pub recovery: u16,
    /// Which way it went from start to end.
    pub trend: Trend,
}

/// Which way a conversation went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trend {
    /// The end is lower than the start by 300 or more.
    Worse,
    /// Neither.
    Level,
    /// The end is higher than the start by 300 or more.
    Better,
}

/// A difference below this is within what two readings of like texts differ by.
const TREND_FROM: i32 = 300;

impl Course {
    /// The course of a conversation's readings, in their order; nothing if no reading could tell.
    #[must_use]
    pub fn of<'a>(readings: impl IntoIterator<Item = &'a Reading>) -> Option<Course> {
        let mut scores = readings.into_iter().filter_map(|reading| Some(reading.felt()?.valence_permille));
        let start = scores.next()?;
        let (mut read, mut worst, mut end) = (1, start, start);
        for score in scores {
            read += 1;
            worst = worst.min(score);
            end = score;
        }
        let change = i32::from(end) - i32::from(start);
        let trend = if change <= -TREND_FROM {
            Trend::Worse
        } else if change >= TREND_FROM {
            Trend::Better
        } else {
            Trend::Level
        };
        Some(Course { read, start, worst, end, recovery: end.abs_diff(worst), trend })
    }
}

impl Trend {
    /// The word used in files, messages and the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Trend::Worse => "worse",
            Trend::Level => "level",
            Trend::Better => "better",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::{Emotion, Felt, Found, Model, Permille, Tier, Unknown, Valence};
    use alloc::vec::Vec;

    fn readings(scores: &[Option<i16>]) -> Vec<Reading> {
        let found = |score: &Option<i16>| match *score {
            None => Found::Unknown(Unknown::Language),
            Some(score) => Found::Felt(Felt::one(Emotion::Neutral, Permille::ONE, Valence::Neutral, score)),
        };
        let model = Model { tier: Tier::Given, version: 1 };
        scores.iter().map(|score| Reading::asked(model, found(score))).collect()
    }

    #[test]
    fn a_conversation_that_falls_and_recovers_has_a_start_a_worst_and_an_end() {
        let course = Course::of(&readings(&[Some(-200), None, Some(-900), Some(600)]));
        let expected =
            Course { read: 3, start: -200, worst: -900, end: 600, recovery: 1500, trend: Trend::Better };
        assert_eq!(course, Some(expected));
    }

    #[test]
    fn what_nobody_could_read_has_no_course() {
        assert_eq!(Course::of(&readings(&[None, None])), None);
    }

    #[test]
    fn small_differences_are_no_trend() {
        let trend = |to| Course::of(&readings(&[Some(0), Some(to)])).map(|course| course.trend);
        assert_eq!(
            [trend(-300), trend(-299), trend(299), trend(300)],
            [Trend::Worse, Trend::Level, Trend::Level, Trend::Better].map(Some)
        );
    }
}
