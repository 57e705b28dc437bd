use std::collections::{BTreeMap, BTreeSet};

use opcx_core::customer::CustomerId;
use opcx_core::definitions::Definitions;
use opcx_core::event::Value;
use opcx_core::log::Position;
use opcx_core::map::Outcome;
use opcx_core::playbook::Aim;
use opcx_core::promise::PromiseState;
use opcx_core::reading::Found;
use opcx_core::receipt::Verdict;
use opcx_core::record::Entry;
use opcx_core::time::Timestamp;
use opcx_core::trust::Account;
use opcx_store::{Store, StoreError};

use super::Book;

/// Rows that are read at a time.
const PAGE: usize = 2_000;
/// Bytes of the log that are read at a time.
const PAGE_BYTES: usize = 4 << 20;
/// The facts that tell promises of one name apart: a contact may be about an order, no order about a contact.
const KEYS: [&str; 2] = ["contact_id", "order_id"];

/// What opcx concluded.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Seen {
    /// Every customer.
    pub customers: BTreeMap<CustomerId, SeenCustomer>,
    /// Every promise with a key of its own, by name and key.
    pub promises: BTreeMap<(String, String), SeenPromise>,
    /// What was read in a text, by the id of its event; nothing where the model could not tell.
    pub readings: BTreeMap<String, Option<opcx_core::reading::Felt>>,
    /// How the moments of an event went, by its id.
    pub outcomes: BTreeMap<String, Vec<Outcome>>,
    /// Whom playbooks that delight acted for, and when.
    pub delights: Vec<(CustomerId, Timestamp)>,
}

/// One customer as opcx knows them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SeenCustomer {
    /// Their identifiers, as `kind:value`.
    pub identifiers: BTreeSet<String>,
    /// Trust on the four accounts, as of the end.
    pub trust: [i64; 4],
    /// Their latest rating: stars or score, on a scale of 0 to 10.
    pub last_rating: Option<(Timestamp, i64)>,
    /// How often something went badly: bad moments and broken promises.
    pub failures: i64,
    /// When messages to them were to go out, the newest that are kept.
    pub contacts: Vec<Timestamp>,
}

/// One promise as opcx knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenPromise {
    /// Where it stands.
    pub state: PromiseState,
    /// By when it is due.
    pub due: Timestamp,
    /// When it was done, in time or not, as far as that is known.
    pub done: Option<Timestamp>,
}

impl Seen {
    /// Reads a store.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(store: &dyn Store, definitions: &Definitions) -> Result<Seen, StoreError> {
        let mut seen = Seen::default();
        let clocks = store.progress()?.clocks;
        let now = clocks.iter().map(|(_, at)| *at).max().unwrap_or(Timestamp::MIN);
        seen.read_customers(store, now)?;
        seen.read_promises(store)?;
        let events = seen.read_log(store)?;
        seen.read_moments(store, &events)?;
        seen.read_delights(store, definitions)?;
        Ok(seen)
    }

    fn read_customers(&mut self, store: &dyn Store, now: Timestamp) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let page = store.customers(after, PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.id);
            for customer in page {
                let trust = &customer.known.trust;
                let levels = Account::ALL.map(|account| i64::from(trust.level(account, now).get()));
                let identifiers = customer.person.identifiers.iter().map(ToString::to_string).collect();
                let contacts = customer.deeds.contacts.iter().map(|contact| contact.at).collect();
                let row = SeenCustomer { identifiers, trust: levels, contacts, ..SeenCustomer::default() };
                self.customers.insert(customer.id, row);
            }
        }
    }

    fn read_promises(&mut self, store: &dyn Store) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let page = store.promises(after, PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.promise.id);
            for row in page {
                let promise = row.promise;
                if promise.state == PromiseState::Broken
                    && let Some(customer) = self.customers.get_mut(&row.customer)
                {
                    customer.failures += 1;
                }
                let Some(key) = KEYS.iter().find_map(|key| promise.facts.text(key)) else { continue };
                let done =
                    promise.made_good.or(promise.settled.filter(|_| promise.state == PromiseState::Kept));
                let seen =
                    SeenPromise { state: promise.state, due: promise.due, done: done.map(|done| done.at) };
                self.promises.insert((promise.name.to_string(), key.to_owned()), seen);
            }
        }
    }

    /// Reads the log; returns which record each event is.
    fn read_log(&mut self, store: &dyn Store) -> Result<BTreeMap<Position, String>, StoreError> {
        let mut events = BTreeMap::new();
        let mut from = Position::START;
        loop {
            let page = store.read(from, PAGE, PAGE_BYTES)?;
            let Some(last) = page.last() else { return Ok(events) };
            from = last.position.next();
            let mut texts = Vec::new();
            for logged in page {
                let Entry::Event(event) = logged.record.entry else { continue };
                let rating = match (event.facts.get("score"), event.facts.get("stars")) {
                    (Some(Value::Number(score)), _) => Some(*score),
                    (None, Some(Value::Number(stars))) => Some(stars * 2.0),
                    _ => None,
                };
                if let Some(rating) = rating {
                    let owner = event.who.iter().find_map(|who| store.owner(who).transpose());
                    if let Some(customer) = owner.transpose()?.and_then(|id| self.customers.get_mut(&id)) {
                        #[allow(clippy::cast_possible_truncation, reason = "ratings are small whole numbers")]
                        let rated = (event.happened, rating as i64);
                        customer.last_rating = customer.last_rating.max(Some(rated));
                    }
                }
                if event.said.is_some() {
                    texts.push((logged.position, event.id.to_string()));
                }
                events.insert(logged.position, event.id.to_string());
            }
            let positions: Vec<Position> = texts.iter().map(|(position, _)| *position).collect();
            for (reading, (_, id)) in store.readings(&positions)?.into_iter().zip(texts) {
                let felt = reading.and_then(|reading| match reading.found {
                    Found::Felt(felt) => Some(felt),
                    Found::Unknown(_) => None,
                });
                self.readings.insert(id, felt);
            }
        }
    }

    fn read_moments(
        &mut self,
        store: &dyn Store,
        events: &BTreeMap<Position, String>,
    ) -> Result<(), StoreError> {
        let mut from = Position::START;
        loop {
            let page = store.moments(from..store.end(), PAGE)?;
            let Some(last) = page.last().map(|moment| moment.position) else { return Ok(()) };
            let is_last = page.len() < PAGE;
            for moment in page {
                // A record whose moments may go on beyond this page is read again with the next one.
                if moment.position == last && !is_last && from < last {
                    continue;
                }
                if let Some(event) = events.get(&moment.position) {
                    self.outcomes.entry(event.clone()).or_default().push(moment.outcome);
                }
                if moment.outcome == Outcome::Bad {
                    let id = store.stands_for(moment.customer)?.unwrap_or(moment.customer);
                    if let Some(customer) = self.customers.get_mut(&id) {
                        customer.failures += 1;
                    }
                }
            }
            if is_last {
                return Ok(());
            }
            from = if from < last { last } else { last.next() };
        }
    }

    fn read_delights(&mut self, store: &dyn Store, definitions: &Definitions) -> Result<(), StoreError> {
        let delights: BTreeSet<&str> = definitions
            .playbooks
            .iter()
            .filter(|playbook| playbook.aim == Aim::Delight)
            .map(|playbook| playbook.name.as_str())
            .collect();
        let mut from = Position::START;
        let end = store.end().next();
        loop {
            // All receipts of a stretch of the log at a time: a record may have several.
            let until = Position::new((from.get() + PAGE as u64).min(end.get()));
            if from >= until {
                return Ok(());
            }
            for receipt in store.receipts(from..until, usize::MAX)? {
                let acted = receipt.decisions.iter().any(|decision| {
                    delights.contains(decision.subject.as_str())
                        && matches!(decision.verdict, Verdict::Acted { .. })
                });
                if acted {
                    let customer = receipt.customer();
                    let customer = store.stands_for(customer)?.unwrap_or(customer);
                    self.delights.push((customer, receipt.at));
                }
            }
            from = until;
        }
    }

    /// Whom opcx takes each person for: the customer with most of their identifiers.
    pub(super) fn people(&self, book: &Book) -> BTreeMap<u32, CustomerId> {
        let owners = self.owners();
        let found = book.people.iter().filter_map(|person| {
            let mut counts: BTreeMap<CustomerId, usize> = BTreeMap::new();
            for identifier in person.identifiers.iter().flatten() {
                if let Some(&owner) = owners.get(identifier.as_str()) {
                    *counts.entry(owner).or_default() += 1;
                }
            }
            let most = counts.into_iter().max_by_key(|&(id, count)| (count, std::cmp::Reverse(id)))?;
            Some((person.person, most.0))
        });
        found.collect()
    }

    /// Whose each identifier is.
    pub(super) fn owners(&self) -> BTreeMap<&str, CustomerId> {
        let customers = self.customers.iter();
        let owned = customers
            .flat_map(|(&id, customer)| customer.identifiers.iter().map(move |own| (own.as_str(), id)));
        owned.collect()
    }
}
