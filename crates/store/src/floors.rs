use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use opcx_core::time::{Span, Timestamp};

/// Times before which queues are known to hold nothing.
///
/// What a queue has let go leaves marks at its front until the tree is merged; a search from the
/// floor steps over none of them.
#[derive(Debug)]
pub(crate) struct Floors<Q>(Mutex<Known<Q>>);

#[derive(Debug)]
struct Known<Q> {
    /// Counted up whenever something was put into a queue.
    generation: u64,
    floors: BTreeMap<Q, Timestamp>,
}

/// A search that has begun.
#[derive(Debug)]
pub(crate) struct Search<Q> {
    queue: Q,
    generation: u64,
    /// Where it begins.
    pub(crate) from: Timestamp,
}

impl<Q: Ord + Clone> Floors<Q> {
    pub(crate) fn new() -> Floors<Q> {
        Floors(Mutex::new(Known { generation: 0, floors: BTreeMap::new() }))
    }

    fn known(&self) -> MutexGuard<'_, Known<Q>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets all floors.
    pub(crate) fn forget(&self) {
        let mut known = self.known();
        known.generation += 1;
        known.floors.clear();
    }

    /// Begins a search, before the tables are looked at.
    pub(crate) fn search(&self, queue: Q) -> Search<Q> {
        let known = self.known();
        let from = known.floors.get(&queue).copied().unwrap_or(Timestamp::MIN);
        Search { queue, generation: known.generation, from }
    }

    /// Ends a search that found nothing before `first`. It counts only if nothing was put in since.
    pub(crate) fn found(&self, search: Search<Q>, first: Timestamp) {
        let mut known = self.known();
        if known.generation == search.generation {
            known.floors.insert(search.queue, first);
        }
    }

    /// Takes note of what was put in, after it shows in the tables.
    pub(crate) fn put(&self, entries: impl Iterator<Item = (Q, Timestamp)>) {
        let mut known = self.known();
        known.generation += 1;
        for (queue, at) in entries {
            if let Some(floor) = known.floors.get_mut(&queue) {
                *floor = (*floor).min(at);
            }
        }
    }
}

/// The floor after a search up to `until` found `first`, or nothing.
pub(crate) fn floor(first: Option<Timestamp>, until: Timestamp) -> Timestamp {
    first.unwrap_or(until + Span::from_millis(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn a_search_begins_where_the_last_one_found_something_unless_something_earlier_came() {
        let floors = Floors::new();
        let search = floors.search("crm");
        assert_eq!(search.from, Timestamp::MIN);
        floors.found(search, at(50));
        assert_eq!(floors.search("crm").from, at(50));
        floors.put([("crm", at(70)), ("mail", at(1))].into_iter());
        assert_eq!(floors.search("crm").from, at(50));
        floors.put([("crm", at(20))].into_iter());
        assert_eq!(floors.search("crm").from, at(20));
    }

    #[test]
    fn a_search_overtaken_by_a_commit_moves_nothing() {
        let floors = Floors::new();
        let search = floors.search("crm");
        floors.put([("crm", at(10))].into_iter());
        floors.found(search, at(50));
        assert_eq!(floors.search("crm").from, Timestamp::MIN);
    }
}
