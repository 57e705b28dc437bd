//! Trust: does its ledger order customers as their latent trust does, and better than what anybody could do?
//!
//! Four accounts make no order by themselves. Their plain sum is held against the baselines: whoever looks at a
//! customer sees four levels, and what they come to together. Beside it, for those who look at falls only, stands what
//! the accounts lost, that is how far they stand below the middle.

use std::collections::BTreeMap;

use opcx_core::customer::CustomerId;

use super::report::Row;
use super::statistic::rank_correlation;
use super::{Book, Seen, SeenCustomer};

const PART: &str = "trust";
/// Where an account stands without evidence.
const MIDDLE: i64 = 500;
/// Where somebody stands who never rated, on a scale of 0 to 10: in the middle.
const NEVER_RATED: i64 = 5;

pub(super) fn rows(book: &Book, seen: &Seen, people: &BTreeMap<u32, CustomerId>) -> Vec<Row> {
    let known: Vec<(i64, &SeenCustomer)> = book
        .people
        .iter()
        .filter_map(|person| Some((person.trust, seen.customers.get(people.get(&person.person)?)?)))
        .collect();
    let pairs = |of: &dyn Fn(&SeenCustomer) -> i64| -> Vec<(i64, i64)> {
        known.iter().map(|(trust, customer)| (*trust, of(customer))).collect()
    };
    let rating = |customer: &SeenCustomer| customer.last_rating.map_or(NEVER_RATED, |(_, rating)| rating);
    let last = rank_correlation(PART, "rank correlation of the last rating", &pairs(&rating));
    let failures =
        rank_correlation(PART, "rank correlation of the count of failures", &pairs(&|one| -one.failures));
    let shortfall = |one: &SeenCustomer| one.trust.iter().map(|&level| level.min(MIDDLE)).sum::<i64>();
    let lost =
        rank_correlation(PART, "rank correlation of what the accounts lost, summed", &pairs(&shortfall));
    let sum = |one: &SeenCustomer| one.trust.iter().sum::<i64>();
    let ledger = rank_correlation(PART, "rank correlation of the ledger: its accounts, summed", &pairs(&sum));
    let better = last.figure.into_iter().chain(failures.figure).fold(f64::NEG_INFINITY, f64::max);
    let ledger = if better.is_finite() { ledger.floor(better) } else { ledger };
    let rated: Vec<(i64, i64)> =
        known.iter().filter_map(|(trust, customer)| Some((*trust, customer.last_rating?.1))).collect();
    let of_rated: Vec<(i64, i64)> = known
        .iter()
        .filter(|(_, customer)| customer.last_rating.is_some())
        .map(|(trust, customer)| (*trust, sum(customer)))
        .collect();
    vec![
        ledger,
        lost,
        last,
        failures,
        rank_correlation(PART, "the ledger, of those who ever rated", &of_rated),
        rank_correlation(PART, "the last rating, of those", &rated),
    ]
}
