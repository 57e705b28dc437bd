//! Customers who are erased: at one go, a slice at a time, and broken off anywhere.

use std::sync::Arc;

use opcx_core::record::Whom;
use opcx_engine::{EngineError, Erasing, NoteErased, erase_next};
use opcx_store::disk::DiskFault;

use super::World;
use crate::broken::{Result, unexplained};
use crate::tables::TableFault;
use crate::{laws, outside};

impl World {
    /// Somebody, known or not.
    pub(super) fn whom(&mut self) -> Result<Whom> {
        let customers = unexplained(self.machine.truth.customers(None, 20))?;
        if customers.is_empty() || self.random.chance(70) {
            return Ok(Whom::Identifier(outside::user(&mut self.random)));
        }
        Ok(Whom::Customer(self.random.pick(&customers).id))
    }

    /// Erases whoever is to be erased, or goes one step on the way there; and presses a piece of the log. Between two
    /// steps more may be decided on, as on the engine's other threads.
    pub(super) fn erase(&mut self) -> Result<()> {
        let one_step = self.random.chance(40);
        let kept = loop {
            let step = self.erase_next()?;
            if one_step || !matches!(step, Ok(Erasing::UnderWay)) {
                break step.map(drop);
            }
            if self.random.chance(30) {
                self.decide()?;
            }
        };
        match kept.and_then(|()| Ok(self.machine.store.press()?)) {
            Ok(_) => Ok(()),
            Err(error) => self.explained(&error),
        }
    }

    /// Something fails in the middle of it, and then it may be that nothing goes on.
    pub(super) fn erase_and_fail(&mut self) -> Result<()> {
        if !self.erases || unexplained(self.machine.truth.erasures(true, 1))?.is_empty() {
            return Ok(());
        }
        self.tally.faults += 1;
        let disk = &self.machine.disk;
        let soon = disk.operations() + self.random.below(16);
        match self.random.below(4) {
            0 => disk.fail(soon, DiskFault::Torn),
            1 => {
                let fault = *self.random.pick(&[TableFault::Refused, TableFault::FullAfter]);
                self.machine.tables.fail(self.random.below(6), fault, self.random.next());
            }
            _ => disk.fail(soon, DiskFault::Refused),
        }
        self.erase()?;
        if self.random.chance(60) { self.crash() } else { Ok(()) }
    }

    /// Whatever is left to be erased goes.
    pub(super) fn erase_all(&mut self) -> Result<()> {
        while unexplained(self.erase_next()?)? != Erasing::Nobody {}
        Ok(())
    }

    fn erase_next(&mut self) -> Result<core::result::Result<Erasing, EngineError>> {
        let truth = Arc::clone(&self.machine.truth);
        if unexplained(truth.erasures(true, 1))?.is_empty() {
            return Ok(Ok(Erasing::Nobody));
        }
        self.ledger.look(&*truth)?;
        self.ledger.erased.note(&*truth, &self.ledger.records)?;
        let note: NoteErased = Arc::new(|_| Ok(()));
        let step = erase_next(&*self.machine.store, &self.engines_definitions, &note);
        self.ledger.look_again(&*truth)?;
        if let Ok(Erasing::Done(_)) = step {
            self.ledger.erased.are_done();
            laws::nothing_is_left(self)?;
        }
        Ok(step)
    }
}
