use std::collections::BTreeMap;

use opcx_core::customer::{Customer, CustomerId};
use opcx_core::log::Lane;
use opcx_core::time::Timestamp;
use opcx_core::trust::Ledger;

/// Most customers in the sample: enough for an interval of about ten permille.
const SAMPLE_MAX: usize = 2_048;

/// Customers drawn by chance, so that how trust went over time can be told without looking at everybody.
///
/// Drawn are those in whose hashed id so many bits are zero. When there are too many, one bit more is asked for, which
/// leaves half of them. A hash has nothing to do with how a customer fares, so neither has who is drawn.
#[derive(Debug, Default)]
pub(crate) struct TrustSample {
    /// On whose clock each lives, and what moved their trust.
    drawn: BTreeMap<CustomerId, ((Lane, Timestamp), Ledger)>,
    zero_bits: u32,
}

impl TrustSample {
    /// Those who were drawn: when they were last heard of, on which clock, and what moved their trust.
    pub(crate) fn ledgers(&self) -> impl Iterator<Item = ((Lane, Timestamp), &Ledger)> {
        self.drawn.values().map(|(clock, ledger)| (*clock, ledger))
    }

    pub(super) fn look_at(&mut self, id: CustomerId, customer: Option<&Customer>) {
        match customer.filter(|customer| !customer.known.trust.is_empty()) {
            Some(customer) if self.is_drawn(id) => {
                let clock = customer.known.clock.unwrap_or((Lane::LIVE, Timestamp::MIN));
                self.drawn.insert(id, (clock, customer.known.trust.clone()));
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
