//! Trains the first tier of emotion from the GoEmotions data set.
//!
//! The training split teaches the weights and the known words; the dev split sets calibration,
//! lines and bands, and measures; the airline tweets only measure. Every random choice has a fixed
//! seed and all arithmetic is additions, products, quotients and roots as IEEE 754 prescribes
//! them, so the same data give the same file.

mod airline;
mod calibrate;
mod data;
mod evaluate;
mod figures;
mod learn;
mod manifest;

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use opcx_emotion::fast::features::Features;
use opcx_emotion::fast::language::{self, Language};
use opcx_emotion::fast::text::PlainText;
use opcx_emotion::fast::weights::Weights;
use opcx_emotion::fast::{Model, file};
use opcx_emotion::valence::NeutralBand;

use calibrate::Seen;
use data::Comment;
use evaluate::HeldOut;

/// The version of the weights, and the day they were trained. Change both with every training
/// that ships.
const VERSION: u16 = 1;
const TRAINED_ON: &str = "2026-11-21";

/// What to do with the trained model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// Put it in the repository's place.
    Write,
    /// Compare it with what is there.
    Compare,
}

/// Trains, prints how well the model reads, then writes or compares.
pub(super) fn run(then: Then) -> anyhow::Result<()> {
    let data = data::folder();
    let train = data::go_emotions(&data.join("goemotions/train.tsv"))?;
    let dev = data::go_emotions(&data.join("goemotions/dev.tsv"))?;

    let (model, held_out) = train_model(&train.comments, &dev.comments);
    let metrics = evaluate::evaluate(&model, &dev.comments);
    evaluate::print(&metrics, &held_out);
    airline::print(&model, &data.join("airline-tweets/Tweets.csv"))?;

    let bytes = file::encode(&model);
    let manifest = manifest::write(&bytes, &train, &dev, &metrics, &held_out)?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/emotion/model");
    let files: [(PathBuf, &[u8]); 2] =
        [(folder.join("goemotions.bin"), &bytes), (folder.join("manifest.json"), manifest.as_bytes())];
    for (path, trained) in files {
        match then {
            Then::Write => {
                std::fs::write(&path, trained).with_context(|| format!("cannot write {}", path.display()))?;
            }
            Then::Compare => {
                let committed =
                    std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
                ensure!(
                    committed == trained,
                    "{}: the training gives other bytes than the committed file; run `cargo xtask train-emotion`",
                    path.display()
                );
                println!("{}: same bytes", path.display());
            }
        }
    }
    Ok(())
}

fn train_model(train: &[Comment], dev: &[Comment]) -> (Model, HeldOut) {
    let train_features: Vec<Features> = train.iter().map(features).collect();
    let dev_features: Vec<Features> = dev.iter().map(features).collect();

    let learned = learn::learn(train, &train_features);
    let weights = Weights::place(learned.rows);
    let known = learn::words(&train_features, language::KNOWN_FROM_TEXTS);
    let common = learn::words(&train_features, train.len() / language::COMMON_FROM_ONE_TEXT_IN);
    let known_from = calibrate::known_from(&known, &common, &dev_features);
    let seen: Vec<Seen> = dev
        .iter()
        .zip(&dev_features)
        .map(|(comment, features)| Seen {
            sums: weights.sum(&features.all),
            features: features.all.len(),
            labels: comment.labels,
        })
        .collect();
    let calibrations = calibrate::calibrations(&seen, &learned.steps_per_unit);
    let mut model = Model {
        version: VERSION,
        weights,
        calibrations,
        language: Language { known, common, known_from },
        neutral_band: NeutralBand { from: 0, to: 0 },
    };
    model.neutral_band = calibrate::neutral_band(&model, dev);
    (model, evaluate::held_out(&seen, &learned.steps_per_unit))
}

fn features(comment: &Comment) -> Features {
    let mut plain = PlainText::default();
    plain.read(&comment.text);
    let mut features = Features::default();
    features.collect(&plain);
    features
}
