//! Laws about what was read in texts.

use std::collections::BTreeSet;

use opcx_core::event::{Event, Origin};
use opcx_core::log::Position;
use opcx_core::reading::Reading;
use opcx_engine::SECOND_LOOK_EVENTS_MAX;

use super::events;
use super::people::everyone;
use crate::broken::{Result, hold, unexplained};
use crate::models;
use crate::world::World;

/// Law 11, as far as readings go: whose words were read.
pub(super) fn only_customers_are_read(world: &World) -> Result<()> {
    for (at, event, reading) in spoken(world)? {
        hold(reading.is_none() || event.origin == Origin::Customer, "nothing reads staff (law 11)", || {
            format!("the words at {at} were")
        })?;
        hold(reading.is_some() || !is_of_somebody(event), "what customers say is read", || {
            format!("the words at {at} were not")
        })?;
    }
    Ok(())
}

/// A reading stands as it was made, and where the first model was not sure the second one's takes its place, unless its
/// customer had a long past by then.
pub(super) fn doubtful_texts_are_read_again(world: &World) -> Result<()> {
    let of_long_pasts = of_long_pasts(world)?;
    for (at, event, reading) in spoken(world)? {
        let first = event.reading.as_ref().filter(|_| is_of_somebody(event));
        let again = first.filter(|reading| reading.awaits_second_look()).and_then(|_| {
            let words = event.customers_words()?;
            models::second(&[words]).pop()
        });
        let right = again.as_ref().or(first);
        let stands = of_long_pasts.contains(&at) && reading.as_ref() == first;
        hold(stands || reading.as_ref() == right, "texts of doubt are read again, and no others", || {
            format!("at {at} stands {reading:?}, right is {right:?}")
        })?;
    }
    Ok(())
}

/// The records of those who may ever have had more events than are read again: more are in their history, which
/// nothing but being told apart makes shorter.
fn of_long_pasts(world: &World) -> Result<BTreeSet<Position>> {
    let truth = &world.machine.truth;
    let is_long = |records: usize| records as u64 > SECOND_LOOK_EVENTS_MAX;
    let mut long = BTreeSet::new();
    for customer in everyone(&**truth)? {
        let trail = unexplained(truth.trail(customer.id))?;
        if is_long(trail.len()) || (!customer.person.apart.is_empty() && is_long(events(world).count())) {
            long.extend(trail);
        }
    }
    Ok(long)
}

fn is_of_somebody(event: &Event) -> bool {
    event.origin == Origin::Customer && !event.who.is_empty()
}

/// The events with words, and what stands as read in them.
fn spoken(world: &World) -> Result<Vec<(Position, &Event, Option<Reading>)>> {
    let spoken: Vec<_> = events(world).filter(|(_, event)| event.said.is_some()).collect();
    let positions: Vec<Position> = spoken.iter().map(|(at, _)| *at).collect();
    let readings = unexplained(world.machine.truth.readings(&positions))?;
    Ok(spoken.into_iter().zip(readings).map(|((at, event), reading)| (at, event, reading)).collect())
}
