use core::fmt;
use serde::{Deserialize, Serialize};

use super::Valence;

/// The 27 emotions of the GoEmotions taxonomy, and neutral (Demszky et al., ACL 2020).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the variant's name is the emotion's name")]
pub enum Emotion {
    Admiration,
    Amusement,
    Anger,
    Annoyance,
    Approval,
    Caring,
    Confusion,
    Curiosity,
    Desire,
    Disappointment,
    Disapproval,
    Disgust,
    Embarrassment,
    Excitement,
    Fear,
    Gratitude,
    Grief,
    Joy,
    Love,
    Nervousness,
    Optimism,
    Pride,
    Realization,
    Relief,
    Remorse,
    Sadness,
    Surprise,
    Neutral,
}

impl Emotion {
    /// Every emotion in the order of the taxonomy's ids, 0 to 27.
    pub const ALL: [Emotion; 28] = [
        Emotion::Admiration,
        Emotion::Amusement,
        Emotion::Anger,
        Emotion::Annoyance,
        Emotion::Approval,
        Emotion::Caring,
        Emotion::Confusion,
        Emotion::Curiosity,
        Emotion::Desire,
        Emotion::Disappointment,
        Emotion::Disapproval,
        Emotion::Disgust,
        Emotion::Embarrassment,
        Emotion::Excitement,
        Emotion::Fear,
        Emotion::Gratitude,
        Emotion::Grief,
        Emotion::Joy,
        Emotion::Love,
        Emotion::Nervousness,
        Emotion::Optimism,
        Emotion::Pride,
        Emotion::Realization,
        Emotion::Relief,
        Emotion::Remorse,
        Emotion::Sadness,
        Emotion::Surprise,
        Emotion::Neutral,
    ];

    /// The emotion's id in the taxonomy, 0 to 27.
    #[must_use]
    pub const fn id(self) -> u8 {
        self as u8
    }

    /// The word used in files, messages and the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Emotion::Admiration => "admiration",
            Emotion::Amusement => "amusement",
            Emotion::Anger => "anger",
            Emotion::Annoyance => "annoyance",
            Emotion::Approval => "approval",
            Emotion::Caring => "caring",
            Emotion::Confusion => "confusion",
            Emotion::Curiosity => "curiosity",
            Emotion::Desire => "desire",
            Emotion::Disappointment => "disappointment",
            Emotion::Disapproval => "disapproval",
            Emotion::Disgust => "disgust",
            Emotion::Embarrassment => "embarrassment",
            Emotion::Excitement => "excitement",
            Emotion::Fear => "fear",
            Emotion::Gratitude => "gratitude",
            Emotion::Grief => "grief",
            Emotion::Joy => "joy",
            Emotion::Love => "love",
            Emotion::Nervousness => "nervousness",
            Emotion::Optimism => "optimism",
            Emotion::Pride => "pride",
            Emotion::Realization => "realization",
            Emotion::Relief => "relief",
            Emotion::Remorse => "remorse",
            Emotion::Sadness => "sadness",
            Emotion::Surprise => "surprise",
            Emotion::Neutral => "neutral",
        }
    }

    /// Which way the emotion points by the taxonomy's own sentiment grouping; `None` for the
    /// ambiguous ones (confusion, curiosity, realization, surprise).
    #[must_use]
    pub const fn valence(self) -> Option<Valence> {
        match self {
            Emotion::Admiration
            | Emotion::Amusement
            | Emotion::Approval
            | Emotion::Caring
            | Emotion::Desire
            | Emotion::Excitement
            | Emotion::Gratitude
            | Emotion::Joy
            | Emotion::Love
            | Emotion::Optimism
            | Emotion::Pride
            | Emotion::Relief => Some(Valence::Positive),
            Emotion::Anger
            | Emotion::Annoyance
            | Emotion::Disappointment
            | Emotion::Disapproval
            | Emotion::Disgust
            | Emotion::Embarrassment
            | Emotion::Fear
            | Emotion::Grief
            | Emotion::Nervousness
            | Emotion::Remorse
            | Emotion::Sadness => Some(Valence::Negative),
            Emotion::Confusion | Emotion::Curiosity | Emotion::Realization | Emotion::Surprise => None,
            Emotion::Neutral => Some(Valence::Neutral),
        }
    }
}

/// The six families into which the taxonomy folds its emotions, after Ekman (`ekman_mapping.json`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the variant's name is the family's name")]
pub enum Family {
    Anger,
    Disgust,
    Fear,
    Joy,
    Sadness,
    Surprise,
}

impl Family {
    /// The word used in files, messages and the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Family::Anger => "anger",
            Family::Disgust => "disgust",
            Family::Fear => "fear",
            Family::Joy => "joy",
            Family::Sadness => "sadness",
            Family::Surprise => "surprise",
        }
    }
}

impl Emotion {
    /// The emotion's family; neutral has none.
    #[must_use]
    pub const fn family(self) -> Option<Family> {
        match self {
            Emotion::Anger | Emotion::Annoyance | Emotion::Disapproval => Some(Family::Anger),
            Emotion::Disgust => Some(Family::Disgust),
            Emotion::Fear | Emotion::Nervousness => Some(Family::Fear),
            Emotion::Admiration
            | Emotion::Amusement
            | Emotion::Approval
            | Emotion::Caring
            | Emotion::Desire
            | Emotion::Excitement
            | Emotion::Gratitude
            | Emotion::Joy
            | Emotion::Love
            | Emotion::Optimism
            | Emotion::Pride
            | Emotion::Relief => Some(Family::Joy),
            Emotion::Disappointment
            | Emotion::Embarrassment
            | Emotion::Grief
            | Emotion::Remorse
            | Emotion::Sadness => Some(Family::Sadness),
            Emotion::Confusion | Emotion::Curiosity | Emotion::Realization | Emotion::Surprise => {
                Some(Family::Surprise)
            }
            Emotion::Neutral => None,
        }
    }
}

impl fmt::Display for Emotion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
