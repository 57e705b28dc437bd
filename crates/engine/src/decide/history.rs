//! A customer's history as inputs of a step, for folding anew.

use opcx_core::identity::Person;
use opcx_core::log::Position;
use opcx_core::playbook::Mode;
use opcx_core::reading::Reading;
use opcx_core::record::Entry;
use opcx_core::step::{Happening, Input};
use opcx_store::{Logged, Store, StoreError};

use super::work::Readings;

/// Records of a customer with what was read in them.
pub(super) struct History {
    records: Vec<(Logged, Option<Reading>)>,
}

impl History {
    /// The records at these positions. Readings of the batch under way are not stored yet and
    /// are taken from `fresh`; an earlier text may have been read again.
    pub(super) fn fetch(
        store: &dyn Store,
        mut positions: Vec<Position>,
        fresh: &Readings,
    ) -> Result<History, StoreError> {
        positions.sort_unstable();
        positions.dedup();
        let records = store.read_at(&positions)?;
        let readings = store.readings(&positions)?;
        let records = records
            .into_iter()
            .zip(readings)
            .map(|(logged, reading)| {
                let reading = fresh.get(logged.position).cloned().or(reading);
                (logged, reading)
            })
            .collect();
        Ok(History { records })
    }

    /// The part of it that is this person's: their events, and second looks at these.
    pub(super) fn of(&self, person: &Person) -> Vec<Position> {
        let mut theirs: Vec<Position> = Vec::new();
        for (logged, _) in &self.records {
            let is_theirs = match &logged.record.entry {
                Entry::Reading(second) => theirs.binary_search(&second.of).is_ok(),
                Entry::Event(_)
                | Entry::Rejected(_)
                | Entry::Command(_)
                | Entry::Delivery(_)
                | Entry::Tick
                | Entry::Erased(_)
                | Entry::Erasure(_) => is_of(logged, person),
            };
            if is_theirs {
                theirs.push(logged.position);
            }
        }
        theirs
    }

    /// The inputs at these positions, in log order.
    pub(super) fn inputs<'a>(
        &'a self,
        among: &'a [Position],
    ) -> impl Iterator<Item = Input<'a>> + Clone + 'a {
        self.records.iter().filter(|(logged, _)| among.binary_search(&logged.position).is_ok()).filter_map(
            |(logged, reading)| {
                let happening = match &logged.record.entry {
                    Entry::Event(event) => Happening::Event { event, reading: reading.as_ref() },
                    Entry::Command(command) => Happening::Ordered(command),
                    // A second reading stands in the first one's place.
                    Entry::Reading(_)
                    | Entry::Rejected(_)
                    | Entry::Delivery(_)
                    | Entry::Tick
                    | Entry::Erased(_)
                    | Entry::Erasure(_) => return None,
                };
                Some(Input {
                    position: logged.position,
                    lane: logged.record.lane,
                    now: logged.record.at,
                    mode: Mode::Shadow,
                    happening,
                })
            },
        )
    }
}

/// Whether a record is this person's: its strongest identifier is theirs.
pub(super) fn is_of(logged: &Logged, person: &Person) -> bool {
    let strongest = logged.record.entry.event().and_then(|event| event.strongest());
    strongest.is_some_and(|identifier| person.identifiers.contains(identifier))
}
