use std::sync::{Mutex, PoisonError};

use opcx_core::log::Position;
use opcx_store::parts::{Log, Raw};
use opcx_store::{Draft, StoreError};

/// Appends that are kept back.
const HELD_MAX: usize = 8;

/// A log that answers at once and writes now and then.
pub(super) struct EarlyLog<L> {
    log: L,
    held: Mutex<Vec<Vec<Draft>>>,
}

impl<L> EarlyLog<L> {
    pub(super) fn new(log: L) -> EarlyLog<L> {
        EarlyLog { log, held: Mutex::default() }
    }
}

impl<L: Log> Log for EarlyLog<L> {
    fn append(&self, drafts: &[Draft]) -> Result<Position, StoreError> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.push(drafts.to_owned());
        if held.len() > HELD_MAX {
            self.log.append(&held.drain(..).flatten().collect::<Vec<_>>())?;
        }
        Ok(self.log.end())
    }

    fn press(&self) -> Result<bool, StoreError> {
        self.log.press()
    }

    fn recover(&self) -> Result<(), StoreError> {
        self.log.recover()
    }

    fn end(&self) -> Position {
        self.log.end()
    }

    fn read(
        &self,
        from: Position,
        records_max: usize,
        bytes_max: usize,
        show: &mut dyn FnMut(Raw<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.log.read(from, records_max, bytes_max, show)
    }

    fn rewrite(
        &self,
        end: Position,
        change: &mut dyn FnMut(Raw<'_>) -> Result<Option<Vec<u8>>, StoreError>,
    ) -> Result<(), StoreError> {
        self.log.rewrite(end, change)
    }
}
