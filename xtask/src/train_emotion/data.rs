//! Texts with their labels and what the deep tier's network said of them, as `train/teach.py` writes them.

use std::path::Path;

use anyhow::{Context, ensure};
use opcx_core::reading::Emotion;
use opcx_emotion::heads::{ANSWER, ASK, EMOTIONS, LABELS, VALENCE};
use ring::digest;

/// What a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Train,
    /// Sets calibration and lines.
    Dev,
    /// Only measured.
    Test,
}

/// One text.
pub(super) struct Taught {
    pub(super) source: String,
    pub(super) part: Part,
    pub(super) text: String,
    /// Which labels it has, where that is known: all of a head's labels are, or none.
    pub(super) truth: [Option<bool>; LABELS],
    /// The chances that the network gave.
    pub(super) chances: [f32; LABELS],
}

impl Taught {
    /// The emotions it is labelled with, if raters named any or neutral.
    pub(super) fn has(&self, emotion: Emotion) -> Option<bool> {
        self.truth[usize::from(emotion.id())]
    }

    /// Which of the labels `from..to`, of which one holds, does.
    pub(super) fn one_of(&self, from: usize, to: usize) -> Option<usize> {
        (from..to).position(|label| self.truth[label] == Some(true))
    }
}

/// Reads the file.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<Taught>> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read {}; make it as `train/README.md` says", path.display()))?;
    let lines = text.lines().enumerate();
    lines.map(|(at, line)| taught(line).with_context(|| format!("{}:{}", path.display(), at + 1))).collect()
}

fn taught(line: &str) -> anyhow::Result<Taught> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [source, part, text, emotions, valence, ask, answer, scores] = fields[..] else {
        anyhow::bail!("{} fields instead of 8", fields.len());
    };
    let mut truth = [None; LABELS];
    if emotions != "-" {
        truth[..EMOTIONS].fill(Some(false));
        for id in emotions.split(',') {
            truth[id.parse::<usize>()?] = Some(true);
        }
    }
    for (written, from, to) in [(valence, VALENCE, ASK), (ask, ASK, ANSWER)] {
        if written != "-" {
            truth[from..to].fill(Some(false));
            truth[from + written.parse::<usize>()?] = Some(true);
        }
    }
    if answer != "-" {
        truth[ANSWER] = Some(answer == "1");
    }
    let scores: Vec<f32> = scores.split(',').map(str::parse).collect::<Result<_, _>>()?;
    ensure!(scores.len() == LABELS, "{} scores instead of {LABELS}", scores.len());
    let mut chances = [0f32; LABELS];
    for (chance, &score) in chances.iter_mut().zip(&scores) {
        *chance = super::learn::logistic(score);
    }
    for (from, to) in [(VALENCE, ASK), (ASK, ANSWER)] {
        let most = scores[from..to].iter().copied().fold(f32::MIN, f32::max);
        let powers: Vec<f32> = scores[from..to].iter().map(|score| (score - most).exp()).collect();
        let sum: f32 = powers.iter().sum();
        for (chance, power) in chances[from..to].iter_mut().zip(powers) {
            *chance = power / sum;
        }
    }
    let part = match part {
        "train" => Part::Train,
        "dev" => Part::Dev,
        "test" => Part::Test,
        other => anyhow::bail!("`{other}` is no part"),
    };
    Ok(Taught { source: source.to_owned(), part, text: text.to_owned(), truth, chances })
}

/// SHA-256 in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    digest::digest(&digest::SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
