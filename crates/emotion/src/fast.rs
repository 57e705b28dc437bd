//! The fast tier: a linear model over hashed words, pairs and character sequences.
//!
//! text → [`text`] plain tokens → [`features`] hashes → [`weights`] sums per label → [`crate::heads`] chances and what
//! is found. [`language`] stops before texts that are not English. From the first byte to the last there is no float,
//! no random and no hash order, so a version of the model reads a text the same on every machine.
//!
//! It learned from the labels and from the deep tier's answers (`cargo xtask train-emotion`); method and figures are in
//! `docs/science/emotion.md`, the file and its licence in `crates/emotion/model/`.

mod characters;
mod explain;
pub mod features;
pub mod file;
pub mod language;
pub mod text;
pub mod weights;

pub(crate) use explain::thousandths;

use opcx_core::reading::Unknown;

use crate::heads::{Heads, LABELS, Scores};
use features::{Features, inverse_root};
use language::Language;
use text::PlainText;
use weights::Weights;

/// The model file that ships with the program.
pub const EMBEDDED: &[u8] = include_bytes!("../model/fast.bin");

/// Everything that was learned.
#[derive(Debug, Clone)]
pub struct Model {
    /// Counted up at every training that ships.
    pub version: u16,
    /// The weights of the features.
    pub weights: Weights,
    /// How sums become chances.
    pub heads: Heads,
    /// What tells English from other languages.
    pub language: Language,
}

/// Memory that is reused from text to text.
#[derive(Debug, Default)]
pub struct Scratch {
    plain: PlainText,
    features: Features,
}

impl Model {
    /// The scores of every label.
    ///
    /// # Errors
    /// [`Unknown::Empty`] and [`Unknown::Language`]; [`Unknown::Unsure`] if no word is known.
    pub fn scores(&self, text: &str, scratch: &mut Scratch) -> Result<Scores, Unknown> {
        let Scratch { plain, features } = scratch;
        plain.read(text);
        if plain.is_without_words() {
            return Err(Unknown::Empty);
        }
        if plain.is_mostly_another_script() {
            return Err(Unknown::Language);
        }
        features.collect(plain);
        self.language.check(&features.words, text)?;
        Ok(scores(&self.weights.sum(&features.all), features.all.len()))
    }
}

/// Sums as scores: divided by the root of the number of features.
#[must_use]
pub fn scores(sums: &weights::Sums, features: usize) -> Scores {
    let inverse_root = inverse_root(features);
    let mut scores = [0; LABELS];
    for (score, &sum) in scores.iter_mut().zip(sums) {
        *score = i64::from(sum) * inverse_root;
    }
    scores
}
