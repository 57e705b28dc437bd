//! A company in a folder: plain files in, checked definitions or every fault at once out.
//!
//! ```text
//! acme/
//!   opcx.toml        listening address, data directory, keys, channels, house rules
//!   vocabulary.yaml  the kinds of event and the facts, each with its category
//!   calendars/       when somebody is there to keep a promise
//!   journeys/        the maps: stages, moments, promises
//!   playbooks/       when · if · do
//!   templates/       what is written to customers
//!   mappings/        how CSV and JSON Lines files become events
//! ```
//!
//! * [`load`] reads a folder, [`parse`] the same from memory: it is pure, and never panics whatever
//!   the files hold.
//! * **All faults at once.** Nothing stops at the first fault but a file that is not YAML at all. Each
//!   fault says where, what, and how to mend it; each has the stable name of the rule that it breaks.
//! * **Bounds** – file size, number of files, nesting, aliases, parts of a condition, faults kept.
//! * **One table per kind of file** says which keys there are; the loader checks by it and
//!   [`schemas()`] writes it as JSON Schema.
//! * **Elsewhere** – what definitions mean: [`opcx_core::definitions`]. Which file holds what, for
//!   people: `docs/guide/company-folder.md`.

mod company;
mod condition;
mod fault;
mod file;
mod folder;
mod lint;
pub mod mapping;
mod names;
mod nearest;
mod schemas;
pub mod settings;
mod shape;
mod starter;
mod text;

use std::path::Path;

use opcx_core::definitions::Definitions;
use opcx_core::event::Name;

pub use fault::{FAULTS_MAX, Fault, Place, Severity};
pub use folder::{FILE_BYTES_MAX, FILES_MAX, Files};
use mapping::Mapping;
pub use schemas::schemas;
use settings::Settings;
pub use starter::starter;

/// What a folder holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The definitions; none when there is an error among the faults.
    pub definitions: Option<Definitions>,
    /// What `opcx.toml` says; what it says wrongly is as if left out.
    pub settings: Settings,
    /// The mappings that could be read, in the order of their names.
    pub mappings: Vec<Mapping>,
    /// Where what the definitions name is defined.
    pub defined: Vec<Defined>,
    /// Everything that is wrong, in the order of the files.
    pub faults: Vec<Fault>,
}

/// Where something is defined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defined {
    /// What kind of thing.
    pub what: What,
    /// Its name.
    pub name: Name,
    /// Where it begins.
    pub place: Place,
}

/// A kind of thing that is defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the word of its name")]
pub enum What {
    Journey,
    Moment,
    Promise,
    Playbook,
    Template,
}

/// Loads the company in a folder.
///
/// Files that cannot be read are faults like any other.
#[must_use]
pub fn load(folder: &Path) -> Loaded {
    let mut faults = fault::Faults::default();
    if !folder.is_dir() {
        let what = format!("there is no folder `{}`; `opcx init` makes one", folder.display());
        faults.error("no-folder", &Place::start_of("."), what);
        return Loaded {
            definitions: None,
            settings: Settings::default(),
            mappings: Vec::new(),
            defined: Vec::new(),
            faults: faults.into_sorted(),
        };
    }
    let files = folder::read(folder, &mut faults);
    company::read(&files, faults)
}

/// The files of a folder that decide what is decided: all but mappings. [`parse`] makes the same definitions
/// of them. Files that cannot be read are left out.
#[must_use]
pub fn deciding_files(folder: &Path) -> Files {
    let mut files = folder::read(folder, &mut fault::Faults::default());
    files.retain(|path, _| company::decides(path));
    files
}

/// Whether a file of a folder decides what is decided: all do but mappings.
#[must_use]
pub fn decides(path: &str) -> bool {
    company::decides(path)
}

/// All files of a folder that are read, mappings included. Files that cannot be read are left out.
#[must_use]
pub fn all_files(folder: &Path) -> Files {
    folder::read(folder, &mut fault::Faults::default())
}

/// Whether a folder may hold a file of that path: one that [`load`] would read.
#[must_use]
pub fn may_hold(path: &str) -> bool {
    folder::may_hold(path)
}

/// Loads a company from memory: without files, clock or anything else from outside.
#[must_use]
pub fn parse(files: &Files) -> Loaded {
    company::read(files, fault::Faults::default())
}
