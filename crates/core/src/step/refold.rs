//! Folding anew: what is known, built again from a customer's history.
//!
//! Needed when the past looks different from now on: after a merge (one history out of two), an
//! un-merge (two out of one), or a withdrawal of consent (part of it as if never collected). No
//! decision is taken: those were taken, and [`crate::customer::Deeds`] stand.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::{Happening, Input, observe};
use crate::consent::{Answer, Grants, Purpose};
use crate::customer::{Customer, Known, Promised};
use crate::definitions::Definitions;
use crate::effects::{Effects, PromiseChange};
use crate::event::Category;
use crate::log::Position;
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
    let deeds = customer.deeds.clone();
    let mut folding = Folding {
        definitions,
        promised: promised(&customer),
        withdrawals: withdrawals(history.clone()),
        customer: Customer { known: Known::default(), ..customer },
        effects,
    };
    let mut last = None;
    for (place, input) in history.enumerate() {
        // The customer's timers run on one lane; a record of another does not move its clock.
        let same_lane = folding.customer.known.clock.is_none_or(|(lane, _)| lane == input.lane);
        let until = if same_lane { input.now } else { Timestamp::MIN };
        folding.pass_time(&input, until, |promised| {
            promised.promise.record < input.position
                || (promised.by_timer && promised.promise.record == input.position)
        });
        folding.take(place, &input);
        folding.take_promises(&input, |promised| promised.promise.record == input.position);
        last = Some(input);
    }
    if let Some(last) = last {
        folding.pass_time(&last, now, |_| true);
        folding.take_promises(&last, |_| true);
    }
    let mut customer = folding.customer;
    effects.receipts.clear();
    effects.parcels.clear();
    effects.cases.clear();
    customer.deeds = deeds;
    customer
}

struct Folding<'a> {
    definitions: &'a Definitions,
    customer: Customer,
    /// Promises of playbooks that are still to be put back to their place.
    promised: VecDeque<Promised>,
    /// What was withdrawn, and by which input of the history.
    withdrawals: Vec<(Category, Purpose, usize)>,
    effects: &'a mut Effects,
}

impl Folding<'_> {
    fn take(&mut self, place: usize, input: &Input<'_>) {
        match input.happening {
            Happening::Event { event, reading } => {
                // Withdrawal equals never collected: what came before it is not seen, whatever was
                // allowed then or is allowed again now.
                let mut allowed = self.customer.known.grants.clone();
                let later = self.withdrawals.iter().filter(|(.., at)| *at > place);
                self.customer.known.grants =
                    allowed.without(later.map(|(category, purpose, _)| (*category, *purpose)));
                let _ =
                    observe::event(self.definitions, &mut self.customer, input, event, reading, self.effects);
                event.consents.iter().for_each(|said| allowed.note(said, event.happened));
                self.customer.known.grants = allowed;
            }
            Happening::Ordered(command) => {
                super::orders::carry_out(self.definitions, &mut self.customer, input, command, self.effects);
            }
            Happening::Time => {}
        }
    }

    /// Fires the timers that were due up to `until`, each at its own time, and puts promises that
    /// playbooks made `before` the record at hand to their places between them.
    fn pass_time(&mut self, near: &Input<'_>, until: Timestamp, before: impl Fn(&Promised) -> bool) {
        loop {
            let made = self.promised.front().filter(|promised| before(promised)).map(|p| p.promise.made);
            let due = self.customer.known.next_change().filter(|&due| due <= until);
            match (due, made) {
                (Some(due), made) if made.is_none_or(|made| due <= made) => {
                    let clock = self.customer.known.clock.map_or(due, |(_, clock)| clock.max(due));
                    let input = Input { now: clock, happening: Happening::Time, ..*near };
                    let _ = observe::time(self.definitions, &mut self.customer, &input, self.effects);
                }
                (_, Some(_)) => self.take_promise(near),
                (_, None) => return,
            }
        }
    }

    fn take_promises(&mut self, near: &Input<'_>, which: impl Fn(&Promised) -> bool) {
        while self.promised.front().is_some_and(&which) {
            self.take_promise(near);
        }
    }

    /// Puts the next promise that a playbook made back to its place in time.
    fn take_promise(&mut self, near: &Input<'_>) {
        let Some(Promised { promise, .. }) = self.promised.pop_front() else { return };
        self.effects.promises.push(PromiseChange {
            customer: self.customer.id,
            position: near.position,
            before: None,
            promise: promise.clone(),
        });
        super::promises::keep(&mut self.customer.known.promises, promise);
    }
}

/// The promises that playbooks made, in the order in which they made them.
fn promised(customer: &Customer) -> VecDeque<Promised> {
    let mut promised = customer.deeds.promised.clone();
    let place = |promised: &Promised| -> (Position, Reverse<bool>) {
        (promised.promise.record, Reverse(promised.by_timer))
    };
    promised.sort_by_key(place);
    promised.into()
}

/// What was withdrawn, each with the place in the history of its last withdrawal that counted: one that
/// arrived after a newer answer does not.
fn withdrawals<'a>(history: impl Iterator<Item = Input<'a>>) -> Vec<(Category, Purpose, usize)> {
    let mut grants = Grants::default();
    let mut found: Vec<(Category, Purpose, usize)> = Vec::new();
    for (place, input) in history.enumerate() {
        let Happening::Event { event, .. } = input.happening else { continue };
        event.consents.iter().for_each(|said| grants.note(said, event.happened));
        for said in event.consents.iter().filter(|said| said.answer == Answer::Withdrawn) {
            if grants.answer(said.category, said.purpose) == Some(Answer::Withdrawn) {
                found.retain(|(category, purpose, _)| (*category, *purpose) != (said.category, said.purpose));
                found.push((said.category, said.purpose, place));
            }
        }
    }
    found
}
