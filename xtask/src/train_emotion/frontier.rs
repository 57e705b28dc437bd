//! Chooses the lines between the tiers, and says what every choice costs and gives.

use opcx_core::reading::Permille;
use opcx_emotion::deep::cascade::Cascade;
use opcx_emotion::heads::{ASK, Chances, VALENCE, likeliest};

use super::calibrate::{Seen, counts};
use crate::macro_f1::of_choices;

/// The share of texts that the deep tier may be asked about: with a deep tier of some 350 texts a second it leaves
/// 1,500 to the whole.
const DEEP_MAX: f64 = 0.2;

/// A dev text with what each tier reads in it.
pub(super) struct Both {
    fast: Chances,
    deep: usize,
    truth: usize,
    counts: f64,
}

/// One choice of lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    pub(super) cascade: Cascade,
    /// The share of texts that the deep tier reads.
    pub(super) deep: f64,
    pub(super) macro_f1: f64,
}

/// Texts with a valence, as both tiers read them.
pub(super) fn both(fast: &[(Seen<'_>, Chances)], deep: &[(Seen<'_>, Chances)]) -> Vec<Both> {
    let seen: Vec<Seen<'_>> =
        deep.iter().map(|(seen, _)| Seen { taught: seen.taught, scores: seen.scores }).collect();
    fast.iter()
        .zip(deep)
        .filter_map(|((text, fast), (_, deep))| {
            let counts = counts(&seen, &text.taught.source);
            let truth = text.taught.one_of(VALENCE, ASK)?;
            (counts > 0.0).then(|| Both { fast: *fast, deep: likeliest(&deep.valences), truth, counts })
        })
        .collect()
}

/// The best choice for every share of texts read deep, in steps of a hundredth; the one that ships is the best
/// that can be afforded.
pub(super) fn frontier(texts: &[Both]) -> (Cascade, Vec<Choice>) {
    let mut best: Vec<Option<Choice>> = vec![None; 101];
    let lines = |from: u16, to: u16| (from..=to).step_by(25).map(Permille::new);
    for harmless_to in lines(0, 500) {
        for negative_from in lines(500, 1000) {
            for likely_from in lines(350, 1000) {
                let choice = weigh(texts, Cascade { harmless_to, negative_from, likely_from });
                let place = &mut best[(choice.deep * 100.0).round() as usize];
                if place.is_none_or(|found| choice.macro_f1 > found.macro_f1) {
                    *place = Some(choice);
                }
            }
        }
    }
    let mut frontier: Vec<Choice> = Vec::new();
    for choice in best.into_iter().flatten() {
        if frontier.last().is_none_or(|last| choice.macro_f1 > last.macro_f1) {
            frontier.push(choice);
        }
    }
    let shipped = frontier.iter().rfind(|choice| choice.deep <= DEEP_MAX);
    (shipped.map_or(Cascade::NEVER_SURE, |choice| choice.cascade), frontier)
}

fn weigh(texts: &[Both], cascade: Cascade) -> Choice {
    let (mut deep, mut all) = (0.0, 0.0);
    for text in texts {
        all += text.counts;
        deep += if cascade.is_sure(&text.fast) { 0.0 } else { text.counts };
    }
    let read = texts.iter().map(|text| {
        let fast = likeliest(&text.fast.valences);
        (if cascade.is_sure(&text.fast) { fast } else { text.deep }, text.truth, text.counts)
    });
    Choice { cascade, deep: deep / all, macro_f1: of_choices::<3>(read) }
}
