use std::collections::BTreeMap;

use opcx_core::customer::{Customer, CustomerId};
use opcx_core::log::Lane;
use opcx_core::promise::Promise;
use opcx_core::time::Timestamp;
use opcx_store::{Progress, Store, StoreError};

/// What time it is by the log, on each of its lanes. Questions are asked as of then, never of the
/// wall's clock: of an import of 2015, as of the end of its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clocks(BTreeMap<Lane, Timestamp>);

impl Clocks {
    pub(crate) fn of(progress: &Progress) -> Clocks {
        Clocks(progress.clocks.iter().copied().collect())
    }

    /// The latest time on any lane.
    pub(crate) fn latest(&self) -> Option<Timestamp> {
        self.0.values().copied().max()
    }

    /// What time it is for a customer.
    pub(crate) fn of_customer(&self, customer: &Customer) -> Timestamp {
        customer.known.clock.map_or(Timestamp::MIN, |clock| self.since(clock))
    }

    /// What time it is on a lane on which it was so late already.
    pub(crate) fn since(&self, (lane, seen): (Lane, Timestamp)) -> Timestamp {
        self.0.get(&lane).copied().unwrap_or(seen).max(seen)
    }

    /// Whether a promise is still owed although its time is over: deciding has not caught up yet.
    pub(crate) fn overdue(
        &self,
        store: &dyn Store,
        customer: CustomerId,
        promise: &Promise,
    ) -> Result<bool, StoreError> {
        if !promise.state.is_owed() || self.latest().is_none_or(|latest| latest <= promise.due) {
            return Ok(false);
        }
        let Some(id) = store.stands_for(customer)? else { return Ok(false) };
        let customer = store.customer(id)?;
        Ok(customer.is_some_and(|customer| self.of_customer(&customer) > promise.due))
    }
}
