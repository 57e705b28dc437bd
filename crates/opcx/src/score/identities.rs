//! Who is who: pairs of identifiers that opcx holds to be one person, against pairs that are.
//!
//! Two devices on which somebody only ever looked, without a name, are one person's and nothing tells it. So recall
//! is told twice: of pairs that events join, however indirectly, and of all.
//!
//! Identifiers that a household shares are left out: whoever they are given to, it is not wrong. What they do
//! wrong shows all the same, when they join people who are two.

use std::collections::BTreeMap;

use opcx_core::customer::CustomerId;

use super::report::Row;
use super::statistic::{f1, share};
use super::{Book, Seen};

const PART: &str = "identities";
/// What pairs should reach.
const F1_FLOOR: f64 = 0.98;

pub(super) fn rows(book: &Book, seen: &Seen) -> Vec<Row> {
    let owners = seen.owners();
    let mut together: BTreeMap<(CustomerId, u32), u64> = BTreeMap::new();
    let mut by_customer: BTreeMap<CustomerId, u64> = BTreeMap::new();
    let mut by_person: BTreeMap<u32, u64> = BTreeMap::new();
    let mut by_group: Vec<u64> = Vec::new();
    let mut missing = 0;
    for person in &book.people {
        by_group.extend(person.identifiers.iter().map(|group| group.len() as u64));
        for identifier in person.identifiers.iter().flatten() {
            let Some(&owner) = owners.get(identifier.as_str()) else {
                missing += 1;
                continue;
            };
            *together.entry((owner, person.person)).or_default() += 1;
            *by_customer.entry(owner).or_default() += 1;
            *by_person.entry(person.person).or_default() += 1;
        }
    }
    let hit = pairs(together.values());
    let found = pairs(by_customer.values());
    let there = pairs(by_person.values());
    let told = pairs(by_group.iter());
    let known: u64 = by_person.values().sum();
    vec![
        share(PART, "pairs: precision", hit, found),
        share(PART, "pairs that events join: recall", hit.min(told), told),
        f1(PART, "pairs that events join: F1", hit.min(told), found, told).floor(F1_FLOOR),
        share(PART, "pairs of one person, whether or not anything tells: recall", hit, there),
        f1(PART, "pairs of one person, whether or not anything tells: F1", hit, found, there),
        share(PART, "identifiers in events that the store holds", known, known + missing),
    ]
}

fn pairs<'a>(sizes: impl Iterator<Item = &'a u64>) -> u64 {
    sizes.map(|&size| size * size.saturating_sub(1) / 2).sum()
}
