use hashbrown::HashMap;
use opcx_core::customer::CustomerId;

use super::keys::Key;
use super::rows::{Timer, encode, timer};
use crate::parts::{Batch, Table, View};
use crate::{Commit, CustomerChange, StoreError};

type Result<T> = core::result::Result<T, StoreError>;

/// Most customers whose timers are remembered, about 16 MB; then all are forgotten and learnt anew.
const REMEMBERED_MAX: usize = 1 << 18;

/// The timers of the customers that changed lately. A timer that moves has to be taken from its old
/// place in the queue, and reading the customer's row for that costs more than writing it.
#[derive(Debug, Default)]
pub(crate) struct KnownTimers(HashMap<CustomerId, Timer>);

impl KnownTimers {
    /// The timer that a customer has before a commit.
    fn before(&self, view: &impl View, commit: &Commit, id: CustomerId) -> Result<Timer> {
        if let Some(known) = self.0.get(&id) {
            return Ok(*known);
        }
        // A customer's id is the position that first told of them: those of this range are new.
        if id.0 >= commit.from {
            return Ok(None);
        }
        view.get(Table::Customers, &Key::new().customer(id))?.map_or(Ok(None), |row| timer(&row))
    }

    /// Takes note of a commit that was written.
    pub(crate) fn learn(&mut self, commit: &Commit) {
        if self.0.len() + commit.customers.len() > REMEMBERED_MAX {
            self.0.clear();
        }
        self.0.extend(commit.customers.iter().map(|change| (change.id, after(change))));
    }
}

/// Nobody has no timer.
fn after(change: &CustomerChange) -> Timer {
    change.after.as_ref().and(change.timer)
}

/// Puts customers and the queue of their timers into a batch.
pub(super) fn write(
    view: &impl View,
    known: &KnownTimers,
    commit: &Commit,
    batch: &mut impl Batch,
    buffer: &mut Vec<u8>,
) -> Result<()> {
    let mut changes: Vec<&CustomerChange> = commit.customers.iter().collect();
    changes.sort_by_key(|change| change.id);
    for change in changes.chunk_by(|one, next| one.id == next.id).filter_map(<[_]>::last) {
        let (before, after) = (known.before(view, commit, change.id)?, after(change));
        if before != after {
            let timer_key = |(lane, at)| Key::new().lane(lane).time(at).customer(change.id);
            if let Some(before) = before {
                batch.remove(Table::Timers, &timer_key(before));
            }
            if let Some(after) = after {
                batch.put(Table::Timers, &timer_key(after), b"");
            }
        }
        let key = Key::new().customer(change.id);
        match &change.after {
            Some(customer) => {
                encode(&after, buffer);
                buffer.extend_from_slice(customer.as_bytes());
                batch.put(Table::Customers, &key, buffer);
            }
            None => batch.remove(Table::Customers, &key),
        }
    }
    Ok(())
}
