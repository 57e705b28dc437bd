//! The same commits into the same log, with one of three engines for the state.
//!
//! `cargo run --release -- fjall|sqlite|redb COMMITS`, one engine a run, so that memory is its own.

#[allow(dead_code)]
#[path = "../../../../crates/store/benches/store/measure.rs"]
mod measure;
mod redb;
mod sqlite;
#[allow(dead_code)]
#[path = "../../../../crates/store/benches/store/workload.rs"]
mod workload;

use std::path::Path;
use std::time::Duration;

use measure::{Clock, disk_mb, load, resident_mb, thread_cpu};
use opcx_store::disk::RealDisk;
use opcx_store::parts::Tables;
use opcx_store::{Assembled, Faults, SegmentLog, Settings, Store, StoreError, TreeTables};

/// Commits between two times that the state is made durable.
const PERSIST_EVERY: u64 = 10;

fn main() -> Result<(), StoreError> {
    let mut arguments = std::env::args().skip(1);
    let engine = arguments.next().unwrap_or_default();
    let commits = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(50);
    let folder = tempfile::tempdir_in(".").expect("a folder can be made here");
    let state = folder.path().join("state");
    match engine.as_str() {
        "fjall" => run(&engine, folder.path(), TreeTables::open(&state, &Settings::default())?, commits),
        "sqlite" => run(&engine, folder.path(), sqlite::SqliteTables::open(&state), commits),
        "redb" => run(&engine, folder.path(), redb::RedbTables::open(&state), commits),
        other => panic!("`{other}` is no engine; write fjall, sqlite or redb"),
    }
}

fn run<T: Tables>(engine: &str, folder: &Path, tables: T, commits: u64) -> Result<(), StoreError> {
    let log = SegmentLog::open(RealDisk, folder.join("log"), Settings::default().segment_bytes)?;
    let store = Assembled::of(log, tables, Faults::none())?;
    let before_all = load();
    let (mut others, mut waiting) = (Duration::ZERO, Duration::ZERO);
    let start = Clock::now();
    for number in 0..commits {
        let (cpu, wall) = (thread_cpu(), Clock::now().wall);
        store.append(&workload::drafts(number))?;
        let commit = workload::commit(number);
        others += thread_cpu() - cpu;
        waiting += wall.elapsed();
        store.commit(commit)?;
        if number % PERSIST_EVERY == PERSIST_EVERY - 1 {
            store.persist()?;
        }
    }
    let end = Clock::now();
    let (cpu, wall) = (end.cpu - start.cpu - others, end.wall - start.wall - waiting);
    let rate = |time: Duration| (commits * workload::EVENTS) as f64 / time.as_secs_f64() / 1e3;

    let keys = workload::keys(commits / 2);
    let seen_cpu = thread_cpu();
    let found = store.seen(&keys)?.iter().filter(|seen| **seen).count();
    let seen_cpu = thread_cpu() - seen_cpu;
    println!(
        "| {engine} | {:.0}k | {:.0}k | {} MB | {} MB | {:.1} µs | {before_all} to {} |",
        rate(cpu),
        rate(wall),
        disk_mb(&folder.join("state")),
        resident_mb(),
        seen_cpu.as_secs_f64() * 1e6 / found as f64,
        load(),
    );
    Ok(())
}
