use alloc::vec::Vec;

use super::Mentions;
use crate::event::{Event, EventKey, Origin};
use crate::identity::{IdentifierKind, Refusal};
use crate::record::{Command, Entry, Order, Rejected, Whom};

/// The entry without what tells of the customers that `mentions` find; `None` if it tells nothing of them.
///
/// `refused` are the identifiers of this record that were not believed to be its customer's: an erased
/// customer's among them leave their kind and that reason, so that the record means what it meant.
#[must_use]
pub fn redact(mentions: &Mentions, entry: &Entry, refused: &[(IdentifierKind, Refusal)]) -> Option<Entry> {
    match entry {
        Entry::Event(event) => event_without(mentions, event, refused),
        Entry::Rejected(rejected) => rejected_without(mentions, rejected).map(Entry::Rejected),
        Entry::Command(command) => names(mentions, command).then_some(Entry::Erased(None)),
        Entry::Reading(_) | Entry::Delivery(_) | Entry::Tick | Entry::Erased(_) | Entry::Erasure(_) => None,
    }
}

fn event_without(mentions: &Mentions, event: &Event, refused: &[(IdentifierKind, Refusal)]) -> Option<Entry> {
    if !event.who.iter().any(|identifier| mentions.hold(identifier)) {
        return None;
    }
    let is_theirs = event.strongest().is_some_and(|strongest| mentions.hold(strongest));
    if is_theirs && event.origin != Origin::Probe {
        return Some(Entry::Erased(Some(EventKey::of(&event.source, &event.id))));
    }
    let (theirs, others): (Vec<_>, Vec<_>) =
        event.who.iter().cloned().partition(|identifier| mentions.hold(identifier));
    let masked = theirs.iter().map(|identifier| {
        let known = refused.iter().find(|(kind, _)| *kind == identifier.kind);
        (identifier.kind, known.map_or(Refusal::TooMany(identifier.kind), |(_, refusal)| *refusal))
    });
    let masked = event.masked.iter().copied().chain(masked).collect();
    Some(Entry::Event(Event { who: others, masked, ..event.clone() }))
}

/// A rejected input that names the customer; what came in and why it was refused may both quote them.
fn rejected_without(mentions: &Mentions, rejected: &Rejected) -> Option<Rejected> {
    [&rejected.raw, &rejected.reason, &rejected.from].into_iter().any(|text| mentions.are_in(text)).then(
        || Rejected {
            from: "(erased)".into(),
            reason: "it told of a customer who was erased".into(),
            format: rejected.format.clone(),
            raw: "".into(),
        },
    )
}

/// Whether an order names the customer.
fn names(mentions: &Mentions, command: &Command) -> bool {
    match &command.order {
        Order::Merge(one, other) | Order::Unmerge(one, other) => mentions.hold(one) || mentions.hold(other),
        Order::Erase(Whom::Identifier(identifier)) => mentions.hold(identifier),
        Order::Case(..)
        | Order::Release(_)
        | Order::Resend(_)
        | Order::Enable(_)
        | Order::Redriven(_)
        | Order::Erase(Whom::Customer(_)) => false,
    }
}
