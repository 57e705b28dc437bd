//! The whole engine under one seed: crashes, duplicates, reordering, slow and failing receivers, clocks
//! that jump. The laws are checked after each step and at the end; a failure prints its seed.

mod company;
mod laws;
mod random;
mod world;

use opcx_engine::Budget;
use opcx_store::digest;
use world::{World, replay};

/// Seeds per run of the tests; a long run is asked for with `OPCX_SEEDS`.
const SEEDS: u64 = 40;
/// Things that happen under one seed.
const STEPS: u32 = 400;

fn seeds() -> std::ops::Range<u64> {
    let count = std::env::var("OPCX_SEEDS").ok().and_then(|count| count.parse().ok()).unwrap_or(SEEDS);
    0..count
}

#[test]
fn law_01_nothing_acknowledged_is_lost_and_law_02_everything_is_counted_once() {
    for seed in seeds() {
        let mut world = World::new(seed);
        for step in 0..STEPS {
            world.step();
            laws::nothing_acknowledged_is_lost(&world, seed, step);
            laws::everything_is_bounded(&world, seed, step);
        }
        world.settle();
        laws::everything_is_counted_once(&world, seed);
        laws::every_decision_has_a_receipt(&world, seed);
        laws::rollups_are_the_sum_of_the_moments(&world, seed);
        laws::customers_are_whole(&world, seed);
    }
}

#[test]
fn law_03_replay_equals_live_whatever_the_batches() {
    for seed in seeds() {
        let mut world = World::new(seed);
        for _ in 0..STEPS {
            world.step();
        }
        world.settle();
        let live = digest(&*world.store).expect("memory does not fail");
        for (records_max, timers_max) in [(1, usize::MAX), (7, 2), (usize::MAX, 0), (usize::MAX, usize::MAX)]
        {
            let budget = Budget { records_max, timers_max, ..Budget::default() };
            let again = replay(&world.store, &world.definitions, budget);
            laws::assert_same(&world.store, &again, seed, records_max);
            assert_eq!(
                digest(&*again).expect("memory does not fail"),
                live,
                "seed {seed}: batches of {records_max} give another state"
            );
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_state() {
    let run = |seed| {
        let mut world = World::new(seed);
        for _ in 0..STEPS {
            world.step();
        }
        world.settle();
        digest(&*world.store).expect("memory does not fail")
    };
    assert_eq!(run(4), run(4));
    assert_ne!(run(4), run(5));
}
