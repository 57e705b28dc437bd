//! The log run again, in a store of its own.

use std::sync::Arc;

use opcx_core::definitions::Definitions;
use opcx_engine::Budget;
use opcx_store::{Assembled, Draft, Encoded, Faults, Logged, Memory, MemoryLog, MemoryTables, Store};

use crate::broken::{Result, unexplained};
use crate::machine::{decider, seen_by_engine};
use crate::plant::{Bug, PlantedTables, Shared};

/// What decides: the definitions that the engine goes by, and its bug.
#[derive(Clone)]
pub(crate) struct Program {
    pub(crate) definitions: Arc<Definitions>,
    pub(crate) bug: Option<Bug>,
}

/// Decides on `records` from the start.
pub(crate) fn replay(program: &Program, records: &[Logged], budget: Budget) -> Result<Arc<dyn Store>> {
    let Program { definitions, bug } = program;
    let tables = PlantedTables { tables: MemoryTables::default(), bug: *bug };
    let truth: Arc<dyn Store> =
        Arc::new(unexplained(Assembled::of(MemoryLog::default(), tables, Faults::none()))?);
    unexplained(truth.append(&drafts(records)))?;
    let seen = seen_by_engine(&truth, *bug, &Arc::new(Shared::default()), false);
    let mut decider = unexplained(decider(&seen, definitions, budget, *bug))?;
    while unexplained(decider.advance())? > 0 {}
    Ok(truth)
}

/// Decides on the first `half` records, makes that durable, decides on some more and loses them to a power
/// cut, and decides on the rest from there.
pub(crate) fn from_half(program: &Program, records: &[Logged], half: usize) -> Result<Arc<dyn Store>> {
    let store = Arc::new(Memory::new());
    let started = |store: &Arc<Memory>| {
        let store: Arc<dyn Store> = Arc::clone(store) as _;
        let budget = Budget { records_max: half.max(1), ..Budget::default() };
        unexplained(decider(&store, &program.definitions, budget, program.bug))
    };
    unexplained(store.append(&drafts(records)))?;
    let mut before = started(&store)?;
    unexplained(before.advance())?;
    unexplained(store.persist())?;
    unexplained(before.advance())?;
    let store = Arc::new(store.crash(0));
    let mut after = started(&store)?;
    while unexplained(after.advance())? > 0 {}
    Ok(store)
}

fn drafts(records: &[Logged]) -> Vec<Draft> {
    let draft = |logged: &Logged| Draft {
        lane: logged.record.lane,
        at: logged.record.at,
        entry: Encoded::of(&logged.record.entry),
    };
    records.iter().map(draft).collect()
}
