//! Settings: what `opcx.toml` says about this machine and the company's house rules.
//!
//! Secrets are never in the file: it names the environment variables that hold them.

mod network;

pub use network::{Network, NetworkError};

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};

use opcx_core::calendar::{QuietHours, Zone};
use opcx_core::event::Name;
use opcx_core::identity::Limits;
use opcx_core::playbook::Cap;

/// The whole of `opcx.toml`, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The address that `opcx serve` listens on.
    pub listen: SocketAddr,
    /// The data directory, relative to the folder unless absolute.
    pub data: String,
    /// Which environment variables hold the keys of the HTTP API.
    pub keys: Keys,
    /// Where messages and notices go, by name.
    pub channels: BTreeMap<Name, Channel>,
    /// Networks that webhooks may reach besides the public internet.
    pub allow_private: Vec<Network>,
    /// Rules for everybody.
    pub house: HouseSettings,
    /// How many identifiers of each kind one person may have.
    pub limits: Limits,
}

/// The environment variables that hold the keys of the HTTP API. A door without a key is closed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keys {
    /// Who has it may send events.
    pub write: Option<String>,
    /// Who has it may look.
    pub read: Option<String>,
    /// Who has it may give orders: merge, release, re-drive.
    pub admin: Option<String>,
}

/// Where messages and notices go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Channel {
    /// Another system, told over HTTP with a signature (Standard Webhooks).
    Webhook {
        /// Its address, `http` or `https`.
        url: String,
        /// The environment variables that hold the signing secrets: one, or two while they are
        /// changed. Each signs, so that a receiver can change its secret without a gap.
        secrets: Vec<String>,
    },
    /// A file with one JSON object a line.
    File {
        /// Its path, relative to the folder unless absolute.
        path: String,
    },
    /// The program's own log.
    Log,
}

/// The house rules as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HouseSettings {
    /// The zone of customers whose own is not known.
    pub zone: Zone,
    /// When customers are left in peace.
    pub quiet: Option<QuietHours>,
    /// How many messages one customer gets from all playbooks together.
    pub contacts: Option<Cap>,
    /// Which calendar counts where a due time names none; without one, every hour does.
    pub calendar: Option<Name>,
    /// Channels on which a human answers: where a moment's way out may lead.
    pub human_channels: Vec<Name>,
    /// Teams that cases go to.
    pub teams: Vec<Name>,
    /// The channel of messages that name none.
    pub message_channel: Option<Name>,
    /// Seed of hold-outs: who is held out changes only with it.
    pub hold_out_seed: u64,
}

impl Default for Settings {
    /// What holds where `opcx.toml` says nothing.
    fn default() -> Settings {
        Settings {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 7700)),
            data: "live.opcx-data".to_owned(),
            keys: Keys::default(),
            channels: BTreeMap::new(),
            allow_private: Vec::new(),
            house: HouseSettings {
                zone: Zone::UTC,
                quiet: None,
                contacts: None,
                calendar: None,
                human_channels: Vec::new(),
                teams: Vec::new(),
                message_channel: None,
                hold_out_seed: 0,
            },
            limits: Limits::default(),
        }
    }
}
