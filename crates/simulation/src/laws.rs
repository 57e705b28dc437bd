//! What must hold whatever happened.

mod decisions;
mod erased;
mod outbox;
mod people;
mod readings;
mod replayed;

pub(crate) use erased::nothing_is_left;
pub(crate) use replayed::{consent_limits_sight, probes_touch_no_customer_number, replay_equals_live};

use std::collections::{BTreeMap, BTreeSet};

use opcx_core::event::{Event, EventKey, Origin};
use opcx_core::log::Position;
use opcx_core::record::{Command, Entry, Order};
use opcx_core::rollup::{Rollup, RollupKey, keys};
use opcx_core::time::Timestamp;

use crate::broken::{Result, hold, unexplained};
use crate::world::World;

/// The name of the law that sending holds to.
pub(crate) const SENT_FROM_OUTBOX: &str = "what is sent lies in the outbox, with its receipt (law 7)";

/// What is cheap enough to be looked at now and then, whatever is under way.
pub(crate) fn now_and_then(world: &mut World) -> Result<()> {
    let truth = std::sync::Arc::clone(&world.machine.truth);
    world.ledger.look(&*truth)?;
    people::are_bounded(world)?;
    let end = truth.end();
    hold(world.decided()? <= end, "the state is never ahead of the log", || format!("the log ends at {end}"))
}

/// Everything else, once the whole log is decided on.
pub(crate) fn at_rest(world: &World) -> Result<()> {
    everything_is_counted_once(world)?;
    decisions::have_receipts(world)?;
    decisions::repair_comes_first(world)?;
    rollups_are_the_sum_of_the_moments(world)?;
    people::are_whole(world)?;
    people::have_their_timers(world)?;
    people::consents_are_in_force(world)?;
    outbox::follows_from_the_log(world)?;
    rejected_input_is_listed(world)?;
    readings::only_customers_are_read(world)?;
    readings::doubtful_texts_are_read_again(world)?;
    nothing_is_left(world)
}

/// The events that the log tells, each once, with their positions.
fn events(world: &World) -> impl Iterator<Item = (Position, &Event)> {
    let mut seen = BTreeSet::new();
    world.ledger.records.iter().filter_map(move |logged| {
        let entry = &logged.record.entry;
        let is_first = seen.insert(entry.key()?);
        let event = entry.event()?;
        is_first.then_some((logged.position, event))
    })
}

/// How many events the log tells of, or told of before they were erased.
fn told(world: &World) -> u64 {
    let keys = world.ledger.records.iter().filter_map(|logged| logged.record.entry.key());
    keys.collect::<BTreeSet<EventKey>>().len() as u64
}

/// Law 2.
fn everything_is_counted_once(world: &World) -> Result<()> {
    let law = "counted once (law 2)";
    let totals = unexplained(world.machine.truth.progress())?.totals;
    let probes = events(world).filter(|(_, event)| event.origin == Origin::Probe).count() as u64;
    let told = told(world);
    hold(totals.events + totals.probes == told, law, || {
        format!("{} events and {} probes are counted, {told} are in the log", totals.events, totals.probes)
    })?;
    hold(totals.probes == probes, "probes touch no customer number (law 5)", || {
        format!("{} probes are counted, {probes} are in the log", totals.probes)
    })?;
    let acknowledged = world.ledger.acknowledged.len() as u64;
    hold(acknowledged == told, law, || format!("{acknowledged} were acknowledged, {told} are in the log"))
}

/// Rollups agree with what customers' histories hold, also after merging, parting and withdrawal.
fn rollups_are_the_sum_of_the_moments(world: &World) -> Result<()> {
    let law = "rollups are the sum of the moments";
    let truth = &world.machine.truth;
    let rollups = unexplained(truth.rollups(None, Timestamp::MIN..Timestamp::MAX))?;
    let moments = unexplained(truth.moments(Position::START..truth.end(), usize::MAX))?;
    let mut summed: BTreeMap<RollupKey, Rollup> = BTreeMap::new();
    let probes: BTreeSet<Position> =
        events(world).filter(|(_, event)| event.origin == Origin::Probe).map(|(at, _)| at).collect();
    for moment in &moments {
        hold(moment.probe == probes.contains(&moment.position), "probes are flagged (law 5)", || {
            format!("the moment at {}", moment.position)
        })?;
        for key in keys(&world.definitions, moment) {
            summed.entry(key).or_default().count(moment, 1);
        }
    }
    for (_, row) in unexplained(truth.erasures(false, usize::MAX))? {
        for (key, theirs) in &row.erasure().remains.rollups {
            summed.entry(key.clone()).or_default().add(theirs);
        }
    }
    summed.retain(|_, rollup| !rollup.is_empty());
    let mut summed = summed.into_iter();
    for kept in rollups {
        let right = summed.next();
        hold(right.as_ref() == Some(&kept), law, || format!("{kept:?} is kept, {right:?} is right"))?;
    }
    hold(summed.next().is_none(), law, || "a moment is in no rollup".into())
}

/// Every input that could not be understood is listed, and whether it was sent again.
fn rejected_input_is_listed(world: &World) -> Result<()> {
    let mut right: BTreeMap<Position, bool> = BTreeMap::new();
    for logged in &world.ledger.records {
        match &logged.record.entry {
            Entry::Rejected(_) => {
                right.insert(logged.position, false);
            }
            Entry::Command(Command { order: Order::Redriven(position), .. }) => {
                right.entry(*position).and_modify(|redriven| *redriven = true);
            }
            Entry::Event(_)
            | Entry::Reading(_)
            | Entry::Command(_)
            | Entry::Delivery(_)
            | Entry::Tick
            | Entry::Erased(_)
            | Entry::Erasure(_) => {}
        }
    }
    let listed = unexplained(world.machine.truth.rejected(None, usize::MAX))?;
    let listed: BTreeMap<Position, bool> = listed.iter().map(|row| (row.position, row.redriven)).collect();
    hold(listed == right, "rejected input is listed until it is sent again", || {
        format!("listed are {listed:?}, right is {right:?}")
    })
}
