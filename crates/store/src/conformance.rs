//! What any store must do: one function, one sentence.
//!
//! [`check`] tries every sentence on a new store of its own.

mod outbox;
mod questions;
pub mod sample;

use std::fmt::Debug;

use opcx_core::log::{Lane, Position};

use crate::{Alias, Commit, CustomerChange, EventKey, Store, StoreError, Trail, Written};
use sample::{change, commit, draft, id, identifier, position, time};

/// A store under test and how to open it again.
pub struct Bench<'a, S> {
    make: &'a dyn Fn() -> S,
    reopen: &'a dyn Fn(S) -> S,
}

/// Tries everything. `make` gives a new, empty store; `reopen` closes one and opens it again.
///
/// # Panics
/// A sentence does not hold; it is the last one printed.
pub fn check<S: Store>(make: impl Fn() -> S, reopen: impl Fn(S) -> S) {
    let bench = Bench { make: &make, reopen: &reopen };
    for (sentence, holds) in sentences() {
        eprintln!("{sentence}");
        holds(&bench);
    }
}

type Sentence<S> = (&'static str, fn(&Bench<'_, S>));

fn sentences<S: Store>() -> Vec<Sentence<S>> {
    let mut sentences: Vec<Sentence<S>> = vec![
        ("entries read back in order at their positions", entries_read_back_in_order),
        ("reading stops at its bounds but gives one record at least", reading_stops_at_its_bounds),
        ("records are found by position in the order asked", records_are_found_by_position),
        ("what was appended is there when opened again", appended_entries_are_there_when_opened_again),
        ("a commit is seen with its progress", a_commit_is_seen_with_its_progress),
        ("a commit out of order is refused and changes nothing", a_commit_out_of_order_is_refused),
        ("a commit is there when opened again", a_commit_is_there_when_opened_again),
        ("events that were counted are seen", events_counted_are_seen),
        ("trails grow and are replaced whole", trails_grow_and_are_replaced),
        ("a timer takes the place of the one before", a_timer_takes_the_place_of_the_one_before),
        ("due timers come earliest first, lane by lane", due_timers_come_earliest_first),
        ("a merged customer is found under the one they stand for", merged_customers_stand_for_another),
        ("identifiers change owners", identifiers_change_owners),
    ];
    sentences.extend(outbox::sentences());
    sentences.extend(questions::sentences());
    sentences
}

impl<S: Store> Bench<'_, S> {
    /// A store with so many entries.
    fn with_entries(&self, count: u64) -> S {
        let store = (self.make)();
        let drafts: Vec<_> = (0..count).map(|number| draft(number, 10)).collect();
        store.append(&drafts).expect("a new store takes entries");
        store
    }

    /// A store of as many entries as the commits cover, with these commits.
    fn with_commits(&self, commits: impl IntoIterator<Item = Commit>) -> S {
        let commits: Vec<_> = commits.into_iter().collect();
        let store = self.with_entries(commits.last().map_or(0, |last| last.progress.position.get()));
        for commit in commits {
            store.commit(&commit).expect("a commit in order is taken");
        }
        store
    }

    /// Whether the store answers as told, now and after it was opened again.
    fn answers<T: PartialEq + Debug>(&self, store: S, question: impl Fn(&S) -> T, answer: &T) -> S {
        assert_eq!(question(&store), *answer);
        store.persist().expect("the disk takes what it is given");
        let store = (self.reopen)(store);
        assert_eq!(question(&store), *answer, "after it was opened again");
        store
    }
}

/// An answer without its errors, which none of the sentences expects.
fn told<T>(answer: Result<T, StoreError>) -> T {
    answer.unwrap_or_else(|error| panic!("the store cannot answer: {error}"))
}

fn entries_read_back_in_order<S: Store>(bench: &Bench<'_, S>) {
    let store = (bench.make)();
    assert_eq!(store.end(), Position::START);
    assert_eq!(told(store.read(Position::START, 10, 1_000)), []);
    assert_eq!(told(store.append(&[draft(0, 10), draft(1, 0)])), position(0));
    assert_eq!(told(store.append(&[])), position(2));
    assert_eq!(told(store.append(&[draft(2, 5_000)])), position(2));

    assert_eq!(store.end(), position(3));
    let read = told(store.read(position(0), 10, usize::MAX));
    assert_eq!(read.len(), 3);
    for (number, logged) in (0..).zip(&read) {
        let wanted = draft(number, [10, 0, 5_000][usize::try_from(number).unwrap_or(0)]);
        assert_eq!(logged.position, position(number));
        assert_eq!((logged.record.lane, logged.record.at), (wanted.lane, wanted.at));
        assert_eq!(Ok(&logged.record.entry), wanted.entry.decode().as_ref());
    }
}

fn reading_stops_at_its_bounds<S: Store>(bench: &Bench<'_, S>) {
    let store = bench.with_entries(10);
    let read = |from, records, bytes| -> Vec<u64> {
        let records = told(store.read(position(from), records, bytes));
        records.iter().map(|logged| logged.position.get()).collect()
    };
    assert_eq!(read(4, 3, usize::MAX), [4, 5, 6]);
    assert_eq!(read(4, 100, 0), [4]);
    assert_eq!(read(8, 100, usize::MAX), [8, 9]);
    assert_eq!(read(10, 100, usize::MAX), []);
    assert_eq!(read(99, 100, usize::MAX), []);
    assert_eq!(read(0, 0, usize::MAX), []);
}

fn records_are_found_by_position<S: Store>(bench: &Bench<'_, S>) {
    let store = bench.with_entries(100);
    let asked = [99, 0, 50, 51, 50].map(position);
    let found: Vec<_> = told(store.read_at(&asked)).iter().map(|logged| logged.position).collect();
    assert_eq!(found, asked);
    let beyond = store.read_at(&[position(3), position(100)]);
    assert!(matches!(beyond, Err(StoreError::Beyond { position, end }) if position == end));
}

fn appended_entries_are_there_when_opened_again<S: Store>(bench: &Bench<'_, S>) {
    let mut store = (bench.make)();
    for round in 0..5_u64 {
        told(store.append(&[draft(round * 2, 700), draft(round * 2 + 1, 7)]));
        store = (bench.reopen)(store);
        let read = told(store.read(Position::START, 100, usize::MAX));
        assert_eq!(read.len() as u64, round * 2 + 2);
        assert_eq!(store.end().get(), round * 2 + 2);
    }
}

fn a_commit_is_seen_with_its_progress<S: Store>(bench: &Bench<'_, S>) {
    let store = bench.with_entries(5);
    let mut first = commit(0, 3);
    first.progress.totals.events = 3;
    first.progress.clocks = vec![(Lane::LIVE, time(7))];
    first.customers = vec![change(0, None)];
    let progress = first.progress.clone();
    told(store.commit(&first));
    assert_eq!(told(store.progress()), progress);
    assert_eq!(told(store.customer(id(0))), Some(sample::customer(0)));
    assert_eq!(told(store.customer(id(1))), None);
    told(store.commit(&commit(3, 5)));
    assert_eq!(told(store.progress()).position, position(5));
}

fn a_commit_out_of_order_is_refused<S: Store>(bench: &Bench<'_, S>) {
    let store = bench.with_commits([commit(0, 3)]);
    told(store.append(&[draft(3, 0)]));
    for (from, to) in [(2, 4), (4, 4), (0, 3), (3, 2)] {
        let mut wrong = commit(from, to);
        wrong.customers = vec![change(0, None)];
        let refused = store.commit(&wrong);
        assert!(matches!(refused, Err(StoreError::OutOfOrder { .. })), "{from} to {to}: {refused:?}");
    }
    assert!(matches!(store.commit(&commit(3, 5)), Err(StoreError::AheadOfLog { .. })));
    let mut foreign = commit(3, 4);
    foreign.moments = vec![Written::new(sample::moment(2, 0))];
    assert!(matches!(store.commit(&foreign), Err(StoreError::Misplaced { .. })));

    assert_eq!(told(store.customer(id(0))), None);
    told(store.commit(&commit(3, 4)));
}

fn a_commit_is_there_when_opened_again<S: Store>(bench: &Bench<'_, S>) {
    let store = bench.with_commits([Commit { customers: vec![change(0, None)], ..commit(0, 1) }]);
    let answer = (position(1), Some(sample::customer(0)));
    bench.answers(store, |store| (told(store.progress()).position, told(store.customer(id(0)))), &answer);
}

fn events_counted_are_seen<S: Store>(bench: &Bench<'_, S>) {
    let key = |number: u64| EventKey::of("shop", &number.to_string());
    let first = Commit { seen: vec![key(5), key(1)], ..commit(0, 2) };
    let store = bench.with_commits([first, Commit { seen: vec![key(3)], ..commit(2, 3) }]);
    let asked: Vec<_> = (0..6).map(key).collect();
    let answer = vec![false, true, false, true, false, true];
    bench.answers(store, |store| told(store.seen(&asked)), &answer);
}

fn trails_grow_and_are_replaced<S: Store>(bench: &Bench<'_, S>) {
    let positions = |range: std::ops::Range<u64>| range.map(position).collect::<Vec<_>>();
    let added = |customer, range| Trail::Added(id(customer), positions(range));
    let store = bench.with_commits([
        Commit { trails: vec![added(0, 0..3), added(3, 3..4)], ..commit(0, 10) },
        Commit { trails: vec![added(0, 10..500)], ..commit(10, 500) },
    ]);
    let long: Vec<_> = positions(0..3).into_iter().chain(positions(10..500)).collect();
    let trails = |store: &S| [0, 3, 4].map(|customer| told(store.trail(id(customer))));
    let store = bench.answers(store, trails, &[long, positions(3..4), Vec::new()]);

    told(store.append(&[draft(500, 0)]));
    let merged: Vec<_> = [0, 3, 7].map(position).into();
    let replaced = Trail::Replaced(id(0), merged.clone());
    let trails_now = vec![replaced, Trail::Replaced(id(3), Vec::new())];
    told(store.commit(&Commit { trails: trails_now, ..commit(500, 501) }));
    bench.answers(store, trails, &[merged, Vec::new(), Vec::new()]);
}

fn a_timer_takes_the_place_of_the_one_before<S: Store>(bench: &Bench<'_, S>) {
    let due = |store: &S| told(store.due(Lane::LIVE, time(i64::MAX), 10));
    let at = |millis| Some((Lane::LIVE, time(millis)));
    let store = bench.with_commits([
        Commit { customers: vec![change(0, at(50)), change(1, at(60)), change(2, at(70))], ..commit(0, 3) },
        Commit { customers: vec![change(0, at(40)), change(1, None), change(2, at(70))], ..commit(3, 4) },
    ]);
    let store = bench.answers(store, due, &vec![(time(40), id(0)), (time(70), id(2))]);

    told(store.append(&[draft(4, 0)]));
    let gone = CustomerChange { id: id(0), after: None, timer: None };
    told(store.commit(&Commit { customers: vec![gone, change(4, at(-5))], ..commit(4, 5) }));
    bench.answers(store, due, &vec![(time(-5), id(4)), (time(70), id(2))]);
}

fn due_timers_come_earliest_first<S: Store>(bench: &Bench<'_, S>) {
    let changes = (0..6_u64).map(|number| {
        let lane = Lane::new(if number == 5 { 1 } else { 0 });
        change(number, Some((lane, time(100 - i64::try_from(number).unwrap_or(0) * 10))))
    });
    let store = bench.with_commits([Commit { customers: changes.collect(), ..commit(0, 6) }]);
    let due = |lane, until, most| -> Vec<u64> {
        let due = told(store.due(Lane::new(lane), time(until), most));
        due.iter().map(|(_, customer)| customer.0.get()).collect()
    };
    assert_eq!(due(0, 80, 10), [4, 3, 2], "up to and including the time");
    assert_eq!(due(0, 79, 10), [4, 3]);
    assert_eq!(due(0, 1_000, 2), [4, 3]);
    assert_eq!(due(1, 1_000, 10), [5]);
    assert_eq!(due(2, 1_000, 10), []);
}

fn merged_customers_stand_for_another<S: Store>(bench: &Bench<'_, S>) {
    let merge = |from, into| Alias { id: id(from), into: Some(id(into)) };
    let gone = |number| CustomerChange { id: id(number), after: None, timer: None };
    let store = bench.with_commits([
        Commit { customers: (0..3).map(|number| change(number, None)).collect(), ..commit(0, 3) },
        Commit { customers: vec![gone(2)], aliases: vec![merge(2, 1)], ..commit(3, 4) },
        Commit { customers: vec![gone(1)], aliases: vec![merge(1, 0)], ..commit(4, 5) },
    ]);
    let stand = |store: &S| [0, 1, 2, 9].map(|number| told(store.stands_for(id(number))));
    let store = bench.answers(store, stand, &[Some(id(0)), Some(id(0)), Some(id(0)), None]);
    assert_eq!(told(store.customer(id(2))), None);

    told(store.append(&[draft(5, 0)]));
    let apart = Alias { id: id(1), into: None };
    told(store.commit(&Commit { customers: vec![change(1, None)], aliases: vec![apart], ..commit(5, 6) }));
    bench.answers(store, stand, &[Some(id(0)), Some(id(1)), Some(id(1)), None]);
}

fn identifiers_change_owners<S: Store>(bench: &Bench<'_, S>) {
    let store = bench.with_commits([
        Commit { owners: vec![(identifier(1), id(0)), (identifier(11), id(1))], ..commit(0, 2) },
        Commit { owners: vec![(identifier(1), id(1))], ..commit(2, 3) },
    ]);
    let owners = |store: &S| [1, 11, 111].map(|number| told(store.owner(&identifier(number))));
    bench.answers(store, owners, &[Some(id(1)), Some(id(1)), None]);
}
