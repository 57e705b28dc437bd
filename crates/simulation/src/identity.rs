//! Replay identity: one hash over all state, the same however the state came about.

use std::sync::Arc;

use opcx_core::log::Lane;
use opcx_core::record::Entry;
use opcx_core::time::Span;
use opcx_engine::{Budget, Submission, Submitted};
use opcx_store::{Encoded, EventKey, Store, digest};

use crate::broken::{Broken, Result, unexplained};
use crate::machine::poll;
use crate::replay::{from_half, replay};
use crate::world::World;

/// The seed whose hash is written down.
pub const SEED: u64 = 1;
/// Its hash, in whatever way opcx was built. A change of what is decided or kept changes it: then
/// `UPDATE_EXPECT=1 cargo test -p opcx-simulation --test identity` writes it anew.
pub const EXPECTED: &str = include_str!("identity.txt");

/// A hash as text.
#[must_use]
pub fn hex(digest: &[u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The hashes of the states that come of one log in different ways, each with its way.
///
/// # Errors
/// A law did not hold.
pub fn ways(seed: u64) -> core::result::Result<Vec<(&'static str, String)>, Broken> {
    let mut world = World::new(seed, None)?;
    for _ in 0..crate::STEPS {
        world.step()?;
    }
    world.settle()?;
    let (program, records) = (world.program(), &world.ledger.records);
    let of = |store: &dyn Store| unexplained(digest(store)).map(|digest| hex(&digest));
    let again = |budget| replay(&program, records, budget).and_then(|store| of(&*store));
    let by = |records_max| Budget { records_max, ..Budget::default() };
    let on_two_threads = |budget| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build();
        pool.expect("the system has room for two threads").install(|| again(budget))
    };
    Ok(vec![
        ("live, with crashes: snapshots and tails", of(&*world.machine.truth)?),
        ("the whole log at once", again(by(usize::MAX))?),
        ("record by record", again(by(1))?),
        ("in batches of seven, timers in crowds of two", again(Budget { timers_max: 2, ..by(7) })?),
        ("on two threads", on_two_threads(Budget::default())?),
        (
            "on two threads, each batch decided on while the last is written",
            on_two_threads(Budget { ahead_from: 1, ..by(7) })?,
        ),
        ("a snapshot of half the log, and its tail", of(&*from_half(&program, records, records.len() / 2)?)?),
    ])
}

/// The hashes of two states: of events that came through the door of requests, stamped by the clock, and
/// of the same ones that came as an import does, with their time.
///
/// # Errors
/// A law did not hold.
pub fn doors(seed: u64) -> core::result::Result<[String; 2], Broken> {
    let mut source = World::new(seed, None)?;
    for _ in 0..crate::STEPS {
        source.calm_step()?;
    }
    source.settle()?;
    let through = |imported: bool| -> Result<String> {
        let mut world = World::new(seed, None)?;
        for logged in &source.ledger.records {
            let Entry::Event(event) = &logged.record.entry else { continue };
            let key = Some(EventKey::of(&event.source, &event.id));
            let entry = Encoded::of(&logged.record.entry);
            let (at, now) = (logged.record.at, logged.record.at);
            let submission = Submission {
                lane: Lane::LIVE,
                at: imported.then_some(at),
                entries: vec![Submitted { key, entry }],
            };
            let intake = world.machine.intake.clone();
            let mut answer = match imported {
                true => world.machine.submit(submission),
                false => Box::pin(async move { intake.accept(submission).await }),
            };
            let _ = poll(&mut answer);
            // The clock of an importing machine says something else.
            world.machine.appender.append_waiting(if imported { now + Span::DAY } else { now });
            unexplained(world.machine.decide())?;
        }
        Ok(hex(&unexplained(digest(&*Arc::clone(&world.machine.truth)))?))
    };
    Ok([through(false)?, through(true)?])
}
