use std::collections::{BTreeMap, BTreeSet};

use opcx_core::consent::Grants;
use opcx_core::customer::{
    CASES_MAX, CONTACTS_MAX, Customer, CustomerId, FIRED_MAX, PROMISED_MAX, PROMISES_MAX, RUNS_MAX,
};
use opcx_core::event::Origin;
use opcx_core::log::{Lane, Position};
use opcx_core::record::Entry;
use opcx_core::step::next_timer;
use opcx_core::time::Timestamp;
use opcx_store::Store;

use super::events;
use crate::broken::{Result, hold, unexplained};
use crate::world::World;

/// Everyone that the store knows.
pub(super) fn everyone(store: &dyn Store) -> Result<Vec<Customer>> {
    unexplained(store.customers(None, usize::MAX))
}

/// Law 12, as far as state goes.
pub(super) fn are_bounded(world: &World) -> Result<()> {
    for customer in everyone(&*world.machine.truth)? {
        let (known, deeds) = (&customer.known, &customer.deeds);
        let bounded = known.runs.len() <= RUNS_MAX
            && known.promises.len() <= PROMISES_MAX
            && deeds.contacts.len() <= CONTACTS_MAX
            && deeds.fired.len() <= FIRED_MAX
            && deeds.promised.len() <= PROMISED_MAX
            && deeds.cases.iter().filter(|case| !case.state.is_held()).count() <= CASES_MAX;
        hold(bounded, "everything is bounded (law 12)", || format!("{} has outgrown", customer.id))?;
    }
    Ok(())
}

/// Everyone's identifiers lead to them, nobody has what is somebody else's, and every id that was ever
/// given leads to somebody.
pub(super) fn are_whole(world: &World) -> Result<()> {
    let law = "everything is somebody's, once";
    let truth = &world.machine.truth;
    let everyone = everyone(&**truth)?;
    let (mut identifiers, mut records) = (BTreeSet::new(), BTreeSet::new());
    for customer in &everyone {
        for identifier in &customer.person.identifiers {
            hold(identifiers.insert(identifier.clone()), law, || format!("{identifier} belongs to two"))?;
            let owner = unexplained(truth.owner(identifier))?;
            hold(owner == Some(customer.id), law, || format!("{identifier} leads to {owner:?}"))?;
        }
        let trail = unexplained(truth.trail(customer.id))?;
        hold(trail.is_sorted(), law, || format!("{} has a trail out of order", customer.id))?;
        for position in trail {
            let is_event = is_event(world, position);
            hold(!is_event || records.insert(position), law, || format!("record {position} is of two"))?;
        }
        tables_agree(&**truth, customer)?;
    }
    let told = events(world).filter(|(_, event)| event.origin != Origin::Probe && !event.who.is_empty());
    for (position, _) in told {
        hold(records.contains(&position), law, || format!("record {position} is in nobody's history"))?;
    }
    let receipts = unexplained(truth.receipts(Position::START..truth.end(), usize::MAX))?;
    let ids: BTreeSet<CustomerId> = receipts.iter().map(opcx_core::receipt::Receipt::customer).collect();
    let erasures = unexplained(truth.erasures(false, usize::MAX))?;
    let erased = |id| erasures.iter().any(|(_, row)| row.erasure().receipt.customer == id);
    for id in ids.into_iter().filter(|id| !erased(*id)) {
        let stands_for = unexplained(truth.stands_for(id))?;
        let is_known = stands_for.is_some_and(|id| everyone.iter().any(|customer| customer.id == id));
        hold(is_known, "an id once given leads to somebody", || format!("{id} leads to {stands_for:?}"))?;
    }
    let totals = unexplained(truth.progress())?.totals;
    hold(totals.customers == everyone.len() as u64, law, || format!("{} customers", totals.customers))?;
    no_promise_is_left_over(&**truth, &everyone)
}

fn is_event(world: &World, position: Position) -> bool {
    let at = usize::try_from(position.get()).unwrap_or(usize::MAX);
    world.ledger.records.get(at).is_some_and(|logged| matches!(logged.record.entry, Entry::Event(_)))
}

/// What is kept with the customer is what the tables of promises and cases hold.
fn tables_agree(truth: &dyn Store, customer: &Customer) -> Result<()> {
    let law = "customers and tables say the same";
    for promise in &customer.known.promises {
        let row = unexplained(truth.promise(promise.id))?;
        let same = row.as_ref().is_some_and(|row| row.promise == *promise && row.customer == customer.id);
        hold(same, law, || format!("{} of {} is {row:?}", promise.id, customer.id))?;
    }
    for run in &customer.known.runs {
        for step in &run.steps {
            let moments = unexplained(truth.moments_at(&[step.position]))?;
            let of_run = moments.iter().any(|moment| step.is(moment) && moment.journey == run.journey);
            hold(of_run, law, || format!("{step:?} of {} in {} is {moments:?}", customer.id, run.journey))?;
        }
    }
    for case in &customer.deeds.cases {
        let row = unexplained(truth.case(case.id))?;
        let same = row.as_ref().is_some_and(|row| row.case == *case);
        hold(same, law, || format!("{} of {} is {row:?}", case.id, customer.id))?;
    }
    Ok(())
}

/// What is still owed, or still in a human's hands, is so with the customer too.
fn no_promise_is_left_over(truth: &dyn Store, everyone: &[Customer]) -> Result<()> {
    let law = "customers and tables say the same";
    let owed: BTreeSet<_> =
        everyone.iter().flat_map(|customer| &customer.known.promises).map(|promise| promise.id).collect();
    for row in unexplained(truth.promises(None, usize::MAX))? {
        let is_owed = row.promise.state.is_owed();
        hold(!is_owed || owed.contains(&row.promise.id), law, || {
            format!("{} is owed, and nobody is owed it", row.promise.id)
        })?;
    }
    let held: BTreeSet<_> =
        everyone.iter().flat_map(|customer| &customer.deeds.cases).map(|case| case.id).collect();
    for row in unexplained(truth.cases(None, usize::MAX))? {
        hold(!row.case.state.is_held() || held.contains(&row.case.id), law, || {
            format!("{} is held, and its customer does not know", row.case.id)
        })?;
    }
    Ok(())
}

/// Whoever the passing of time concerns is in the queue of timers, once and at the right time; and
/// whatever was due has fired.
pub(super) fn have_their_timers(world: &World) -> Result<()> {
    let truth = &world.machine.truth;
    let mut right: BTreeMap<(Lane, CustomerId), Timestamp> = BTreeMap::new();
    for customer in everyone(&**truth)? {
        if let Some((lane, _)) = customer.known.clock
            && let Some(at) = next_timer(&world.definitions, &customer)
        {
            right.insert((lane, customer.id), at);
        }
    }
    let mut queued = 0;
    for (lane, clock) in unexplained(truth.progress())?.clocks {
        for (at, id) in unexplained(truth.due(lane, Timestamp::MAX, usize::MAX))? {
            queued += 1;
            hold(right.get(&(lane, id)) == Some(&at), "no timer is lost, and none stays", || {
                format!("{id} is queued for {at}, right is {:?}", right.get(&(lane, id)))
            })?;
            // An import's clock stands when it ends.
            hold(at > clock || lane != Lane::LIVE, "what is due fires", || {
                format!("{id} was due at {at}, it is {clock}")
            })?;
        }
    }
    hold(queued == right.len(), "no timer is lost, and none stays", || {
        format!("{queued} timers are queued, {} customers have one", right.len())
    })
}

/// What customers allowed and forbade, told from the log alone.
pub(super) fn consents_are_in_force(world: &World) -> Result<()> {
    let truth = &world.machine.truth;
    for customer in everyone(&**truth)? {
        let mut right = Grants::default();
        for position in unexplained(truth.trail(customer.id))? {
            let at = usize::try_from(position.get()).unwrap_or(usize::MAX);
            let Some(logged) = world.ledger.records.get(at) else { continue };
            if let Entry::Event(event) = &logged.record.entry {
                event.consents.iter().for_each(|statement| right.note(statement, event.happened));
            }
        }
        hold(customer.known.grants == right, "what customers forbid is forbidden (law 4)", || {
            format!("{} allowed {right:?}, in force is {:?}", customer.id, customer.known.grants)
        })?;
    }
    Ok(())
}
