use std::sync::{Arc, Mutex, PoisonError};

use opcx_core::log::{Lane, Position};
use opcx_store::parts::{Log, Raw};
use opcx_store::{Draft, StoreError};

use super::{Bug, Shared};

type Result<T> = core::result::Result<T, StoreError>;

/// Appends that are kept back by [`Bug::EarlyAnswer`].
const HELD_MAX: usize = 4;
/// An append of as many records is a large one.
const LARGE: usize = 4;

/// A log with the bug, if it is one of the log's.
pub(crate) struct PlantedLog<L> {
    log: L,
    bug: Option<Bug>,
    shared: Arc<Shared>,
    held: Mutex<Vec<Vec<Draft>>>,
}

impl<L> PlantedLog<L> {
    pub(crate) fn new(log: L, bug: Option<Bug>, shared: Arc<Shared>) -> PlantedLog<L> {
        PlantedLog { log, bug, shared, held: Mutex::default() }
    }
}

impl<L: Log> PlantedLog<L> {
    fn append_later(&self, drafts: &[Draft]) -> Result<Position> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.push(drafts.to_owned());
        if held.len() > HELD_MAX {
            self.log.append(&held.drain(..).flatten().collect::<Vec<_>>())?;
        }
        Ok(self.log.end())
    }
}

impl<L: Log> Log for PlantedLog<L> {
    fn append(&self, drafts: &[Draft]) -> Result<Position> {
        let changed = |change: &dyn Fn(&mut Draft)| {
            let mut drafts = drafts.to_owned();
            drafts.iter_mut().for_each(change);
            self.log.append(&drafts)
        };
        match self.bug {
            Some(Bug::EarlyAnswer) => self.append_later(drafts),
            Some(Bug::LastRecordDropped) if drafts.len() >= LARGE => {
                self.log.append(&drafts[..drafts.len() - 1])
            }
            Some(Bug::AppendErrorSwallowed) => self.log.append(drafts).or_else(|_| Ok(self.log.end())),
            Some(Bug::WritesAfterFailedSync) => {
                self.log.append(drafts).or_else(|_| self.log.recover().and_then(|()| self.log.append(drafts)))
            }
            Some(Bug::ClockGoesBack) => changed(&|draft| {
                if draft.lane == Lane::LIVE {
                    draft.at = self.shared.wall();
                }
            }),
            Some(Bug::LanesMixed) => changed(&|draft| draft.lane = Lane::LIVE),
            _ => self.log.append(drafts),
        }
    }

    fn press(&self) -> Result<bool> {
        self.log.press()
    }

    fn recover(&self) -> Result<()> {
        self.log.recover()
    }

    fn end(&self) -> Position {
        self.log.end()
    }

    fn rewrite(
        &self,
        end: Position,
        change: &mut dyn FnMut(Raw<'_>) -> Result<Option<Vec<u8>>>,
    ) -> Result<()> {
        match self.bug {
            Some(Bug::LogNotRewritten) => Ok(()),
            Some(Bug::RewriteErrorSwallowed) => self.log.rewrite(end, change).or(Ok(())),
            _ => self.log.rewrite(end, change),
        }
    }

    fn read(
        &self,
        from: Position,
        records_max: usize,
        bytes_max: usize,
        show: &mut dyn FnMut(Raw<'_>) -> Result<()>,
    ) -> Result<()> {
        self.log.read(from, records_max, bytes_max, show)
    }
}
