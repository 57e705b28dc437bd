//! The folder, watched: what is saved there decides from then on, without a restart.
//!
//! Looked at every [`LOOK_EVERY`], and at once when a page saved something. What has faults, or is still being
//! written, changes nothing. `opcx.toml` says where data, keys and channels are, which a running engine cannot
//! change: with another `opcx.toml` the folder decides after a restart, and not before.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use opcx_company::{Files, Severity};
use opcx_core::definitions::Version;
use opcx_core::log::Position;
use opcx_engine::NotFollowed;

use super::history::History;
use super::{Company, places};
use crate::http::read::Reigning;

/// How often the folder is looked at.
pub const LOOK_EVERY: Duration = Duration::from_secs(2);
/// The file that is read at a start alone.
const SETTINGS: &str = "opcx.toml";

/// A folder that is watched.
pub struct Watch {
    folder: PathBuf,
    data: PathBuf,
    settings: Option<String>,
    /// What was there at the last look.
    last: Files,
    /// Whether something was done about that.
    is_settled: bool,
}

/// What a look found.
pub enum Seen {
    /// Nothing that should decide from now on.
    Nothing,
    /// This should.
    Next(Next),
}

/// What a folder says now.
pub struct Next {
    /// What it says.
    pub reigning: Reigning,
    files: Files,
}

impl Watch {
    /// Watches the folder of a company that was just loaded from it.
    #[must_use]
    pub fn of(company: &Company) -> Watch {
        let last = opcx_company::all_files(&company.folder);
        Watch {
            folder: company.folder.clone(),
            data: company.data(),
            settings: last.get(SETTINGS).cloned(),
            // What changed while it was loaded is found by its version.
            is_settled: false,
            last,
        }
    }

    /// Where notes are taken of what decided when.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Looks what the folder says. Something that changed since the last look may still be being
    /// written, so that it counts with the next, unless somebody is known to be done.
    pub fn look(&mut self, is_done: bool) -> Seen {
        let files = opcx_company::all_files(&self.folder);
        if files != self.last {
            self.last = files;
            self.is_settled = false;
            if !is_done {
                return Seen::Nothing;
            }
        }
        if std::mem::replace(&mut self.is_settled, true) {
            return Seen::Nothing;
        }
        self.read()
    }

    fn read(&self) -> Seen {
        let loaded = opcx_company::parse(&self.last);
        let Some(definitions) = loaded.definitions else {
            let faults = loaded.faults.iter().filter(|fault| fault.severity == Severity::Error).count();
            tracing::warn!(
                faults,
                "the folder has faults, so what decided goes on deciding; `opcx check` names them"
            );
            return Seen::Nothing;
        };
        if self.last.get(SETTINGS) != self.settings.as_ref() {
            tracing::warn!("`opcx.toml` changed, so the folder decides after a restart");
            return Seen::Nothing;
        }
        let reigning = Reigning {
            definitions: Arc::new(definitions),
            places: Arc::new(places(&loaded.defined)),
            mappings: loaded.mappings.into(),
        };
        let mut files = self.last.clone();
        files.retain(|path, _| opcx_company::decides(path));
        Seen::Next(Next { reigning, files })
    }

    /// Tries again at the next look, since what was found could not be made to decide.
    pub fn unsettle(&mut self) {
        self.is_settled = false;
    }
}

impl Next {
    /// Takes note that from a position on this decides, in the place of what does now.
    ///
    /// # Errors
    /// The history cannot be read, or the disk refused.
    pub fn note(&self, data: &Path, deciding: Version, from: Position) -> Result<(), NotFollowed> {
        let mut history = History::open(data)?;
        Ok(history.note_succession(from, deciding, self.reigning.definitions.version, &self.files)?)
    }

    /// Takes back a note of other definitions that never came into force, should one be left: this goes on deciding.
    ///
    /// # Errors
    /// The history cannot be read, or the disk refused.
    pub fn hold(&self, data: &Path) -> anyhow::Result<()> {
        History::open(data)?.hold(self.reigning.definitions.version)
    }
}
