use std::path::PathBuf;
use std::sync::Arc;

use opcx_core::definitions::Definitions;
use opcx_insight::{InsightError, Places};
use opcx_store::{Store, StoreError};

use crate::house::{Company, is_in_use};

use super::{Looking, Question, Server, ServerError, View, address};

/// Where answers come from.
pub enum Source {
    /// The data directory, opened by this process.
    Store {
        /// The store in it.
        store: Arc<dyn Store>,
        /// What the company's folder says.
        definitions: Arc<Definitions>,
        /// Where that is said.
        places: Arc<Places>,
    },
    /// The process that has the data directory open.
    Server(Server),
}

/// Why a company cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Nothing was ever taken in.
    #[error("{} is not there: nothing was taken in yet; run `opcx import` or `opcx serve`", data.display())]
    NoData {
        /// The data directory.
        data: PathBuf,
    },
    /// Another process has the data open, and there is no key to ask it with.
    #[error("another process has {} open, and {mend}", data.display())]
    NoKey {
        /// The data directory.
        data: PathBuf,
        /// What to do.
        mend: String,
    },
    /// The data cannot be opened.
    #[error("{0:#}")]
    Data(anyhow::Error),
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The question has no answer.
    #[error(transparent)]
    Insight(#[from] InsightError),
    /// The server gave no view.
    #[error(transparent)]
    Server(#[from] ServerError),
}

/// Opens what answers questions about a company: its data directory, or, while another process has
/// that open, that process.
///
/// # Errors
/// There is no data yet, it cannot be opened, or the key to ask the other process with is missing.
pub fn open(company: &Company) -> Result<Source, OpenError> {
    open_with(company, company.settings.keys.viewer.as_deref(), "viewer")
}

/// As [`open`], for questions whose answers hold all of a person's data: the other process is asked with the
/// admin key.
///
/// # Errors
/// Those of [`open`].
pub fn open_for_disclosure(company: &Company) -> Result<Source, OpenError> {
    open_with(company, company.settings.keys.admin.as_deref(), "admin")
}

fn open_with(company: &Company, variable: Option<&str>, word: &str) -> Result<Source, OpenError> {
    let data = company.data();
    if !data.is_dir() {
        return Err(OpenError::NoData { data });
    }
    match company.open_store() {
        Ok(store) => Ok(Source::Store {
            store,
            definitions: Arc::clone(&company.definitions),
            places: Arc::clone(&company.places),
        }),
        Err(error) if is_in_use(&error) => {
            let listen = address::told(&data).unwrap_or(company.settings.listen);
            let key = key(variable, word).map_err(|mend| OpenError::NoKey { data, mend })?;
            Ok(Source::Server(Server::new(listen, key)))
        }
        Err(error) => Err(OpenError::Data(error)),
    }
}

/// The key of that kind out of the environment, or what to do about it.
fn key(variable: Option<&str>, word: &str) -> Result<String, String> {
    let Some(variable) = variable else {
        return Err(format!(
            "`opcx.toml` names no key to ask it with; name a variable under `[keys]` as `{word}`"
        ));
    };
    std::env::var(variable).map_err(|_| format!("the {word} key to ask it with is missing; set {variable}"))
}

impl Source {
    /// The answer.
    ///
    /// # Errors
    /// The question has no answer, or the source cannot be read.
    pub fn ask(&self, question: &Question) -> Result<View, OpenError> {
        match self {
            Source::Store { store, definitions, places } => {
                Ok(question.answer(Looking { store: &**store, definitions, places, overview: None })?)
            }
            Source::Server(server) => Ok(server.ask(question)?),
        }
    }

    /// How many records were accepted but are not decided on yet, as far as this process can tell: what
    /// the answers do not know of.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn undecided(&self) -> Result<u64, OpenError> {
        match self {
            Source::Store { store, .. } => {
                Ok(store.end().get().saturating_sub(store.progress()?.position.get()))
            }
            Source::Server(_) => Ok(0),
        }
    }
}
