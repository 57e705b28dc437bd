use std::collections::BTreeSet;

use crate::tree::text_files;

/// The laws of opcx, `docs/laws.md`.
const LAWS: std::ops::RangeInclusive<u8> = 1..=12;

#[test]
fn every_law_is_a_test() {
    let tested: BTreeSet<u8> = text_files()
        .iter()
        .filter(|file| file.has_extension(&["rs"]))
        .flat_map(|file| laws(&file.text))
        .collect();
    let missing: Vec<u8> = LAWS.filter(|law| !tested.contains(law)).collect();
    assert!(missing.is_empty(), "no test function is named after these laws: {missing:?}");
}

/// The laws after which functions are named: `fn law_01_…_and_law_02_…` is of laws 1 and 2.
fn laws(text: &str) -> Vec<u8> {
    let names = text.lines().filter_map(|line| line.split_once("fn law_")).map(|(_, name)| name);
    names.flat_map(|name| name.split("_law_")).filter_map(|name| name.get(..2)?.parse().ok()).collect()
}

#[test]
fn a_law_is_recognised_by_its_number() {
    let text = "#[test]\nfn law_07_every_decision_has_a_receipt() {}\n  async fn law_11_x_and_law_12_y() {}\nfn lawful() {}";
    assert_eq!(laws(text), [7, 11, 12]);
}
