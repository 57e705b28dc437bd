//! Five hundred seeds, and what one seed is worth.

use opcx_simulation::{many, run};

/// Seeds in every run of the tests. A long run: `cargo xtask simulate --seeds 100000`.
const SEEDS: u64 = 500;

#[test]
fn law_01_and_law_02_and_law_03_and_law_12_hold_under_every_seed_whatever_goes_wrong() {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let many = many(0..SEEDS, threads, &|_| {});
    if let Some(failure) = many.failure {
        panic!("seed {}: {}; repeat it with `cargo xtask simulate --from {0}`", failure.seed, failure.broken);
    }
    println!("{many:?}");
    assert_eq!(many.seeds, SEEDS);
    assert!(many.crashes > SEEDS, "{many:?}");
    assert!(many.faults > SEEDS, "{many:?}");
    assert!(many.refused > SEEDS, "{many:?}");
}

#[test]
fn the_same_seed_gives_the_same_state_and_another_seed_another() {
    let digest = |seed| run(seed, None).expect("every law holds").digest;
    assert_eq!(digest(4), digest(4));
    assert_ne!(digest(4), digest(5));
}
