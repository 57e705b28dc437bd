//! Looks for words in every byte that a store leaves on the disk, and in every row of its tables.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use opcx_store::parts::{Table, Tables as _, View as _};
use opcx_store::{Settings, TreeTables};

use super::shop::ada;

/// What tells of Ada, in every kind of place where something can.
pub(crate) const CANARIES: &[&str] = &[
    ada::USER_ID,
    ada::EMAIL,
    ada::PHONE,
    ada::DEVICE,
    ada::NAME,
    ada::ORDER,
    ada::CARRIER,
    ada::SAID,
    ada::EVENT_ID,
    ada::REJECTED,
    ada::OUTCOME,
];

/// Which of the words which files hold, however they are cut into.
pub(crate) fn files_that_hold<'a>(folder: &Path, words: &[&'a str]) -> BTreeMap<&'a str, Vec<String>> {
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Ok(bytes) = fs::read(&path) else { continue };
            for &word in words {
                if bytes.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes())) {
                    found.entry(word).or_default().push(path.display().to_string());
                }
            }
        }
    }
    found
}

/// Which of the words which rows hold, where blocks on the disk are pressed together.
pub(crate) fn rows_that_hold(data: &Path, settings: &Settings, words: &[&str]) -> Vec<String> {
    let tables = TreeTables::open(&data.join("state"), settings).unwrap();
    let view = tables.view();
    let mut found = Vec::new();
    for table in Table::ALL {
        for row in view.range(table, ..) {
            let (key, value) = row.unwrap();
            let holds = |bytes: &[u8], word: &str| {
                bytes.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
            };
            for word in words {
                if holds(&key, word) || holds(&value, word) {
                    found.push(format!("{}: {word}", table.name()));
                }
            }
        }
    }
    found
}
