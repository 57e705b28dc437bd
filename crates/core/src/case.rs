//! Cases: work for a human, with a brief.
//!
//! While a human holds a case, no automatic message goes out to that customer on that matter.

mod brief;

pub use brief::{Brief, OWED_MAX, Owed, Seen};

use core::fmt;

use alloc::string::String;
use alloc::vec::Vec;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::customer::DeedId;
use crate::event::Name;
use crate::playbook::Priority;
use crate::time::Timestamp;

/// A case's id: the deed that opened it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CaseId(pub DeedId);

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "case_{}", self.0)
    }
}

impl CaseId {
    /// Reads an id as [`fmt::Display`] writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<CaseId> {
        text.strip_prefix("case_").and_then(DeedId::parse).map(CaseId)
    }
}

/// One case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// What it is about: the moment, promise or event kind that led to it. Automation is silent on
    /// this matter until the case is closed.
    pub matter: Name,
    /// The playbook that opened it.
    pub playbook: Name,
    /// Who gets it.
    pub team: Name,
    /// How soon.
    pub priority: Priority,
    /// When it was opened.
    pub opened: Timestamp,
    /// Where it stands.
    pub state: CaseState,
    /// What the human needs to know.
    pub brief: Brief,
    /// What humans wrote down, oldest first; the newest [`NOTES_MAX`].
    pub notes: Vec<Note>,
}

/// Most notes kept with a case; the oldest makes room. All of them are in the log.
pub const NOTES_MAX: usize = 32;

/// What a human wrote down about a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Who.
    pub by: CompactString,
    /// When, by the log's time.
    pub at: Timestamp,
    /// What.
    pub text: CompactString,
    /// Whether it was sent to the customer.
    pub sent: bool,
}

impl Case {
    /// Whether somebody other than `by` has it.
    #[must_use]
    pub fn is_anothers(&self, by: &str) -> bool {
        match &self.state {
            CaseState::Taken { by: holder } => holder != by,
            CaseState::Open | CaseState::Closed { .. } => false,
        }
    }

    /// Adds a note; the oldest makes room.
    pub fn note(&mut self, note: Note) {
        self.notes.push(note);
        let too_many = self.notes.len().saturating_sub(NOTES_MAX);
        self.notes.drain(..too_many);
    }
}

/// Where a case stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CaseState {
    /// Waiting for a human.
    Open,
    /// A human has it.
    Taken {
        /// Who.
        by: CompactString,
    },
    /// Done.
    Closed {
        /// When.
        at: Timestamp,
        /// How it ended.
        outcome: CompactString,
    },
}

impl CaseState {
    /// Whether a human is to act: the matter is theirs.
    #[must_use]
    pub const fn is_held(&self) -> bool {
        match self {
            CaseState::Open | CaseState::Taken { .. } => true,
            CaseState::Closed { .. } => false,
        }
    }

    /// The word used in files, messages and the API.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            CaseState::Open => "open",
            CaseState::Taken { .. } => "taken",
            CaseState::Closed { .. } => "closed",
        }
    }
}

/// A change to a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CaseChange {
    /// A human takes it. Who comes second does not get it.
    Take,
    /// It is done.
    Close {
        /// How it ended.
        outcome: CompactString,
    },
    /// Whoever has it gives it back to the team.
    GiveBack,
    /// A human writes something down.
    Note {
        /// What.
        text: CompactString,
    },
    /// Whoever has it writes to the customer.
    Answer {
        /// The channel that takes it.
        channel: Name,
        /// What is sent.
        text: String,
    },
}
