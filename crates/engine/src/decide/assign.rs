//! Whose is each record? Identities are resolved in log order, one record after the other; then
//! customers that have nothing to do with each other can be worked on at the same time.

mod erase;
mod groups;

pub(super) use erase::Leaving;

use std::sync::Arc;

use hashbrown::HashMap;
use opcx_core::case::CaseId;
use opcx_core::customer::{Customer, CustomerId};
use opcx_core::definitions::Definitions;
use opcx_core::event::{Event, Origin};
use opcx_core::identity::{Because, Identifier, IdentifierKind, Limits, Person, Refusal, resolve};
use opcx_core::log::Position;
use opcx_core::promise::PromiseId;
use opcx_core::record::{Command, Entry, Order};
use opcx_store::{Logged, StoreError};

use super::housekeeping::Remarks;
use super::past::Past;
use super::{Counted, drop_elsewhere};
use crate::cache::Cache;
use groups::{Groups, root_of};

/// What a batch asks of customers.
pub(super) struct Assigned {
    /// Work on customers that is independent of all other work.
    pub(super) tasks: Vec<Task>,
    /// Whose identifiers are now.
    pub(super) owners: HashMap<Identifier, CustomerId>,
    /// Identifiers that are nobody's any longer.
    pub(super) owners_gone: Vec<Identifier>,
    /// What concerns no customer.
    pub(super) remarks: Remarks,
}

/// Work on one customer, or on several that are joined or parted.
#[derive(Default)]
pub(super) struct Task {
    /// Customers that were at hand; others are fetched.
    pub(super) at_hand: Vec<Arc<Customer>>,
    /// Customers whose timers are to be looked at, whether or not a record concerns them.
    pub(super) timers: Vec<CustomerId>,
    /// What to do, in log order.
    pub(super) items: Vec<Item>,
}

impl Task {
    /// A look at somebody's timers.
    pub(super) fn timer(id: CustomerId, at_hand: Option<Arc<Customer>>) -> Task {
        Task { at_hand: at_hand.into_iter().collect(), timers: vec![id], items: Vec::new() }
    }
}

/// One record's work on a customer.
pub(super) struct Item {
    /// The record's place in the batch.
    pub(super) at: usize,
    /// Whose it is.
    pub(super) home: CustomerId,
    /// What happens to who they are before the record is looked at.
    pub(super) identity: IdentityChange,
    /// Identifiers that were not believed: of what kind, and why, in order.
    pub(super) refused: Vec<(IdentifierKind, Refusal)>,
}

/// What a record changes about who somebody is.
pub(super) enum IdentityChange {
    /// Nothing.
    None,
    /// Somebody new.
    Begins(Person),
    /// Somebody known has one more identifier.
    Learns(Person),
    /// Several turn out to be one.
    Joins {
        /// Those who become part of the home customer.
        absorbed: Vec<CustomerId>,
        /// All of them as one person.
        person: Person,
    },
    /// One turns out to be two.
    Parts {
        /// Who stays.
        stays: Person,
        /// The id of who leaves.
        leaver: CustomerId,
        /// Who leaves.
        leaves: Person,
    },
    /// Nothing that tells of somebody is to be kept.
    Erased(Box<Leaving>),
}

pub(super) fn assign(
    past: Past<'_>,
    definitions: &Definitions,
    customers: &mut Cache<CustomerId, Arc<Customer>>,
    owners: &mut Cache<Identifier, CustomerId>,
    batch: &[Logged],
    counted: &Counted,
) -> Result<Assigned, StoreError> {
    let mut desk = Desk {
        past,
        batch,
        limits: &definitions.house.limits,
        customers,
        cached_owners: owners,
        owners: HashMap::new(),
        owners_gone: Vec::new(),
        people: HashMap::new(),
        groups: Groups::default(),
        items: Vec::with_capacity(batch.len()),
        remarks: Remarks::default(),
    };
    for (at, logged) in batch.iter().enumerate() {
        match &logged.record.entry {
            Entry::Event(event) if counted.fresh[at] => desk.event(at, logged, event)?,
            Entry::Command(command) => desk.command(at, logged, command)?,
            Entry::Reading(second) => desk.record(at, second.of)?,
            Entry::Event(_)
            | Entry::Rejected(_)
            | Entry::Delivery(_)
            | Entry::Tick
            | Entry::Erased(_)
            | Entry::Erasure(_) => {}
        }
    }
    let Desk { customers, owners, owners_gone, mut people, mut groups, items, remarks, .. } = desk;
    let mut tasks: Vec<Task> = Vec::new();
    let mut task_of_group: HashMap<usize, usize> = HashMap::new();
    for item in items {
        let group = groups.of(item.home);
        let task = *task_of_group.entry(group).or_insert_with(|| {
            tasks.push(Task::default());
            tasks.len() - 1
        });
        tasks[task].items.push(item);
    }
    for (&id, &node) in &groups.nodes.clone() {
        let root = groups.root(node);
        if let Some(&task) = task_of_group.get(&root) {
            let fetched = people.remove(&id).and_then(|known| known.customer);
            tasks[task].at_hand.extend(fetched.or_else(|| customers.take(&id)));
            tasks[task].timers.push(id);
        }
    }
    Ok(Assigned { tasks, owners, owners_gone, remarks })
}

/// Adds customers whose timers are due and whom no record concerns.
pub(super) fn add_timers(
    customers: &mut Cache<CustomerId, Arc<Customer>>,
    tasks: &mut Vec<Task>,
    due: &[CustomerId],
) {
    let mut known: hashbrown::HashSet<CustomerId> =
        tasks.iter().flat_map(|task| task.timers.iter().copied()).collect();
    for &id in due {
        if known.insert(id) {
            tasks.push(Task::timer(id, customers.take(&id)));
        }
    }
}

/// Where identities are sorted out for one batch.
struct Desk<'a> {
    past: Past<'a>,
    batch: &'a [Logged],
    limits: &'a Limits,
    customers: &'a mut Cache<CustomerId, Arc<Customer>>,
    cached_owners: &'a mut Cache<Identifier, CustomerId>,
    /// Owners that this batch changed.
    owners: HashMap<Identifier, CustomerId>,
    owners_gone: Vec<Identifier>,
    /// People whose identifiers mattered so far.
    people: HashMap<CustomerId, KnownPerson>,
    groups: Groups,
    items: Vec<Item>,
    remarks: Remarks,
}

/// A person as this batch has them so far.
struct KnownPerson {
    person: Person,
    /// The customer as they were before the batch, where they had to be fetched.
    customer: Option<Arc<Customer>>,
}

impl Desk<'_> {
    fn event(&mut self, at: usize, logged: &Logged, event: &Event) -> Result<(), StoreError> {
        if event.origin == Origin::Probe {
            self.remarks.probes.push(at);
            return Ok(());
        }
        if event.who.is_empty() {
            self.remarks.nobodys += 1;
            return Ok(());
        }
        let mut owners = Vec::with_capacity(event.who.len());
        for identifier in &event.who {
            owners.push(self.owner(identifier)?);
        }
        // Nearly always everything is known and agrees.
        if let Some(Some(home)) = owners.first()
            && owners.iter().all(|owner| *owner == Some(*home))
        {
            self.push(at, *home, IdentityChange::None, event.masked.clone());
            return Ok(());
        }
        self.resolve(at, logged, &event.who, &owners, &Because::OneEvent, (*self.limits, &event.masked))
    }

    fn command(&mut self, at: usize, logged: &Logged, command: &Command) -> Result<(), StoreError> {
        match &command.order {
            Order::Merge(one, other) => {
                let both = [one.clone(), other.clone()];
                let owners = [self.owner(one)?, self.owner(other)?];
                let because = Because::Ordered { by: command.by.clone(), reason: command.reason.clone() };
                // Somebody who looked knows better than a limit.
                let limits = IdentifierKind::ALL
                    .into_iter()
                    .fold(*self.limits, |limits, kind| limits.with(kind, u16::MAX));
                self.resolve(at, logged, &both, &owners, &because, (limits, &[]))
            }
            Order::Unmerge(one, other) => self.part(at, one, other),
            Order::Case(CaseId(deed), _) => self.order(at, deed.customer),
            Order::Release(PromiseId::Deed(deed)) => self.order(at, deed.customer),
            Order::Release(PromiseId::Event { position, .. }) => self.record(at, *position),
            Order::Erase(whom) => self.erase(at, logged, whom),
            Order::Resend(_) | Order::Enable(_) | Order::Redriven(_) => Ok(()),
        }
    }

    /// Something about an earlier event, whosever that is by now.
    fn record(&mut self, at: usize, position: Position) -> Result<(), StoreError> {
        if position >= self.batch[at].position {
            return Ok(());
        }
        let Some(logged) = self.past.records(&[position])?.pop() else { return Ok(()) };
        let Entry::Event(event) = &logged.record.entry else { return Ok(()) };
        let Some(strongest) = event.strongest() else { return Ok(()) };
        // Whoever is called so by now need not be whose record it was: that one may have been erased.
        if let Some(owner) = self.owner(strongest)?
            && self.records(owner)?.binary_search(&position).is_ok()
        {
            self.push(at, owner, IdentityChange::None, Vec::new());
        }
        Ok(())
    }

    /// An order about something done for `id`, whoever that is by now.
    fn order(&mut self, at: usize, id: CustomerId) -> Result<(), StoreError> {
        let mut home = id;
        // Merged and told apart before this batch or within it, perhaps more than once.
        while let Some(into) = match self.groups.changed.get(&home) {
            Some(changed) => *changed,
            None => self.past.whole()?.merged_into(home)?,
        } {
            home = into;
        }
        if self.people.contains_key(&home) || self.past.whole()?.stands_for(home)? == Some(home) {
            self.push(at, home, IdentityChange::None, Vec::new());
        }
        Ok(())
    }

    fn resolve(
        &mut self,
        at: usize,
        logged: &Logged,
        who: &[Identifier],
        owners: &[Option<CustomerId>],
        because: &Because,
        (limits, masked): (Limits, &[(IdentifierKind, Refusal)]),
    ) -> Result<(), StoreError> {
        for owner in owners.iter().flatten() {
            self.fetch(*owner)?;
        }
        let named: Vec<_> = who
            .iter()
            .zip(owners)
            .map(|(identifier, owner)| {
                let person = owner.and_then(|id| self.people.get(&id).map(|known| (id, &known.person)));
                (identifier.clone(), person)
            })
            .collect();
        let found = resolve(&named, &limits, logged.position, because);
        let home = found.customers.first().copied().unwrap_or(CustomerId(logged.position));
        let absorbed: Vec<_> = found.customers.iter().copied().filter(|id| *id != home).collect();

        for identifier in &found.person.identifiers {
            if self.owner(identifier)? != Some(home) {
                self.owners.insert(identifier.clone(), home);
            }
        }
        for &id in &absorbed {
            self.groups.join(home, id);
        }
        let unchanged = self.people.get(&home).is_some_and(|known| known.person == found.person);
        let change = if found.customers.is_empty() {
            IdentityChange::Begins(found.person.clone())
        } else if !absorbed.is_empty() {
            IdentityChange::Joins { absorbed, person: found.person.clone() }
        } else if unchanged {
            IdentityChange::None
        } else {
            IdentityChange::Learns(found.person.clone())
        };
        match self.people.get_mut(&home) {
            Some(known) => known.person = found.person,
            None => {
                self.people.insert(home, KnownPerson { person: found.person, customer: None });
            }
        }
        let refused = found.refused.iter().map(|(identifier, refusal)| (identifier.kind, *refusal));
        let mut refused: Vec<_> = refused.chain(masked.iter().copied()).collect();
        refused.sort_unstable();
        self.push(at, home, change, refused);
        Ok(())
    }

    fn part(&mut self, at: usize, one: &Identifier, other: &Identifier) -> Result<(), StoreError> {
        let (Some(home), Some(same)) = (self.owner(one)?, self.owner(other)?) else { return Ok(()) };
        if home != same {
            return Ok(());
        }
        self.fetch(home)?;
        let Some((one, other)) = self.people.get(&home).and_then(|known| known.person.split(one, other))
        else {
            return Ok(());
        };
        // Who was there first keeps the id; the other one's is found in their history.
        let first = self.past.records(&[home.0])?.pop();
        let first = first.as_ref().and_then(|logged| logged.record.entry.event()?.strongest());
        let (stays, leaves) = if first.is_some_and(|first| other.identifiers.contains(first)) {
            (other, one)
        } else {
            (one, other)
        };
        let leaver = self.leaver(at, home, &leaves)?;
        for identifier in &leaves.identifiers {
            self.owners.insert(identifier.clone(), leaver);
        }
        self.groups.join(home, leaver);
        self.groups.changed.insert(leaver, None);
        if let Some(known) = self.people.get_mut(&home) {
            known.person = stays.clone();
        }
        self.people.insert(leaver, KnownPerson { person: leaves.clone(), customer: None });
        self.push(at, home, IdentityChange::Parts { stays, leaver, leaves }, Vec::new());
        Ok(())
    }

    /// The id that somebody who leaves had, or would have had: their first record's. Among what this
    /// batch did to the group so far, and what was there before.
    fn leaver(&mut self, at: usize, home: CustomerId, leaves: &Person) -> Result<CustomerId, StoreError> {
        let positions = self.records(home)?;
        let first =
            self.past.records(&positions)?.into_iter().find(|logged| super::history::is_of(logged, leaves));
        Ok(CustomerId(first.map_or(self.batch[at].position, |logged| logged.position)))
    }

    /// The records of a customer and of all who are worked on together with them, in order.
    fn records(&mut self, home: CustomerId) -> Result<Vec<Position>, StoreError> {
        let group = self.groups.of(home);
        let mut positions = Vec::new();
        for (&id, &node) in &self.groups.nodes {
            if root_of(&self.groups.parents, node) == group {
                positions.extend(self.past.whole()?.trail(id)?);
            }
        }
        for item in &self.items {
            let node = self.groups.nodes[&item.home];
            if root_of(&self.groups.parents, node) == group {
                positions.push(self.batch[item.at].position);
            }
        }
        positions.sort_unstable();
        positions.dedup();
        Ok(positions)
    }

    fn push(
        &mut self,
        at: usize,
        home: CustomerId,
        identity: IdentityChange,
        refused: Vec<(IdentifierKind, Refusal)>,
    ) {
        self.groups.add(home);
        self.items.push(Item { at, home, identity, refused });
    }

    fn owner(&mut self, identifier: &Identifier) -> Result<Option<CustomerId>, StoreError> {
        if let Some(owner) = self.owners.get(identifier).or_else(|| self.cached_owners.get(identifier)) {
            return Ok(Some(*owner));
        }
        let owner = self.past.owner(identifier)?;
        if let Some(owner) = owner {
            self.cached_owners.put(identifier.clone(), owner, 1).into_iter().for_each(drop_elsewhere);
        }
        Ok(owner)
    }

    fn fetch(&mut self, id: CustomerId) -> Result<(), StoreError> {
        if self.people.contains_key(&id) {
            return Ok(());
        }
        let customer = match self.customers.take(&id) {
            Some(customer) => Some(customer),
            None => self.past.customer(id)?.map(Arc::new),
        };
        let person = customer.as_ref().map(|customer| customer.person.clone()).unwrap_or_default();
        self.people.insert(id, KnownPerson { person, customer });
        Ok(())
    }
}
