//! Promises: made by events, settled by evidence, broken by time.

use alloc::vec::Vec;

use super::Input;
use super::observe::{Noticed, sight};
use crate::condition::{Condition, FactType, PromiseSight};
use crate::consent::Purpose;
use crate::customer::{Customer, Known, PROMISES_MAX};
use crate::definitions::Definitions;
use crate::due::Unresolved;
use crate::effects::{Effects, PromiseChange};
use crate::event::{Event, Facts, Origin, Value};
use crate::promise::{Promise, PromiseDefinition, PromiseId, PromiseIndex, PromiseState, Settled};
use crate::reading::Reading;
use crate::receipt::{Receipt, Refused, Verdict};
use crate::time::{Timestamp, parse_rfc3339};
use crate::trust::What;

/// The source under which opcx records its own deeds; never evidence for a promise.
pub const OWN_SOURCE: &str = "opcx";

/// Settles owed promises for which the event is evidence, and corrects broken ones for which it
/// shows that they were kept in time.
pub(super) fn settle_by(
    definitions: &Definitions,
    customer: &mut Customer,
    input: &Input<'_>,
    event: &Event,
    reading: Option<&Reading>,
    noticed: &mut Noticed<'_>,
    effects: &mut Effects,
) {
    let concerned = definitions.index().concerned(&event.kind);
    if customer.known.promises.is_empty() || (concerned.kept.is_empty() && concerned.released.is_empty()) {
        return;
    }
    for at in 0..customer.known.promises.len() {
        let promise = &customer.known.promises[at];
        let Some((index, definition)) = definitions.promise_named(&promise.name) else { continue };
        let state = promise.state;
        let holds = |condition: &Condition| {
            let promise = PromiseSight { facts: &promise.facts, made: promise.made, due: promise.due };
            let sight =
                sight(&customer.known, Purpose::Service, Some(event), reading, Some(promise), input.now);
            condition.holds(&sight).unwrap_or(false)
        };
        let independent = event.source != OWN_SOURCE
            && event.origin != Origin::Probe
            && !definition.not_from.contains(&event.source)
            && event.happened >= promise.made;
        let in_time = event.happened <= promise.due;
        let is_kept = concerned.kept.contains(&index) && independent && holds(&definition.kept);
        let is_released =
            concerned.released.contains(&index) && in_time && definition.released.as_ref().is_some_and(holds);
        let settled = Settled { position: input.position, at: event.happened };

        let next = match state {
            PromiseState::Open | PromiseState::AtRisk if is_kept && in_time => PromiseState::Kept,
            // Late evidence for a promise that time has not reached yet: it came too late.
            PromiseState::Open | PromiseState::AtRisk if is_kept => PromiseState::Broken,
            PromiseState::Open | PromiseState::AtRisk if is_released => PromiseState::Released,
            PromiseState::Broken if is_kept && in_time => PromiseState::Kept,
            PromiseState::Open
            | PromiseState::AtRisk
            | PromiseState::Kept
            | PromiseState::Broken
            | PromiseState::Released => continue,
        };
        if state == PromiseState::Broken {
            correct(definitions, customer, at, index, settled, input, noticed, effects);
        } else {
            change(customer, at, (index, definition), next, Some(settled), input, noticed, effects);
        }
    }
}

/// Makes the promises that the event makes.
pub(super) fn make_by(
    definitions: &Definitions,
    customer: &mut Customer,
    input: &Input<'_>,
    event: &Event,
    reading: Option<&Reading>,
    noticed: &mut Noticed<'_>,
    effects: &mut Effects,
) {
    for (number, &index) in (0..).zip(&definitions.index().concerned(&event.kind).made) {
        let Some(definition) = definitions.promise(index) else { continue };
        let sight = sight(&customer.known, Purpose::Service, Some(event), reading, None, input.now);
        let made = definition.made.as_ref().is_some_and(|made| made.holds(&sight).unwrap_or(false));
        if !made {
            continue;
        }
        let id = PromiseId::Event { position: input.position, number };
        match promise(definitions, customer, index, id, event.happened, Some(event)) {
            Ok(promise) => add(customer, index, promise, input, noticed, effects),
            Err(refused) => refuse(definitions, customer, definition, input, refused, effects),
        }
    }
}

/// Warns of promises at risk and breaks those whose time is over.
pub(super) fn pass_time(
    definitions: &Definitions,
    customer: &mut Customer,
    input: &Input<'_>,
    noticed: &mut Noticed<'_>,
    effects: &mut Effects,
) {
    for at in 0..customer.known.promises.len() {
        let promise = &customer.known.promises[at];
        let Some(next) = promise.as_of(input.now) else { continue };
        let settled = (next == PromiseState::Broken)
            .then_some(Settled { position: input.position, at: promise.breaks_at() });
        match definitions.promise_named(&promise.name) {
            Some(defined) => change(customer, at, defined, next, settled, input, noticed, effects),
            // The folder no longer knows it: it ends, but nobody's trust moves for it.
            None => settle_unknown(customer, at, next, settled, input, effects),
        }
    }
}

/// A promise as its definition makes it now.
pub(super) fn promise(
    definitions: &Definitions,
    customer: &Customer,
    index: PromiseIndex,
    id: PromiseId,
    made: Timestamp,
    event: Option<&Event>,
) -> Result<Promise, Refused> {
    let definition = definitions.promise(index).ok_or_else(|| Refused::Full("no such promise".into()))?;
    let fact_time = |name: &str| event.and_then(|event| event.facts.text(name)).and_then(parse_rfc3339);
    let no_due = |error: Unresolved| Refused::NoDue(compact_str::format_compact!("{error}"));
    let (calendars, zone) = (&definitions.calendars, &definitions.house.zone);
    let due = definition.due.resolve(made, calendars, zone, fact_time).map_err(no_due)?;
    let warn = match &definition.at_risk {
        Some(at_risk) => Some(at_risk.resolve(made, due, &definition.due, calendars).map_err(no_due)?),
        None => None,
    };
    let facts = event.map_or(Facts::NONE, |event| promise_facts(definitions, &customer.known, event));
    Ok(Promise {
        id,
        name: definition.name.clone(),
        made,
        due,
        warn,
        state: PromiseState::Open,
        facts,
        settled: None,
    })
}

/// Adds a new promise, making room if need be.
pub(super) fn add(
    customer: &mut Customer,
    index: PromiseIndex,
    promise: Promise,
    input: &Input<'_>,
    noticed: &mut Noticed<'_>,
    effects: &mut Effects,
) {
    let known = &mut customer.known;
    if known.promises.len() >= PROMISES_MAX {
        let oldest = (0..known.promises.len())
            .filter(|&at| !known.promises[at].state.is_owed())
            .min_by_key(|&at| known.promises[at].due);
        // When all are owed the oldest is let go from what is kept at hand; the log has it.
        known.promises.remove(oldest.unwrap_or(0));
    }
    noticed.promises.push((index, promise.id, PromiseState::Open));
    effects.promises.push(PromiseChange {
        customer: customer.id,
        position: input.position,
        before: None,
        promise: promise.clone(),
    });
    known.promises.push(promise);
}

#[allow(clippy::too_many_arguments, reason = "one place where a promise's change is written down everywhere")]
fn change(
    customer: &mut Customer,
    at: usize,
    (index, definition): (PromiseIndex, &PromiseDefinition),
    next: PromiseState,
    settled: Option<Settled>,
    input: &Input<'_>,
    noticed: &mut Noticed<'_>,
    effects: &mut Effects,
) {
    let known = &mut customer.known;
    let promise = &mut known.promises[at];
    let before = promise.state;
    promise.state = next;
    promise.settled = settled;
    let (id, snapshot) = (promise.id, promise.clone());
    match next {
        PromiseState::Kept | PromiseState::Broken => {
            let what = if next == PromiseState::Kept { What::PromiseKept } else { What::PromiseBroken };
            let when = settled.map_or(input.now, |settled| settled.at.max(snapshot.made));
            noticed.weigh(known, input.position, when, definition.account, &definition.name, what);
        }
        PromiseState::Open | PromiseState::AtRisk | PromiseState::Released => {}
    }
    noticed.promises.push((index, id, next));
    effects.promises.push(PromiseChange {
        customer: customer.id,
        position: input.position,
        before: Some(before),
        promise: snapshot,
    });
}

/// A promise told broken turns out to have been kept in time: what its breaking cost is given back.
#[allow(clippy::too_many_arguments, reason = "one place where a correction is written down everywhere")]
fn correct(
    definitions: &Definitions,
    customer: &mut Customer,
    at: usize,
    index: PromiseIndex,
    settled: Settled,
    input: &Input<'_>,
    noticed: &mut Noticed<'_>,
    effects: &mut Effects,
) {
    let Some(definition) = definitions.promise(index) else { return };
    let told = customer.known.promises[at].settled.map(|settled| settled.position);
    let broken =
        told.and_then(|told| customer.known.trust.failure_at(definition.account, &definition.name, told));
    if let Some((position, number)) = broken {
        let what = What::Corrected { position, number };
        noticed.weigh(
            &mut customer.known,
            input.position,
            settled.at,
            definition.account,
            &definition.name,
            what,
        );
    }
    change(customer, at, (index, definition), PromiseState::Kept, Some(settled), input, noticed, effects);
    let promise = customer.known.promises[at].clone();
    effects.receipts.push(Receipt {
        id: customer.deeds.next_id(customer.id),
        position: input.position,
        customer: customer.id,
        at: input.now,
        definitions: definitions.version,
        subject: definition.name.clone(),
        because: "late evidence".into(),
        inputs: Vec::new(),
        purpose: Purpose::Service,
        categories: Vec::new(),
        verdict: Verdict::Corrected(compact_str::format_compact!(
            "{} was told broken; it was kept at {}, due {}",
            promise.id,
            settled.at,
            promise.due
        )),
    });
}

fn settle_unknown(
    customer: &mut Customer,
    at: usize,
    next: PromiseState,
    settled: Option<Settled>,
    input: &Input<'_>,
    effects: &mut Effects,
) {
    let promise = &mut customer.known.promises[at];
    let before = promise.state;
    promise.state = next;
    promise.settled = settled;
    effects.promises.push(PromiseChange {
        customer: customer.id,
        position: input.position,
        before: Some(before),
        promise: promise.clone(),
    });
}

fn refuse(
    definitions: &Definitions,
    customer: &mut Customer,
    definition: &PromiseDefinition,
    input: &Input<'_>,
    refused: Refused,
    effects: &mut Effects,
) {
    effects.receipts.push(Receipt {
        id: customer.deeds.next_id(customer.id),
        position: input.position,
        customer: customer.id,
        at: input.now,
        definitions: definitions.version,
        subject: definition.name.clone(),
        because: "promise made".into(),
        inputs: Vec::new(),
        purpose: Purpose::Service,
        categories: Vec::new(),
        verdict: Verdict::Refused(refused),
    });
}

/// The event's facts that any definition reads from a promise, as far as they may be seen.
fn promise_facts(definitions: &Definitions, known: &Known, event: &Event) -> Facts {
    let kept =
        definitions.promise_facts().iter().filter(|fact| known.grants.allow(fact.category, Purpose::Service));
    let pairs: Vec<_> = kept
        .filter_map(|fact| {
            let value = event.facts.get(&fact.name)?;
            // A list is kept only where a list is declared: it may be long.
            (fact.kind == FactType::Texts || !matches!(value, Value::List(_)))
                .then(|| (fact.name.clone(), value.clone()))
        })
        .collect();
    Facts::from_pairs(pairs).unwrap_or_default()
}
