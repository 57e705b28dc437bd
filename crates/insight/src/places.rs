use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where something is defined in the company's folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct FilePlace {
    /// The file's path within the folder, with `/` between its parts.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

/// What kind of thing is defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is the word of its name")]
pub enum Defined {
    Journey,
    Moment,
    Promise,
    Playbook,
    Template,
}

/// Where everything in the company's folder is defined. Empty where nobody read it from a folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Places(BTreeMap<(Defined, String), FilePlace>);

impl Places {
    /// Takes note of where something is defined.
    pub fn put(&mut self, what: Defined, name: &str, place: FilePlace) {
        self.0.insert((what, name.to_owned()), place);
    }

    pub(crate) fn of(&self, what: Defined, name: &str) -> Option<FilePlace> {
        self.0.get(&(what, name.to_owned())).cloned()
    }
}
