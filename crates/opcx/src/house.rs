//! Opening a company: its folder, its store, its reader of texts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use opcx_company::Severity;
use opcx_company::mapping::Mapping;
use opcx_company::settings::Settings;
use opcx_core::definitions::Definitions;
use opcx_core::log::Position;
use opcx_emotion::{Reader, Scratch};
use opcx_engine::Sense;
use opcx_store::{Embedded, Store};

/// A company whose folder is in order.
pub struct Company {
    /// Its folder.
    pub folder: PathBuf,
    /// What the folder says.
    pub definitions: Arc<Definitions>,
    /// What `opcx.toml` says.
    pub settings: Settings,
    /// How files become events.
    pub mappings: Vec<Mapping>,
}

impl Company {
    /// Loads a company. Warnings are left to `opcx check`.
    ///
    /// # Errors
    /// Every error in the folder, one a line.
    pub fn load(folder: &Path) -> anyhow::Result<Company> {
        let loaded = opcx_company::load(folder);
        let Some(definitions) = loaded.definitions else {
            let errors: Vec<String> = loaded
                .faults
                .iter()
                .filter(|fault| fault.severity == Severity::Error)
                .map(ToString::to_string)
                .collect();
            bail!("the company in `{}` has faults:\n{}", folder.display(), errors.join("\n"));
        };
        Ok(Company {
            folder: folder.to_owned(),
            definitions: Arc::new(definitions),
            settings: loaded.settings,
            mappings: loaded.mappings,
        })
    }

    /// Where its data are.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.join(&self.settings.data)
    }

    /// Opens its store, making one if there is none.
    ///
    /// # Errors
    /// Another process has it open, another version wrote it, or the disk refuses.
    pub fn open_store(&self) -> anyhow::Result<Arc<dyn Store>> {
        let data = self.data();
        let store = Embedded::open(&data, &opcx_store::Settings::default())
            .with_context(|| format!("opening the data in `{}`", data.display()))?;
        Ok(Arc::new(store))
    }
}

/// Reads texts with the model in this binary.
#[must_use]
pub fn sense() -> Sense {
    thread_local! {
        // One per core, kept: reading a text then allocates nothing but its result.
        static SCRATCH: std::cell::RefCell<Scratch> = std::cell::RefCell::new(Scratch::default());
    }
    let reader = Reader::embedded();
    Arc::new(move |_: Position, text: &str| SCRATCH.with_borrow_mut(|scratch| reader.read(text, scratch)))
}
