//! GoEmotions, as its authors publish it.

use std::path::{Path, PathBuf};

use anyhow::Context;
use opcx_core::reading::{Emotion, Valence};
use ring::digest;

/// One split of GoEmotions.
pub(super) struct Split {
    pub(super) comments: Vec<Comment>,
    /// SHA-256 of the file, in hexadecimal.
    pub(super) sha256: String,
}

/// One comment with the emotions that its raters agreed on.
pub(super) struct Comment {
    pub(super) text: String,
    pub(super) labels: Labels,
}

/// A set of emotions, a bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Labels(u32);

impl Labels {
    pub(super) fn has(self, emotion: Emotion) -> bool {
        self.0 >> emotion.id() & 1 == 1
    }

    pub(super) fn add(&mut self, emotion: Emotion) {
        self.0 |= 1 << emotion.id();
    }

    /// Which way the labels point: one way, or neutral if both or neither.
    pub(super) fn valence(self) -> Valence {
        let points =
            |way| Emotion::ALL.iter().any(|&emotion| self.has(emotion) && emotion.valence() == Some(way));
        match (points(Valence::Negative), points(Valence::Positive)) {
            (true, false) => Valence::Negative,
            (false, true) => Valence::Positive,
            (true, true) | (false, false) => Valence::Neutral,
        }
    }
}

/// Where the data sets are.
pub(super) fn folder() -> PathBuf {
    std::env::var_os("OPCX_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"), PathBuf::from)
}

/// Reads a split: text, comma-separated emotion ids and comment id, between tabs.
pub(super) fn go_emotions(path: &Path) -> anyhow::Result<Split> {
    let bytes = std::fs::read(path).with_context(|| {
        format!("cannot read {}; `OPCX_DATA` names the folder of the data sets", path.display())
    })?;
    let sha256 = sha256(&bytes);
    let text = String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))?;
    let comments = text
        .lines()
        .enumerate()
        .map(|(at, line)| comment(line).with_context(|| format!("{}:{}", path.display(), at + 1)))
        .collect::<anyhow::Result<Vec<Comment>>>()?;
    Ok(Split { comments, sha256 })
}

fn comment(line: &str) -> anyhow::Result<Comment> {
    let mut fields = line.split('\t');
    let text = fields.next().context("a line without text")?.to_owned();
    let mut labels = Labels::default();
    for id in fields.next().context("a line without emotions")?.split(',') {
        let id: usize = id.parse().with_context(|| format!("`{id}` is no emotion id"))?;
        labels.add(*Emotion::ALL.get(id).with_context(|| format!("emotion ids are 0 to 27, not {id}"))?);
    }
    Ok(Comment { text, labels })
}

/// SHA-256 in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    digest::digest(&digest::SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
