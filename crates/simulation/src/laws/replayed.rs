//! Laws that compare what happened with what happens when the log is run again, as it is or changed.

use opcx_core::event::{Origin, Value};
use opcx_core::log::Position;
use opcx_core::record::Entry;
use opcx_core::time::Timestamp;
use opcx_engine::Budget;
use opcx_store::{Logged, Store, digest};

use super::people::everyone;
use crate::broken::{Result, hold, unexplained};
use crate::replay::replay;
use crate::world::World;

/// Law 3: the log run again, in other batches, gives the same state, decisions and receipts.
pub(crate) fn replay_equals_live(world: &World, budget: Budget) -> Result<[u8; 32]> {
    let truth = &world.machine.truth;
    let again = replay(&world.program(), &world.ledger.records, budget)?;
    let (live, replayed) = (unexplained(digest(&**truth))?, unexplained(digest(&*again))?);
    if live != replayed {
        let where_to_look = differences(&**truth, &*again)?;
        hold(false, "replay equals live (law 3)", || format!("other: {}", where_to_look.join(", ")))?;
    }
    Ok(live)
}

/// Law 5: without the probes nothing that concerns customers is another.
pub(crate) fn probes_touch_no_customer_number(world: &World) -> Result<()> {
    let without = changed(world, |entry| {
        let is_probe = matches!(entry, Entry::Event(event) if event.origin == Origin::Probe);
        if is_probe {
            *entry = Entry::Tick;
        }
    });
    nothing_is_other(world, &without, "probes touch no customer number (law 5)")
}

/// Law 4: while nobody allows it, other browsing changes nothing.
pub(crate) fn consent_limits_sight(world: &World) -> Result<()> {
    let other = changed(world, |entry| {
        let Entry::Event(event) = entry else { return };
        let flipped = event.facts.iter().map(|(name, value)| {
            let value = match (name, value) {
                ("page", Value::Text(page)) if page == "offer" => Value::Text("help".into()),
                ("page", _) => Value::Text("offer".into()),
                (_, value) => value.clone(),
            };
            (name.into(), value)
        });
        event.facts = opcx_core::event::Facts::from_pairs(flipped.collect()).expect("as many as before");
    });
    nothing_is_other(world, &other, "consent limits sight (law 4)")
}

fn changed(world: &World, change: impl Fn(&mut Entry)) -> Vec<Logged> {
    let mut records = world.ledger.records.clone();
    records.iter_mut().for_each(|logged| change(&mut logged.record.entry));
    records
}

fn nothing_is_other(world: &World, records: &[Logged], law: &'static str) -> Result<()> {
    let again = replay(&world.program(), records, Budget::default())?;
    let mut different = differences(&*world.machine.truth, &*again)?;
    different.retain(|what| *what != "totals");
    hold(different.is_empty(), law, || format!("other: {}", different.join(", ")))
}

/// What differs between two stores, of what concerns customers.
fn differences(one: &dyn Store, other: &dyn Store) -> Result<Vec<&'static str>> {
    let mut different = Vec::new();
    let mut compare = |what, same: bool| {
        if !same {
            different.push(what);
        }
    };
    let all = || Position::START..Position::new(u64::MAX);
    let ever = || Timestamp::MIN..Timestamp::MAX;
    compare("customers", everyone(one)? == everyone(other)?);
    let receipts = |store: &dyn Store| unexplained(store.receipts(all(), usize::MAX));
    compare("receipts", receipts(one)? == receipts(other)?);
    let promises = |store: &dyn Store| unexplained(store.promises(None, usize::MAX));
    compare("promises", promises(one)? == promises(other)?);
    let cases = |store: &dyn Store| unexplained(store.cases(None, usize::MAX));
    compare("cases", cases(one)? == cases(other)?);
    let moments = |store: &dyn Store| {
        let mut moments = unexplained(store.moments(all(), usize::MAX))?;
        moments.retain(|moment| !moment.probe);
        Ok(moments)
    };
    compare("moments", moments(one)? == moments(other)?);
    let rollups = |store: &dyn Store| {
        let mut rollups = unexplained(store.rollups(None, ever()))?;
        rollups.retain(|(key, _)| !key.probe);
        Ok(rollups)
    };
    compare("rollups", rollups(one)? == rollups(other)?);
    let progress = |store: &dyn Store| unexplained(store.progress());
    compare("totals", progress(one)?.totals == progress(other)?.totals);
    Ok(different)
}
