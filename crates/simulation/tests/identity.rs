//! One hash over all state: the same on every way to it, and in every build.

use opcx_simulation::{identity, run};

#[test]
fn law_03_every_way_to_a_state_gives_the_same_hash() {
    for seed in 0..12 {
        let ways = identity::ways(seed).expect("every law holds");
        let (_, live) = &ways[0];
        for (way, hash) in &ways {
            assert_eq!(hash, live, "seed {seed}: {way}");
        }
    }
}

#[test]
fn law_03_requests_and_imports_of_the_same_events_give_the_same_hash() {
    for seed in 0..12 {
        let [requests, imports] = identity::doors(seed).expect("every law holds");
        assert_eq!(requests, imports, "seed {seed}");
    }
}

/// `cargo xtask simulate` compares with the same hash, built for speed: so both builds are compared.
#[test]
fn the_hash_that_is_written_down_is_that_of_this_build() {
    let digest = run(identity::SEED, None).expect("every law holds").digest;
    expect_test::expect_file!["../src/identity.txt"].assert_eq(&format!("{}\n", identity::hex(&digest)));
}
