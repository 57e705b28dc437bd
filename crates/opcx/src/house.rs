//! Opening a company: its folder, its store.

mod derive;
pub mod history;
pub mod watch;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, bail};
use opcx_company::mapping::Mapping;
use opcx_company::settings::Settings;
use opcx_company::{Defined, Severity, What};
use opcx_core::definitions::Definitions;
use opcx_core::log::Position;
use opcx_insight::{FilePlace, Places};
use opcx_store::{Embedded, SetAside, Store, StoreError};

use history::History;

/// How often it is told how far the state has been derived anew, in records: every few seconds.
const TELL_EVERY_RECORDS: u64 = 500_000;

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
    /// Where everything is defined.
    pub places: Arc<Places>,
    /// Where its data are, if not where `opcx.toml` says.
    elsewhere: Option<PathBuf>,
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
            places: Arc::new(places(&loaded.defined)),
            elsewhere: None,
        })
    }

    /// Where its data are.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.elsewhere.clone().unwrap_or_else(|| self.folder.join(&self.settings.data))
    }

    /// Uses another data directory than `opcx.toml` says.
    ///
    /// # Errors
    /// The working directory is not known.
    pub fn keep_data_in(&mut self, data: Option<&Path>) -> anyhow::Result<()> {
        if let Some(data) = data {
            self.elsewhere = Some(std::path::absolute(data).context("finding the data directory")?);
        }
        Ok(())
    }

    /// The command after which what a restored company has to send goes out.
    #[must_use]
    pub fn release_command(&self) -> String {
        let folder = self.folder.display();
        match &self.elsewhere {
            None => format!("opcx restore {folder} --release"),
            Some(data) => format!("opcx restore {folder} --data {} --release", data.display()),
        }
    }

    /// Opens its store, making one if there is none. A state that is damaged or of another format is set
    /// aside and derived anew, which is told and may take a while.
    ///
    /// # Errors
    /// Another process has it open, another version wrote it, its log is damaged, or the disk refuses.
    pub fn open_store(&self) -> anyhow::Result<Arc<dyn Store>> {
        let data = self.data();
        let mut aside = None;
        let store = open_at(&data, &mut |told| aside = Some(told.clone()))?;
        if let Some(SetAside { why, to }) = &aside {
            eprintln!("opcx: the state was set aside in `{}`: {why}", to.display());
        }
        // A state that somebody took away is as good as set aside.
        let is_new = store.progress()?.position == Position::START;
        self.catch_up(&store, is_new, &data)?;
        Ok(store)
    }

    /// Derives the state of a store in `data` from its log as far as the history of definitions demands,
    /// or all of it, and notes which definitions decide from now on.
    ///
    /// # Errors
    /// The store refuses, or the history cannot be written.
    pub fn catch_up(&self, store: &Arc<dyn Store>, all: bool, data: &Path) -> anyhow::Result<()> {
        let mut history = match History::open(data) {
            Ok(history) => history,
            Err(error) => {
                let path = Path::new(history::FOLDER).join("history");
                let to = opcx_store::set_aside(data, &path)?;
                eprintln!("opcx: {error:#}; it was set aside in `{}` and begins anew", to.display());
                History::open(data)?
            }
        };
        let (began, first, end) = (Instant::now(), store.progress()?.position, store.end());
        let is_long = all && first < end;
        if is_long {
            eprintln!("opcx: the state is derived anew from {} records", end.get() - first.get());
        }
        let mut told = first;
        derive::derive(store, &history, self, all, &mut |position| {
            if position.get() - told.get() >= TELL_EVERY_RECORDS {
                eprintln!("opcx: {position} of {end}");
                told = position;
            }
        })?;
        if is_long {
            eprintln!("opcx: done in {:.1} s", began.elapsed().as_secs_f64());
        }
        let files = opcx_company::deciding_files(&self.folder);
        history.note(store.progress()?.position, self.definitions.version, &files)
    }
}

/// Where everything is defined, as views tell it.
#[must_use]
pub fn places(defined: &[opcx_company::Defined]) -> Places {
    let mut places = Places::default();
    for Defined { what, name, place } in defined {
        let what = match what {
            What::Journey => opcx_insight::Defined::Journey,
            What::Moment => opcx_insight::Defined::Moment,
            What::Promise => opcx_insight::Defined::Promise,
            What::Playbook => opcx_insight::Defined::Playbook,
            What::Template => opcx_insight::Defined::Template,
        };
        places.put(what, name, FilePlace { file: place.file.to_string(), line: place.line });
    }
    places
}

/// Opens the store in a data directory.
///
/// # Errors
/// As for [`Company::open_store`].
fn open_at(data: &Path, tell: &mut dyn FnMut(&SetAside)) -> anyhow::Result<Arc<dyn Store>> {
    let store = Embedded::open_telling(data, &opcx_store::Settings::default(), tell)
        .with_context(|| format!("opening the data in `{}`", data.display()))?;
    Ok(Arc::new(store))
}

/// Whether opening failed since another process has the data.
#[must_use]
pub fn is_in_use(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(StoreError::InUse { .. }))
}
