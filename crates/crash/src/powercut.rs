//! The disk taken away under the engine.
//!
//! The company lies on an ext4 of its own in a file. To cut the power, the file system is told to shut
//! down without writing anything out, not even its journal; then the engine is killed, and the disk
//! mounted again. So everything that was not flushed is gone, as after a power cut. What this does not
//! show: sectors that are torn, and disks that say they have flushed and have not.

mod control;
mod disk;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use opcx::bench::random::Random;

use crate::plant::{self, Plant};
use crate::report::Report;
use crate::trial::Trial;

pub use control::{Control, Synchronous};
use disk::Disk;

/// Shortest and longest life of an engine in milliseconds: the state is persisted once a second.
const LIFE_MILLIS: std::ops::Range<u64> = 300..2_500;
/// How long an engine goes on without its disk, in milliseconds: whatever it tries must harm nothing.
const WITHOUT_DISK_MILLIS_MAX: u64 = 100;
/// Most cuts under SQLite: it is only to show that the harness can lose something.
const CONTROL_CUTS_MAX: usize = 10;

/// What cutting the power came to.
#[derive(Debug)]
pub struct Cuts {
    /// For opcx.
    pub report: Report,
    /// For SQLite, synced at every commit or not.
    pub controls: [Control; 2],
}

impl fmt::Display for Cuts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.report)?;
        for control in &self.controls {
            writeln!(f, "control         {control}")?;
        }
        Ok(())
    }
}

/// Whether the power can be cut here: that needs the right to mount, ext4, and a few programs.
///
/// # Errors
/// What is missing.
pub fn possible() -> anyhow::Result<()> {
    let home = tempfile::tempdir().context("making a folder for a disk")?;
    let disk = Disk::new(home.path())?;
    disk.plug()?.pull()?;
    disk.restore()
}

/// Cuts the power `cuts` times under engines on the same data, at moments that follow from `seed`, and
/// then under SQLite. `program` is this crate's own; its engines have the bug `plant`, if any.
///
/// # Errors
/// The power cannot be cut here, an engine does not start on what a cut left, or its data cannot be read.
pub fn run(program: &Path, cuts: usize, seed: u64, plant: Option<Plant>) -> anyhow::Result<Cuts> {
    let home = tempfile::tempdir().context("making a folder for the trial")?;
    let disk = Disk::new(home.path())?;
    let company = disk.path().join("company");
    let mut trial = Trial::new(program, &company, seed)?;
    disk.sync()?;
    let planted = plant::arguments(plant);
    let mut random = Random::new(seed);
    for number in 1..=cuts {
        let life = LIFE_MILLIS.start + random.below(LIFE_MILLIS.end - LIFE_MILLIS.start);
        let without_disk = random.below(WITHOUT_DISK_MILLIS_MAX);
        let server = trial.start(&planted)?;
        let listened = server.live_for(Duration::from_millis(life));
        server.must_live().with_context(|| format!("before cut {number}"))?;
        let plug = disk.plug()?;
        // An fsync that is under way while the file system shuts down may say that it succeeded and has
        // not (`docs/guide/durability.md`); a machine without power says nothing.
        trial.turn();
        plug.pull()?;
        let _ = server.live_for(Duration::from_millis(without_disk));
        server.put_down()?;
        disk.restore().with_context(|| format!("after cut {number}"))?;
        trial.turn();
        trial.listened(listened);
    }
    let mut report = trial.finish(&planted)?;
    report.deaths = vec![("by a power cut", cuts)];
    let control = |synchronous| control::run(&disk, synchronous, cuts.min(CONTROL_CUTS_MAX));
    Ok(Cuts { report, controls: [control(Synchronous::Normal)?, control(Synchronous::Full)?] })
}
