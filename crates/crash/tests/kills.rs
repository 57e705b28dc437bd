//! A few dozen deaths; `cargo xtask crash` does a thousand.

use std::path::Path;

use opcx_crash::plant::Plant;
use opcx_crash::{Fault, Report, crash};

/// Two rounds: every persist point twice, and random moments.
const KILLS: usize = 30;
/// Every persist point once, and deaths around deliveries and acknowledgements.
const KILLS_TO_FIND_A_BUG: usize = 11;

fn killed(kills: usize, plant: Option<Plant>) -> Report {
    let program = Path::new(env!("CARGO_BIN_EXE_opcx-crash"));
    let report = crash::run(program, kills, 1, plant).expect("every engine starts and dies as planned");
    println!("{report}");
    report
}

#[test]
fn law_01_nothing_acknowledged_is_lost_and_law_02_nothing_is_counted_twice_however_often_opcx_is_killed() {
    let report = killed(KILLS, None);
    assert!(report.acknowledged > 0 && report.effects > 0, "{report}");
    assert!(report.choices > 0 && report.erased > 0, "{report}");
    assert_eq!(report.faults, []);
}

#[test]
fn an_engine_that_answers_before_its_log_is_durable_is_found_out() {
    let report = killed(KILLS_TO_FIND_A_BUG, Some(Plant::EarlyAnswer));
    assert!(report.count_of(|fault| matches!(fault, Fault::Lost { .. })) > 0, "{report}");
}

#[test]
fn an_engine_that_forgets_what_it_counted_is_found_out() {
    let report = killed(KILLS_TO_FIND_A_BUG, Some(Plant::NoMarks));
    assert!(report.count_of(|fault| matches!(fault, Fault::Miscounted { .. })) > 0, "{report}");
}

#[test]
fn an_engine_that_names_its_parcels_anew_is_found_out() {
    let report = killed(KILLS_TO_FIND_A_BUG, Some(Plant::FreshIds));
    assert!(report.count_of(|fault| matches!(fault, Fault::EffectRepeated { .. })) > 0, "{report}");
}

#[test]
fn an_engine_that_leaves_the_erased_in_its_log_is_found_out() {
    let report = killed(KILLS_TO_FIND_A_BUG, Some(Plant::NoRewrite));
    assert!(report.count_of(|fault| matches!(fault, Fault::NotErased { .. })) > 0, "{report}");
}
