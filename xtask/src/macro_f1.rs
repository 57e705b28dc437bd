//! The mean of F1 over labels, by what was found, what was there and what of it was hit.

/// Counts of one run over labelled texts, each text counted as much as it is said to.
pub(crate) struct Counts<const LABELS: usize> {
    hit: [f64; LABELS],
    found: [f64; LABELS],
    there: [f64; LABELS],
}

impl<const LABELS: usize> Counts<LABELS> {
    pub(crate) const NONE: Counts<LABELS> =
        Counts { hit: [0.0; LABELS], found: [0.0; LABELS], there: [0.0; LABELS] };

    /// Counts one label of one text.
    pub(crate) fn add(&mut self, label: usize, is_found: bool, is_there: bool) {
        let one = |yes: bool| f64::from(u8::from(yes));
        self.found[label] += one(is_found);
        self.there[label] += one(is_there);
        self.hit[label] += one(is_found && is_there);
    }

    /// The mean of F1 over all labels; one that is neither found nor there has none.
    pub(crate) fn macro_f1(&self) -> f64 {
        let f1 = |at: usize| 2.0 * self.hit[at] / f64::max(self.found[at] + self.there[at], 1e-9);
        #[allow(clippy::cast_precision_loss, reason = "a few dozen labels")]
        let labels = LABELS as f64;
        (0..LABELS).map(f1).sum::<f64>() / labels
    }
}

/// Macro-F1 where each text has one label of so many: pairs of the one found and the one there, and how much they count.
pub(crate) fn of_choices<const LABELS: usize>(pairs: impl Iterator<Item = (usize, usize, f64)>) -> f64 {
    let mut counts = Counts::<LABELS>::NONE;
    for (found, there, weight) in pairs {
        counts.found[found] += weight;
        counts.there[there] += weight;
        counts.hit[there] += if found == there { weight } else { 0.0 };
    }
    counts.macro_f1()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_over_labels_and_not_over_texts() {
        // The first label: two of three found are right, none missed. The second: one hit, one missed.
        let pairs = [(0, 0, 1.0), (0, 0, 1.0), (0, 1, 1.0), (1, 1, 1.0)];
        let expected = (2.0 * 2.0 / (3.0 + 2.0) + 2.0 * 1.0 / (1.0 + 2.0)) / 2.0;
        assert!((of_choices::<2>(pairs.into_iter()) - expected).abs() < 1e-12);

        let mut counts = Counts::<2>::NONE;
        for (found, there, _) in pairs {
            (0..2).for_each(|label| counts.add(label, found == label, there == label));
        }
        assert!((counts.macro_f1() - expected).abs() < 1e-12);
    }
}
