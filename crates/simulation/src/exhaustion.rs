//! Every write site in turn: what a run writes is counted, and then each single write fails once.
//!
//! Whichever it is: nothing is acknowledged that is not safe, reads stay up, after a failed sync nothing is
//! acknowledged before a restart, and after a full disk the engine goes on by itself once there is room.

use opcx_store::disk::{DiskFault, SimulatedDisk};

use crate::broken::{Broken, Result};
use crate::laws;
use crate::tables::TableFault;
use crate::world::World;

/// Things that happen in a run.
const STEPS: u32 = 250;
/// What the run follows from.
const SEED: u64 = 2;

/// Fails each write to the log's disk once, those of opening it included. Returns how many there are.
///
/// # Errors
/// The first law that does not hold, with the number of the write.
pub fn of_the_log(fault: DiskFault) -> core::result::Result<u64, Broken> {
    let mut sites = 0;
    loop {
        let disk = SimulatedDisk::new();
        disk.fail(sites, fault);
        let world = match World::on(&disk, SEED, None) {
            Ok(world) => world,
            // A start that fails says so; the next one finds what is there.
            Err(_) => {
                disk.mend();
                World::on(&disk.killed(), SEED, None).map_err(|broken| at(sites, &broken))?
            }
        };
        let was_reached = through(world).map_err(|broken| at(sites, &broken))?;
        if was_reached.log <= sites {
            return Ok(sites);
        }
        sites += 1;
    }
}

/// Fails each write to the tables once. Returns how many there are.
///
/// # Errors
/// As [`of_the_log`].
pub fn of_the_tables(fault: TableFault) -> core::result::Result<u64, Broken> {
    let mut sites = 0;
    loop {
        let world = World::new(SEED, None)?;
        world.machine.tables.fail(sites, fault, sites);
        let was_reached = through(world).map_err(|broken| at(sites, &broken))?;
        if was_reached.tables <= sites {
            return Ok(sites);
        }
        sites += 1;
    }
}

fn at(site: u64, broken: &Broken) -> Broken {
    Broken { law: broken.law, what: format!("write {site} failed: {}", broken.what) }
}

/// How many writes there were before the world came to rest.
struct Reached {
    log: u64,
    tables: u64,
}

fn through(mut world: World) -> Result<Reached> {
    // That errors come is no surprise.
    world.tally.faults = 1;
    for _ in 0..STEPS {
        world.calm_step()?;
    }
    laws::now_and_then(&mut world)?;
    let reached = Reached { log: world.machine.disk.operations(), tables: world.machine.tables.writes() };
    world.settle()?;
    laws::at_rest(&world)?;
    let truth = std::sync::Arc::clone(&world.machine.truth);
    world.ledger.look_again(&*truth)?;
    Ok(reached)
}
