use opcx_core::time::Span;
use opcx_engine::Budget;

use crate::broken::{Broken, Result};
use crate::laws;
use crate::plant::Bug;
use crate::world::{World, panicked};

/// Things that happen under one seed.
pub const STEPS: u32 = 300;
/// Laws that cost something are looked at after so many.
const LOOK_EVERY: u32 = 30;

/// A seed under which every law held.
#[derive(Debug, Clone, Copy)]
pub struct Finished {
    /// One hash over all state that came of it.
    pub digest: [u8; 32],
    /// How much time passed in the world.
    pub simulated: Span,
    /// Records in the log.
    pub records: u64,
    /// How often the engine ended and started again.
    pub crashes: u64,
    /// How much was asked to go wrong beside that.
    pub faults: u64,
    /// Requests that were refused for want of room.
    pub refused: u64,
}

/// Runs one seed, with a bug if there is to be one. Within the calling thread's pool: a pool of one thread
/// is the fastest, since there is little to do at once.
///
/// # Errors
/// The first law that does not hold.
pub fn run(seed: u64, bug: Option<Bug>) -> core::result::Result<Finished, Broken> {
    let caught = std::panic::catch_unwind(|| run_unguarded(seed, bug));
    caught.unwrap_or_else(|cause| Err(panicked(&*cause)))
}

fn run_unguarded(seed: u64, bug: Option<Bug>) -> Result<Finished> {
    let mut world = World::new(seed, bug)?;
    for step in 1..=STEPS {
        world.step()?;
        if step.is_multiple_of(LOOK_EVERY) {
            laws::now_and_then(&mut world)?;
        }
    }
    world.settle()?;
    laws::at_rest(&world)?;
    let budget = Budget {
        // By twos: customers are erased under even seeds only, and each kind of world meets every size.
        records_max: [1, 7, 100, usize::MAX][usize::try_from(seed / 2 % 4).unwrap_or(0)],
        timers_max: [usize::MAX, 2, 0][usize::try_from(seed % 3).unwrap_or(0)],
        ahead_from: 1,
        ..Budget::default()
    };
    let digest = laws::replay_equals_live(&world, budget)?;
    // Each costs as much as the run itself.
    match seed % 4 {
        0 => laws::consent_limits_sight(&world)?,
        1 => laws::probes_touch_no_customer_number(&world)?,
        _ => {}
    }
    Ok(Finished {
        digest,
        simulated: world.elapsed(),
        records: world.ledger.records.len() as u64,
        crashes: world.tally.crashes,
        faults: world.tally.faults,
        refused: world.tally.refused,
    })
}
