//! Readings as JSON, and measuring them.

pub mod figures;
pub mod labelled;

use opcx_core::reading::{Emotion, Found, Permille, Reading};
use opcx_emotion::{Choice, Explained, Part};
use serde::Serialize;

/// Which tier reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Tier {
    /// A linear model: microseconds a text.
    Fast,
    /// A network: milliseconds a text.
    Deep,
    /// The fast one, and where it is not sure the deep one.
    Auto,
}

impl Tier {
    /// What the reader is told.
    #[must_use]
    pub fn choice(self) -> Choice {
        match self {
            Tier::Fast => Choice::Fast,
            Tier::Deep => Choice::Deep,
            Tier::Auto => Choice::Auto,
        }
    }
}

/// One text and what was read in it, as `opcx emotion` prints it. Shares are in thousandths.
#[derive(Debug, Serialize)]
pub struct Line<'a> {
    text: &'a str,
    /// `fast` or `deep`.
    tier: &'static str,
    /// The version of the model.
    version: u16,
    /// Why this tier: `asked`, `sure`, `doubtful` or `overloaded`.
    chosen: &'static str,
    /// Three letters of ISO 639-3, where the text leaves no doubt.
    language: Option<&'static str>,
    /// Why nothing is claimed: `empty`, `language` or `unsure`.
    unknown: Option<&'static str>,
    #[serde(flatten)]
    felt: Option<Felt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    carried: Option<Carried<'a>>,
}

#[derive(Debug, Serialize)]
struct Felt {
    /// `negative`, `neutral` or `positive`, as the customer would mean it toward the company.
    valence: &'static str,
    /// The chance of positive less that of negative.
    valence_score: i16,
    valence_confidence: u16,
    emotions: Vec<Named>,
    intensity: u16,
    /// What the text asks for.
    ask: &'static str,
    needs_answer: bool,
    /// The chance that it needs one.
    answer: u16,
}

#[derive(Debug, Serialize)]
struct Named {
    emotion: &'static str,
    /// The Ekman family; nothing for neutral.
    family: Option<&'static str>,
    confidence: u16,
}

/// What each word adds to the log-odds of the valence and of the likeliest emotion.
#[derive(Debug, Serialize)]
struct Carried<'a> {
    valence: Vec<(&'a str, i32)>,
    emotion: Vec<(&'a str, i32)>,
}

impl<'a> Line<'a> {
    /// The line for a text, with the words that carried the reading if they are told.
    #[must_use]
    pub fn of(text: &'a str, reading: &Reading, explained: Option<&'a Explained>) -> Line<'a> {
        let (felt, unknown) = match &reading.found {
            Found::Felt(felt) => (Some(of_felt(felt)), None),
            Found::Unknown(why) => (None, Some(why.word())),
        };
        // What was read is English, however little the letters themselves tell.
        let language = if felt.is_some() { Some("eng") } else { opcx_emotion::language(text) };
        let words = |parts: &'a [Part]| -> Vec<(&'a str, i32)> {
            parts.iter().map(|part| (part.word.as_str(), part.thousandths)).collect()
        };
        Line {
            text,
            tier: reading.model.tier.word(),
            version: reading.model.version,
            chosen: reading.chosen.word(),
            language,
            unknown,
            felt,
            carried: explained.map(|Explained { valence, emotion, .. }| Carried {
                valence: words(valence),
                emotion: words(emotion),
            }),
        }
    }
}

fn of_felt(felt: &opcx_core::reading::Felt) -> Felt {
    let named = |&(emotion, confidence): &(Emotion, Permille)| Named {
        emotion: emotion.word(),
        family: emotion.family().map(opcx_core::reading::Family::word),
        confidence: confidence.get(),
    };
    Felt {
        valence: felt.valence.word(),
        valence_score: felt.valence_permille,
        valence_confidence: felt.valence_confidence.get(),
        emotions: felt.emotions.iter().map(named).collect(),
        intensity: felt.intensity().get(),
        ask: felt.ask.word(),
        needs_answer: felt.needs_answer(),
        answer: felt.answer.get(),
    }
}
