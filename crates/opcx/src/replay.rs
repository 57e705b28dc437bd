//! Replay: decides on the log again under two sets of definitions, and compares.
//!
//! Both run through the code that production runs, each into a store in memory; nothing is delivered.
//! Readings come from what was stored, so that a replay needs no model; only a text that was never read
//! is read now. One set of definitions compared with itself differs in nothing.

mod compare;

pub use compare::{Comparison, Count, DecisionDiffers, MomentDiffers, PromiseDiffers, compare, compare_from};

use std::sync::Arc;

use anyhow::bail;
use opcx_core::definitions::Definitions;
use opcx_core::delivery::Policy;
use opcx_core::log::Position;
use opcx_engine::{Budget, Decider, Sense};
use opcx_store::{Draft, Encoded, Memory, Store};

/// Most records that are decided on again, since both states are held in memory: 2 to 4 KB a record.
pub const RECORDS_MAX: u64 = 1_000_000;
/// Records read at a time.
const PAGE_RECORDS: usize = 4_096;
/// Bytes read at a time.
const PAGE_BYTES: usize = 16 << 20;

/// Decides on the whole log of `store` again, under each of the definitions.
///
/// # Errors
/// The log has more than [`RECORDS_MAX`] records, or cannot be read.
pub fn replay(
    store: &Arc<dyn Store>,
    definitions: [&Arc<Definitions>; 2],
    model: &Sense,
) -> anyhow::Result<[Arc<dyn Store>; 2]> {
    let records = store.end().get();
    if records > RECORDS_MAX {
        bail!(
            "the log has {records} records, and a replay holds at most {RECORDS_MAX} in memory; replay a copy of a part"
        );
    }
    let [one, other] = definitions;
    let from = Position::START;
    let go_on = &mut |_: u64| true;
    let both = (under(store, from, one, model, go_on)?, under(store, from, other, model, go_on)?);
    match both {
        (Some(one), Some(other)) => Ok([one, other]),
        _ => bail!("the replay was broken off"),
    }
}

/// Decides on the log of `store` from `from` on, as if it began there, into a store in memory. `go_on` is told how many
/// records were decided on, and says whether to go on; if not, there is no store.
///
/// # Errors
/// The log cannot be read.
pub fn under(
    store: &Arc<dyn Store>,
    from: Position,
    definitions: &Arc<Definitions>,
    model: &Sense,
    go_on: &mut dyn FnMut(u64) -> bool,
) -> anyhow::Result<Option<Arc<dyn Store>>> {
    let memory: Arc<dyn Store> = Arc::new(Memory::new());
    let mut decider = Decider::new(
        Arc::clone(&memory),
        Arc::clone(definitions),
        as_read_then(store, from, model),
        Policy::default(),
        Budget::default(),
    )?;
    let (mut at, end) = (from, store.end());
    while at < end {
        let left = usize::try_from(end.get() - at.get()).unwrap_or(usize::MAX);
        let page = store.read(at, left.min(PAGE_RECORDS), PAGE_BYTES)?;
        let Some(last) = page.last() else { break };
        at = last.position.next();
        let drafts: Vec<Draft> = page
            .iter()
            .map(|logged| Draft {
                lane: logged.record.lane,
                at: logged.record.at,
                entry: Encoded::of(&logged.record.entry),
            })
            .collect();
        memory.append(&drafts)?;
        while decider.advance()? > 0 {}
        memory.persist()?;
        if !go_on(at.get() - from.get()) {
            return Ok(None);
        }
    }
    Ok(Some(memory))
}

/// What was read in a text at the time; the model says it only where nothing was.
fn as_read_then(store: &Arc<dyn Store>, from: Position, model: &Sense) -> Sense {
    let (store, model) = (Arc::clone(store), Arc::clone(model));
    Arc::new(move |position, text| {
        let position = from.plus(position.get());
        let stored = store.readings(&[position]).ok().and_then(|mut readings| readings.pop()).flatten();
        stored.unwrap_or_else(|| model(position, text))
    })
}
