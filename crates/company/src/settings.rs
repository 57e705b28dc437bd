//! Settings: what `opcx.toml` says about this machine and the company's house rules.
//!
//! Secrets are never in the file: it names the environment variables that hold them.

mod network;
mod public;

pub use network::{Network, NetworkError};
pub use public::{PublicAddress, PublicAddressError};

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
    /// Memory that the program keeps to at the cost of speed, in megabytes.
    pub memory_mb: u32,
    /// Where people and programs elsewhere reach it, when something stands in front; without it, where they
    /// say that they do.
    pub public: Option<PublicAddress>,
    /// Which environment variables hold the keys of the HTTP API.
    pub keys: Keys,
    /// Those who sign in under their own names.
    pub people: BTreeMap<Name, Person>,
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
    /// Who has it may send events, and nothing else.
    pub write: Option<String>,
    /// Who has it may do what a viewer may.
    pub viewer: Option<String>,
    /// Who has it may do what an agent may.
    pub agent: Option<String>,
    /// Who has it may do what an operator may.
    pub operator: Option<String>,
    /// Who has it may do what an admin may.
    pub admin: Option<String>,
}

/// Somebody of the company with a key of their own, so that it is told who took a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// What they may do.
    pub role: PersonRole,
    /// The environment variable that holds their key.
    pub key: String,
}

/// What somebody may do; each may also do what those before may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PersonRole {
    /// Look.
    Viewer,
    /// Work on cases.
    Agent,
    /// Run the company's side: merge customers, release promises, send again, change playbooks.
    Operator,
    /// Erase customers, and hand out all that is held about one.
    Admin,
}

impl PersonRole {
    /// All of them, from the least to the most that one may do.
    pub const ALL: [PersonRole; 4] =
        [PersonRole::Viewer, PersonRole::Agent, PersonRole::Operator, PersonRole::Admin];

    /// The word used in files and messages.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            PersonRole::Viewer => "viewer",
            PersonRole::Agent => "agent",
            PersonRole::Operator => "operator",
            PersonRole::Admin => "admin",
        }
    }
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
            memory_mb: 1_000,
            public: None,
            keys: Keys::default(),
            people: BTreeMap::new(),
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
