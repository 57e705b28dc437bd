//! A crowd of timers: after a long pause, more customers may be due at one record than are loaded at once.

use hashbrown::HashMap;
use opcx_core::customer::CustomerId;
use opcx_store::{Logged, StoreError};

use super::assign::Task;
use super::batch::Batch;
use super::gather::gather;
use super::housekeeping::Remarks;
use super::lanes::Lanes;
use super::past::Past;
use super::{Counted, Decider, EngineError};

impl Decider {
    /// Shortens the batch until no more timers are due in it than fire in one commit, and returns whose.
    /// If even the first record has more before it, they fire now, in commits of their own.
    ///
    /// They go in the order of the customers, which is that of their receipts in one commit as well, so
    /// that the chain is the same however they are parted. A crash in between leaves the others due.
    pub(super) fn part_crowd(
        &mut self,
        past: Past<'_>,
        batch: &mut Batch,
    ) -> Result<Vec<CustomerId>, EngineError> {
        loop {
            let lanes = Lanes::of(&batch.records, &self.progress.clocks);
            let due = due(past, &lanes)?;
            if due.len() <= self.budget.timers_max {
                return Ok(due);
            }
            if batch.records.len() == 1 {
                past.whole()?;
                self.fire_crowd(&batch.records, &lanes, due)?;
                return Ok(Vec::new());
            }
            batch.truncate(batch.records.len() / 2);
        }
    }

    fn fire_crowd(
        &mut self,
        batch: &[Logged],
        lanes: &Lanes,
        mut due: Vec<CustomerId>,
    ) -> Result<(), EngineError> {
        due.sort_unstable();
        for some in due.chunks(self.budget.timers_max.max(1)) {
            let tasks = some.iter().map(|id| Task::timer(*id, self.customers.take(id))).collect();
            let finished = self.work(Past::stored(&*self.store), batch, lanes, tasks)?;
            let commit = gather(
                &self.definitions,
                &self.progress,
                &[],
                &Counted::default(),
                &Lanes::standing(&self.progress.clocks),
                finished,
                (HashMap::new(), Vec::new()),
                Remarks::default(),
            );
            self.hand_over(commit);
            self.settle()?;
        }
        Ok(())
    }
}

/// Whose timers became due on lanes that moved.
fn due(past: Past<'_>, lanes: &Lanes) -> Result<Vec<CustomerId>, StoreError> {
    let mut due = Vec::new();
    for (lane, until) in lanes.moved() {
        due.extend(past.due(lane, until)?);
    }
    Ok(due)
}
