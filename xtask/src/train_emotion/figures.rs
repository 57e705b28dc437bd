//! How well emotions are found on dev texts.

use opcx_core::reading::Emotion;
use opcx_emotion::heads::{EMOTIONS, Heads, LABELS};

use super::calibrate::{self, Seen};
use crate::macro_f1::Counts;

/// Macro-F1 over the emotions at the lines of `heads`; what a line misses is not found.
pub(super) fn emotions_macro_f1(seen: &[Seen<'_>], heads: &Heads) -> f64 {
    let mut counts = Counts::NONE;
    count(seen, heads, &mut counts);
    rounded(counts.macro_f1())
}

/// The same where four fifths of the texts set calibration and lines, and the fifth is measured, in turns.
pub(super) fn emotions_held_out(seen: &[Seen<'_>], steps_per_unit: &[f32; LABELS]) -> f64 {
    const PARTS: usize = 5;
    let labelled: Vec<&Seen<'_>> =
        seen.iter().filter(|text| text.taught.truth[..EMOTIONS].iter().all(Option::is_some)).collect();
    let some = |is_taken: &dyn Fn(usize) -> bool| -> Vec<Seen<'_>> {
        let taken = labelled.iter().enumerate().filter(|(at, _)| is_taken(*at));
        taken.map(|(_, text)| Seen { taught: text.taught, scores: text.scores }).collect()
    };
    let mut counts = Counts::NONE;
    for part in 0..PARTS {
        let heads = calibrate::heads(&some(&|at| at % PARTS != part), steps_per_unit);
        count(&some(&|at| at % PARTS == part), &heads, &mut counts);
    }
    rounded(counts.macro_f1())
}

fn count(seen: &[Seen<'_>], heads: &Heads, counts: &mut Counts<EMOTIONS>) {
    for text in seen {
        for emotion in Emotion::ALL {
            let at = usize::from(emotion.id());
            let calibration = heads.calibrations[at];
            if let Some(truth) = text.taught.has(emotion) {
                let is_found = calibration.confidence(text.scores[at]) >= calibration.found_from;
                counts.add(at, is_found, truth);
            }
        }
    }
}

fn rounded(share: f64) -> f64 {
    (share * 10_000.0).round() / 10_000.0
}
