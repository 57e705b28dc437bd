use super::{Asked, Written};
use crate::consent::Purpose;
use crate::customer::{Customer, FIRED_MAX};
use crate::definitions::Definitions;
use crate::event::{Categories, Category};
use crate::playbook::{Aim, Playbook, Trigger};
use crate::receipt::Refused;
use crate::time::Timestamp;

/// The first reason not to act that lies in what was done before, if there is one. What it sees was no reason.
pub(super) fn refusal(customer: &Customer, asked: &Asked<'_>, written: &[Written]) -> Option<Refused> {
    let Asked { definitions, input, playbook, cause, .. } = *asked;
    if playbook.hold_out.get() > 0 && drawn(definitions, customer, playbook) < playbook.hold_out.get() {
        return Some(Refused::HoldOut);
    }
    if let Some(case) = customer.deeds.held(&cause.matter) {
        return Some(Refused::Held(case.id));
    }
    // Law 6: repair before delight.
    if playbook.aim == Aim::Delight && something_is_to_be_repaired(customer) {
        return Some(Refused::RepairFirst);
    }
    if let Some(cap) = playbook.at_most {
        if customer.deeds.firings_reach(&playbook.name, cap, input.now) {
            return Some(Refused::Cap);
        }
        // One more could not be remembered, and its cap not be held.
        if firings_in_mind(definitions, customer, input.now) >= FIRED_MAX {
            return Some(Refused::Full("firings".into()));
        }
    }
    if playbook.writes() {
        if let Some(first) = written.iter().find(|written| written.matter == cause.matter) {
            return Some(Refused::Preceded(first.playbook.clone()));
        }
        if definitions.house.contacts.is_some_and(|cap| customer.deeds.contacts_reach(cap, input.now)) {
            return Some(Refused::Contacts);
        }
    }
    None
}

/// What data the cause is made of: the event at hand, and for all but an event itself the service
/// history that moments, promises, trust and silence are.
pub(super) fn categories_of_cause(asked: &Asked<'_>) -> Categories {
    let mut categories = Categories::default();
    if asked.at_hand.event.is_some() {
        categories.add(asked.at_hand.category);
    }
    match asked.playbook.when {
        Trigger::Event(_) => {}
        Trigger::Moment(..)
        | Trigger::Promise(..)
        | Trigger::TrustBelow(..)
        | Trigger::TrustAbove(..)
        | Trigger::Silence(_) => categories.add(Category::Service),
    }
    categories
}

/// An open failure, a broken promise not made good, a complaint nobody answered, or a case.
fn something_is_to_be_repaired(customer: &Customer) -> bool {
    let known = &customer.known;
    let complains = known.complaint.is_some()
        // Forbidden since: as little as it may be looked at, it may be acted on.
        && known.grants.allow(Category::Feedback, Purpose::Service);
    known.trust.open_failures() > 0
        || complains
        || customer.deeds.cases.iter().any(|case| case.state.is_held())
}

/// How many firings still count towards some playbook's cap.
fn firings_in_mind(definitions: &Definitions, customer: &Customer, now: Timestamp) -> usize {
    customer.deeds.fired.iter().filter(|fired| definitions.counts_towards_cap(fired, now)).count()
}

/// Where in `0..1000` this customer falls for this playbook, for ever.
fn drawn(definitions: &Definitions, customer: &Customer, playbook: &Playbook) -> u16 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&definitions.house.seed.to_le_bytes());
    hasher.update(&customer.id.0.get().to_le_bytes());
    hasher.update(playbook.name.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    u16::try_from(u64::from_le_bytes(first) % 1000).unwrap_or(0)
}
