//! What the embedded store costs: appends, commits, duplicate checks, reads.
//!
//! `cargo bench -p opcx-store -- [COMMITS]`; one commit is what ten thousand events change.

mod measure;
mod workload;

use std::time::Duration;

use measure::{Clock, disk_mb, load, resident_mb, thread_cpu};
use opcx_store::conformance::sample::{id, position};
use opcx_store::{Embedded, EventKey, Settings, Store, StoreError};
use workload::{Dice, EVENTS};

fn main() -> Result<(), StoreError> {
    let commits = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(50);
    let folder = tempfile::tempdir_in(".").expect("a folder can be made here");
    let store = Embedded::open(folder.path(), &Settings::default())?;
    println!(
        "load average {}, {commits} commits of {EVENTS} events; idle {} MB resident",
        load(),
        resident_mb()
    );

    let sample = workload::commit(0);
    let customer = sample
        .customers
        .first()
        .map_or(0, |change| change.after.as_ref().map_or(0, |after| after.as_bytes().len()));
    println!("a customer takes {customer} bytes");
    for group in [1, 100, 1_000] {
        append(&store, group, 20_000.max(group))?;
    }
    drop(store);

    let folder = tempfile::tempdir_in(".").expect("a folder can be made here");
    let store = Embedded::open(folder.path(), &Settings::default())?;
    // What appending and making up the commits takes is taken off; `own` is committing itself, the
    // rest is writing out and merging in the background.
    let (mut others, mut own, mut changed) = (Duration::ZERO, Duration::ZERO, 0);
    let start = Clock::now();
    for number in 0..commits {
        let before = thread_cpu();
        store.append(&workload::drafts(number))?;
        let commit = workload::commit(number);
        changed += commit.customers.len();
        others += thread_cpu() - before;
        let before = thread_cpu();
        store.commit(&commit)?;
        own += thread_cpu() - before;
        if number % 10 == 9 {
            store.persist()?;
        }
    }
    let end = Clock::now();
    let spent = end.cpu - start.cpu - others;
    report("commits, all threads", commits * EVENTS, spent, end.wall - start.wall);
    println!(
        "  per commit {:.1} ms, {:.1} ms of it in the background; {} customers changed; {} MB resident, {} MB on disk",
        spent.as_secs_f64() * 1e3 / commits as f64,
        spent.saturating_sub(own).as_secs_f64() * 1e3 / commits as f64,
        changed as u64 / commits,
        resident_mb(),
        disk_mb(folder.path())
    );

    seen(&store, commits)?;
    reads(&store, commits)?;
    println!("{} MB resident at the end", resident_mb());
    Ok(())
}

fn append(store: &Embedded, group: usize, records: usize) -> Result<(), StoreError> {
    let drafts = &workload::drafts(0)[..group];
    let (start, before) = (Clock::now(), thread_cpu());
    for _ in 0..records / group {
        store.append(drafts)?;
    }
    let spent = thread_cpu() - before;
    report(&format!("append, {group} a call"), records as u64, spent, start.wall.elapsed());
    Ok(())
}

fn seen(store: &Embedded, commits: u64) -> Result<(), StoreError> {
    for (what, keys) in [("known", workload::keys(commits / 2)), ("new", workload::keys(commits + 1))] {
        let keys: Vec<EventKey> = keys;
        let (start, before) = (Clock::now(), thread_cpu());
        let found = store.seen(&keys)?.iter().filter(|seen| **seen).count();
        let spent = thread_cpu() - before;
        report(&format!("seen, {what} keys ({found} found)"), EVENTS, spent, start.wall.elapsed());
    }
    Ok(())
}

fn reads(store: &Embedded, commits: u64) -> Result<(), StoreError> {
    let mut dice = Dice(1);
    let (start, before) = (Clock::now(), thread_cpu());
    for _ in 0..20_000 {
        store.customer(id(dice.below(100_000)))?;
    }
    report("customers, at random", 20_000, thread_cpu() - before, start.wall.elapsed());

    let (start, before) = (Clock::now(), thread_cpu());
    let mut next = position(0);
    while next < store.end().min(position(200_000)) {
        let records = store.read(next, 10_000, 8_000_000)?;
        next = records.last().map_or(next, |last| last.position.next());
    }
    report("records in order", next.get(), thread_cpu() - before, start.wall.elapsed());

    let scattered: Vec<_> = (0..2_000).map(|_| position(dice.below(commits * EVENTS))).collect();
    let (start, before) = (Clock::now(), thread_cpu());
    store.read_at(&scattered)?;
    report("records at random", 2_000, thread_cpu() - before, start.wall.elapsed());
    Ok(())
}

fn report(what: &str, count: u64, cpu: Duration, wall: Duration) {
    let rate = |time: Duration| count as f64 / time.as_secs_f64() / 1e3;
    println!("{what:<32} {:>9.1}k per CPU-second {:>9.1}k per second", rate(cpu), rate(wall));
}
