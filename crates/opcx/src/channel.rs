//! Channels: the ways out of the house.
//!
//! Each is one small file that implements [`Channel`] and a line in [`Settings`] and [`open`]; the
//! shared test (`tests/channel/every_channel.rs`) holds for all. The outbox, the retries and the dead letters are not here: a
//! channel makes one attempt and tells what it came to (`opcx_core::delivery`).

pub mod client;
pub mod egress;
mod file;
mod log;
mod payload;
pub mod reply;
pub mod resolver;
mod retry_after;
pub mod signature;
mod target;
mod webhook;

pub use file::Lines;
pub use log::Log;
pub use opcx_company::settings::{Network, NetworkError};
pub use opcx_engine::{Channel, Sending};
pub use target::{Target, TargetError, URL_BYTES_MAX};
pub use webhook::{IN_FLIGHT_MAX, PAYLOAD_BYTES_MAX, Webhook};

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use opcx_core::event::Name;
use serde::Deserialize;

use client::{Client, ClientError, Limits};
use egress::Egress;
use signature::{Secret, SecretError, Secrets};

/// The channels of a company, by the name of the endpoint that a parcel is addressed to.
pub type Channels = BTreeMap<Name, Arc<dyn Channel>>;

/// A channel as `opcx.toml` describes it, under `[channels.NAME]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Settings {
    /// Posts to a URL, signed.
    Webhook {
        /// Where to.
        url: String,
        /// The environment variables that hold the secrets: one, or two while they are changed.
        secrets: Vec<String>,
    },
    /// Appends to a file.
    File {
        /// Which; relative to the company's folder.
        path: PathBuf,
    },
    /// Writes to the program's own log.
    Log,
}

/// What opening channels needs to know of the world.
pub struct Surroundings<'a> {
    /// The company's folder.
    pub folder: &'a Path,
    /// Looks up an environment variable.
    pub environment: &'a dyn Fn(&str) -> Option<String>,
    /// Ranges that webhooks may reach besides the public internet.
    pub allow: Vec<Network>,
}

/// Why a channel cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL is none to send to.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The environment lacks a secret.
    #[error(
        "the environment variable `{variable}` is not set; put the endpoint's secret (`whsec_...`) there"
    )]
    SecretMissing {
        /// The variable.
        variable: String,
    },
    /// The environment holds something else than a secret.
    #[error("the environment variable `{variable}` cannot be used: {fault}")]
    Secret {
        /// The variable.
        variable: String,
        /// What is wrong with it.
        fault: SecretError,
    },
    /// None or too many.
    #[error("`secrets` is wrong: {0}")]
    Secrets(SecretError),
    /// The file cannot be opened.
    #[error("the file `{}` cannot be opened; make its folder or choose another `path`", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No client for webhooks.
    #[error(transparent)]
    Client(#[from] Arc<ClientError>),
}

/// Opens every channel of a company.
///
/// # Errors
/// All faults at once, each with the name of its channel.
pub fn open(
    settings: &BTreeMap<Name, Settings>,
    surroundings: &Surroundings<'_>,
) -> Result<Channels, Vec<(Name, OpenError)>> {
    let egress = Arc::new(Egress::new(surroundings.allow.clone()));
    // Reading the system's certificates takes a while, so it is done once and only for webhooks.
    let client = settings.values().any(|channel| matches!(channel, Settings::Webhook { .. })).then(|| {
        Client::new(Arc::clone(&egress), resolver::system_lookup(), Limits::default()).map_err(Arc::new)
    });

    let mut channels = Channels::new();
    let mut faults = Vec::new();
    for (name, settings) in settings {
        let opened: Result<Arc<dyn Channel>, OpenError> = match settings {
            Settings::Webhook { url, secrets } => {
                let client = client.clone().expect("there is a webhook, so there is a client");
                open_webhook(url, secrets, client, &egress, surroundings.environment)
            }
            Settings::File { path } => open_file(&surroundings.folder.join(path)),
            Settings::Log => Ok(Arc::new(Log)),
        };
        match opened {
            Ok(channel) => drop(channels.insert(name.clone(), channel)),
            Err(fault) => faults.push((name.clone(), fault)),
        }
    }
    if faults.is_empty() { Ok(channels) } else { Err(faults) }
}

fn open_webhook(
    url: &str,
    variables: &[String],
    client: Result<Client, Arc<ClientError>>,
    egress: &Egress,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Arc<dyn Channel>, OpenError> {
    let secret = |variable: &String| -> Result<Secret, OpenError> {
        let missing = || OpenError::SecretMissing { variable: variable.clone() };
        let text = environment(variable).ok_or_else(missing)?;
        text.parse().map_err(|fault| OpenError::Secret { variable: variable.clone(), fault })
    };
    let target = Target::parse(url, egress)?;
    let secrets = variables.iter().map(secret).collect::<Result<_, _>>()?;
    let secrets = Secrets::new(secrets).map_err(OpenError::Secrets)?;
    Ok(Arc::new(Webhook::new(client?, target, secrets)))
}

fn open_file(path: &Path) -> Result<Arc<dyn Channel>, OpenError> {
    let lines = Lines::open(path).map_err(|source| OpenError::File { path: path.into(), source })?;
    Ok(Arc::new(lines))
}
