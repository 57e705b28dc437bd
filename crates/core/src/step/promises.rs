//! Promises: made by events, settled by evidence, broken by time.

use alloc::vec::Vec;

use super::Input;
use super::decide::leave;
use super::observe::{Noticed, sight};
use crate::condition::{FactType, PromiseSight, Rest};
use crate::consent::Purpose;
use crate::customer::{Customer, Known, PROMISES_MAX, SETTLED_MAX, room};
use crate::definitions::Definitions;
use crate::due::Unresolved;
use crate::effects::{Effects, PromiseChange};
use crate::event::{Event, Facts, Origin, Value};
use crate::promise::{Promise, PromiseDefinition, PromiseId, PromiseIndex, PromiseState, Settled};
use crate::reading::Reading;
use crate::receipt::{Decisions, Refused, Verdict};
use crate::time::{Timestamp, parse_rfc3339};
use crate::trust::What;

/// The source under which opcx records its own deeds; never evidence for a promise.
pub const OWN_SOURCE: &str = "opcx";
/// Evidence that time brings is numbered from here, apart from what records bring themselves.
const BROUGHT_BY_TIME: u16 = 0x8000;

/// Settles owed promises for which the event is evidence, corrects broken ones for which it shows that
/// they were kept or released in time, and takes note where it comes too late but makes good.
pub(super) fn settle_by<'a>(
    definitions: &'a Definitions,
    customer: &mut Customer,
    input: &Input<'_>,
    event: &Event,
    reading: Option<&Reading>,
    noticed: &mut Noticed<'a>,
    effects: &mut Effects,
) {
    let concerned = noticed.concerned;
    if concerned.kept.is_empty() && concerned.released.is_empty() {
        return;
    }
    for at in 0..customer.known.promises.len() {
        let promise = &customer.known.promises[at];
        let state = promise.state;
        let in_time = event.happened <= promise.due;
        // Most are settled for good, or beyond what this event could still say of them.
        let may_change = match state {
            PromiseState::Open | PromiseState::AtRisk => true,
            PromiseState::Broken => in_time || promise.made_good.is_none(),
            PromiseState::Kept | PromiseState::Released => false,
        };
        if !may_change {
            continue;
        }
        let named = |list: &'a [(PromiseIndex, Rest)]| {
            list.iter().find_map(|(index, condition)| {
                let definition = definitions.promise(*index)?;
                (definition.name == promise.name).then_some((*index, definition, condition))
            })
        };
        let (keeping, releasing) = (named(&concerned.kept), named(&concerned.released));
        let Some((index, definition, _)) = keeping.or(releasing) else { continue };
        let independent = event.source != OWN_SOURCE
            && event.origin != Origin::Probe
            && !definition.not_from.contains(&event.source)
            && event.happened >= promise.made;
        if !independent {
            continue;
        }
        let holds = |(_, _, condition): (PromiseIndex, &PromiseDefinition, &Rest)| {
            let promise = PromiseSight { facts: &promise.facts, made: promise.made, due: promise.due };
            let sight =
                sight(&customer.known, Purpose::Service, Some(event), reading, Some(promise), input.now);
            condition.holds(&sight)
        };
        let is_kept = keeping.is_some_and(holds);
        let is_released = in_time && releasing.is_some_and(holds);
        let settled = Settled { position: input.position, at: event.happened };

        let next = match state {
            PromiseState::Open | PromiseState::AtRisk | PromiseState::Broken if is_kept && in_time => {
                PromiseState::Kept
            }
            // Late evidence for a promise that time has not reached yet: it came too late.
            PromiseState::Open | PromiseState::AtRisk if is_kept => PromiseState::Broken,
            PromiseState::Open | PromiseState::AtRisk | PromiseState::Broken if is_released => {
                PromiseState::Released
            }
            PromiseState::Broken if is_kept && promise.made_good.is_none() => PromiseState::Broken,
            PromiseState::Open
            | PromiseState::AtRisk
            | PromiseState::Kept
            | PromiseState::Broken
            | PromiseState::Released => continue,
        };
        let place = Place { at, index, definition };
        match (state, next) {
            (PromiseState::Broken, PromiseState::Broken) => {}
            (PromiseState::Broken, _) => {
                correct(definitions, customer, &place, next, settled, input, noticed, effects);
            }
            _ => change(customer, &place, next, Some(settled), input, noticed, effects),
        }
        if next == PromiseState::Broken {
            make_good(customer, &place, settled, input, noticed, effects);
        }
    }
}

/// A promise of a customer and its definition.
struct Place<'a> {
    /// Which of the customer's promises.
    at: usize,
    index: PromiseIndex,
    definition: &'a PromiseDefinition,
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
    for (number, (index, made)) in (0..).zip(&noticed.concerned.made) {
        let index = *index;
        let Some(definition) = definitions.promise(index) else { continue };
        let sight = sight(&customer.known, Purpose::Service, Some(event), reading, None, input.now);
        if !made.holds(&sight) {
            continue;
        }
        let id = PromiseId::Event { position: input.position, number };
        match promise(definitions, customer, index, id, input, event.happened, Some(event)) {
            Ok(promise) => add(customer, index, promise, input, noticed, effects),
            Err(refused) => {
                let verdict = Verdict::Refused(refused);
                leave_receipt(definitions, customer, definition, input, "promise made", verdict, effects);
            }
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
    let promises = &customer.known.promises;
    let changes = |promise: &Promise| promise.as_of(input.now).is_some();
    let mut due: Vec<_> = (0..promises.len()).filter(|&at| changes(&promises[at])).collect();
    // In the order of their times, as they come when each is met at its own time.
    due.sort_by_key(|&at| (promises[at].next_change(), at));
    for at in due {
        let promise = &customer.known.promises[at];
        let Some(next) = promise.as_of(input.now) else { continue };
        let broken = promise.breaks_at().map(|at| Settled { position: promise.record, at });
        let settled = broken.filter(|_| next == PromiseState::Broken);
        match definitions.promise_named(&promise.name) {
            Some((index, definition)) => {
                let place = Place { at, index, definition };
                change(customer, &place, next, settled, input, noticed, effects);
            }
            // The folder no longer knows it: it ends, but nobody's trust moves for it.
            None => settle_unknown(customer, at, next, settled, input, effects),
        }
    }
}

/// A promise as its definition makes it now. Refused when it has no due time, or there is no room.
pub(super) fn promise(
    definitions: &Definitions,
    customer: &Customer,
    index: PromiseIndex,
    id: PromiseId,
    input: &Input<'_>,
    made: Timestamp,
    event: Option<&Event>,
) -> Result<Promise, Refused> {
    let definition = definitions.promise(index).ok_or_else(|| Refused::Full("no such promise".into()))?;
    let known = &customer.known;
    if known.promises.len() >= PROMISES_MAX && owed(&known.promises) >= PROMISES_MAX {
        return Err(Refused::Full("promises".into()));
    }
    let may_see = |name: &str| {
        let fact = definitions.vocabulary.facts.get(name);
        fact.is_some_and(|fact| known.grants.allow(fact.category, Purpose::Service))
    };
    let fact_time = |name: &str| {
        let event = event.filter(|_| may_see(name))?;
        event.facts.text(name).and_then(parse_rfc3339)
    };
    let no_due = |error: Unresolved| Refused::NoDue(compact_str::format_compact!("{error}"));
    let (calendars, zone) = (&definitions.calendars, &definitions.house.zone);
    let due = definition.due.resolve(made, calendars, zone, fact_time).map_err(no_due)?;
    let warn = match &definition.at_risk {
        Some(at_risk) => Some(at_risk.resolve(made, due, &definition.due, calendars).map_err(no_due)?),
        None => None,
    };
    let facts = event.map_or(Facts::NONE, |event| promise_facts(definitions, known, event));
    Ok(Promise {
        id,
        name: definition.name.clone(),
        made,
        due,
        warn,
        state: PromiseState::Open,
        facts,
        record: input.position,
        settled: None,
        made_good: None,
    })
}

/// Adds a new promise.
pub(super) fn add(
    customer: &mut Customer,
    index: PromiseIndex,
    promise: Promise,
    input: &Input<'_>,
    noticed: &mut Noticed<'_>,
    effects: &mut Effects,
) {
    keep(&mut customer.known.promises, promise.clone());
    noticed.promises.push((index, promise.id, PromiseState::Open));
    write_down(customer, None, promise, input, effects);
}

/// Keeps one more promise. One by the same name that nothing can change any more goes: nothing is decided by it, now that it
/// is no longer the latest. Of too many settled ones one goes that nothing can change any more, and if there is none, a broken
/// one; of several the one settled longest ago.
pub(super) fn keep(promises: &mut Vec<Promise>, promise: Promise) {
    let is_over = |known: &Promise| {
        // What this record itself settled is still asked about: a delivery may keep one promise and make the next.
        let just_settled = known.settled.is_some_and(|settled| settled.position == promise.record);
        known.name == promise.name && known.state.is_final() && !just_settled
    };
    promises.retain(|known| !is_over(known));
    room::push(promises, promise);
    while promises.len() > SETTLED_MAX && promises.len() - owed(promises) > SETTLED_MAX {
        let least_missed =
            (0..promises.len()).filter(|&at| !promises[at].state.is_owed()).min_by_key(|&at| {
                let promise = &promises[at];
                (!promise.state.is_final(), promise.settled.map(|settled| settled.at))
            });
        let Some(at) = least_missed else { return };
        promises.remove(at);
    }
}

fn owed(promises: &[Promise]) -> usize {
    promises.iter().filter(|promise| promise.state.is_owed()).count()
}

/// A promise comes into its next state, and trust moves for it.
fn change(
    customer: &mut Customer,
    place: &Place<'_>,
    next: PromiseState,
    settled: Option<Settled>,
    input: &Input<'_>,
    noticed: &mut Noticed<'_>,
    effects: &mut Effects,
) {
    let promise = &mut customer.known.promises[place.at];
    let before = promise.state;
    promise.state = next;
    promise.settled = settled;
    let promise = promise.clone();
    match (next, settled) {
        (PromiseState::Kept, Some(settled)) => {
            weigh(customer, place, settled, What::PromiseKept, noticed);
        }
        (PromiseState::Broken, Some(settled)) => {
            weigh(customer, place, settled, What::PromiseBroken, noticed);
        }
        _ => {}
    }
    noticed.promises.push((place.index, promise.id, next));
    write_down(customer, Some(before), promise, input, effects);
}

/// A promise told broken turns out to have been kept or released in time: what its breaking cost is
/// given back.
#[allow(clippy::too_many_arguments, reason = "one place where a correction is written down everywhere")]
fn correct(
    definitions: &Definitions,
    customer: &mut Customer,
    place: &Place<'_>,
    next: PromiseState,
    settled: Settled,
    input: &Input<'_>,
    noticed: &mut Noticed<'_>,
    effects: &mut Effects,
) {
    let definition = place.definition;
    let promise = &mut customer.known.promises[place.at];
    promise.made_good = None;
    let told = promise.settled.map(|settled| settled.position);
    let words = compact_str::format_compact!(
        "{} was told broken; it was {} at {}, due {}",
        promise.id,
        next.word(),
        settled.at,
        promise.due
    );
    let broken =
        told.and_then(|told| customer.known.trust.failure_at(definition.account, &definition.name, told));
    if let Some((position, number)) = broken {
        weigh(customer, place, settled, What::Corrected { position, number }, noticed);
    }
    change(customer, place, next, Some(settled), input, noticed, effects);
    let verdict = Verdict::Corrected(words);
    leave_receipt(definitions, customer, definition, input, "late evidence", verdict, effects);
}

/// What was promised was done too late: the promise stays broken, but its breaking is made good.
fn make_good(
    customer: &mut Customer,
    place: &Place<'_>,
    settled: Settled,
    input: &Input<'_>,
    noticed: &mut Noticed<'_>,
    effects: &mut Effects,
) {
    let promise = &mut customer.known.promises[place.at];
    promise.made_good = Some(settled);
    let promise = promise.clone();
    weigh(customer, place, settled, What::Repaired, noticed);
    write_down(customer, Some(PromiseState::Broken), promise, input, effects);
}

fn weigh(
    customer: &mut Customer,
    place: &Place<'_>,
    settled: Settled,
    what: What,
    noticed: &mut Noticed<'_>,
) {
    let promise = &customer.known.promises[place.at];
    let (at, record) = (settled.at.max(promise.made), promise.record);
    let PromiseDefinition { account, name, .. } = place.definition;
    if noticed.event.is_some() {
        noticed.weigh(&mut customer.known, settled.position, at, *account, name, what);
    } else {
        let number = BROUGHT_BY_TIME | (promise.id.number() & (BROUGHT_BY_TIME - 1));
        noticed.weigh_as(&mut customer.known, (record, number), at, *account, name, what);
    }
}

fn write_down(
    customer: &Customer,
    before: Option<PromiseState>,
    promise: Promise,
    input: &Input<'_>,
    effects: &mut Effects,
) {
    effects.promises.push(PromiseChange { customer: customer.id, position: input.position, before, promise });
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
    let promise = promise.clone();
    write_down(customer, Some(before), promise, input, effects);
}

fn leave_receipt(
    definitions: &Definitions,
    customer: &mut Customer,
    definition: &PromiseDefinition,
    input: &Input<'_>,
    because: &str,
    verdict: Verdict,
    effects: &mut Effects,
) {
    let decisions = Decisions::one(definition.name.clone(), because, verdict);
    leave(decisions, definitions, customer, input, effects);
}

/// The event's facts that any definition reads from a promise, as far as they may be seen.
fn promise_facts(definitions: &Definitions, known: &Known, event: &Event) -> Facts {
    let kept =
        definitions.promise_facts().iter().filter(|fact| known.grants.allow(fact.category, Purpose::Service));
    let wanted = |name: &str, value: &Value| {
        kept.clone().any(|fact| {
            // A list is kept only where a list is declared: it may be long.
            fact.name == name && (fact.kind == FactType::Texts || !matches!(value, Value::List(_)))
        })
    };
    event.facts.only(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Position;

    /// A promise that was settled `minute` minutes after the epoch, or is open.
    fn promise(number: u64, state: PromiseState, minute: Option<i64>) -> Promise {
        let settled = minute.map(|minute| Settled {
            position: Position::new(number),
            at: Timestamp::from_millis(minute * 60_000),
        });
        Promise {
            id: PromiseId::Event { position: Position::new(number), number: 0 },
            name: "answered".into(),
            made: Timestamp::EPOCH,
            due: Timestamp::EPOCH,
            warn: None,
            state,
            facts: Facts::NONE,
            record: Position::new(number),
            settled,
            made_good: None,
        }
    }

    #[test]
    fn of_promises_that_nothing_can_change_the_latest_by_each_name_stays() {
        let mut promises = Vec::new();
        let other =
            |number| Promise { name: "delivered-by".into(), ..promise(number, PromiseState::Kept, Some(1)) };
        keep(&mut promises, promise(1, PromiseState::Kept, Some(1)));
        keep(&mut promises, other(2));
        keep(&mut promises, promise(3, PromiseState::Broken, Some(1)));
        keep(&mut promises, promise(4, PromiseState::Open, None));
        assert_eq!(numbers(&promises), [2, 3, 4], "a later one by the name of the first is there");
        promises[2] = promise(4, PromiseState::Released, Some(2));
        keep(&mut promises, other(5));
        assert_eq!(numbers(&promises), [3, 4, 5]);
        keep(&mut promises, Promise { record: Position::new(4), ..promise(6, PromiseState::Open, None) });
        assert_eq!(numbers(&promises), [3, 4, 5, 4], "the record that settled the fourth made another one");
    }

    #[test]
    fn of_too_many_settled_promises_those_that_may_still_change_stay() {
        let mut promises = Vec::new();
        let broken = |number: u64| promise(number, PromiseState::Broken, i64::try_from(number).ok());
        keep(&mut promises, promise(100, PromiseState::Open, None));
        keep(
            &mut promises,
            Promise { name: "delivered-by".into(), ..promise(101, PromiseState::Kept, Some(500)) },
        );
        for number in 1..=SETTLED_MAX as u64 {
            keep(&mut promises, broken(number));
        }
        assert_eq!(numbers(&promises), [100, 1, 2, 3, 4, 5, 6, 7, 8], "the kept one went first");
        keep(&mut promises, broken(9));
        assert_eq!(numbers(&promises), [100, 2, 3, 4, 5, 6, 7, 8, 9], "then the one broken longest ago");
    }

    fn numbers(promises: &[Promise]) -> Vec<u64> {
        promises.iter().map(|promise| promise.record.get()).collect()
    }
}
