//! Folding anew: what is known, built again from a customer's history.
//!
//! Needed when the past looks different from now on: after a merge (one history out of two), an
//! un-merge (two out of one), or a withdrawal of consent (part of it as if never collected). No
//! decision is taken: those were taken, and [`crate::customer::Deeds`] stand.

use alloc::vec::Vec;

use super::{Happening, Input, observe};
use crate::consent::{Answer, Grants};
use crate::customer::{Customer, Known};
use crate::definitions::Definitions;
use crate::effects::Effects;
use crate::promise::{PromiseId, PromiseState};
use crate::time::Timestamp;

/// The customer with what is known folded anew from `history`: all their events and orders, in log order.
/// Moments and promises found on the way are put into `effects`; they replace what was found before.
/// Time has passed for them up to `now`, by the clock of their lane.
#[must_use]
pub fn refold<'a>(
    definitions: &Definitions,
    customer: Customer,
    history: impl Iterator<Item = Input<'a>> + Clone,
    now: Timestamp,
    effects: &mut Effects,
) -> Customer {
    let withdrawn = withdrawn(history.clone());
    let mut made: Vec<_> = customer.deeds.promised.clone();
    made.sort_by_key(|promise| promise.made);
    let deeds = customer.deeds.clone();
    let mut anew = Customer { known: Known::default(), ..customer };
    let mut last = None;
    for input in history {
        pass_time(definitions, &mut anew, &input, input.now, effects);
        take_promises(&mut anew, &mut made, input.now);
        match input.happening {
            Happening::Event { event, reading } => {
                let category = definitions.category_of(&event.kind);
                // Withdrawal equals never collected: the consent that stands at the end counts.
                let hidden = event.consents.is_empty()
                    && !withdrawn.is_empty()
                    && crate::consent::Purpose::ALL.into_iter().all(|purpose| {
                        withdrawn.contains(&(category, purpose))
                            || !anew.known.grants.allow(category, purpose)
                    });
                if !hidden {
                    let _ = observe::event(definitions, &mut anew, &input, event, reading, effects);
                }
            }
            Happening::Ordered(command) => {
                super::orders::carry_out(definitions, &mut anew, &input, command, effects);
            }
            Happening::Time => {}
        }
        last = Some(input);
    }
    if let Some(last) = last {
        pass_time(definitions, &mut anew, &last, now, effects);
        take_promises(&mut anew, &mut made, now);
    }
    effects.receipts.clear();
    effects.parcels.clear();
    anew.deeds = deeds;
    anew
}

/// Fires the timers that were due up to `until`, each at its own time.
fn pass_time(
    definitions: &Definitions,
    customer: &mut Customer,
    near: &Input<'_>,
    until: Timestamp,
    effects: &mut Effects,
) {
    while let Some(due) = customer.known.next_change().filter(|due| *due <= until) {
        let input = Input { now: due, happening: Happening::Time, ..*near };
        let _ = observe::time(definitions, customer, &input, effects);
    }
}

/// Puts promises that playbooks made back to their place in time, as they were when made.
fn take_promises(customer: &mut Customer, made: &mut Vec<crate::promise::Promise>, until: Timestamp) {
    let later = made.iter().position(|promise| promise.made > until).unwrap_or(made.len());
    for mut promise in made.drain(..later) {
        promise.state = PromiseState::Open;
        promise.settled = None;
        debug_assert!(matches!(promise.id, PromiseId::Deed(_)), "only playbooks' promises are deeds");
        customer.known.promises.push(promise);
    }
}

/// What was withdrawn and not granted again later.
fn withdrawn<'a>(
    history: impl Iterator<Item = Input<'a>>,
) -> Vec<(crate::event::Category, crate::consent::Purpose)> {
    let mut grants = Grants::default();
    for input in history {
        if let Happening::Event { event, .. } = input.happening {
            for statement in &event.consents {
                grants.note(statement, event.happened);
            }
        }
    }
    grants
        .iter()
        .filter(|grant| grant.statement.answer == Answer::Withdrawn)
        .map(|grant| (grant.statement.category, grant.statement.purpose))
        .collect()
}
