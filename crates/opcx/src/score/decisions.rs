//! Decisions: laws that were broken, as far as the truth can tell.

use std::collections::BTreeMap;

use opcx_core::customer::CustomerId;
use opcx_core::time::{Span, Timestamp};

use super::report::Row;
use super::statistic::share;
use super::{Book, Seen};

const PART: &str = "decisions";
/// The company's house rule: most messages in so many days.
const CONTACTS_MAX: usize = 3;
const CONTACTS_WITHIN: Span = Span::DAY.times(7);

pub(super) fn rows(book: &Book, seen: &Seen, people: &BTreeMap<u32, CustomerId>) -> Vec<Row> {
    let mut owed: BTreeMap<CustomerId, Vec<(Timestamp, Timestamp)>> = BTreeMap::new();
    for promise in &book.promises {
        let until = promise.done.unwrap_or(Timestamp::MAX);
        if until > promise.due
            && let Some(&customer) = people.get(&promise.person)
        {
            owed.entry(customer).or_default().push((promise.due, until));
        }
    }
    let is_owed = |&(customer, at): &(CustomerId, Timestamp)| {
        let spans = owed.get(&customer);
        spans.is_some_and(|spans| spans.iter().any(|&(due, until)| due < at && at < until))
    };
    let wrong = seen.delights.iter().filter(|delight| is_owed(delight)).count();
    let (mut messages, mut too_many) = (0, 0);
    for customer in seen.customers.values() {
        let mut contacts = customer.contacts.clone();
        contacts.sort_unstable();
        messages += contacts.len() as u64;
        let crowded = contacts.windows(CONTACTS_MAX + 1);
        let crowded = crowded.filter(|some| some[CONTACTS_MAX].since(some[0]) < CONTACTS_WITHIN);
        too_many += crowded.count() as u64;
    }
    vec![
        share(
            PART,
            "delight while something was truly owed and overdue",
            wrong as u64,
            seen.delights.len() as u64,
        ),
        share(PART, "messages beyond three in seven days", too_many, messages),
    ]
}
