use serde::{Deserialize, Serialize};

use super::level::Level;
use super::{Account, Evidence, Weights};
use crate::event::Name;
use crate::log::Position;
use crate::time::{Span, Timestamp};

/// A bad moment or a broken promise that may still be repaired, corrected or resembled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Failure {
    pub(super) account: Account,
    pub(super) topic: Name,
    pub(super) position: Position,
    pub(super) number: u16,
    /// What it did to the account.
    pub(super) harm: Move,
    /// What its repair did to the account, once it was repaired.
    pub(super) repair: Option<Move>,
}

/// A change of level and when it counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Move {
    pub(super) at: Timestamp,
    pub(super) before: Level,
    pub(super) after: Level,
}

impl Move {
    /// How much higher (positive) or lower the account is at `now` for it, had nothing else
    /// happened: the distance between the two fading curves, in millionths of a permille.
    fn left(&self, now: Timestamp) -> i64 {
        let silence = now.since(self.at);
        self.after.faded(silence).distance() - self.before.faded(silence).distance()
    }
}

impl Failure {
    /// The failure that `evidence` tells of, counted at `harm.at`.
    pub(super) fn of(evidence: &Evidence, harm: Move) -> Failure {
        Failure {
            account: evidence.account,
            topic: evidence.topic.clone(),
            position: evidence.position,
            number: evidence.number,
            harm,
            repair: None,
        }
    }

    /// Whether `evidence` is about the same account and topic.
    pub(super) fn is_about(&self, evidence: &Evidence) -> bool {
        self.account == evidence.account && self.topic == evidence.topic
    }

    /// Whether both are of one account and topic, and near enough in time to be one pattern.
    pub(super) fn is_similar(&self, other: &Failure) -> bool {
        const WINDOW: Span = Span::DAY.times(Weights::STANDARD.similar_window_days as i64);
        let apart = self.harm.at.since(other.harm.at).as_millis().abs();
        self.account == other.account && self.topic == other.topic && apart <= WINDOW.as_millis()
    }

    /// What a repair at `now` gives back, in millionths of a permille, if `similar` failures (this
    /// one included) resemble each other: a share of what is left of the harm, so that failure and
    /// repair together always leave the account lower than neither would have.
    pub(super) fn repair_credit(&self, now: Timestamp, similar: usize) -> i64 {
        let [first, second, third] = Weights::STANDARD.repair_permille;
        let share = match similar {
            0 | 1 => first,
            2 => second,
            3.. => third,
        };
        -self.harm.left(now) * i64::from(share) / 1000
    }

    /// What a correction at `now` gives back: what is left of the harm, less what is left of the
    /// repair; in millionths of a permille.
    pub(super) fn correction(&self, now: Timestamp) -> i64 {
        let repaired = self.repair.map_or(0, |repair| repair.left(now));
        (-self.harm.left(now) - repaired).max(0)
    }
}
