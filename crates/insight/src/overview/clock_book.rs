use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use opcx_core::customer::CustomerId;
use opcx_core::log::Lane;
use opcx_core::time::Timestamp;
use opcx_store::{Commit, Store, StoreError};

/// Most customers whose clock is remembered, about 20 MB; then all are forgotten and looked up again.
const CUSTOMERS_MAX: usize = 262_144;

/// By which lane's clock customers live, of those who were asked about. Whoever was imported lives on the clock of their
/// past, so whether something owed to them is overdue takes their clock, and reading a customer for it takes long.
#[derive(Debug, Default)]
pub(crate) struct ClockBook(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// Whom an id stands for.
    homes: HashMap<CustomerId, CustomerId>,
    /// The lane, and the latest time at which they were looked at there.
    clocks: HashMap<CustomerId, (Lane, Timestamp)>,
}

impl ClockBook {
    /// The lane that somebody lives on, and how late it was there when they were looked at last; nothing if nobody is
    /// called so, or nothing of them may be looked at.
    pub(crate) fn clock(
        &self,
        store: &dyn Store,
        id: CustomerId,
    ) -> Result<Option<(Lane, Timestamp)>, StoreError> {
        // Held while the store is asked, so that a commit is taken note of after what was read before it.
        let mut known = self.lock();
        if let Some(clock) = known.homes.get(&id).and_then(|home| known.clocks.get(home)) {
            return Ok(Some(*clock));
        }
        let Some(home) = store.stands_for(id)? else { return Ok(None) };
        let clock = match known.clocks.get(&home) {
            Some(clock) => *clock,
            None => {
                let customer = store.customer(home)?;
                let Some(clock) = customer.and_then(|customer| customer.known.clock) else { return Ok(None) };
                if known.clocks.len() >= CUSTOMERS_MAX {
                    *known = Known::default();
                }
                known.clocks.insert(home, clock);
                clock
            }
        };
        known.homes.insert(id, home);
        Ok(Some(clock))
    }

    pub(super) fn keep_up(&self, commit: &Commit) {
        let mut known = self.lock();
        if !commit.aliases.is_empty() {
            known.homes.clear();
        }
        for change in &commit.customers {
            let clock = change.customer().and_then(|customer| customer.known.clock);
            match (clock, known.clocks.get_mut(&change.id)) {
                (Some(clock), Some(kept)) => *kept = clock,
                (None, Some(_)) => {
                    known.clocks.remove(&change.id);
                }
                (_, None) => {}
            }
        }
    }

    pub(super) fn forget(&self) {
        *self.lock() = Known::default();
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
