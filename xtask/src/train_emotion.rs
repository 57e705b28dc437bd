//! Makes what surrounds the deep tier's network: the fast tier, the calibration of both, the lines between them.
//!
//! Its input is `train/build/taught.tsv`, which `train/teach.py` writes: every text with its labels and what the network
//! says of it. The training part teaches weights and known words; the dev part sets calibration and lines, in the runtime
//! that ships. Every random choice has a fixed seed.

mod calibrate;
mod data;
mod figures;
mod frontier;
mod learn;
mod manifest;
mod shares;

use std::fmt::Write as _;

use anyhow::Context;
use opcx_emotion::deep::cascade::{Cascade, Judge};
use opcx_emotion::fast::features::Features;
use opcx_emotion::fast::language::{self, Language};
use opcx_emotion::fast::text::PlainText;
use opcx_emotion::fast::weights::Weights;
use opcx_emotion::heads::{Chances, Heads, LABELS, Scores};
use opcx_emotion::{deep, fast};
use serde_json::json;

use calibrate::Seen;
use data::{Part, Taught};
use figures::{emotions_held_out, emotions_macro_f1};
use manifest::File;

/// The version of the models, and the day they were trained. Change both with every training
/// that ships.
const VERSION: u16 = 3;
const TRAINED_ON: &str = "2026-11-22";

/// Learns, calibrates, prints how well dev texts are read, and puts the files in the repository's place.
pub(super) fn run() -> anyhow::Result<()> {
    let root = crate::workspace::root();
    let build = root.join("train/build");
    let texts = data::read(&build.join("taught.tsv"))?;
    let made =
        std::fs::read_to_string(build.join("network.json")).context("reading train/build/network.json")?;
    let of = |part| texts.iter().filter(move |text: &&Taught| text.part == part);

    let (mut fast, steps_per_unit) =
        learn_fast(&of(Part::Train).collect::<Vec<_>>(), &of(Part::Dev).collect::<Vec<_>>());
    println!("learned the fast tier's weights");
    let dev: Vec<&Taught> = of(Part::Dev).filter(|taught| calibrate::is_asked(&taught.source)).collect();
    let mut scratch = fast::Scratch::default();
    let fast_seen = seen(&dev, |text| fast.scores(text, &mut scratch).ok());
    fast.heads = calibrate::heads(&fast_seen, &steps_per_unit);

    let unfitted = Judge { version: VERSION, heads: Heads::UNFITTED, cascade: Cascade::NEVER_SURE };
    let network = deep::Model::judged_by(unfitted)?;
    let mut scored = deep_scores(&network, &dev).into_iter();
    let deep_seen = seen(&dev, |text| {
        let network = scored.next().flatten()?;
        let beside = fast.scores(text, &mut scratch).unwrap_or([0; LABELS]);
        Some(deep::joined::scores(network, &beside, &fast.heads))
    });
    let heads = calibrate::heads(&deep_seen, &[1.0; LABELS]);
    println!("calibrated both tiers");

    let figures = json!({
        "emotions, macro-F1, fast": emotions_macro_f1(&fast_seen, &fast.heads),
        "emotions, macro-F1, deep": emotions_macro_f1(&deep_seen, &heads),
        "emotions, macro-F1, fast, held out": emotions_held_out(&fast_seen, &steps_per_unit),
        "emotions, macro-F1, deep, held out": emotions_held_out(&deep_seen, &[1.0; LABELS]),
    });
    // Both tiers must have been able to read a text for it to be compared.
    let (fast_seen, deep_seen) = pairs(fast_seen, deep_seen);
    let both = frontier::both(&weighed(fast_seen, &fast.heads), &weighed(deep_seen, &heads));
    let (cascade, frontier) = frontier::frontier(&both);
    let mut table = String::from("deep\tmacro-F1\tharmless to\tnegative from\tlikely from\n");
    for choice in &frontier {
        let Cascade { harmless_to, negative_from, likely_from } = choice.cascade;
        let lines = [harmless_to, negative_from, likely_from].map(opcx_core::reading::Permille::get);
        writeln!(
            table,
            "{:.3}\t{:.4}\t{}\t{}\t{}",
            choice.deep, choice.macro_f1, lines[0], lines[1], lines[2]
        )?;
    }
    println!("{figures:#}\n{cascade:?}\n{table}");

    let judge = deep::file::encode(&Judge { version: VERSION, heads, cascade });
    let fast = fast::file::encode(&fast);
    let folder = root.join("crates/emotion/model");
    let network = std::fs::read(folder.join("deep.onnx")).context("reading the network")?;
    let files = [("deep.onnx", &network), ("deep.judge", &judge), ("fast.bin", &fast)];
    let manifest = manifest::write(
        &files.map(|(name, bytes)| File { name, bytes }),
        &serde_json::from_str(&made)?,
        &figures,
    )?;
    for (path, bytes) in [
        (folder.join("deep.judge"), judge.as_slice()),
        (folder.join("fast.bin"), &fast),
        (folder.join("manifest.json"), manifest.as_bytes()),
        (root.join("docs/science/emotion/frontier.tsv"), table.as_bytes()),
    ] {
        std::fs::write(&path, bytes).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

/// The fast tier, not calibrated yet, and what a unit of log-odds is of its scores.
fn learn_fast(train: &[&Taught], dev: &[&Taught]) -> (fast::Model, [f32; LABELS]) {
    let train_features: Vec<Features> = train.iter().map(|taught| features(&taught.text)).collect();
    let learned = learn::learn(train, &train_features);
    let weights = Weights::place(learned.rows);
    let known = learn::words(&train_features, language::KNOWN_FROM_TEXTS);
    let common = learn::words(&train_features, train.len() / language::COMMON_FROM_ONE_TEXT_IN);
    let english: Vec<(&str, Features)> =
        dev.iter().map(|taught| (taught.text.as_str(), features(&taught.text))).collect();
    let known_from = calibrate::known_from(&known, &common, &english);
    let language = Language { known, common, known_from };
    (fast::Model { version: VERSION, weights, heads: Heads::UNFITTED, language }, learned.steps_per_unit)
}

fn features(text: &str) -> Features {
    let mut plain = PlainText::default();
    plain.read(text);
    let mut features = Features::default();
    features.collect(&plain);
    features
}

/// The texts that a tier can score.
fn seen<'a>(texts: &[&'a Taught], mut scores: impl FnMut(&str) -> Option<Scores>) -> Vec<Seen<'a>> {
    texts.iter().filter_map(|taught| Some(Seen { taught, scores: scores(&taught.text)? })).collect()
}

/// What the network says, on as many threads as there are parts of the texts.
fn deep_scores(network: &deep::Model, texts: &[&Taught]) -> Vec<Option<Scores>> {
    const PARTS: usize = 4;
    let score = |part: &[&Taught]| {
        let texts: Vec<&str> = part.iter().map(|taught| taught.text.as_str()).collect();
        network.scores_of_all(&texts, &mut deep::Scratch::default())
    };
    std::thread::scope(|scope| {
        let parts = texts.chunks(texts.len().div_ceil(PARTS).max(1));
        let workers: Vec<_> = parts.map(|part| scope.spawn(move || score(part))).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("scoring does not panic")).collect()
    })
}

/// Texts with the chances that go with their scores.
fn weighed<'a>(seen: Vec<Seen<'a>>, heads: &Heads) -> Vec<(Seen<'a>, Chances)> {
    let weigh = |seen: Seen<'a>| {
        let chances = heads.chances(&seen.scores);
        (seen, chances)
    };
    seen.into_iter().map(weigh).collect()
}

/// Those that both tiers can score, in the same order.
fn pairs<'a>(fast: Vec<Seen<'a>>, deep: Vec<Seen<'a>>) -> (Vec<Seen<'a>>, Vec<Seen<'a>>) {
    let place = |seen: &Seen<'_>| std::ptr::from_ref(seen.taught) as usize;
    let in_both = |these: Vec<Seen<'a>>, others: &std::collections::BTreeSet<usize>| -> Vec<Seen<'a>> {
        these.into_iter().filter(|seen| others.contains(&place(seen))).collect()
    };
    let (of_fast, of_deep) = (fast.iter().map(place).collect(), deep.iter().map(place).collect());
    (in_both(fast, &of_deep), in_both(deep, &of_fast))
}
