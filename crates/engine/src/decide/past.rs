//! What is stored, while the last commit may still be on its way there.

use std::sync::OnceLock;

use hashbrown::HashSet;
use opcx_core::customer::{Customer, CustomerId};
use opcx_core::identity::Identifier;
use opcx_core::log::{Lane, Position};
use opcx_core::time::Timestamp;
use opcx_store::{Commit, CustomerChange, EventKey, Logged, Store, StoreError};

type Result<T> = core::result::Result<T, StoreError>;

/// A commit that is written while the batch after it is decided on.
pub(super) struct Writing<'a> {
    store: &'a dyn Store,
    commit: &'a Commit,
    written: OnceLock<Result<()>>,
}

impl<'a> Writing<'a> {
    pub(super) fn new(store: &'a dyn Store, commit: &'a Commit) -> Writing<'a> {
        Writing { store, commit, written: OnceLock::new() }
    }

    /// Writes the commit; or waits, if somebody is at it.
    pub(super) fn finish(&self) -> &Result<()> {
        self.written.get_or_init(|| self.store.commit(self.commit))
    }

    /// What writing it came to.
    pub(super) fn came_to(self) -> Result<()> {
        let Writing { store, commit, written } = self;
        written.into_inner().unwrap_or_else(|| store.commit(commit))
    }
}

/// What is stored, with the commit that is on its way there. What that does not touch is read at once; whoever asks for
/// something else waits for it. Customers and owners are kept at hand as soon as they are decided on, so that nearly
/// nobody does.
#[derive(Clone, Copy)]
pub(super) struct Past<'a> {
    store: &'a dyn Store,
    writing: Option<&'a Writing<'a>>,
}

impl<'a> Past<'a> {
    /// Everything is stored.
    pub(super) fn stored(store: &'a dyn Store) -> Past<'a> {
        Past { store, writing: None }
    }

    /// A commit is on its way.
    pub(super) fn behind(writing: &'a Writing<'a>) -> Past<'a> {
        Past { store: writing.store, writing: Some(writing) }
    }

    /// The store, with everything in it.
    ///
    /// # Errors
    /// The commit could not be written.
    pub(super) fn whole(&self) -> Result<&'a dyn Store> {
        match self.writing.map(Writing::finish) {
            None | Some(Ok(())) => Ok(self.store),
            // Whoever writes it tells the error itself.
            Some(Err(error)) => Err(StoreError::Stopped { why: error.to_string() }),
        }
    }

    /// What the log holds from `from` on, which no commit changes.
    pub(super) fn read(&self, from: Position, records_max: usize, bytes_max: usize) -> Result<Vec<Logged>> {
        self.store.read(from, records_max, bytes_max)
    }

    /// The records at these positions of the log.
    pub(super) fn records(&self, positions: &[Position]) -> Result<Vec<Logged>> {
        self.store.read_at(positions)
    }

    /// Which of these events were counted before.
    pub(super) fn seen(&self, keys: &[EventKey]) -> Result<Vec<bool>> {
        let mut seen = self.store.seen(keys)?;
        if let Some(commit) = self.commit() {
            // The store may not have been told of these yet.
            let told: HashSet<&EventKey> = commit.seen.iter().collect();
            for (key, seen) in keys.iter().zip(&mut seen) {
                *seen |= told.contains(key);
            }
        }
        Ok(seen)
    }

    pub(super) fn customer(&self, id: CustomerId) -> Result<Option<Customer>> {
        let touched = self.commit().is_some_and(|commit| change_of(commit, id).is_some());
        if touched { self.whole()?.customer(id) } else { self.store.customer(id) }
    }

    pub(super) fn owner(&self, identifier: &Identifier) -> Result<Option<CustomerId>> {
        let touched = self.commit().is_some_and(|commit| {
            commit.owners.binary_search_by(|(owned, _)| owned.cmp(identifier)).is_ok()
                || commit.owners_gone.contains(identifier)
        });
        if touched { self.whole()?.owner(identifier) } else { self.store.owner(identifier) }
    }

    /// Whose timers on a lane are due until `until`.
    pub(super) fn due(&self, lane: Lane, until: Timestamp) -> Result<Vec<CustomerId>> {
        let stored = self.store.due(lane, until, usize::MAX)?.into_iter().map(|(_, id)| id);
        let Some(commit) = self.commit() else { return Ok(stored.collect()) };
        // The store may or may not show the timers of those who are changed: they have the commit's.
        let moved = commit.customers.iter().filter(|change| {
            change.after.is_some() && change.timer.is_some_and(|(on, at)| on == lane && at <= until)
        });
        let others = stored.filter(|id| change_of(commit, *id).is_none());
        Ok(others.chain(moved.map(|change| change.id)).collect())
    }

    fn commit(&self) -> Option<&'a Commit> {
        self.writing.map(|writing| writing.commit)
    }
}

/// What a commit makes of a customer; changes are in the order of ids.
fn change_of(commit: &Commit, id: CustomerId) -> Option<&CustomerChange> {
    let place = commit.customers.binary_search_by_key(&id, |change| change.id).ok()?;
    commit.customers.get(place)
}

#[cfg(test)]
mod tests {
    use opcx_core::event::Event;
    use opcx_core::identity::{IdentifierKind, Person};
    use opcx_core::record::Entry;
    use opcx_core::time::Span;
    use opcx_store::{Draft, Encoded, Memory, Progress, Written};

    use super::*;
    use crate::sample;

    const BEFORE: u64 = 3;
    const DUE: Timestamp = Timestamp::EPOCH;

    fn id(number: u64) -> CustomerId {
        CustomerId(Position::new(number))
    }

    fn identifier(number: u64) -> Identifier {
        Identifier::new(IdentifierKind::UserId, &format!("user-{number}")).expect("a name")
    }

    fn event(number: u64) -> Event {
        Event { id: number.to_string().into(), ..sample::event() }
    }

    fn change(number: u64, due: Timestamp) -> CustomerChange {
        let customer = Written::customer(Customer::new(id(number), Person::default()));
        CustomerChange { id: id(number), after: Some(customer), timer: Some((Lane::LIVE, due)) }
    }

    /// A log of six events of six customers, and the commit of the first three, all due.
    fn stored() -> Memory {
        let store = Memory::new();
        let draft = |number| {
            let entry = Encoded::of(&Entry::Event(event(number)));
            Draft { lane: Lane::LIVE, at: Timestamp::EPOCH, entry }
        };
        store.append(&[0, 1, 2, 3, 4, 5].map(draft)).expect("memory takes it");
        store.commit(&commit(0..BEFORE, &[(0, DUE), (1, DUE), (2, DUE)])).expect("memory takes it");
        store
    }

    fn commit(range: core::ops::Range<u64>, timers: &[(u64, Timestamp)]) -> Commit {
        Commit {
            from: Position::new(range.start),
            progress: Progress { position: Position::new(range.end), ..Progress::default() },
            seen: range.clone().map(|number| event(number).key()).collect(),
            owners: range.map(|number| (identifier(number), id(number))).collect(),
            customers: timers.iter().map(|&(number, due)| change(number, due)).collect(),
            ..Commit::default()
        }
    }

    /// Of the second three somebody is new and due, and somebody else is no longer.
    fn next() -> Commit {
        commit(BEFORE..6, &[(1, DUE + Span::HOUR), (4, DUE)])
    }

    #[test]
    fn law_02_what_a_commit_is_still_writing_is_a_repeat_in_the_batch_after_it() {
        let (store, commit) = (stored(), next());
        let writing = Writing::new(&store, &commit);
        let seen = Past::behind(&writing).seen(&[2, 3, 6].map(|number| event(number).key()));
        assert_eq!(seen.expect("memory reads"), [true, true, false]);
        assert!(writing.written.get().is_none(), "nobody had to wait for that");
    }

    #[test]
    fn whose_timers_are_due_does_not_depend_on_how_far_the_commit_is() {
        let (store, commit) = (stored(), next());
        let writing = Writing::new(&store, &commit);
        let past = Past::behind(&writing);
        let due = || past.due(Lane::LIVE, DUE).expect("memory reads");
        assert_eq!(due(), [0, 2, 4].map(id));
        assert!(writing.written.get().is_none(), "nobody had to wait for that");
        past.whole().expect("memory takes it");
        assert_eq!(due(), [0, 2, 4].map(id));
    }

    #[test]
    fn what_a_commit_touches_is_waited_for_and_nothing_else_is() {
        let (store, commit) = (stored(), next());
        let writing = Writing::new(&store, &commit);
        let past = Past::behind(&writing);
        assert!(past.customer(id(0)).expect("memory reads").is_some());
        assert_eq!(past.owner(&identifier(2)).expect("memory reads"), Some(id(2)));
        assert_eq!(past.owner(&identifier(7)).expect("memory reads"), None);
        assert!(writing.written.get().is_none(), "none of these is touched");
        assert_eq!(past.owner(&identifier(3)).expect("memory reads"), Some(id(3)));
        assert!(writing.written.get().is_some(), "whoever needed it wrote it");

        let store = stored();
        let writing = Writing::new(&store, &commit);
        let past = Past::behind(&writing);
        assert!(past.customer(id(4)).expect("memory reads").is_some());
        assert!(writing.written.get().is_some(), "whoever needed it wrote it");
    }

    #[test]
    fn behind_a_commit_that_failed_nothing_is_read() {
        let store = stored();
        // It tells of more than the log holds.
        let commit = commit(BEFORE..7, &[]);
        let writing = Writing::new(&store, &commit);
        let refused = Past::behind(&writing).owner(&identifier(3)).expect_err("it cannot be written");
        assert!(matches!(refused, StoreError::Stopped { .. }), "{refused}");
        let error = writing.came_to().expect_err("it cannot be written");
        assert!(matches!(error, StoreError::AheadOfLog { .. }), "{error}");
    }
}
