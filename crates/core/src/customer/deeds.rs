use core::fmt;

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use super::{CustomerId, room};
use crate::case::Case;
use crate::event::Name;
use crate::log::Position;
use crate::playbook::Cap;
use crate::promise::Promise;
use crate::time::Timestamp;

/// Most contacts remembered for frequency caps; caps count at most this many.
pub const CONTACTS_MAX: usize = 64;
/// Most firings of playbooks remembered for their caps.
pub const FIRED_MAX: usize = 64;
/// Most cases kept with a customer; closed ones make room for new ones. When customers are merged
/// all their held cases stay, however many they are.
pub const CASES_MAX: usize = 16;
/// Most promises of playbooks kept for folding anew; the oldest makes room.
pub const PROMISED_MAX: usize = 64;

/// Names something we did: for whom, and which of our deeds for them. It never changes, whatever is
/// merged or folded anew later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DeedId {
    /// The customer as they were known when it was done.
    pub customer: CustomerId,
    /// Which deed, from 0.
    pub number: u32,
}

impl fmt::Display for DeedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.customer, self.number)
    }
}

impl DeedId {
    /// Reads an id as [`fmt::Display`] writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<DeedId> {
        let (customer, number) = text.split_once('_')?;
        Some(DeedId { customer: CustomerId::parse(customer)?, number: number.parse().ok()? })
    }
}

/// What we did for a customer. It stays when what happened is folded anew.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Deeds {
    /// Messages decided on, oldest first.
    pub contacts: Vec<Contact>,
    /// Firings of playbooks that are capped, as long as they count towards the cap; oldest first.
    pub fired: Vec<Fired>,
    /// Cases, oldest first.
    pub cases: Vec<Case>,
    /// Promises that playbooks made, newest last. They are owed whatever is folded anew.
    pub promised: Vec<Promised>,
    /// Silence playbooks set off since the customer was last heard from.
    pub silences: Vec<Name>,
    /// The number of the next deed. With the customer's id it names a deed for ever.
    pub next_number: u32,
}

/// A promise that a playbook made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Promised {
    /// The promise as it was when it was made.
    pub promise: Promise,
    /// Whether a timer led to it, so that it was made before what its record tells, not after.
    pub by_timer: bool,
}

/// A message decided on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Contact {
    /// When it goes out at the earliest.
    pub at: Timestamp,
    /// The deed.
    pub id: DeedId,
}

/// A playbook that acted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fired {
    /// When.
    pub at: Timestamp,
    /// The record that led to it.
    pub position: Position,
    /// The playbook's name.
    pub playbook: Name,
    /// The customer as they were known then.
    pub customer: CustomerId,
}

impl Deeds {
    /// Whether one more message at `at` would go over `cap`. A cap above [`CONTACTS_MAX`] counts as
    /// that: what is not remembered cannot be allowed.
    #[must_use]
    pub fn contacts_reach(&self, cap: Cap, at: Timestamp) -> bool {
        let recent = self.contacts.iter().filter(|contact| contact.at > at - cap.within).count();
        recent >= usize::from(cap.times).min(CONTACTS_MAX)
    }

    /// Whether the playbook acting once more at `at` would go over `cap`.
    #[must_use]
    pub fn firings_reach(&self, playbook: &str, cap: Cap, at: Timestamp) -> bool {
        let recent = self
            .fired
            .iter()
            .filter(|fired| fired.playbook == playbook && fired.at > at - cap.within)
            .count();
        recent >= usize::from(cap.times)
    }

    /// The case that a human has on this matter, if any.
    #[must_use]
    pub fn held(&self, matter: &str) -> Option<&Case> {
        self.cases.iter().find(|case| case.matter == matter && case.state.is_held())
    }

    /// The id of a new deed for `customer`.
    pub fn next_id(&mut self, customer: CustomerId) -> DeedId {
        let number = self.next_number;
        self.next_number = number.saturating_add(1);
        DeedId { customer, number }
    }

    /// Takes note of a message decided on.
    pub fn contacted(&mut self, contact: Contact) {
        room::push(&mut self.contacts, contact);
        keep_newest(&mut self.contacts, CONTACTS_MAX);
    }

    /// Takes note of a capped playbook that acted, and forgets those that no longer count.
    pub fn note_fired(&mut self, fired: Fired, still_counts: impl Fn(&Fired) -> bool) {
        self.fired.retain(still_counts);
        room::push(&mut self.fired, fired);
        keep_newest(&mut self.fired, FIRED_MAX);
    }

    /// Takes note of a promise that a playbook made.
    pub fn promised(&mut self, promised: Promised) {
        room::push(&mut self.promised, promised);
        keep_newest(&mut self.promised, PROMISED_MAX);
    }

    /// Takes a new case. `false` when all kept cases are still held by humans: automation stays
    /// silent on those matters and a further case would be noise.
    #[must_use]
    pub fn open_case(&mut self, case: Case) -> bool {
        self.drop_closed_cases(CASES_MAX - 1);
        if self.cases.len() >= CASES_MAX {
            return false;
        }
        room::push(&mut self.cases, case);
        true
    }

    /// Drops the oldest closed cases until only `most` cases are left, or only held ones.
    fn drop_closed_cases(&mut self, most: usize) {
        while self.cases.len() > most
            && let Some(closed) = self.cases.iter().position(|case| !case.state.is_held())
        {
            self.cases.remove(closed);
        }
    }

    /// The deeds of both, in order, each once: merging is commutative and associative.
    #[must_use]
    pub fn joined(&self, other: &Deeds) -> Deeds {
        let mut joined = Deeds {
            contacts: self.contacts.iter().chain(&other.contacts).copied().collect(),
            fired: self.fired.iter().chain(&other.fired).cloned().collect(),
            cases: self.cases.iter().chain(&other.cases).cloned().collect(),
            promised: self.promised.iter().chain(&other.promised).cloned().collect(),
            silences: self
                .silences
                .iter()
                .filter(|silence| other.silences.contains(silence))
                .cloned()
                .collect(),
            next_number: self.next_number.max(other.next_number),
        };
        joined.promised.sort_by_key(|promised| (promised.promise.made, promised.promise.id));
        joined.promised.dedup_by_key(|promised| promised.promise.id);
        keep_newest(&mut joined.promised, PROMISED_MAX);
        joined.contacts.sort();
        joined.contacts.dedup();
        keep_newest(&mut joined.contacts, CONTACTS_MAX);
        joined.fired.sort();
        joined.fired.dedup();
        keep_newest(&mut joined.fired, FIRED_MAX);
        joined.cases.sort_by_key(|case| (case.opened, case.id));
        joined.cases.dedup_by_key(|case| case.id);
        joined.drop_closed_cases(CASES_MAX);
        joined.silences.sort();
        joined
    }
}

/// Drops from the front what is over `most`.
fn keep_newest<T>(list: &mut Vec<T>, most: usize) {
    let over = list.len().saturating_sub(most);
    list.drain(..over);
}
