//! The floors that the models must not fall below, on texts that a person labelled.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use opcx_core::event::CustomersWords;
use opcx_core::reading::{Emotion, Found};
use opcx_emotion::{Choice, Reader, Scratch};

/// Macro-F1 over the 28 labels on the dev split of GoEmotions.
const FAST_MACRO_F1_MIN: f64 = 0.47;
const DEEP_MACRO_F1_MIN: f64 = 0.54;

#[test]
fn the_fast_tiers_macro_f1_on_the_dev_split_is_above_the_floor() {
    check(Choice::Fast, FAST_MACRO_F1_MIN);
}

#[test]
fn the_deep_tiers_macro_f1_on_the_dev_split_is_above_the_floor() {
    check(Choice::Deep, DEEP_MACRO_F1_MIN);
}

fn check(choice: Choice, floor: f64) {
    let path = data().join("goemotions/dev.tsv");
    let Ok(dev) = std::fs::read_to_string(&path) else {
        // Past the test runner, which keeps to itself what a passing test prints; whole, as tests run side by side.
        let _ = std::io::stderr().write_all(
            format!(
                "SKIPPED: {} is not there; `OPCX_DATA` names the folder of the data sets\n",
                path.display()
            )
            .as_bytes(),
        );
        return;
    };
    let rows: Vec<(&str, Vec<usize>)> = dev
        .lines()
        .map(|line| {
            let mut fields = line.split('\t');
            let text = fields.next().expect("a text");
            let ids = fields.next().expect("emotion ids").split(',');
            (text, ids.map(|id| id.parse().expect("an id")).collect())
        })
        .collect();
    assert_eq!(rows.len(), 5426, "the official dev split has 5,426 rows");

    let words = rows.iter().map(|row| CustomersWords::vouched(row.0));
    let readings = Reader::embedded().read_all(words, choice, &mut Scratch::default());
    let mut hits = [0u32; Emotion::ALL.len()];
    let mut found = [0u32; Emotion::ALL.len()];
    let mut labelled = [0u32; Emotion::ALL.len()];
    for ((_, ids), (reading, _)) in rows.iter().zip(readings) {
        ids.iter().for_each(|&id| labelled[id] += 1);
        let Found::Felt(felt) = reading.found else { continue };
        for (emotion, _) in felt.emotions {
            let id = usize::from(emotion.id());
            found[id] += 1;
            hits[id] += u32::from(ids.contains(&id));
        }
    }
    let f1 = |id: usize| 2.0 * f64::from(hits[id]) / f64::from(found[id] + labelled[id]);
    let macro_f1 = (0..hits.len()).map(f1).sum::<f64>() / hits.len() as f64;
    assert!(macro_f1 >= floor, "macro-F1 of {choice:?} is {macro_f1:.4}, the floor is {floor}");
}

fn data() -> PathBuf {
    std::env::var_os("OPCX_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from)
}
