//! Work on customers: loads them, fires their timers, takes them through their records.

mod erase;
mod finished;
mod readings;
mod second_look;

pub(super) use erase::erasure_receipt;
pub(super) use finished::{Finished, count};
pub(super) use readings::Readings;

use std::collections::BTreeMap;
use std::sync::Arc;

use compact_str::format_compact;
use opcx_core::consent::Answer;
use opcx_core::customer::{Customer, CustomerId, Deeds};
use opcx_core::definitions::Definitions;
use opcx_core::effects::{Effects, Moment};
use opcx_core::event::Event;
use opcx_core::identity::{IdentifierKind, Person, Refusal};
use opcx_core::log::Position;
use opcx_core::promise::PromiseId;
use opcx_core::reading::Reading;
use opcx_core::receipt::{Decisions, Receipt, Verdict};
use opcx_core::record::Entry;
use opcx_core::rollup::{Rollup, RollupKey, keys};
use opcx_core::step::{Happening, Input, next_timer, refold, step};
use opcx_core::time::Timestamp;
use opcx_store::{Alias, Logged, StoreError, UnderWay};

use super::assign::{IdentityChange, Item, Task};
use super::history::History;
use super::lanes::Lanes;
use super::past::Past;

/// Does tasks; shared by all cores.
pub(super) struct Worker<'a> {
    pub(super) past: Past<'a>,
    pub(super) definitions: &'a Definitions,
    pub(super) batch: &'a [Logged],
    pub(super) lanes: &'a Lanes,
}

/// Tasks that one core does, one after the other.
#[derive(Default)]
pub(super) struct Shift {
    /// What the task in hand has come to: its lists are used again by the next one.
    doing: Doing,
    /// What those before it came to.
    pub(super) finished: Finished,
}

/// What a task has come to so far; [`Finished`] tells what each part is.
#[derive(Default)]
struct Doing {
    effects: Effects,
    timed: Vec<Receipt>,
    readings: Readings,
    aliases: Vec<Alias>,
    /// What folding anew changes in the rollups.
    corrections: Vec<(RollupKey, Rollup)>,
    moments_anew: BTreeMap<Position, Vec<Moment>>,
    promises_gone: Vec<PromiseId>,
    unmatched: i64,
    erasure: Option<(Position, UnderWay)>,
}

/// How a customer's history changed.
pub(super) enum TrailChange {
    Added(Vec<Position>),
    Replaced(Vec<Position>),
}

/// A customer while a task is at work.
struct Desk {
    customer: Option<Arc<Customer>>,
    /// When the passing of time concerns the customer next, by the clock of their lane.
    due: Option<Timestamp>,
    trail: TrailChange,
    /// Whether they were there before the batch.
    existed: bool,
    /// The last record they were taken through in this batch.
    last: Option<Position>,
}

impl Worker<'_> {
    /// Does a task, and adds what it comes to.
    pub(super) fn run(&self, task: Task, shift: &mut Shift) -> Result<(), StoreError> {
        let Shift { doing: done, finished } = shift;
        let mut desks: BTreeMap<CustomerId, Desk> = task
            .at_hand
            .into_iter()
            .map(|customer| (customer.id, Desk::known(self.definitions, customer)))
            .collect();
        for item in &task.items {
            self.take(item, &mut desks, done)?;
        }
        for id in task.timers {
            self.load(id, &mut desks)?;
        }
        for desk in desks.values_mut() {
            self.fire_timers(desk, None, done);
        }
        finished.add(self.definitions, desks, done);
        Ok(())
    }

    /// Takes the customer through one record.
    fn take(
        &self,
        item: &Item,
        desks: &mut BTreeMap<CustomerId, Desk>,
        done: &mut Doing,
    ) -> Result<(), StoreError> {
        let logged = &self.batch[item.at];
        let reading = reading_in(logged);
        done.readings.first.extend(reading.map(|reading| (logged.position, reading.clone())));
        if !matches!(item.identity, IdentityChange::Begins(_)) {
            self.load(item.home, desks)?;
        }
        if let Some(desk) = desks.get_mut(&item.home) {
            self.fire_timers(desk, Some(logged.position), done);
        }
        self.change_identity(item, logged, desks, done)?;
        let Some(desk) = desks.get_mut(&item.home) else { return Ok(()) };
        if let Entry::Reading(second) = &logged.record.entry {
            return self.look_again(desk, logged, second, done);
        }
        let Some(mut customer) = desk.customer.take() else { return Ok(()) };

        // Whoever the commit under way tells of as well stays as they are there.
        let theirs = Arc::make_mut(&mut customer);
        note_refusals(self.definitions, theirs, logged, &item.refused, &mut done.effects);
        let happening = match &logged.record.entry {
            Entry::Event(event) => Happening::Event { event, reading },
            Entry::Command(command) => Happening::Ordered(command),
            Entry::Reading(_)
            | Entry::Rejected(_)
            | Entry::Delivery(_)
            | Entry::Tick
            | Entry::Erased(_)
            | Entry::Erasure(_) => Happening::Time,
        };
        let input = Input {
            position: logged.position,
            lane: logged.record.lane,
            now: logged.record.at,
            mode: logged.record.lane.mode(),
            happening,
        };
        let unmatched_before = theirs.known.unmatched;
        step(self.definitions, theirs, &input, &mut done.effects);
        done.unmatched += difference(theirs.known.unmatched, unmatched_before);
        desk.seat(self.definitions, customer);
        desk.last = Some(logged.position);
        desk.trail.push(logged.position);

        let withdraws = |event: &Event| event.consents.iter().any(|said| said.answer == Answer::Withdrawn);
        if matches!(&logged.record.entry, Entry::Event(event) if withdraws(event)) {
            self.forget_withdrawn(desk, logged, done)?;
        }
        Ok(())
    }

    fn load(&self, id: CustomerId, desks: &mut BTreeMap<CustomerId, Desk>) -> Result<(), StoreError> {
        if let std::collections::btree_map::Entry::Vacant(place) = desks.entry(id)
            && let Some(customer) = self.past.customer(id)?
        {
            place.insert(Desk::known(self.definitions, customer));
        }
        Ok(())
    }

    /// Fires the customer's timers that are due before the record at `until`, or in this batch. Each fires
    /// at its place in the log and at its own time.
    fn fire_timers(&self, desk: &mut Desk, until: Option<Position>, done: &mut Doing) {
        let receipts_before = done.effects.receipts.len();
        while let Some(due) = desk.due
            && let Some((lane, clock)) = desk.customer.as_ref().and_then(|customer| customer.known.clock)
            && let Some(position) = self.lanes.fires_at(lane, due, desk.last)
            && until.is_none_or(|until| position <= until)
            && let Some(mut customer) = desk.customer.take()
        {
            let input =
                Input { position, lane, now: due.max(clock), mode: lane.mode(), happening: Happening::Time };
            step(self.definitions, Arc::make_mut(&mut customer), &input, &mut done.effects);
            desk.seat(self.definitions, customer);
        }
        done.timed.extend(done.effects.receipts.drain(receipts_before..));
    }

    fn change_identity(
        &self,
        item: &Item,
        logged: &Logged,
        desks: &mut BTreeMap<CustomerId, Desk>,
        done: &mut Doing,
    ) -> Result<(), StoreError> {
        match &item.identity {
            IdentityChange::None => {}
            IdentityChange::Begins(person) => {
                let customer = Customer::new(item.home, person.clone());
                desks.insert(item.home, Desk { existed: false, ..Desk::known(self.definitions, customer) });
            }
            IdentityChange::Learns(person) => {
                if let Some(customer) = desks.get_mut(&item.home).and_then(|desk| desk.customer.as_mut()) {
                    Arc::make_mut(customer).person = person.clone();
                }
            }
            IdentityChange::Joins { absorbed, person } => {
                self.join(item, logged, absorbed, person, desks, done)?;
            }
            IdentityChange::Parts { stays, leaver, leaves } => {
                self.part(item, logged, stays, (*leaver, leaves), desks, done)?;
            }
            IdentityChange::Erased(leaving) => self.erase(item, logged, leaving, desks, done)?,
        }
        Ok(())
    }

    /// Several customers become one: what is known is folded anew from all their histories.
    fn join(
        &self,
        item: &Item,
        logged: &Logged,
        absorbed: &[CustomerId],
        person: &Person,
        desks: &mut BTreeMap<CustomerId, Desk>,
        done: &mut Doing,
    ) -> Result<(), StoreError> {
        let mut trail = Vec::new();
        let mut deeds = Deeds::default();
        let mut everyone: Vec<CustomerId> = vec![item.home];
        everyone.extend(absorbed);
        for (at, &id) in everyone.iter().enumerate() {
            self.load(id, desks)?;
            let Some(desk) = desks.get_mut(&id) else { continue };
            self.fire_timers(desk, Some(logged.position), done);
            let Some(customer) = &desk.customer else { continue };
            let positions = self.trail(id, &desk.trail)?;
            self.take_out(customer, &positions, done)?;
            deeds = if at == 0 { customer.deeds.clone() } else { deeds.joined(&customer.deeds) };
            trail.extend(positions);
        }
        trail.sort_unstable();
        trail.dedup();
        let customer = Customer { deeds, ..Customer::new(item.home, person.clone()) };
        let mut customer = self.fold_anew(customer, &trail, logged.record.at, done)?;
        for &id in absorbed {
            if let Some(desk) = desks.get_mut(&id) {
                desk.customer = None;
                desk.trail = TrailChange::Replaced(Vec::new());
            }
            done.aliases.push(Alias { id, into: Some(item.home) });
        }
        let names: Vec<String> = absorbed.iter().map(ToString::to_string).collect();
        // Of what kind the identifiers are and not which: after an un-merge one of them is somebody else's.
        let reason = person
            .links
            .last()
            .map(|link| format_compact!("by {} and {}", link.one.kind.word(), link.other.kind.word()));
        let merged = format_compact!("merged {} into {}", names.join(", "), item.home);
        let noted = reason.map_or(merged.clone(), |reason| format_compact!("{merged}: {reason}"));
        note(self.definitions, &mut customer, logged, Verdict::Noted(noted), &mut done.effects);
        if let Some(desk) = desks.get_mut(&item.home) {
            desk.seat(self.definitions, customer);
            desk.trail = TrailChange::Replaced(trail);
        }
        Ok(())
    }

    /// One customer becomes two again, each with their own history.
    fn part(
        &self,
        item: &Item,
        logged: &Logged,
        stays: &Person,
        (leaver, leaves): (CustomerId, &Person),
        desks: &mut BTreeMap<CustomerId, Desk>,
        done: &mut Doing,
    ) -> Result<(), StoreError> {
        let Some(desk) = desks.get_mut(&item.home) else { return Ok(()) };
        let Some(customer) = desk.customer.clone() else { return Ok(()) };
        let trail = self.trail(item.home, &desk.trail)?;
        self.take_out(&customer, &trail, done)?;
        let history = History::fetch(self.past.whole()?, trail.clone(), &done.readings)?;
        let theirs = history.of(leaves);
        let ours: Vec<_> =
            trail.into_iter().filter(|position| theirs.binary_search(position).is_err()).collect();

        let (kept, taken) = split_deeds(&customer.deeds, leaver, &theirs);
        let now = logged.record.at;
        let stayed = Customer { deeds: kept, ..Customer::new(item.home, stays.clone()) };
        let mut stayed = self.fold_anew(stayed, &ours, now, done)?;
        let left = Customer { deeds: taken, ..Customer::new(leaver, leaves.clone()) };
        let left = self.fold_anew(left, &theirs, now, done)?;
        note(
            self.definitions,
            &mut stayed,
            logged,
            Verdict::Noted(format_compact!("told apart: {leaver} is again somebody of their own")),
            &mut done.effects,
        );
        let mut seat = |customer: Customer, trail, last| {
            let desk_of = customer.id;
            let existed = desks.get(&desk_of).is_some_and(|desk| desk.existed);
            let trail = TrailChange::Replaced(trail);
            let desk = Desk::known(self.definitions, customer);
            desks.insert(desk_of, Desk { trail, existed, last, ..desk });
        };
        seat(stayed, ours, None);
        seat(left, theirs, Some(logged.position));
        done.aliases.push(Alias { id: leaver, into: None });
        Ok(())
    }

    /// After a withdrawal of consent: what is known, as if the data had never been collected.
    fn forget_withdrawn(&self, desk: &mut Desk, logged: &Logged, done: &mut Doing) -> Result<(), StoreError> {
        let Some(customer) = desk.customer.clone() else { return Ok(()) };
        let trail = self.trail(customer.id, &desk.trail)?;
        self.take_out(&customer, &trail, done)?;
        desk.seat(
            self.definitions,
            self.fold_anew(Arc::unwrap_or_clone(customer), &trail, logged.record.at, done)?,
        );
        Ok(())
    }

    /// Takes out of rollups and tables what a history had put there: what is stored of it, and what this
    /// batch came to so far.
    fn take_out(&self, customer: &Customer, trail: &[Position], done: &mut Doing) -> Result<(), StoreError> {
        let (told_anew, as_stored): (Vec<Position>, Vec<Position>) = trail
            .iter()
            .filter(|position| !self.is_of_batch(**position))
            .partition(|position| done.moments_anew.contains_key(position));
        let mut counted = self.past.whole()?.moments_at(&as_stored)?;
        counted.extend(told_anew.iter().flat_map(|position| done.moments_anew[position].iter().cloned()));
        for moment in &counted {
            self.correct(moment, -1, done);
            done.moments_anew.insert(moment.position, Vec::new());
        }
        done.effects.moments.retain(|moment| trail.binary_search(&moment.position).is_err());

        let is_theirs = |id: &PromiseId| match id {
            PromiseId::Event { position, .. } => trail.binary_search(position).is_ok(),
            PromiseId::Deed(_) => false,
        };
        done.effects.promises.retain(|change| !is_theirs(&change.promise.id));
        done.promises_gone.extend(self.past.whole()?.promises_made_at(&as_stored)?);
        done.promises_gone.extend(self.past.whole()?.promises_made_at(&told_anew)?);
        done.unmatched -= difference(customer.known.unmatched, 0);
        Ok(())
    }

    /// Folds a history anew and puts what it holds into rollups and tables.
    fn fold_anew(
        &self,
        customer: Customer,
        trail: &[Position],
        now: Timestamp,
        done: &mut Doing,
    ) -> Result<Customer, StoreError> {
        let history = History::fetch(self.past.whole()?, trail.to_vec(), &done.readings)?;
        let mut effects = Effects::default();
        let customer = refold(self.definitions, customer, history.inputs(trail), now, &mut effects);
        for moment in effects.moments {
            if self.is_of_batch(moment.position) {
                done.effects.moments.push(moment);
            } else {
                self.correct(&moment, 1, done);
                done.moments_anew.entry(moment.position).or_default().push(moment);
            }
        }
        done.unmatched += difference(customer.known.unmatched, 0);
        let back: Vec<PromiseId> = effects.promises.iter().map(|change| change.promise.id).collect();
        done.promises_gone.retain(|gone| !back.contains(gone));
        done.effects.promises.append(&mut effects.promises);
        Ok(customer)
    }

    /// Takes an earlier moment out of the rollups (-1) or puts it in (1).
    fn correct(&self, moment: &Moment, times: i64, done: &mut Doing) {
        let mut rollup = Rollup::default();
        rollup.count(moment, times);
        done.corrections.extend(keys(self.definitions, moment).map(|key| (key, rollup.clone())));
    }

    /// Whether a record is of this batch, so that nothing of it is stored yet.
    fn is_of_batch(&self, position: Position) -> bool {
        self.batch.first().is_some_and(|first| position >= first.position)
    }

    /// A customer's whole history, what this batch added included.
    fn trail(&self, id: CustomerId, change: &TrailChange) -> Result<Vec<Position>, StoreError> {
        Ok(match change {
            TrailChange::Added(added) => {
                let mut trail = self.past.whole()?.trail(id)?;
                trail.extend(added);
                trail
            }
            TrailChange::Replaced(trail) => trail.clone(),
        })
    }
}

impl Desk {
    fn known(definitions: &Definitions, customer: impl Into<Arc<Customer>>) -> Desk {
        let trail = TrailChange::Added(Vec::new());
        let mut desk = Desk { customer: None, due: None, trail, existed: true, last: None };
        desk.seat(definitions, customer);
        desk
    }

    fn seat(&mut self, definitions: &Definitions, customer: impl Into<Arc<Customer>>) {
        let customer = customer.into();
        self.due = next_timer(definitions, &customer);
        self.customer = Some(customer);
    }
}

impl TrailChange {
    fn push(&mut self, position: Position) {
        match self {
            TrailChange::Added(trail) | TrailChange::Replaced(trail) => trail.push(position),
        }
    }
}

/// What was read in a customer's event when it was accepted.
fn reading_in(logged: &Logged) -> Option<&Reading> {
    let event = logged.record.entry.event()?;
    // Law 11: whatever a record says, words of staff are not read.
    event.customers_words().and(event.reading.as_ref())
}

fn difference(after: u64, before: u64) -> i64 {
    i64::try_from(after).unwrap_or(i64::MAX) - i64::try_from(before).unwrap_or(i64::MAX)
}

/// Deeds done for somebody before they were merged go with them, also where several leave together as one:
/// whose first record is among `records`. What was done for both stays.
fn split_deeds(deeds: &Deeds, leaver: CustomerId, records: &[Position]) -> (Deeds, Deeds) {
    let goes = |id: CustomerId| id == leaver || records.binary_search(&id.0).is_ok();
    let side = |theirs: bool| Deeds {
        contacts: deeds.contacts.iter().filter(|c| goes(c.id.customer) == theirs).copied().collect(),
        fired: deeds.fired.iter().filter(|fired| goes(fired.customer) == theirs).cloned().collect(),
        cases: deeds.cases.iter().filter(|case| goes(case.id.0.customer) == theirs).cloned().collect(),
        promised: deeds
            .promised
            .iter()
            .filter(|promised| {
                matches!(promised.promise.id, PromiseId::Deed(id) if goes(id.customer)) == theirs
            })
            .cloned()
            .collect(),
        silences: deeds.silences.clone(),
        next_number: deeds.next_number,
    };
    (side(false), side(true))
}

fn note_refusals(
    definitions: &Definitions,
    customer: &mut Customer,
    logged: &Logged,
    refused: &[(IdentifierKind, Refusal)],
    effects: &mut Effects,
) {
    for (kind, refusal) in refused {
        note(definitions, customer, logged, Verdict::NotJoined(*kind, *refusal), effects);
    }
}

fn note(
    definitions: &Definitions,
    customer: &mut Customer,
    logged: &Logged,
    noted: Verdict,
    effects: &mut Effects,
) {
    effects.receipts.push(Receipt {
        id: customer.deeds.next_id(customer.id),
        position: logged.position,
        at: logged.record.at,
        definitions: definitions.version,
        decisions: Decisions::one("identity".into(), "one event", noted),
    });
}
