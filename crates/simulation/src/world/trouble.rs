//! What goes wrong: disks, kills, power cuts.

use opcx_core::log::Position;
use opcx_engine::Budget;
use opcx_store::disk::{DiskFault, SimulatedDisk};
use opcx_store::parts::Log;
use opcx_store::{MemoryTables, StoreError};

use super::World;
use crate::broken::{Broken, Result, hold, unexplained};
use crate::machine::{Machine, Setting, open_log};
use crate::tables::TableFault;

/// How often a start is tried on a disk that keeps failing.
const STARTS_MAX: usize = 3;

impl World {
    /// Something will go wrong soon.
    pub(super) fn ask_for_trouble(&mut self) {
        self.tally.faults += 1;
        let disk = &self.machine.disk;
        let soon = disk.operations() + self.random.below(6);
        match self.random.below(8) {
            0 => disk.fail(soon, DiskFault::Refused),
            1 => disk.fail(soon, DiskFault::Torn),
            2 => disk.fail(soon, DiskFault::Short),
            3 => disk.fail(soon, DiskFault::Full),
            4 | 5 => disk.set_full(true),
            6 => self.machine.tables.fail(0, TableFault::FullAfter, self.random.next()),
            _ => {
                let fault = *self.random.pick(&[TableFault::Refused, TableFault::Unsynced]);
                self.machine.tables.fail(0, fault, self.random.next());
            }
        }
    }

    /// The machine ends, in order or not, and starts again.
    pub(super) fn crash(&mut self) -> Result<()> {
        self.tally.crashes += 1;
        let (disk, tables) = (self.machine.disk.clone(), self.machine.tables.tables.clone());
        let seed = self.random.next();
        let (disk, tables) = match self.random.below(10) {
            0..5 => (disk.power_cut(seed), tables.crash(seed)),
            5..8 => (disk.killed(), tables.killed()),
            _ => {
                self.stop_in_order()?;
                (self.machine.disk.killed(), self.machine.tables.tables.killed())
            }
        };
        self.start(&disk, &tables)
    }

    /// As an operator starts it again once the disk is mended.
    pub(super) fn restart(&mut self) -> Result<()> {
        let (disk, tables) = (self.machine.disk.killed(), self.machine.tables.tables.killed());
        self.start(&disk, &tables)
    }

    fn start(&mut self, disk: &SimulatedDisk, tables: &MemoryTables) -> Result<()> {
        self.hang_up();
        // A start may meet a failing disk as well.
        if self.random.chance(10) {
            self.tally.faults += 1;
            disk.fail(self.random.below(4), DiskFault::Refused);
        }
        for tried in 1.. {
            let budget = Budget {
                records_max: 1 + usize::try_from(self.random.below(50)).unwrap_or(0),
                timers_max: usize::try_from(self.random.below(6)).unwrap_or(0),
                ahead_from: 1,
                ..Budget::default()
            };
            let definitions = &self.engines_definitions;
            let setting = Setting { definitions, budget, bug: self.bug, is_restart: true };
            // A new handle on the same disk: what the last machine does in ending does not count.
            match Machine::start(&disk.killed(), tables, &setting) {
                Ok(machine) => {
                    self.machine = machine;
                    return self.ledger.look_again(&*self.machine.truth);
                }
                Err(error) if tried < STARTS_MAX => {
                    self.explained(&error)?;
                    disk.mend();
                }
                Err(error) => return unexplained(Err(error)),
            }
        }
        Ok(())
    }

    /// Closes the log, and sees whether a bit that turns then is noticed.
    fn stop_in_order(&mut self) -> Result<()> {
        let disk = self.machine.disk.clone();
        if self.machine.is_hurt() {
            return Ok(());
        }
        disk.mend();
        if self.machine.persist().is_err() {
            return Ok(());
        }
        self.ledger.look(&*self.machine.truth)?;
        drop(unexplained(open_log(&disk, self.bug))?);
        self.turn_a_bit(&disk.killed())
    }

    fn turn_a_bit(&mut self, disk: &SimulatedDisk) -> Result<()> {
        let mut files = disk.files();
        // A segment that was given up in the making is empty.
        files.retain(|(_, bytes)| *bytes > 0);
        let (path, bytes) = self.random.pick(&files).clone();
        let offset = usize::try_from(self.random.below(bytes.max(1) as u64)).expect("a file's length fits");
        disk.flip(&path, offset, u8::try_from(self.random.below(8)).expect("eight is small"));
        let log = match open_log(disk, self.bug) {
            Ok(log) => log,
            Err(StoreError::Damaged { .. } | StoreError::OtherVersion { .. }) => return Ok(()),
            Err(other) => return unexplained(Err(other)),
        };
        let known = &self.ledger.records;
        let mut seen = 0;
        let read = log.read(Position::START, usize::MAX, usize::MAX, &mut |raw| {
            let is_same = known.get(seen).is_some_and(|logged| {
                logged.position == raw.position
                    && logged.record.lane == raw.lane
                    && logged.record.at == raw.at
                    && opcx_store::Encoded::of(&logged.record.entry).as_bytes() == raw.entry
            });
            seen += 1;
            if is_same { Ok(()) } else { Err(StoreError::TooLong { bytes: 0 }) }
        });
        let law = "a turned bit is found, and never served";
        match read {
            Ok(()) => hold(seen == known.len(), law, || {
                format!("byte {offset} of {}: {seen} of {} records are left", path.display(), known.len())
            }),
            Err(StoreError::Damaged { .. }) => Ok(()),
            Err(_) => Err(Broken { law, what: format!("byte {offset} of {}", path.display()) }),
        }
    }
}
