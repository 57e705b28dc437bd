//! A few power cuts; `cargo xtask powercut` does two hundred.

use std::io::Write as _;
use std::path::Path;

use opcx_crash::plant::Plant;
use opcx_crash::powercut::{self, Cuts};

const CUTS: usize = 3;

/// `None` where the power cannot be cut.
fn cut(plant: Option<Plant>) -> Option<anyhow::Result<Cuts>> {
    if let Err(why) = powercut::possible() {
        // Past the test runner, which shows nothing of a test that passes.
        let _ = writeln!(std::io::stderr(), "SKIPPED: the power cannot be cut here: {why:#}");
        return None;
    }
    Some(powercut::run(Path::new(env!("CARGO_BIN_EXE_opcx-crash")), CUTS, 1, plant))
}

#[test]
fn law_01_nothing_acknowledged_is_lost_when_the_power_is_cut() {
    let Some(cuts) = cut(None) else { return };
    let cuts = cuts.expect("every engine starts on what a cut left");
    println!("{cuts}");
    assert!(cuts.report.acknowledged > 0 && cuts.report.effects > 0, "{cuts}");
    assert_eq!(cuts.report.faults, []);
    let [unsynced, synced] = &cuts.controls;
    assert!(unsynced.lost > 0, "the harness sees no loss where there must be some: {cuts}");
    assert_eq!(synced.lost, 0, "{cuts}");
}

#[test]
fn an_engine_that_does_not_sync_its_log_is_found_out() {
    let Some(cuts) = cut(Some(Plant::NoSync)) else { return };
    // It may also refuse to start, since its state is ahead of its log.
    assert!(cuts.is_err() || cuts.is_ok_and(|cuts| !cuts.report.faults.is_empty()));
}
