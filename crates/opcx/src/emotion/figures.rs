//! How well readings agree with labels.

#![allow(clippy::cast_precision_loss, reason = "counts of texts are far below what a float holds exactly")]

use opcx_core::reading::{Ask, Emotion, Found, Reading, Valence};
use opcx_emotion::heads::{ANSWER, ASK, Chances, LABELS, VALENCE, likeliest, place};

use super::labelled::{Head, Labelled};

/// What was measured on one file with one tier. Shares are `0.0..=1.0`.
#[derive(Debug, PartialEq)]
pub struct Figures {
    /// The mean of F1 over the labels that the file holds.
    pub macro_f1: f64,
    /// F1 over all labels at once; where one label holds, the accuracy.
    pub micro_f1: f64,
    /// The share of texts all of whose labels are right.
    pub accuracy: f64,
    /// Expected calibration error.
    pub calibration_error: f64,
    /// The share of texts, the surest first, read with a precision of 0.90 and 0.95; not for emotions.
    pub coverage: [Option<f64>; 2],
    /// The recall of negative texts at a precision of 0.85; for valence alone.
    pub negative_recall: Option<f64>,
    /// Readings that claim nothing.
    pub unknown: usize,
    /// Each label that the file holds.
    pub labels: Vec<OfLabel>,
}

/// What was measured on one label.
#[derive(Debug, PartialEq)]
pub struct OfLabel {
    /// Its word.
    pub word: &'static str,
    /// Texts that have it.
    pub texts: usize,
    /// Of the texts read as having it, the share that has it.
    pub precision: f64,
    /// Of those that have it, the share read so.
    pub recall: f64,
    /// The harmonic mean of both.
    pub f1: f64,
}

/// Compares readings, in the order of the file's rows, with their labels.
#[must_use]
pub fn figures(file: &Labelled, read: &[(Reading, Option<Chances>)]) -> Figures {
    let found: Vec<Vec<usize>> = read.iter().map(|(reading, _)| columns(file.head, reading)).collect();
    let pairs = || found.iter().zip(file.rows.iter().map(|row| &row.labels));
    let counts = |label: usize| {
        pairs().fold((0, 0, 0), |(hit, read, true_), (found, labels)| {
            let (is_read, is_true) = (found.contains(&label), labels.contains(&label));
            (hit + usize::from(is_read && is_true), read + usize::from(is_read), true_ + usize::from(is_true))
        })
    };
    let there: Vec<(usize, (usize, usize, usize))> = (0..=LABELS)
        .map(|label| (label, counts(label)))
        .filter(|&(_, (_, _, labelled))| labelled > 0)
        .collect();
    let all: Vec<(usize, usize, usize)> = there.iter().map(|&(_, counts)| counts).collect();
    let f1 =
        |(hit, read, labelled): (usize, usize, usize)| 2.0 * hit as f64 / (read + labelled).max(1) as f64;
    // Labels found though the file never holds them count against the whole, not in the mean.
    let hits = all.iter().map(|count| count.0).sum();
    let sums = (hits, found.iter().map(Vec::len).sum(), file.rows.iter().map(|row| row.labels.len()).sum());
    let sorted = |labels: &[usize]| {
        let mut labels = labels.to_vec();
        labels.sort_unstable();
        labels
    };
    let right = pairs().filter(|(found, labels)| sorted(found) == sorted(labels)).count();
    let sure = surest(file, read, &found);
    Figures {
        macro_f1: all.iter().copied().map(f1).sum::<f64>() / all.len().max(1) as f64,
        micro_f1: f1(sums),
        accuracy: right as f64 / found.len().max(1) as f64,
        calibration_error: calibration_error(&if file.head == Head::Emotions {
            every_label(file, read)
        } else {
            sure.clone()
        }),
        coverage: [0.90, 0.95]
            .map(|precision| (file.head != Head::Emotions).then(|| coverage(&sure, precision))),
        negative_recall: (file.head == Head::Valence).then(|| negative_recall(file, read, 0.85)),
        unknown: read.iter().filter(|(reading, _)| reading.felt().is_none()).count(),
        labels: there
            .into_iter()
            .map(|(label, counts)| {
                let (hit, read, labelled) = counts;
                let share = |of: usize| hit as f64 / of.max(1) as f64;
                let (precision, recall) = (share(read), share(labelled));
                OfLabel { word: word(label), texts: labelled, precision, recall, f1: f1(counts) }
            })
            .collect(),
    }
}

/// The word of a column.
fn word(label: usize) -> &'static str {
    match label {
        ..VALENCE => Emotion::ALL[label].word(),
        VALENCE..ASK => [Valence::Negative, Valence::Neutral, Valence::Positive][label - VALENCE].word(),
        ASK..ANSWER => Ask::ALL[label - ASK].word(),
        ANSWER => "needs an answer",
        _ => "needs none",
    }
}

/// The columns that a reading claims.
fn columns(head: Head, reading: &Reading) -> Vec<usize> {
    match (&reading.found, head) {
        (Found::Felt(felt), Head::Emotions) => {
            felt.emotions.iter().map(|(emotion, _)| usize::from(emotion.id())).collect()
        }
        (Found::Unknown(_), Head::Emotions) => Vec::new(),
        (Found::Felt(felt), Head::Valence) => vec![VALENCE + place(felt.valence)],
        (Found::Unknown(_), Head::Valence) => vec![VALENCE + place(Valence::Neutral)],
        (Found::Felt(felt), Head::Ask) => {
            Ask::ALL.iter().position(|ask| *ask == felt.ask).map(|at| ASK + at).into_iter().collect()
        }
        (Found::Unknown(_), Head::Ask) => vec![ASK],
        (Found::Felt(felt), Head::Answer) => vec![if felt.needs_answer() { ANSWER } else { ANSWER + 1 }],
        (Found::Unknown(_), Head::Answer) => vec![ANSWER + 1],
    }
}

/// Confidence and whether it was right, of every text that was weighed.
fn surest(file: &Labelled, read: &[(Reading, Option<Chances>)], found: &[Vec<usize>]) -> Vec<(f64, bool)> {
    let confidence = |chances: &Chances| match file.head {
        Head::Valence => chances.valences[likeliest(&chances.valences)].get(),
        Head::Ask => chances.asks[likeliest(&chances.asks)].get(),
        Head::Answer => chances.answer.get().max(1000 - chances.answer.get()),
        Head::Emotions => 0,
    };
    read.iter()
        .zip(found)
        .zip(&file.rows)
        .filter_map(|(((_, chances), found), row)| {
            Some((f64::from(confidence(chances.as_ref()?)) / 1000.0, *found == row.labels))
        })
        .collect()
}

/// The chance of every emotion in every text, and whether the text has it.
fn every_label(file: &Labelled, read: &[(Reading, Option<Chances>)]) -> Vec<(f64, bool)> {
    let weighed =
        read.iter().zip(&file.rows).filter_map(|((_, chances), row)| Some((chances.as_ref()?, row)));
    weighed
        .flat_map(|(chances, row)| {
            (0..Emotion::ALL.len())
                .map(|at| (f64::from(chances.emotions[at].get()) / 1000.0, row.labels.contains(&at)))
        })
        .collect()
}

/// The mean distance between confidence and share of right ones, over 15 bins of confidence, by size.
fn calibration_error(sure: &[(f64, bool)]) -> f64 {
    const BINS: usize = 15;
    let mut bins = [(0.0, 0.0); BINS];
    for &(confidence, is_right) in sure {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share times fifteen")]
        let bin = ((confidence * BINS as f64) as usize).min(BINS - 1);
        bins[bin].0 += confidence;
        bins[bin].1 += f64::from(u8::from(is_right));
    }
    bins.iter().map(|(confidence, right)| (confidence - right).abs()).sum::<f64>() / sure.len().max(1) as f64
}

/// The largest share of texts, the surest first, of which at least `precision` is right.
fn coverage(sure: &[(f64, bool)], precision: f64) -> f64 {
    deepest(sure.to_vec(), precision).0 as f64 / sure.len().max(1) as f64
}

fn negative_recall(file: &Labelled, read: &[(Reading, Option<Chances>)], precision: f64) -> f64 {
    let pairs: Vec<(f64, bool)> = read
        .iter()
        .zip(&file.rows)
        .map(|((_, chances), row)| {
            let chance = chances.as_ref().map_or(0.0, |chances| f64::from(chances.valences[0].get()));
            (chance, row.labels == [VALENCE])
        })
        .collect();
    let negative = pairs.iter().filter(|pair| pair.1).count();
    deepest(pairs, precision).1 as f64 / negative.max(1) as f64
}

/// How far one may go down the pairs, the surest first and equals together, so that at least `precision` of them are
/// right: how many there are, and how many of them are right.
fn deepest(mut pairs: Vec<(f64, bool)>, precision: f64) -> (usize, usize) {
    pairs.sort_by(|one, other| other.0.total_cmp(&one.0));
    let (mut right, mut best) = (0, (0, 0));
    for (at, &(confidence, is_right)) in pairs.iter().enumerate() {
        right += usize::from(is_right);
        let is_last_of_equals = pairs.get(at + 1).is_none_or(|next| next.0 < confidence);
        if is_last_of_equals && right as f64 >= precision * (at + 1) as f64 {
            best = (at + 1, right);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emotion::labelled::Row;
    use opcx_core::reading::{Felt, Model, Permille, Tier, Unknown};

    fn read(emotion: Emotion, valence: Valence, negative: u16) -> (Reading, Option<Chances>) {
        let felt = Felt::one(emotion, Permille::new(800), valence, 0);
        let chances = Chances {
            emotions: [Permille::default(); 28],
            valences: [Permille::new(negative), Permille::default(), Permille::new(1000 - negative)],
            asks: [Permille::default(); 7],
            answer: Permille::default(),
        };
        (Reading::asked(Model { tier: Tier::Fast, version: 1 }, Found::Felt(felt)), Some(chances))
    }

    fn labelled(head: Head, labels: &[&[usize]]) -> Labelled {
        let row = |labels: &&[usize]| Row { text: String::new(), labels: labels.to_vec() };
        Labelled { name: "a".to_owned(), head, rows: labels.iter().map(row).collect() }
    }

    #[test]
    fn valences_are_compared_one_by_one_and_the_unknown_counts_as_neutral() {
        let file = labelled(Head::Valence, &[&[28], &[28], &[30], &[29]]);
        let unknown = Reading::asked(Model { tier: Tier::Fast, version: 1 }, Found::Unknown(Unknown::Unsure));
        let read = [
            read(Emotion::Anger, Valence::Negative, 900),
            read(Emotion::Joy, Valence::Positive, 100),
            read(Emotion::Joy, Valence::Positive, 0),
            (unknown, None),
        ];
        let figures = figures(&file, &read);
        assert_eq!((figures.accuracy, figures.micro_f1, figures.unknown), (0.75, 0.75, 1));
        let expected = (2.0 / 3.0 + 1.0 + 2.0 / 3.0) / 3.0;
        assert!((figures.macro_f1 - expected).abs() < 1e-9, "{}", figures.macro_f1);
        // Both negatives come first by their chance of it, then the positive one, which is wrong.
        assert_eq!(figures.negative_recall, Some(1.0));
        // The surest is right, and so is the pair with it; of three two are right.
        assert_eq!(figures.coverage, [Some(1.0 / 3.0), Some(1.0 / 3.0)]);
    }

    #[test]
    fn emotions_are_right_only_all_together() {
        let file = labelled(Head::Emotions, &[&[2], &[2, 3]]);
        let both =
            [read(Emotion::Anger, Valence::Negative, 900), read(Emotion::Anger, Valence::Negative, 900)];
        let figures = figures(&file, &both);
        assert_eq!((figures.accuracy, figures.macro_f1), (0.5, 0.5));
        assert_eq!((figures.micro_f1, figures.negative_recall), (0.8, None));
    }

    #[test]
    fn a_model_that_is_as_sure_as_it_is_right_has_no_calibration_error() {
        let sure = [(0.75, true), (0.75, true), (0.75, true), (0.75, false)];
        assert!(calibration_error(&sure).abs() < 1e-9);
        assert!((calibration_error(&[(1.0, false)]) - 1.0).abs() < 1e-9);
    }
}
