//! JSON Schemas of the files, for editors: written from the tables by which the loader checks.

use crate::file::{calendar, journey, mapping, playbook, settings, template, vocabulary};
use crate::shape::{Table, schema};

/// Every kind of file with its table.
const TABLES: [(&str, &Table); 7] = [
    ("opcx.json", &settings::TABLE),
    ("vocabulary.json", &vocabulary::TABLE),
    ("calendar.json", &calendar::TABLE),
    ("journey.json", &journey::TABLE),
    ("playbook.json", &playbook::TABLE),
    ("template.json", &template::TABLE),
    ("mapping.json", &mapping::TABLE),
];

/// The JSON Schema (draft 2020-12) of each kind of file, by the name of the schema's own file.
#[must_use]
pub fn schemas() -> Vec<(&'static str, String)> {
    TABLES
        .iter()
        .map(|(name, table)| {
            let text = serde_json::to_string_pretty(&schema(&format!("opcx: {}", table.what), table));
            (*name, text.expect("a JSON value of texts and lists can be written") + "\n")
        })
        .collect()
}
