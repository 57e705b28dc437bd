//! How well a model reads, with the numbers of texts and intervals that belong to every figure.

use opcx_core::reading::{Emotion, Found, Unknown, Valence};
use opcx_emotion::Reader;
use opcx_emotion::fast::calibration;
use opcx_emotion::fast::weights::EMOTIONS;
use opcx_emotion::fast::{Model, Scratch};
use serde::Serialize;

use super::calibrate::{self, Seen};
use super::data::{Comment, Labels};
use super::figures::{Count, Counts, Reliability, ValenceFigures, interval, rounded};
use super::learn::{Random, SEED};

/// What was measured on one split. Shares are rounded to four places.
#[derive(Debug, Serialize)]
pub(super) struct Metrics {
    texts: usize,
    macro_f1: f64,
    macro_f1_interval_95: [f64; 2],
    micro_f1: f64,
    calibration_error: f64,
    calibration_error_of_found: f64,
    unknown: UnknownShares,
    valence: ValenceFigures,
    neutral_band: [i16; 2],
    known_words_from_permille: u16,
    emotions: Vec<EmotionMetrics>,
}

/// What was measured on texts that calibration and lines were not fitted on.
#[derive(Debug, Serialize)]
pub(super) struct HeldOut {
    macro_f1: f64,
    calibration_error: f64,
    calibration_error_of_found: f64,
}

#[derive(Debug, Serialize)]
struct UnknownShares {
    empty: f64,
    language: f64,
    unsure: f64,
}

#[derive(Debug, Serialize)]
struct EmotionMetrics {
    emotion: &'static str,
    labelled: u32,
    found: u32,
    precision: f64,
    recall: f64,
    f1: f64,
    found_from_permille: u16,
}

/// Reads every comment and compares with its labels. An unknown reading found no emotion.
pub(super) fn evaluate(model: &Model, comments: &[Comment]) -> Metrics {
    let reader = Reader::with(model.clone());
    let readings = reader.read_all(comments.iter().map(|comment| comment.text.as_str()));
    let pairs: Vec<(Labels, Labels)> = readings
        .iter()
        .zip(comments)
        .map(|(reading, comment)| (found(&reading.found), comment.labels))
        .collect();
    let counts = Counts::of(pairs.iter().copied());
    let valences: Vec<(Valence, Valence)> = readings
        .iter()
        .zip(comments)
        .map(|(reading, comment)| (reading.valence().unwrap_or(Valence::Neutral), comment.labels.valence()))
        .collect();
    let share = |why| {
        let unknown = readings.iter().filter(|reading| reading.found == Found::Unknown(why)).count();
        rounded(unknown as f64 / readings.len() as f64)
    };

    let mut scratch = Scratch::default();
    let mut all = Reliability::default();
    let mut of_found = Reliability::default();
    for comment in comments {
        let Ok(confidences) = model.confidences(&comment.text, &mut scratch) else { continue };
        for ((&emotion, confidence), calibration) in
            Emotion::ALL.iter().zip(confidences).zip(&model.calibrations)
        {
            all.add(confidence.get(), comment.labels.has(emotion));
            if confidence >= calibration.found_from {
                of_found.add(confidence.get(), comment.labels.has(emotion));
            }
        }
    }

    Metrics {
        texts: comments.len(),
        macro_f1: rounded(counts.macro_f1()),
        macro_f1_interval_95: interval(&pairs, |pairs| Counts::of(pairs).macro_f1()),
        micro_f1: rounded(counts.micro_f1()),
        calibration_error: rounded(all.expected_error()),
        calibration_error_of_found: rounded(of_found.expected_error()),
        unknown: UnknownShares {
            empty: share(Unknown::Empty),
            language: share(Unknown::Language),
            unsure: share(Unknown::Unsure),
        },
        valence: ValenceFigures::of(&valences),
        neutral_band: [model.neutral_band.from, model.neutral_band.to],
        known_words_from_permille: model.language.known_from.get(),
        emotions: Emotion::ALL
            .iter()
            .enumerate()
            .map(|(at, emotion)| {
                let Count { hit, found, labelled } = counts.0[at];
                EmotionMetrics {
                    emotion: emotion.word(),
                    labelled,
                    found,
                    precision: rounded(f64::from(hit) / f64::from(found.max(1))),
                    recall: rounded(f64::from(hit) / f64::from(labelled.max(1))),
                    f1: rounded(counts.0[at].f1()),
                    found_from_permille: model.calibrations[at].found_from.get(),
                }
            })
            .collect(),
    }
}

/// Prints the figures as tables.
pub(super) fn print(metrics: &Metrics, held_out: &HeldOut) {
    println!(
        "{:<16}{:>9}{:>7}{:>11}{:>8}{:>7}{:>7}",
        "emotion", "labelled", "found", "precision", "recall", "F1", "from"
    );
    for row in &metrics.emotions {
        println!(
            "{:<16}{:>9}{:>7}{:>11.3}{:>8.3}{:>7.3}{:>7}",
            row.emotion, row.labelled, row.found, row.precision, row.recall, row.f1, row.found_from_permille
        );
    }
    let [low, high] = metrics.macro_f1_interval_95;
    println!(
        "dev, n = {}: macro-F1 {:.4} ({low:.4} to {high:.4}), micro-F1 {:.4}",
        metrics.texts, metrics.macro_f1, metrics.micro_f1
    );
    println!(
        "calibration error {:.4}, of found emotions {:.4}",
        metrics.calibration_error, metrics.calibration_error_of_found
    );
    println!(
        "calibration and lines held out: macro-F1 {:.4}, calibration error {:.4}, of found emotions {:.4}",
        held_out.macro_f1, held_out.calibration_error, held_out.calibration_error_of_found
    );
    let UnknownShares { empty, language, unsure } = metrics.unknown;
    println!(
        "unknown: empty {empty:.4}, language {language:.4} (known words from {} permille), unsure {unsure:.4}",
        metrics.known_words_from_permille
    );
    println!("valence, unknown as neutral, neutral band {:?}: {}", metrics.neutral_band, metrics.valence);
}

/// Measures on texts that calibration and lines were not fitted on: four fifths of the dev split
/// fit, one fifth is measured, five times and with several divisions.
pub(super) fn held_out(seen: &[Seen], steps_per_unit: &[f32; EMOTIONS]) -> HeldOut {
    let mut random = Random(SEED);
    let (mut macro_f1, mut error, mut error_of_found) = (0.0, 0.0, 0.0);
    for _ in 0..DIVISIONS {
        let fold_of: Vec<usize> = seen.iter().map(|_| random.below(FOLDS)).collect();
        let mut pairs = Vec::new();
        let mut all = Reliability::default();
        let mut of_found = Reliability::default();
        for fold in 0..FOLDS {
            let (measured, fitting): (Vec<_>, Vec<_>) =
                seen.iter().zip(&fold_of).partition(|&(_, &of)| of == fold);
            let fitting: Vec<Seen> = fitting.into_iter().map(|(text, _)| text.clone()).collect();
            let calibrations = calibrate::calibrations(&fitting, steps_per_unit);
            for (text, _) in measured {
                let confidences = calibration::confidences(&calibrations, &text.sums, text.features);
                let mut found = Labels::default();
                for ((&emotion, confidence), calibration) in
                    Emotion::ALL.iter().zip(confidences).zip(&calibrations)
                {
                    all.add(confidence.get(), text.labels.has(emotion));
                    if confidence >= calibration.found_from {
                        found.add(emotion);
                        of_found.add(confidence.get(), text.labels.has(emotion));
                    }
                }
                pairs.push((found, text.labels));
            }
        }
        macro_f1 += Counts::of(pairs.into_iter()).macro_f1() / DIVISIONS as f64;
        error += all.expected_error() / DIVISIONS as f64;
        error_of_found += of_found.expected_error() / DIVISIONS as f64;
    }
    HeldOut {
        macro_f1: rounded(macro_f1),
        calibration_error: rounded(error),
        calibration_error_of_found: rounded(error_of_found),
    }
}

const FOLDS: usize = 5;
const DIVISIONS: usize = 4;

fn found(found: &Found) -> Labels {
    let mut labels = Labels::default();
    match found {
        Found::Unknown(_) => {}
        Found::Felt(felt) => felt.emotions.iter().for_each(|&(emotion, _)| labels.add(emotion)),
    }
    labels
}
