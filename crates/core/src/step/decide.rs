//! Deciding: asks the playbooks that an observation sets off, and writes a receipt for each.
//!
//! Order: repair before inform before delight, then priority, then name. Each playbook is asked the
//! same questions in the same order ([`refusal`]); the first *no* is the reason on its receipt.

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
use crate::playbook::{Mode, Playbook};
use crate::receipt::{Deed, Verdict};
use set_off::{SetOff, set_off};

/// Everything one playbook is asked with.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) definitions: &'a Definitions,
    pub(super) input: &'a Input<'a>,
    pub(super) playbook: &'a Playbook,
    pub(super) set_off: &'a SetOff,
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
    let mut all = set_off(definitions, &customer.known, noticed);
    if all.is_empty() {
        return;
    }
    all.sort_by_key(|set_off| definitions.index().rank(set_off.index));
    let mut written: Vec<Written> = Vec::new();
    for set_off in &all {
        let Some(playbook) = definitions.playbook(set_off.index) else { continue };
        let at_hand = AtHand {
            event: noticed.event,
            category: noticed.concerned.category,
            reading: noticed.reading,
            promise: set_off.promise.as_deref(),
        };
        let asked = Asked { definitions, input, playbook, set_off, at_hand: &at_hand };
        // As things were when it was asked, not as they are after it acted.
        let looked_at = receipt::looked_at(customer, &asked);
        let verdict = match refusal::refusal(customer, &asked, &written) {
            Some(refused) => Verdict::Refused(refused),
            None => act::act(customer, &asked, effects),
        };
        // A playbook in shadow stands in nobody's way.
        if playbook.mode == Mode::Live && wrote(&verdict, playbook) {
            written.push(Written { matter: set_off.matter.clone(), playbook: playbook.name.clone() });
        }
        effects.receipts.push(receipt::receipt(customer, &asked, looked_at, verdict));
    }
}

/// Whether one of its messages went out, or would have in shadow.
fn wrote(verdict: &Verdict, playbook: &Playbook) -> bool {
    match verdict {
        Verdict::Acted { deeds, .. } => playbook.actions.iter().zip(deeds).any(|(action, deed)| {
            matches!(action, crate::playbook::ActionDefinition::Message { .. })
                && matches!(deed, Deed::Sent(_))
        }),
        Verdict::Refused(_) | Verdict::Corrected(_) | Verdict::Noted(_) => false,
    }
}
