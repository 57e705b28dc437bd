use alloc::vec::Vec;

use super::opening::Opening;
use crate::time::Span;

/// The openings of one day: in order, none overlapping, all within the day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Hours {
    openings: Vec<Opening>,
    total: Span,
}

impl Hours {
    /// The hours made of openings within one day, or the first two that overlap.
    pub(super) fn new(mut openings: Vec<Opening>) -> Result<Hours, (Opening, Opening)> {
        openings.sort_unstable();
        for pair in openings.windows(2) {
            if let [first, second] = pair
                && second.from() < first.to()
            {
                return Err((*first, *second));
            }
        }
        let total = openings.iter().fold(Span::ZERO, |sum, &opening| sum + length(opening));
        Ok(Hours { openings, total })
    }

    /// The openings, in order.
    pub(super) fn openings(&self) -> &[Opening] {
        &self.openings
    }

    /// How long is open in all, on a day whose clocks run evenly.
    pub(super) fn total(&self) -> Span {
        self.total
    }

    /// Whether it is open when the day's clock has run so far; closed at a closing time.
    pub(super) fn is_open(&self, time: Span) -> bool {
        self.openings
            .iter()
            .any(|opening| opening.from().since_midnight() <= time && time < opening.to().since_midnight())
    }

    /// How much has been open when the day's clock has run so far.
    pub(super) fn open_until(&self, time: Span) -> Span {
        self.openings.iter().fold(Span::ZERO, |sum, opening| {
            let (from, to) = (opening.from().since_midnight(), opening.to().since_midnight());
            sum + (time.clamp(from, to) - from)
        })
    }

    /// The first time by which `open` has passed, which is at most the total and more than none:
    /// a closing time rather than the opening after it.
    pub(super) fn first_time(&self, open: Span) -> Option<Span> {
        let mut rest = open;
        for &opening in &self.openings {
            if rest <= length(opening) {
                return Some(opening.from().since_midnight() + rest);
            }
            rest = rest - length(opening);
        }
        None
    }

    /// The last time by which no more than `open` has passed, which is less than the total: an
    /// opening time rather than the closing before it.
    pub(super) fn last_time(&self, open: Span) -> Option<Span> {
        let mut rest = open;
        for &opening in &self.openings {
            if rest < length(opening) {
                return Some(opening.from().since_midnight() + rest);
            }
            rest = rest - length(opening);
        }
        None
    }
}

fn length(opening: Opening) -> Span {
    opening.to().since_midnight() - opening.from().since_midnight()
}
