use core::fmt;

use alloc::vec::Vec;
use compact_str::{CompactString, format_compact};
use serde::{Deserialize, Serialize};

use crate::event::Name;
use crate::promise::PromiseState;
use crate::reading::Emotion;
use crate::time::Timestamp;
use crate::trust::{Account, Trust};

/// What whoever takes a case needs to know, as it was when the case was opened and as far as the playbook's purpose
/// might see it.
///
/// Facts and not their words: many more cases are opened than read, and a fact is a fraction of its line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief {
    /// What set the playbook off: `moment pay bad`.
    pub because: CompactString,
    /// The event at hand.
    pub event: Option<Seen>,
    /// The beginning of what the customer said in it.
    pub said: Option<CompactString>,
    /// The strongest emotion read in that.
    pub felt: Option<Emotion>,
    /// Promises that were owed, newest first, [`OWED_MAX`] at most.
    pub owed: Vec<Owed>,
    /// How trust stood, in the order of [`Account::ALL`].
    pub trust: Option<[Trust; Account::ALL.len()]>,
}

/// Most promises that a brief names.
pub const OWED_MAX: usize = 8;

/// An event as a brief tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// When it happened.
    pub happened: Timestamp,
    /// Its kind.
    pub kind: Name,
    /// Where.
    pub channel: Name,
}

/// A promise as a brief tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owed {
    /// Its name.
    pub promise: Name,
    /// When it is due.
    pub due: Timestamp,
    /// Whether it is open or at risk.
    pub state: PromiseState,
}

impl Brief {
    /// A brief that says no more than why.
    #[must_use]
    pub fn because(words: &str) -> Brief {
        Brief { because: words.into(), event: None, said: None, felt: None, owed: Vec::new(), trust: None }
    }

    /// It in words, line by line.
    pub fn lines(&self) -> impl Iterator<Item = CompactString> {
        let trust = self.trust.iter().flat_map(|levels| Account::ALL.iter().zip(levels));
        [format_compact!("because: {}", self.because)]
            .into_iter()
            .chain(self.event.iter().map(|event| format_compact!("{event}")))
            .chain(self.said.iter().map(|said| format_compact!("said: {said}")))
            .chain(self.felt.iter().map(|felt| format_compact!("felt: {}", felt.word())))
            .chain(self.owed.iter().map(|owed| format_compact!("{owed}")))
            .chain(trust.map(|(account, trust)| format_compact!("trust {account}: {trust}")))
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} on {}", self.happened, self.kind, self.channel)
    }
}

impl fmt::Display for Owed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "owed: {} by {} ({})", self.promise, self.due, self.state.word())
    }
}
