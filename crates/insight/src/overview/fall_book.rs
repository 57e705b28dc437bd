use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use opcx_core::customer::{Customer, CustomerId};
use opcx_core::time::Timestamp;
use opcx_core::trust::Account;

use crate::trust::falls;

/// Most customers on each list: far more than anybody reads, and a few hundred kilobytes in all.
const LISTED_MAX: usize = 4_096;

/// Whose trust fell furthest, on each account and on any, as it stood when something last moved it.
///
/// Trust fades by months, so what was a long fall yesterday is one today. Whoever fell less far than everybody on a
/// full list is not on it.
#[derive(Debug, Default)]
pub(crate) struct FallBook {
    /// By account, then on whichever account is furthest down.
    lists: [BTreeSet<FallPlace>; 5],
    /// How far those on any list fell.
    fallen: HashMap<CustomerId, [u16; 4]>,
}

/// A place on a list: the furthest fall first.
pub(crate) type FallPlace = (Reverse<u16>, CustomerId);

impl FallBook {
    /// Takes note of where a customer stands now; `None` of whoever is no more.
    pub(super) fn look_at(&mut self, id: CustomerId, customer: Option<&Customer>) {
        let now = customer.map_or([0; 4], |customer| {
            let at = customer.known.clock.map_or(Timestamp::MIN, |(_, seen)| seen);
            falls(&customer.known.trust, at).map(|fall| fall.map_or(0, |(fall, _)| fall))
        });
        if let Some(before) = self.fallen.remove(&id) {
            for (list, fall) in self.lists.iter_mut().zip(with_furthest(before)) {
                list.remove(&(Reverse(fall), id));
            }
        }
        for (list, fall) in self.lists.iter_mut().zip(with_furthest(now)) {
            if fall > 0 {
                list.insert((Reverse(fall), id));
            }
        }
        if now != [0; 4] {
            self.fallen.insert(id, now);
        }
        for list in 0..self.lists.len() {
            while self.lists[list].len() > LISTED_MAX {
                self.lists[list].pop_last().into_iter().for_each(|(_, id)| self.forget_if_unlisted(id));
            }
        }
    }

    /// Whoever stands on no list needs no place here.
    fn forget_if_unlisted(&mut self, id: CustomerId) {
        let Some(fallen) = self.fallen.get(&id) else { return };
        let is_listed = self
            .lists
            .iter()
            .zip(with_furthest(*fallen))
            .any(|(list, fall)| list.contains(&(Reverse(fall), id)));
        if !is_listed {
            self.fallen.remove(&id);
        }
    }

    /// Those who fell furthest on that account, or on any, after a place; and whether there are more.
    pub(crate) fn first(
        &self,
        account: Option<Account>,
        after: Option<FallPlace>,
        most: usize,
    ) -> (Vec<FallPlace>, bool) {
        let number = account.map_or(4, |account| {
            Account::ALL.iter().position(|one| *one == account).expect("every account is among all")
        });
        let mut rest = self.lists[number].iter().filter(|place| after.is_none_or(|after| **place > after));
        let first = rest.by_ref().take(most).copied().collect();
        (first, rest.next().is_some())
    }
}

fn with_furthest(falls: [u16; 4]) -> [u16; 5] {
    let [one, two, three, four] = falls;
    [one, two, three, four, one.max(two).max(three).max(four)]
}
