//! Deciding: asks the playbooks that an observation sets off, and leaves a receipt of it.
//!
//! Order: repair before inform before delight, then priority, then name. Each playbook is asked the
//! same questions in the same order ([`refusal`]); the first *no* is the reason on the receipt.

mod act;
mod receipt;
mod refusal;
mod set_off;

use alloc::vec::Vec;

use super::Input;
use super::message::AtHand;
use super::observe::Noticed;
use crate::customer::Customer;
use crate::definitions::Definitions;
use crate::effects::Effects;
use crate::event::Name;
use crate::playbook::{Mode, Playbook, PlaybookIndex};
use crate::promise::Promise;
use crate::receipt::{Deed, Verdict};
use receipt::Writing;
use set_off::{Cause, SetOff};

/// Everything one playbook is asked with.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) definitions: &'a Definitions,
    pub(super) input: &'a Input<'a>,
    pub(super) playbook: &'a Playbook,
    pub(super) cause: &'a Cause,
    pub(super) at_hand: &'a AtHand<'a>,
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
    if set_off.len() == 0 {
        return;
    }
    let mut written: Vec<Written> = Vec::new();
    let mut receipt = Writing::of(set_off.len());
    for (index, cause) in set_off.in_order(definitions) {
        let Some(playbook) = definitions.playbook(index) else { continue };
        let Some(looks) = definitions.index().looks(index) else { continue };
        let at_hand = at_hand(noticed, cause.promise.as_deref());
        let asked = Asked { definitions, input, playbook, cause, at_hand: &at_hand };
        // As things were when it was asked, not as they are after it acted.
        let looked_at = receipt.look(customer, &asked, looks, effects);
        let verdict = match refusal::refusal(customer, &asked, &written) {
            Some(refused) => Verdict::Refused(refused),
            None => act::act(customer, &asked, effects),
        };
        // A playbook in shadow stands in nobody's way.
        if playbook.mode == Mode::Live && wrote(&verdict, playbook) {
            written.push(Written { matter: cause.matter.clone(), playbook: playbook.name.clone() });
        }
        receipt.add(looked_at, &asked, verdict);
    }
    receipt.leave(definitions, customer, input, effects);
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
