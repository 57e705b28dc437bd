use std::collections::BTreeMap;

use opcx_core::customer::{Customer, CustomerId};
use opcx_core::trust::Ledger;
use opcx_store::{Commit, Store};

use super::Counted;
use crate::InsightError;
use crate::page::READ_ROWS;

/// Most customers in the sample: enough for an interval of about ten permille.
const SAMPLE_MAX: usize = 2_048;

/// Customers drawn by chance, so that how trust went over time can be told without looking at everybody.
///
/// Drawn are those in whose hashed id so many bits are zero. When there are too many, one bit more is asked for, which
/// leaves half of them. A hash has nothing to do with how a customer fares, so neither has who is drawn.
#[derive(Debug, Default)]
pub(super) struct TrustSample {
    counted: Counted<CustomerId>,
    drawn: BTreeMap<CustomerId, Ledger>,
    zero_bits: u32,
}

impl TrustSample {
    pub(super) fn is_counted(&self) -> bool {
        self.counted.is_all()
    }

    pub(super) fn ledgers(&self) -> Vec<Ledger> {
        self.drawn.values().cloned().collect()
    }

    /// Looks at the next customers; returns whether there may be more.
    pub(super) fn count_more(&mut self, store: &dyn Store) -> Result<bool, InsightError> {
        let Counted::UpTo(after) = self.counted else { return Ok(false) };
        let rows = store.customers(after, READ_ROWS)?;
        self.counted = rows.last().map_or(Counted::All, |last| Counted::UpTo(Some(last.id)));
        rows.iter().for_each(|customer| self.look_at(customer.id, Some(customer)));
        Ok(!self.is_counted())
    }

    pub(super) fn keep_up(&mut self, commit: &Commit) {
        for change in &commit.customers {
            if self.counted.holds(change.id) && self.is_drawn(change.id) {
                self.look_at(change.id, change.after.as_deref());
            }
        }
    }

    fn look_at(&mut self, id: CustomerId, customer: Option<&Customer>) {
        match customer.filter(|customer| !customer.known.trust.is_empty()) {
            Some(customer) if self.is_drawn(id) => {
                self.drawn.insert(id, customer.known.trust.clone());
            }
            _ => {
                self.drawn.remove(&id);
            }
        }
        while self.drawn.len() > SAMPLE_MAX {
            self.zero_bits += 1;
            let bits = self.zero_bits;
            self.drawn.retain(|id, _| hash(*id).trailing_zeros() >= bits);
        }
    }

    fn is_drawn(&self, id: CustomerId) -> bool {
        hash(id).trailing_zeros() >= self.zero_bits
    }
}

/// A number that looks like chance: the finaliser of MurmurHash3, which lets every bit depend on every other.
fn hash(CustomerId(position): CustomerId) -> u64 {
    let mut hash = position.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;
    use opcx_core::log::Position;

    #[test]
    fn each_bit_more_that_is_asked_for_leaves_half_of_the_customers() {
        let drawn = |bits| {
            (0..100_000).filter(|id| hash(CustomerId(Position::new(*id))).trailing_zeros() >= bits).count()
        };
        assert_eq!([drawn(0), drawn(1), drawn(4)], [100_000, 49_871, 6_110]);
    }
}
