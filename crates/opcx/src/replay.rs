//! Replay: decides on the log again under two sets of definitions, and compares.
//!
//! Both run through the code that production runs, each into a store in memory; nothing is delivered.
//! Readings are those that were stored, so a replay needs no model. One set of definitions compared with itself
//! differs in nothing.

mod compare;

pub use compare::{Comparison, Count, DecisionDiffers, MomentDiffers, PromiseDiffers, compare, compare_from};

use std::sync::Arc;

use anyhow::bail;
use opcx_core::definitions::Definitions;
use opcx_core::delivery::Policy;
use opcx_core::event::Event;
use opcx_core::log::Position;
use opcx_core::reading::Reading;
use opcx_core::record::Entry;
use opcx_engine::{Budget, Decider};
use opcx_store::{Draft, Encoded, Logged, Memory, Store};

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
    let both = (under(store, from, one, go_on)?, under(store, from, other, go_on)?);
    match both {
        (Some(one), Some(other)) => Ok([one, other]),
        _ => bail!("the replay was broken off"),
    }
}

/// Decides on the log of `store` from `from` on, as if it began there, into a store in memory, with the readings that it
/// holds. `go_on` is told how many records were decided on, and says whether to go on; if not, there is no store.
///
/// # Errors
/// The log cannot be read.
pub fn under(
    store: &Arc<dyn Store>,
    from: Position,
    definitions: &Arc<Definitions>,
    go_on: &mut dyn FnMut(u64) -> bool,
) -> anyhow::Result<Option<Arc<dyn Store>>> {
    let stored = &mut |page: &[Logged]| {
        let positions: Vec<Position> = page.iter().map(|logged| logged.position).collect();
        Ok(store.readings(&positions)?)
    };
    under_readings(store, from, definitions, stored, go_on)
}

/// One reading, if there is one, for each record of a page.
pub type Readings<'a> = dyn FnMut(&[Logged]) -> anyhow::Result<Vec<Option<Reading>>> + 'a;

/// As [`under`], with other readings; a text without one keeps what it was accepted with.
///
/// # Errors
/// Those of [`under`], and of `readings`.
pub fn under_readings(
    store: &Arc<dyn Store>,
    from: Position,
    definitions: &Arc<Definitions>,
    readings: &mut Readings<'_>,
    go_on: &mut dyn FnMut(u64) -> bool,
) -> anyhow::Result<Option<Arc<dyn Store>>> {
    let memory: Arc<dyn Store> = Arc::new(Memory::new());
    let mut decider =
        Decider::new(Arc::clone(&memory), Arc::clone(definitions), Policy::default(), Budget::default())?;
    let (mut at, end) = (from, store.end());
    while at < end {
        let left = usize::try_from(end.get() - at.get()).unwrap_or(usize::MAX);
        let page = store.read(at, left.min(PAGE_RECORDS), PAGE_BYTES)?;
        let Some(last) = page.last() else { break };
        at = last.position.next();
        let readings = readings(&page)?;
        let drafts = page.into_iter().zip(readings).map(|(logged, reading)| Draft {
            lane: logged.record.lane,
            at: logged.record.at,
            entry: Encoded::of(&as_read_last(logged.record.entry, reading)),
        });
        memory.append(&drafts.collect::<Vec<_>>())?;
        while decider.advance()? > 0 {}
        memory.persist()?;
        if !go_on(at.get() - from.get()) {
            return Ok(None);
        }
    }
    Ok(Some(memory))
}

/// An entry with what was read last in its text, so that a second look has nothing to add. Its record becomes one that
/// time alone passes at: the position that it names is another where deciding begins in the middle of the log.
fn as_read_last(entry: Entry, reading: Option<Reading>) -> Entry {
    match entry {
        Entry::Event(event) => Entry::Event(Event { reading: reading.or(event.reading), ..event }),
        Entry::Reading(_) => Entry::Tick,
        other @ (Entry::Rejected(_)
        | Entry::Command(_)
        | Entry::Delivery(_)
        | Entry::Tick
        | Entry::Erased(_)
        | Entry::Erasure(_)) => other,
    }
}
