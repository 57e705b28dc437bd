//! What was read in texts, against what their writers felt.

use opcx_core::reading::Valence;
use opcx_sim::company::Language;

use super::report::Row;
use super::statistic::{f1, share};
use super::{Book, Seen};

const PART: &str = "readings";

pub(super) fn rows(book: &Book, seen: &Seen) -> Vec<Row> {
    let mut rows = Vec::new();
    let pairs: Vec<_> = book
        .texts
        .iter()
        .filter_map(|(event, text)| Some((text, seen.readings.get(event)?.as_ref())))
        .collect();
    let told: Vec<_> = pairs.iter().filter_map(|(text, felt)| Some((*text, (*felt)?))).collect();
    rows.push(share(PART, "texts in which the model could tell something", count(&told), count(&pairs)));
    let right = told.iter().filter(|(text, felt)| text.valence == felt.valence).count();
    rows.push(share(PART, "valence right, of those", right as u64, count(&told)));
    for valence in [Valence::Negative, Valence::Neutral, Valence::Positive] {
        let hit =
            told.iter().filter(|(text, felt)| text.valence == valence && felt.valence == valence).count();
        let found = told.iter().filter(|(_, felt)| felt.valence == valence).count();
        let there = pairs.iter().filter(|(text, _)| text.valence == valence).count();
        let what = format!("valence {}: F1, unknown counted as missed", valence.word());
        rows.push(f1(PART, what, hit as u64, found as u64, there as u64));
    }
    let emotion =
        told.iter().filter(|(text, felt)| felt.emotions.first().is_some_and(|one| one.0 == text.emotion));
    rows.push(share(PART, "strongest emotion right, of 28", emotion.count() as u64, count(&told)));
    let sarcastic: Vec<_> = told.iter().filter(|(text, _)| text.sarcasm).collect();
    let fooled = sarcastic.iter().filter(|(_, felt)| felt.valence == Valence::Positive).count();
    rows.push(share(PART, "sarcasm taken for praise", fooled as u64, count(&sarcastic)));
    let foreign: Vec<_> = pairs.iter().filter(|(text, _)| text.language != Language::English).collect();
    let told_foreign = foreign.iter().filter(|(_, felt)| felt.is_some()).count();
    rows.push(share(
        PART,
        "texts in other languages that were read at all",
        told_foreign as u64,
        count(&foreign),
    ));
    rows
}

fn count<T>(list: &[T]) -> u64 {
    list.len() as u64
}
