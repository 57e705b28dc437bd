//! The first tier: a linear model over hashed words, pairs and character sequences.
//!
//! text → [`text`] plain tokens → [`features`] hashes → [`weights`] sums per emotion →
//! [`calibration`] permille → what is found. [`language`] stops before texts that are not English.
//! From the first byte to the last there is no float, no random and no hash order, so a version of
//! the model reads a text the same on every machine.
//!
//! The weights come from `cargo xtask train-emotion`; method and figures are in
//! `docs/science/emotion.md`, the file and its licence in `crates/emotion/model/`.

pub mod calibration;
mod characters;
pub mod features;
pub mod file;
pub mod language;
pub mod text;
pub mod weights;

use opcx_core::reading::{Emotion, Felt, Found, Permille, Unknown};

use crate::valence::{self, NeutralBand};
use calibration::{Calibration, Confidences};
use features::Features;
use language::Language;
use text::PlainText;
use weights::{EMOTIONS, Weights};

/// The model file that ships with the program.
pub const EMBEDDED: &[u8] = include_bytes!("../model/goemotions.bin");

/// Everything that was learned.
#[derive(Debug, Clone)]
pub struct Model {
    /// Counted up at every training that ships.
    pub version: u16,
    /// The weights of the features.
    pub weights: Weights,
    /// How sums become confidences, per emotion.
    pub calibrations: [Calibration; EMOTIONS],
    /// What tells English from other languages.
    pub language: Language,
    /// The valence scores that count as neutral.
    pub neutral_band: NeutralBand,
}

/// Memory that is reused from text to text.
#[derive(Debug, Default)]
pub struct Scratch {
    plain: PlainText,
    features: Features,
}

impl Model {
    /// What the writer of `text` feels, or why that cannot be told.
    pub fn read(&self, text: &str, scratch: &mut Scratch) -> Found {
        match self.confidences(text, scratch) {
            Ok(confidences) => self.found(&confidences),
            Err(unknown) => Found::Unknown(unknown),
        }
    }

    /// The confidence of every emotion, before the line between found and not is drawn.
    ///
    /// # Errors
    /// [`Unknown::Empty`] and [`Unknown::Language`]; [`Unknown::Unsure`] if no word is known.
    pub fn confidences(&self, text: &str, scratch: &mut Scratch) -> Result<Confidences, Unknown> {
        let Scratch { plain, features } = scratch;
        plain.read(text);
        if plain.is_without_words() {
            return Err(Unknown::Empty);
        }
        if plain.is_mostly_another_script() {
            return Err(Unknown::Language);
        }
        features.collect(plain);
        self.language.check(&features.words)?;
        let sums = self.weights.sum(&features.all);
        Ok(calibration::confidences(&self.calibrations, &sums, features.all.len()))
    }

    /// The emotions whose confidence reaches their line, the likeliest first.
    fn found(&self, confidences: &Confidences) -> Found {
        let mut emotions: Vec<(Emotion, Permille)> = Vec::new();
        for ((&emotion, &confidence), calibration) in
            Emotion::ALL.iter().zip(confidences).zip(&self.calibrations)
        {
            if confidence >= calibration.found_from {
                emotions.push((emotion, confidence));
            }
        }
        if emotions.is_empty() {
            return Found::Unknown(Unknown::Unsure);
        }
        // Stable, so that equals stay in the order of the taxonomy.
        emotions.sort_by_key(|&(_, confidence)| std::cmp::Reverse(confidence));
        let valence_permille = valence::score(confidences);
        Found::Felt(Felt { emotions, valence: self.neutral_band.valence(valence_permille), valence_permille })
    }
}
