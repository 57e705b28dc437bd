//! Orders: what somebody of the company decided about one customer.

use compact_str::{CompactString, format_compact};

use super::Input;
use super::decide::leave;
use crate::case::{CaseChange, CaseId, CaseState, Note};
use crate::customer::Customer;
use crate::definitions::Definitions;
use crate::delivery::ParcelId;
use crate::effects::{Content, Effects, Parcel, PromiseChange};
use crate::promise::{PromiseId, PromiseState, Settled};
use crate::receipt::{Decisions, Verdict};
use crate::record::{Command, Order};

/// Carries out an order and leaves a receipt. Orders about several customers, about parcels,
/// endpoints or rejected inputs are the engine's.
pub(super) fn carry_out(
    definitions: &Definitions,
    customer: &mut Customer,
    input: &Input<'_>,
    command: &Command,
    effects: &mut Effects,
) {
    let noted = match &command.order {
        Order::Case(id, change) => Some(
            case(customer, input, *id, change, &command.by, effects)
                .unwrap_or_else(|| format_compact!("{id} is not held, nothing was changed")),
        ),
        Order::Release(id) => Some(
            release(customer, input, *id, effects)
                .unwrap_or_else(|| format_compact!("{id} is not owed, nothing was changed")),
        ),
        // Of what kind they are and not which, since after an un-merge one of them is somebody else's.
        Order::Merge(one, other) => {
            Some(format_compact!("merged by {} and {}", one.kind.word(), other.kind.word()))
        }
        Order::Unmerge(one, other) => {
            Some(format_compact!("told apart by {} and {}", one.kind.word(), other.kind.word()))
        }
        Order::Resend(_) | Order::Enable(_) | Order::Redriven(_) | Order::Erase(_) => None,
    };
    let Some(noted) = noted else { return };
    let because = format_compact!("{}: {}", command.by, command.reason);
    let decisions = Decisions::one("order".into(), &because, Verdict::Noted(noted));
    leave(decisions, definitions, customer, input, effects);
}

fn case(
    customer: &mut Customer,
    input: &Input<'_>,
    id: CaseId,
    change: &CaseChange,
    by: &CompactString,
    effects: &mut Effects,
) -> Option<CompactString> {
    let whose = customer.id;
    let Customer { deeds, .. } = customer;
    let at = deeds.cases.iter().position(|case| case.id == id && case.state.is_held())?;
    if let CaseState::Taken { by: holder } = &deeds.cases[at].state
        && holder != by
        && matches!(change, CaseChange::Take | CaseChange::Answer { .. })
    {
        return Some(format_compact!("{id} is {holder}'s, nothing was changed"));
    }
    let note = |text: &str, sent| Note { by: by.clone(), at: input.now, text: text.into(), sent };
    let (words, state): (CompactString, Option<CaseState>) = match change {
        CaseChange::Take => ("taken".into(), Some(CaseState::Taken { by: by.clone() })),
        CaseChange::Close { outcome } => {
            ("closed".into(), Some(CaseState::Closed { at: input.now, outcome: outcome.clone() }))
        }
        CaseChange::GiveBack => ("given back".into(), Some(CaseState::Open)),
        CaseChange::Note { text } => {
            deeds.cases[at].note(note(text, false));
            ("noted".into(), None)
        }
        CaseChange::Answer { channel, text } => {
            let parcel = ParcelId(deeds.next_id(whose));
            effects.parcels.push(Parcel {
                id: parcel,
                customer: whose,
                to: channel.clone(),
                kind: "message.answer".into(),
                decided: input.now,
                not_before: input.now,
                content: Content::Message { template: "answer".into(), text: text.clone() },
            });
            deeds.cases[at].note(note(text, true));
            (format_compact!("answered with {parcel}"), None)
        }
    };
    let case = &mut deeds.cases[at];
    if let Some(state) = state {
        case.state = state;
    }
    effects.cases.push((whose, case.clone()));
    Some(format_compact!("{id} {words}"))
}

fn release(
    customer: &mut Customer,
    input: &Input<'_>,
    id: PromiseId,
    effects: &mut Effects,
) -> Option<CompactString> {
    let promise =
        customer.known.promises.iter_mut().find(|promise| promise.id == id && promise.state.is_owed())?;
    let before = promise.state;
    promise.state = PromiseState::Released;
    promise.settled = Some(Settled { position: input.position, at: input.now });
    effects.promises.push(PromiseChange {
        customer: customer.id,
        position: input.position,
        before: Some(before),
        promise: promise.clone(),
    });
    Some(format_compact!("{id} released"))
}
