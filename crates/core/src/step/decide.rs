//! Deciding: asks the playbooks that an observation sets off, and writes a receipt for each.
//!
//! Order: repair before inform before delight, then priority, then name. Each playbook is asked the
//! same questions in the same order ([`refusal`]); the first *no* is the reason on its receipt.

use alloc::boxed::Box;
use alloc::vec::Vec;
use compact_str::{CompactString, format_compact};

use super::Input;
use super::message::{self, AtHand};
use super::observe::{Noticed, sight};
use super::promises;
use crate::case::{Case, CaseId, CaseState};
use crate::condition::{Field, Missing, PromiseSight, Sight};
use crate::customer::{Contact, Customer, Fired};
use crate::definitions::Definitions;
use crate::effects::{Content, Effects, EventNews, Parcel};
use crate::event::{Category, Event, Facts, Name};
use crate::playbook::{ActionDefinition, Aim, Mode, Playbook, PlaybookIndex, Trigger};
use crate::promise::{Promise, PromiseId};
use crate::receipt::{Deed, INPUT_CHARS_MAX, INPUTS_MAX, Receipt, Refused, Verdict};

/// A playbook that something set off.
struct SetOff {
    index: PlaybookIndex,
    /// What it is about: automation is silent on it while a human has it.
    matter: Name,
    /// What set it off, in words.
    because: CompactString,
    /// The promise at hand.
    promise: Option<PromiseId>,
}

/// Asks every playbook that was set off, in order.
pub(super) fn decide(
    definitions: &Definitions,
    customer: &mut Customer,
    input: &Input<'_>,
    noticed: &Noticed<'_>,
    effects: &mut Effects,
) {
    let mut set_off = set_off(definitions, noticed);
    if set_off.is_empty() {
        return;
    }
    set_off.sort_by(|a, b| {
        let rank = |set_off: &SetOff| {
            definitions
                .playbook(set_off.index)
                .map(|playbook| (playbook.aim, core::cmp::Reverse(playbook.priority), playbook.name.as_str()))
        };
        rank(a).cmp(&rank(b))
    });
    let mut written: Vec<(Name, Name)> = Vec::new();
    for set_off in &set_off {
        let Some(playbook) = definitions.playbook(set_off.index) else { continue };
        let promise = set_off
            .promise
            .and_then(|id| customer.known.promises.iter().find(|promise| promise.id == id).cloned());
        let at_hand = AtHand { event: noticed.event, reading: noticed.reading, promise: promise.as_ref() };
        let verdict = match refusal(definitions, customer, input, playbook, set_off, &at_hand, &written) {
            Some(refused) => Verdict::Refused(refused),
            None => act(definitions, customer, input, playbook, set_off, &at_hand, effects),
        };
        if playbook.writes() && matches!(verdict, Verdict::Acted { .. }) {
            written.push((set_off.matter.clone(), playbook.name.clone()));
        }
        let receipt = receipt(definitions, customer, input, playbook, set_off, &at_hand, verdict);
        effects.receipts.push(receipt);
    }
}

/// Which playbooks the observation sets off. Of a promise's states and of trust's moves each counts
/// by itself, so one observation may set one playbook off for several promises.
fn set_off(definitions: &Definitions, noticed: &Noticed<'_>) -> Vec<SetOff> {
    let index = definitions.index();
    let mut found = Vec::new();
    if let Some(event) = noticed.event {
        for &playbook in &index.concerned(&event.kind).playbooks {
            found.push(SetOff {
                index: playbook,
                matter: event.kind.clone(),
                because: format_compact!("event {}", event.kind),
                promise: None,
            });
        }
    }
    for &(moment, outcome) in &noticed.moments {
        for &playbook in index.on_moment(moment, outcome) {
            let Some((moment, _)) = definitions.moment_and_journey(moment) else { continue };
            found.push(SetOff {
                index: playbook,
                matter: moment.name.clone(),
                because: format_compact!("moment {} {}", moment.name, outcome.word()),
                promise: None,
            });
        }
    }
    for &(promise, id, state) in &noticed.promises {
        for &playbook in index.on_promise(promise, state) {
            let Some(promise) = definitions.promise(promise) else { continue };
            found.push(SetOff {
                index: playbook,
                matter: promise.name.clone(),
                because: format_compact!("promise {} {}", promise.name, state.word()),
                promise: Some(id),
            });
        }
    }
    for &(account, before, after) in &noticed.trust {
        for &playbook in index.on_trust(account) {
            let crossed = match definitions.playbook(playbook).map(|playbook| &playbook.when) {
                Some(Trigger::TrustBelow(_, floor)) => before.get() >= *floor && after.get() < *floor,
                Some(Trigger::TrustAbove(_, line)) => before.get() < *line && after.get() >= *line,
                Some(
                    Trigger::Event(_) | Trigger::Moment(..) | Trigger::Promise(..) | Trigger::Silence(_),
                )
                | None => false,
            };
            if crossed {
                found.push(SetOff {
                    index: playbook,
                    matter: account.word().into(),
                    because: format_compact!("trust {account} {before} to {after}"),
                    promise: None,
                });
            }
        }
    }
    for &playbook in &noticed.silences {
        let span = definitions.playbook(playbook).and_then(Playbook::silence).unwrap_or_default();
        found.push(SetOff {
            index: playbook,
            matter: "silence".into(),
            because: format_compact!("silence {span}"),
            promise: None,
        });
    }
    found
}

/// The first reason not to act, if there is one.
fn refusal(
    definitions: &Definitions,
    customer: &Customer,
    input: &Input<'_>,
    playbook: &Playbook,
    set_off: &SetOff,
    at_hand: &AtHand<'_>,
    written: &[(Name, Name)],
) -> Option<Refused> {
    let known = &customer.known;
    // Law 4: what set it off must itself be visible for the playbook's purpose.
    let of_event = at_hand.event.map_or(Category::Service, |event| definitions.category_of(&event.kind));
    if !known.grants.allow(of_event, playbook.purpose) {
        return Some(Refused::Consent);
    }
    if let Some(condition) = &playbook.condition {
        let sight = at_hand.sight(known, playbook.purpose, input.now);
        match condition.holds(&sight) {
            Ok(true) => {}
            Ok(false) => return Some(Refused::Condition),
            Err(missing) => return Some(Refused::Missing(message::missing_words(missing))),
        }
    }
    if playbook.hold_out.get() > 0 && drawn(definitions, customer, playbook) < playbook.hold_out.get() {
        return Some(Refused::HoldOut);
    }
    if let Some(case) = customer.deeds.held(&set_off.matter) {
        return Some(Refused::Held(case.id));
    }
    // Law 6: repair before delight.
    if playbook.aim == Aim::Delight && something_is_to_be_repaired(customer) {
        return Some(Refused::RepairFirst);
    }
    if playbook.at_most.is_some_and(|cap| customer.deeds.firings_reach(&playbook.name, cap, input.now)) {
        return Some(Refused::Cap);
    }
    if playbook.writes() {
        if let Some((_, first)) = written.iter().find(|(matter, _)| *matter == set_off.matter) {
            return Some(Refused::Preceded(first.clone()));
        }
        if definitions.house.contacts.is_some_and(|cap| customer.deeds.contacts_reach(cap, input.now)) {
            return Some(Refused::Contacts);
        }
    }
    None
}

/// An open failure, a broken promise not made good, a complaint nobody answered, or a case.
fn something_is_to_be_repaired(customer: &Customer) -> bool {
    customer.known.trust.open_failures() > 0
        || customer.known.complaint.is_some()
        || customer.deeds.cases.iter().any(|case| case.state.is_held())
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

/// Does what the playbook says. An action that cannot be done is left, with its reason; a playbook of
/// which every action was left has been refused.
fn act(
    definitions: &Definitions,
    customer: &mut Customer,
    input: &Input<'_>,
    playbook: &Playbook,
    set_off: &SetOff,
    at_hand: &AtHand<'_>,
    effects: &mut Effects,
) -> Verdict {
    let shadow = playbook.mode == Mode::Shadow || input.mode == Mode::Shadow;
    let mut deeds = Vec::with_capacity(playbook.actions.len());
    for action in &playbook.actions {
        let deed = match action {
            ActionDefinition::Webhook { endpoint } => {
                let content = notice(definitions, customer, playbook, set_off, at_hand);
                let kind = format_compact!("playbook.{}", playbook.name);
                Ok(send(customer, input, shadow, endpoint, kind, input.now, content, effects))
            }
            ActionDefinition::Message { template, channel } => {
                message::write(definitions, customer, playbook, *template, at_hand, input).map(
                    |(content, not_before)| {
                        let kind = format_compact!(
                            "message.{}",
                            definitions.template(*template).map_or("", |t| &t.name)
                        );
                        let parcel =
                            send(customer, input, shadow, channel, kind, not_before, content, effects);
                        if let (false, Deed::Sent(id)) = (shadow, &parcel) {
                            customer.deeds.contacted(Contact { at: not_before, id: id.0 });
                        }
                        parcel
                    },
                )
            }
            ActionDefinition::Case { team, priority } => {
                let case = Case {
                    id: CaseId(customer.deeds.next_id(customer.id)),
                    matter: set_off.matter.clone(),
                    playbook: playbook.name.clone(),
                    team: team.clone(),
                    priority: *priority,
                    opened: input.now,
                    state: CaseState::Open,
                    brief: message::brief(customer, set_off.because.as_str(), at_hand, input.now),
                };
                let id = case.id;
                if shadow {
                    Ok(Deed::Opened(id))
                } else if customer.deeds.open_case(case.clone()) {
                    effects.cases.push((customer.id, case));
                    Ok(Deed::Opened(id))
                } else {
                    Err(Refused::Full("cases".into()))
                }
            }
            ActionDefinition::Promise(index) => {
                let id = PromiseId::Deed(customer.deeds.next_id(customer.id));
                promises::promise(definitions, customer, *index, id, input.now, at_hand.event).map(
                    |promise| {
                        if !shadow {
                            customer.deeds.promised.push(promise.clone());
                            let mut noticed = Noticed::default();
                            promises::add(customer, *index, promise, input, &mut noticed, effects);
                        }
                        Deed::Promised(id)
                    },
                )
            }
            ActionDefinition::Note(text) => Ok(Deed::Noted(text.clone())),
        };
        deeds.push(deed.unwrap_or_else(Deed::Left));
    }
    let all_left = |deed: &Deed| matches!(deed, Deed::Left(_));
    if !deeds.is_empty() && deeds.iter().all(all_left) {
        if let Some(Deed::Left(refused)) = deeds.into_iter().next() {
            return Verdict::Refused(refused);
        }
        return Verdict::Refused(Refused::Condition);
    }
    if !shadow {
        customer.deeds.note_fired(Fired {
            at: input.now,
            position: input.position,
            playbook: playbook.name.clone(),
            customer: customer.id,
        });
    }
    Verdict::Acted { shadow, deeds }
}

#[allow(clippy::too_many_arguments, reason = "each is a field of the parcel")]
fn send(
    customer: &mut Customer,
    input: &Input<'_>,
    shadow: bool,
    to: &Name,
    kind: CompactString,
    not_before: crate::time::Timestamp,
    content: Content,
    effects: &mut Effects,
) -> Deed {
    let id = crate::delivery::ParcelId(customer.deeds.next_id(customer.id));
    if !shadow {
        effects.parcels.push(Parcel {
            id,
            customer: customer.id,
            to: to.clone(),
            kind,
            decided: input.now,
            not_before,
            content,
        });
    }
    Deed::Sent(id)
}

/// What another system is told: only what the playbook's purpose may see.
fn notice(
    definitions: &Definitions,
    customer: &Customer,
    playbook: &Playbook,
    set_off: &SetOff,
    at_hand: &AtHand<'_>,
) -> Content {
    let may_see = |name: &str| {
        definitions
            .vocabulary
            .facts
            .get(name)
            .is_some_and(|fact| customer.known.grants.allow(fact.category, playbook.purpose))
    };
    let visible = |facts: &Facts| {
        let pairs: Vec<_> = facts
            .iter()
            .filter(|(name, _)| may_see(name))
            .map(|(name, value)| (Name::from(name), value.clone()))
            .collect();
        Facts::from_pairs(pairs).unwrap_or_default()
    };
    let news = |event: &Event| EventNews {
        kind: event.kind.clone(),
        channel: event.channel.clone(),
        happened: event.happened,
        facts: visible(&event.facts),
    };
    Content::Notice {
        playbook: playbook.name.clone(),
        because: set_off.because.clone(),
        who: customer.person.identifiers.iter().map(|identifier| format_compact!("{identifier}")).collect(),
        event: at_hand.event.map(|event| Box::new(news(event))),
        promise: at_hand
            .promise
            .map(|promise| Box::new(Promise { facts: visible(&promise.facts), ..promise.clone() })),
    }
}

fn receipt(
    definitions: &Definitions,
    customer: &mut Customer,
    input: &Input<'_>,
    playbook: &Playbook,
    set_off: &SetOff,
    at_hand: &AtHand<'_>,
    verdict: Verdict,
) -> Receipt {
    let sight = at_hand.sight(&customer.known, playbook.purpose, input.now);
    let mut inputs: Vec<(CompactString, CompactString)> = Vec::new();
    let mut categories: Vec<Category> = Vec::new();
    if let Some(condition) = &playbook.condition {
        condition.expression.fields(&mut |field| look_up(&sight, field, &mut inputs, &mut categories));
    }
    categories.sort();
    categories.dedup();
    let id = customer.deeds.next_id(customer.id);
    Receipt {
        id,
        position: input.position,
        customer: customer.id,
        at: input.now,
        definitions: definitions.version,
        subject: playbook.name.clone(),
        because: set_off.because.clone(),
        inputs,
        purpose: playbook.purpose,
        categories,
        verdict,
    }
}

fn look_up<'a>(
    sight: &Sight<'a>,
    field: &'a Field,
    inputs: &mut Vec<(CompactString, CompactString)>,
    categories: &mut Vec<Category>,
) {
    let name = message::field_words(field);
    if inputs.len() == INPUTS_MAX || inputs.iter().any(|(known, _)| *known == name) {
        return;
    }
    let value = match sight.read(field) {
        Ok(value) => {
            categories.extend(field.category());
            message::value_words(value, INPUT_CHARS_MAX)
        }
        Err(Missing::Field(_) | Missing::Mistyped(_) | Missing::DividedByZero) => "missing".into(),
    };
    inputs.push((name, value));
}

impl AtHand<'_> {
    fn sight<'a>(
        &'a self,
        known: &'a crate::customer::Known,
        purpose: crate::consent::Purpose,
        now: crate::time::Timestamp,
    ) -> Sight<'a> {
        let promise = self.promise.map(|promise| PromiseSight {
            facts: &promise.facts,
            made: promise.made,
            due: promise.due,
        });
        sight(known, purpose, self.event, self.reading, promise, now)
    }

    /// What a template can see.
    pub(super) fn sight_for<'a>(
        &'a self,
        known: &'a crate::customer::Known,
        playbook: &Playbook,
        now: crate::time::Timestamp,
    ) -> Sight<'a> {
        self.sight(known, playbook.purpose, now)
    }
}
