use std::collections::BTreeMap;

use opcx_core::log::Position;
use opcx_core::reading::Reading;
use opcx_core::record::SecondReading;

/// What was read in the texts of a batch, and again in earlier ones.
#[derive(Debug, Default)]
pub(in crate::decide) struct Readings {
    /// First readings, in the order of their positions.
    pub(in crate::decide) first: Vec<(Position, Reading)>,
    /// Second readings, by the position of the text.
    pub(in crate::decide) second: BTreeMap<Position, Reading>,
    /// How many more texts are unknown by their second reading than were by their first.
    pub(in crate::decide) unknown: i64,
}

impl Readings {
    /// What this batch has as read in the text at `position`, the second reading before the first.
    pub(in crate::decide) fn get(&self, position: Position) -> Option<&Reading> {
        self.second.get(&position).or_else(|| {
            let place = self.first.binary_search_by_key(&position, |(at, _)| *at).ok()?;
            Some(&self.first[place].1)
        })
    }

    /// Puts a second reading in the place of what was read before.
    pub(in crate::decide) fn read_again(&mut self, second: &SecondReading, before: &Reading) {
        let is_unknown = |reading: &Reading| i64::from(reading.felt().is_none());
        self.unknown += is_unknown(&second.reading) - is_unknown(before);
        self.second.insert(second.of, second.reading.clone());
    }
}
