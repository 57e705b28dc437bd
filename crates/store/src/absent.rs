use std::sync::{Mutex, MutexGuard, PoisonError};

use hashbrown::HashSet;

use crate::EventKey;

/// Most keys that are remembered per generation, there being two: about 4 MB together. More than wait between
/// an import and those who decide.
const REMEMBERED_MAX: usize = 1 << 16;

/// Keys of events that the tables are known not to hold.
///
/// An import asks whether an event was counted before, and so does, moments later, who decides on it. Almost always
/// it was not, and to find that out every tree that may hold its key is looked into. So the answer is remembered until
/// a commit brings the key.
#[derive(Debug, Default)]
pub(crate) struct Absent(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// Counted up whenever keys were brought.
    generation: u64,
    young: HashSet<EventKey>,
    old: HashSet<EventKey>,
}

/// A question that has been begun.
#[derive(Debug)]
pub(crate) struct Question {
    generation: u64,
    /// The places of the keys of which nothing is known.
    pub(crate) open: Vec<usize>,
}

impl Absent {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a question, before the tables are looked at.
    pub(crate) fn ask(&self, keys: &[EventKey]) -> Question {
        let known = self.known();
        let is_open = |key: &EventKey| !known.young.contains(key) && !known.old.contains(key);
        let open = (0..keys.len()).filter(|&place| is_open(&keys[place])).collect();
        Question { generation: known.generation, open }
    }

    /// Ends a question: the tables did not hold these keys. It counts only if none were brought since.
    pub(crate) fn found_absent(&self, question: &Question, keys: impl Iterator<Item = EventKey>) {
        let mut known = self.known();
        if known.generation != question.generation {
            return;
        }
        known.young.extend(keys.take(REMEMBERED_MAX));
        if known.young.len() >= REMEMBERED_MAX {
            known.old = std::mem::take(&mut known.young);
        }
    }

    /// Takes note of keys that a commit brought, after it shows in the tables.
    pub(crate) fn brought(&self, keys: &[EventKey]) {
        let mut known = self.known();
        known.generation += 1;
        for key in keys {
            if !known.young.remove(key) {
                known.old.remove(key);
            }
        }
    }

    /// Forgets everything: the tables may hold what nobody told of.
    pub(crate) fn forget(&self) {
        let mut known = self.known();
        let generation = known.generation + 1;
        *known = Known { generation, ..Known::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys<const N: usize>(numbers: [usize; N]) -> [EventKey; N] {
        numbers.map(|number| EventKey::of("test", &number.to_string()))
    }

    #[test]
    fn a_key_is_looked_for_once_until_it_is_brought() {
        let absent = Absent::default();
        let both = keys([1, 2]);
        let question = absent.ask(&both);
        assert_eq!(question.open, [0, 1]);
        absent.found_absent(&question, both.into_iter());
        assert_eq!(absent.ask(&both).open, [0; 0]);
        absent.brought(&keys([2]));
        assert_eq!(absent.ask(&both).open, [1]);
        absent.forget();
        assert_eq!(absent.ask(&both).open, [0, 1]);
    }

    #[test]
    fn law_02_an_answer_overtaken_by_a_commit_is_not_remembered() {
        let absent = Absent::default();
        let question = absent.ask(&keys([1]));
        absent.brought(&keys([1]));
        absent.found_absent(&question, keys([1]).into_iter());
        assert_eq!(absent.ask(&keys([1])).open, [0]);
    }

    #[test]
    fn so_many_are_remembered_and_no_more() {
        let absent = Absent::default();
        for number in 0..3 * REMEMBERED_MAX {
            let key = keys([number]);
            absent.found_absent(&absent.ask(&key), key.into_iter());
        }
        let known = absent.known();
        assert_eq!((known.young.len(), known.old.len()), (0, REMEMBERED_MAX));
    }
}
