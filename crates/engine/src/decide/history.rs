//! A customer's history as inputs of a step, for folding anew.

use opcx_core::identity::{Identifier, Person};
use opcx_core::log::Position;
use opcx_core::playbook::Mode;
use opcx_core::reading::Reading;
use opcx_core::record::Entry;
use opcx_core::step::{Happening, Input};
use opcx_store::{Logged, Store, StoreError};

/// Records of a customer with what was read in them.
pub(super) struct History {
    records: Vec<(Logged, Option<Reading>)>,
}

impl History {
    /// The records at these positions. Readings of the batch under way are not stored yet and
    /// are taken from `fresh`.
    pub(super) fn fetch(
        store: &dyn Store,
        mut positions: Vec<Position>,
        fresh: &[(Position, Reading)],
    ) -> Result<History, StoreError> {
        positions.sort_unstable();
        positions.dedup();
        let records = store.read_at(&positions)?;
        let readings = store.readings(&positions)?;
        let of_batch = |position: Position| {
            fresh.binary_search_by_key(&position, |&(at, _)| at).ok().map(|at| fresh[at].1.clone())
        };
        let records = records
            .into_iter()
            .zip(readings)
            .map(|(logged, reading)| {
                let reading = reading.or_else(|| of_batch(logged.position));
                (logged, reading)
            })
            .collect();
        Ok(History { records })
    }

    /// The part of it that is this person's.
    pub(super) fn of(&self, person: &Person) -> Vec<Position> {
        self.records
            .iter()
            .map(|(logged, _)| logged)
            .filter(|logged| is_of(logged, person))
            .map(|l| l.position)
            .collect()
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
                    Entry::Rejected(_)
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
    strongest(logged).is_some_and(|identifier| person.identifiers.contains(identifier))
}

fn strongest(logged: &Logged) -> Option<&Identifier> {
    match &logged.record.entry {
        Entry::Event(event) => event.who.iter().min(),
        Entry::Rejected(_)
        | Entry::Command(_)
        | Entry::Delivery(_)
        | Entry::Tick
        | Entry::Erased(_)
        | Entry::Erasure(_) => None,
    }
}
