//! Deciding: asks the playbooks that an observation sets off, and leaves a receipt of it.
//!
//! Order: repair before inform before delight, then priority, then name. Each playbook is asked the
//! same questions in the same order ([`refusal`]); the first *no* is the reason on the receipt.

mod act;
mod refusal;
mod set_off;
mod view;

use alloc::vec::Vec;

use super::Input;
use super::message::AtHand;
use super::observe::Noticed;
use crate::customer::Customer;
use crate::definitions::{Definitions, Looks};
use crate::effects::Effects;
use crate::event::Name;
use crate::playbook::{Mode, Playbook, PlaybookIndex};
use crate::promise::Promise;
use crate::receipt::{Decisions, Deed, Receipt, Verdict};
use set_off::{Cause, SetOff};

/// Everything one playbook is asked with.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) definitions: &'a Definitions,
    pub(super) input: &'a Input<'a>,
    pub(super) playbook: &'a Playbook,
    looks: &'a Looks,
    pub(super) cause: &'a Cause,
    pub(super) at_hand: AtHand<'a>,
}

/// A message that went out in this step.
struct Written {
    /// What it was about.
    matter: Name,
    /// The playbook that wrote it.
    playbook: Name,
}

/// Asks every playbook that was set off, in order.
pub(super) fn decide(
    definitions: &Definitions,
    customer: &mut Customer,
    input: &Input<'_>,
    noticed: &Noticed<'_>,
    effects: &mut Effects,
) {
    let set_off = SetOff::by(definitions, &customer.known, noticed);
    ask(definitions, customer, input, noticed, set_off, effects);
}

/// Asks those that an event sets off as it is read now, and did not as it was read before. A playbook was set off if its
/// condition held too: one that looks at no reading is not asked twice.
pub(super) fn decide_on_change(
    definitions: &Definitions,
    customer: &mut Customer,
    input: &Input<'_>,
    [was, is]: [&Noticed<'_>; 2],
    effects: &mut Effects,
) {
    let holds = |index: PlaybookIndex, noticed: &Noticed<'_>| {
        definitions.playbook(index).is_some_and(|playbook| {
            let at_hand = at_hand(noticed, None);
            let sight = at_hand.sight(&customer.known, playbook.purpose, input.now);
            playbook.condition.as_ref().is_none_or(|condition| condition.holds(&sight).unwrap_or(false))
        })
    };
    let mut before: Vec<PlaybookIndex> = SetOff::by(definitions, &customer.known, was).playbooks().collect();
    before.retain(|&index| holds(index, was));
    let mut set_off = SetOff::by(definitions, &customer.known, is);
    set_off.leave_out(&before);
    ask(definitions, customer, input, is, set_off, effects);
}

fn at_hand<'a>(noticed: &'a Noticed<'a>, promise: Option<&'a Promise>) -> AtHand<'a> {
    AtHand { event: noticed.event, category: noticed.concerned.category, reading: noticed.reading, promise }
}

fn ask(
    definitions: &Definitions,
    customer: &mut Customer,
    input: &Input<'_>,
    noticed: &Noticed<'_>,
    mut set_off: SetOff,
    effects: &mut Effects,
) {
    let mut asked: Vec<Asked<'_>> = Vec::with_capacity(set_off.len());
    asked.extend(set_off.in_order(definitions).filter_map(|(index, cause)| {
        let playbook = definitions.playbook(index)?;
        let looks = definitions.index().looks(index)?;
        let at_hand = at_hand(noticed, cause.promise.as_deref());
        Some(Asked { definitions, input, playbook, looks, cause, at_hand })
    }));
    if asked.is_empty() {
        return;
    }
    let mut written: Vec<Written> = Vec::new();
    let mut decisions = Decisions::with_room(asked.len());
    let mut left = asked.as_slice();
    while !left.is_empty() {
        if !decisions.have_room_for(1) {
            leave(core::mem::take(&mut decisions), definitions, customer, input, effects);
        }
        // As things are before any of these acts.
        let views = view::views(&customer.known, left, &mut decisions);
        let (these, later) = left.split_at(views.len());
        for (asked, view) in these.iter().zip(views) {
            let verdict = match view.refused.or_else(|| refusal::refusal(customer, asked, &written)) {
                Some(refused) => Verdict::Refused(refused),
                None => act::act(customer, asked, effects),
            };
            // A playbook in shadow stands in nobody's way.
            if asked.playbook.mode == Mode::Live && wrote(&verdict, asked.playbook) {
                let (matter, playbook) = (asked.cause.matter.clone(), asked.playbook.name.clone());
                written.push(Written { matter, playbook });
            }
            let Playbook { name, purpose, .. } = asked.playbook;
            let cause = decisions.cause(&asked.cause.words);
            decisions.add(cause, view.looked_at, name.clone(), *purpose, verdict);
        }
        left = later;
    }
    leave(decisions, definitions, customer, input, effects);
}

/// Leaves a receipt of the decisions.
pub(super) fn leave(
    decisions: Decisions,
    definitions: &Definitions,
    customer: &mut Customer,
    input: &Input<'_>,
    effects: &mut Effects,
) {
    effects.receipts.push(Receipt {
        id: customer.deeds.next_id(customer.id),
        position: input.position,
        at: input.now,
        definitions: definitions.version,
        decisions,
    });
}

/// Whether one of its messages went out, or would have in shadow.
fn wrote(verdict: &Verdict, playbook: &Playbook) -> bool {
    match verdict {
        Verdict::Acted { deeds, .. } => playbook.actions.iter().zip(deeds).any(|(action, deed)| {
            matches!(action, crate::playbook::ActionDefinition::Message { .. })
                && matches!(deed, Deed::Sent(_))
        }),
        Verdict::Refused(_) | Verdict::Corrected(_) | Verdict::Noted(_) | Verdict::NotJoined(..) => false,
    }
}
