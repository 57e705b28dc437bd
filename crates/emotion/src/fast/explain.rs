use super::{Model, Scratch};
use crate::heads::LABELS;
use crate::heads::calibration::FRACTION_BITS;
use crate::reader::Part;

impl Model {
    /// How much each token of the text read last into `scratch` speaks for `label`.
    #[must_use]
    pub(crate) fn parts(&self, scratch: &Scratch, label: usize) -> Vec<Part> {
        debug_assert!(label < LABELS, "a column of the weights");
        let features = &scratch.features;
        let inverse_root = super::inverse_root(features.all.len());
        let slope = i64::from(self.heads.calibrations[label].slope);
        let mut from = 0;
        let tokens = scratch.plain.tokens().zip(&features.ends);
        tokens
            .map(|(token, &end)| {
                let own = &features.all[from..end];
                from = end;
                let sum: i64 = own.iter().map(|&f| i64::from(self.weights.row(f)[label])).sum();
                let log_odds = (sum * inverse_root).saturating_mul(slope) >> FRACTION_BITS;
                Part {
                    word: String::from_utf8_lossy(token.bytes).into_owned(),
                    thousandths: thousandths(log_odds),
                }
            })
            .collect()
    }
}

/// Log-odds in 65,536ths as thousandths.
pub(crate) fn thousandths(log_odds: i64) -> i32 {
    i32::try_from(log_odds.saturating_mul(1000) >> FRACTION_BITS).unwrap_or(if log_odds < 0 {
        i32::MIN
    } else {
        i32::MAX
    })
}
