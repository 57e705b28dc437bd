//! Readings: what a model read in a text.
//!
//! A reading is a stored fact with its model and version, so a replay needs no model. *Unknown* is
//! a value: a model that cannot tell says so, and nothing downstream guesses for it.

mod ask;
mod course;
mod emotion;

pub use ask::Ask;
pub use course::{Course, Trend};
pub use emotion::{Emotion, Family};

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// A share of a thousand, `0..=1000`. Scores are integers so that they are the same everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Permille(u16);

impl Permille {
    /// The whole: 1000.
    pub const ONE: Permille = Permille(1000);

    /// `permille`, cut off at 1000.
    #[must_use]
    pub const fn new(permille: u16) -> Permille {
        Permille(if permille > 1000 { 1000 } else { permille })
    }

    /// The number, `0..=1000`.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

/// What a model read in one text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Which model read it.
    pub model: Model,
    /// Why that model and not another.
    pub chosen: Chosen,
    /// What it read.
    pub found: Found,
}

/// A model and its version: the pair names one set of weights for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Model {
    /// Which family of model.
    pub tier: Tier,
    /// The version of its weights, counted up at every training that ships.
    pub version: u16,
}

/// How deep the model looks, and so how long it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Tier {
    /// A linear model over words and characters: microseconds a text.
    Fast,
    /// A neural model: milliseconds a text.
    Deep,
    /// A person's label, or one that came with the data.
    Given,
}

impl Tier {
    /// The word used in files, messages and the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Tier::Fast => "fast",
            Tier::Deep => "deep",
            Tier::Given => "given",
        }
    }
}

/// Why this tier read the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Chosen {
    /// It was asked for, or there is no other.
    Asked,
    /// The fast tier was sure of itself.
    Sure,
    /// The fast tier was not sure, or a complaint might have been missed: the deep tier read it, or is going to, if this
    /// is what the fast tier read.
    Doubtful,
    /// The deep tier would have read it but had no time left.
    Overloaded,
}

impl Chosen {
    /// The word used in files, messages and the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Chosen::Asked => "asked",
            Chosen::Sure => "sure",
            Chosen::Doubtful => "doubtful",
            Chosen::Overloaded => "overloaded",
        }
    }
}

/// What was found in the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Found {
    /// The model cannot tell, and why.
    Unknown(Unknown),
    /// The model can tell.
    Felt(Felt),
}

/// Why a model cannot tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Unknown {
    /// Nothing to read: no words after links, handles and signs are set aside.
    Empty,
    /// A language the model was not trained on.
    Language,
    /// Neither an emotion nor a valence is likely enough.
    Unsure,
}

impl Unknown {
    /// The word used in messages and the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Unknown::Empty => "empty",
            Unknown::Language => "language",
            Unknown::Unsure => "unsure",
        }
    }
}

/// What the writer feels and wants, as far as the model can tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Felt {
    /// The emotions found, most likely first, each with its calibrated confidence. Never empty;
    /// [`Emotion::Neutral`] is one of them.
    pub emotions: Vec<(Emotion, Permille)>,
    /// Which way the text points, as its writer would mean it toward the company: a problem told calmly is
    /// negative, a calm request neutral.
    pub valence: Valence,
    /// How far: the chance of positive less that of negative, `-1000..=1000`.
    pub valence_permille: i16,
    /// How likely the valence is the right one.
    pub valence_confidence: Permille,
    /// What the text asks for.
    pub ask: Ask,
    /// The chance that the text needs an answer.
    pub answer: Permille,
}

impl Felt {
    /// A feeling of one emotion in a text that asks for nothing, such as a label that came with the data.
    #[must_use]
    pub fn one(emotion: Emotion, confidence: Permille, valence: Valence, valence_permille: i16) -> Felt {
        Felt {
            emotions: alloc::vec![(emotion, confidence)],
            valence,
            valence_permille,
            valence_confidence: confidence,
            ask: Ask::None,
            answer: Permille::default(),
        }
    }

    /// The text needs an answer rather than not.
    #[must_use]
    pub fn needs_answer(&self) -> bool {
        self.answer.get() >= 500
    }

    /// How strong the feeling is: the confidence of the likeliest found emotion other than neutral.
    #[must_use]
    pub fn intensity(&self) -> Permille {
        let felt = self.emotions.iter().find(|(emotion, _)| *emotion != Emotion::Neutral);
        felt.map_or(Permille::default(), |&(_, confidence)| confidence)
    }
}

/// Which way a feeling points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Valence {
    /// Bad feeling.
    Negative,
    /// Neither, or both alike.
    Neutral,
    /// Good feeling.
    Positive,
}

impl Valence {
    /// The word used in files, messages and the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Valence::Negative => "negative",
            Valence::Neutral => "neutral",
            Valence::Positive => "positive",
        }
    }
}

impl Reading {
    /// What `model`, which was asked for, found.
    #[must_use]
    pub const fn asked(model: Model, found: Found) -> Reading {
        Reading { model, chosen: Chosen::Asked, found }
    }

    /// What the writer feels and wants, if the model could tell.
    #[must_use]
    pub const fn felt(&self) -> Option<&Felt> {
        match &self.found {
            Found::Unknown(_) => None,
            Found::Felt(felt) => Some(felt),
        }
    }

    /// Which way the feeling points, if the model could tell.
    #[must_use]
    pub fn valence(&self) -> Option<Valence> {
        Some(self.felt()?.valence)
    }

    /// Whether a slower model is to read the text again, since this one was not sure.
    #[must_use]
    pub fn awaits_second_look(&self) -> bool {
        (self.model.tier, self.chosen) == (Tier::Fast, Chosen::Doubtful)
    }

    /// The likeliest emotion, if the model could tell.
    #[must_use]
    pub fn strongest(&self) -> Option<Emotion> {
        self.felt()?.emotions.first().map(|&(emotion, _)| emotion)
    }
}
