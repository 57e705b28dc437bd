//! Labelled texts to measure with: GoEmotions, the airline tweets, or any file of `text,label`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use opcx_core::reading::{Ask, Emotion, Valence};
use opcx_emotion::heads::{ANSWER, ASK, VALENCE, place};

/// A file of labelled texts, all labels of one kind.
#[derive(Debug)]
pub struct Labelled {
    /// The file's name.
    pub name: String,
    /// What its labels say.
    pub head: Head,
    /// Its texts.
    pub rows: Vec<Row>,
}

/// One text.
#[derive(Debug)]
pub struct Row {
    /// As written.
    pub text: String,
    /// Its labels, as columns of the models; more than one only of emotions.
    pub labels: Vec<usize>,
}

/// What labels say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// Which of the 28 emotions.
    Emotions,
    /// Negative, neutral or positive.
    Valence,
    /// What the text asks for.
    Ask,
    /// Whether it needs an answer: `yes` or `no`.
    Answer,
}

impl Head {
    /// The word in the table.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Head::Emotions => "emotions",
            Head::Valence => "valence",
            Head::Ask => "ask",
            Head::Answer => "needs an answer",
        }
    }

    /// The column of a label; nothing if it is none of this head's. No answer needed has no column, and gets the one
    /// past all.
    fn column(self, label: &str) -> Option<usize> {
        let label = label.trim();
        match self {
            Head::Emotions => Emotion::ALL.iter().position(|emotion| emotion.word() == label),
            Head::Valence => [Valence::Negative, Valence::Neutral, Valence::Positive]
                .into_iter()
                .find(|valence| valence.word() == label)
                .map(|valence| VALENCE + place(valence)),
            Head::Ask => Ask::ALL.iter().position(|ask| ask.word() == label).map(|at| ASK + at),
            Head::Answer => match label {
                "yes" | "1" | "true" => Some(ANSWER),
                "no" | "0" | "false" => Some(ANSWER + 1),
                _ => None,
            },
        }
    }
}

/// The labelled files in a folder and the folders in it, or the one file.
///
/// # Errors
/// There is none, or one cannot be read.
pub fn find(path: &Path) -> anyhow::Result<Vec<Labelled>> {
    let mut paths = Vec::new();
    if path.is_file() {
        paths.push(path.to_owned());
    } else {
        gather(path, 1, &mut paths)?;
    }
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        files.extend(read(&path).with_context(|| format!("reading {}", path.display()))?);
    }
    ensure!(
        !files.is_empty(),
        "no labelled texts in {}; a CSV file wants the columns `text` and `label`",
        path.display()
    );
    Ok(files)
}

fn gather(folder: &Path, deeper: usize, paths: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("reading the folder {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let is_train = path.file_stem().is_some_and(|stem| stem == "train");
        if path.is_dir() && deeper > 0 {
            gather(&path, deeper - 1, paths)?;
        } else if !is_train && path.extension().is_some_and(|end| end == "csv" || end == "tsv") {
            paths.push(path);
        }
    }
    Ok(())
}

/// The texts of a file; nothing if it holds no labels.
fn read(path: &Path) -> anyhow::Result<Option<Labelled>> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if path.extension().is_some_and(|end| end == "tsv") {
        return go_emotions(path).map(|rows| rows.map(|rows| Labelled { name, head: Head::Emotions, rows }));
    }
    let mut file = csv::ReaderBuilder::new().flexible(true).from_path(path)?;
    let columns = file.headers()?.clone();
    let column = |names: &[&str]| columns.iter().position(|column| names.contains(&column));
    let (Some(text), Some(label)) = (column(&["text"]), column(&["label", "airline_sentiment"])) else {
        return Ok(None);
    };
    let mut pairs = Vec::new();
    for row in file.records() {
        let row = row?;
        pairs.push((row.get(text).unwrap_or("").to_owned(), row.get(label).unwrap_or("").to_lowercase()));
    }
    // Neutral is an emotion too, so valence is tried first.
    for head in [Head::Valence, Head::Emotions, Head::Ask, Head::Answer] {
        let columns =
            |labels: &str| labels.split(',').map(|label| head.column(label)).collect::<Option<Vec<_>>>();
        let rows: Option<Vec<Row>> = pairs
            .iter()
            .map(|(text, label)| Some(Row { text: text.clone(), labels: columns(label)? }))
            .collect();
        if let Some(rows) = rows {
            return Ok(Some(Labelled { name, head, rows }));
        }
    }
    bail!("its labels are no valences, emotions, asks, nor yes and no")
}

/// Text, comma-separated emotion ids and an id, between tabs; nothing if the file is of another kind.
fn go_emotions(path: &Path) -> anyhow::Result<Option<Vec<Row>>> {
    let text = std::fs::read_to_string(path)?;
    let row = |line: &str| {
        let mut fields = line.split('\t');
        let (text, ids) = (fields.next()?, fields.next()?);
        let labels: Option<Vec<usize>> =
            ids.split(',').map(|id| id.parse().ok().filter(|&id| id < Emotion::ALL.len())).collect();
        Some(Row { text: text.to_owned(), labels: labels? })
    };
    Ok(text.lines().map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, content: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("the folder was just made");
        (folder, path)
    }

    #[test]
    fn the_labels_say_which_head_is_measured() {
        for (labels, head) in [
            (["negative", "neutral"], Head::Valence),
            (["anger", "joy,love"], Head::Emotions),
            (["complaint", "none"], Head::Ask),
            (["yes", "no"], Head::Answer),
        ] {
            let rows: String = labels.iter().map(|label| format!("\"a, b\",\"{label}\"\n")).collect();
            let (_folder, path) = file("a.csv", &format!("text,label\n{rows}"));
            let found = find(&path).expect("a labelled file");
            assert_eq!((found[0].head, found[0].rows.len()), (head, 2), "{labels:?}");
        }
    }

    #[test]
    fn a_file_of_go_emotions_has_ids_and_a_file_without_labels_is_left_out() {
        let (folder, _) = file("dev.tsv", "my bag is late\t3,9\tabc\n");
        std::fs::write(folder.path().join("other.csv"), "a,b\n1,2\n").expect("the folder is there");
        std::fs::write(folder.path().join("train.tsv"), "x\t1\ty\n").expect("the folder is there");
        let found = find(folder.path()).expect("one labelled file");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].rows[0].labels, [3, 9]);
    }

    #[test]
    fn unknown_labels_are_told() {
        let (_folder, path) = file("a.csv", "text,label\nhello,furious\n");
        let error = format!("{:#}", find(&path).expect_err("no such label"));
        assert!(error.ends_with("its labels are no valences, emotions, asks, nor yes and no"), "{error}");
    }
}
