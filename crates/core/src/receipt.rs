//! Receipts: why decisions were taken (law 7).
//!
//! Every playbook that was set off is on one, whether it acted or not: a step that takes decisions
//! leaves one receipt for all of them. Receipts are chained: a hash goes over each of them and its
//! predecessor's hash, so that none can be changed, taken out or slipped in unseen.

mod decisions;

pub use decisions::{DECISIONS_MAX, Decision, Decisions, INPUTS_MAX};
pub(crate) use decisions::{InputPlace, LookedAt};

use alloc::vec::Vec;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::case::CaseId;
use crate::customer::{CustomerId, DeedId};
use crate::definitions::Version;
use crate::delivery::ParcelId;
use crate::event::Name;
use crate::identity::{IdentifierKind, Refusal};
use crate::log::Position;
use crate::promise::PromiseId;
use crate::time::Timestamp;

/// Most characters of an input's value that are kept.
pub const INPUT_CHARS_MAX: usize = 80;

/// Why decisions were taken: what one step decided about one customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Its id, never used again.
    pub id: DeedId,
    /// The record that led to it.
    pub position: Position,
    /// The log's time of the decisions.
    pub at: Timestamp,
    /// The definitions they were taken under.
    pub definitions: Version,
    /// What was decided.
    pub decisions: Decisions,
}

impl Receipt {
    /// Whom it concerns, as they were known then.
    #[must_use]
    pub const fn customer(&self) -> CustomerId {
        self.id.customer
    }
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// These deeds were done, or would have been in shadow mode.
    Acted {
        /// Whether they are delivered.
        shadow: bool,
        /// What was done.
        deeds: Vec<Deed>,
    },
    /// Nothing was done, and why.
    Refused(Refused),
    /// What was known was put right by late evidence.
    Corrected(CompactString),
    /// Something was noted about who is who, or what somebody ordered.
    Noted(CompactString),
    /// An identifier that the event named was not believed to be the customer's. It is not named here: it
    /// may be somebody else's. The record has it.
    NotJoined(IdentifierKind, Refusal),
}

/// One thing done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Deed {
    /// Something was sent, or will be at the time given.
    Sent(ParcelId),
    /// A case was opened.
    Opened(CaseId),
    /// Something was promised.
    Promised(PromiseId),
    /// A note was left.
    Noted(CompactString),
    /// One action of several could not be done, and why.
    Left(Refused),
}

/// Why nothing was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refused {
    /// The condition does not hold.
    Condition,
    /// The condition needs something that is not there or may not be seen.
    Missing(CompactString),
    /// The customer does not allow it for this purpose.
    Consent,
    /// The playbook acted often enough for this customer.
    Cap,
    /// The customer got enough messages.
    Contacts,
    /// Something is to be repaired first (law 6).
    RepairFirst,
    /// A human has this matter.
    Held(CaseId),
    /// The customer is in the playbook's hold-out.
    HoldOut,
    /// A message would state what the ledger does not hold (law 8).
    Untrue(CompactString),
    /// A playbook of higher priority has just acted on the same matter.
    Preceded(Name),
    /// A list that is bounded is full.
    Full(CompactString),
    /// A due time could not be worked out.
    NoDue(CompactString),
}

/// The hash at which a chain of receipts stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChainHash(pub [u8; 32]);

/// The hash of one receipt: what its chain keeps of it, also when the receipt itself was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReceiptHash(pub [u8; 32]);

impl ReceiptHash {
    /// BLAKE3 over the receipt's encoding.
    #[must_use]
    pub fn of(encoded_receipt: &[u8]) -> ReceiptHash {
        ReceiptHash(*blake3::hash(encoded_receipt).as_bytes())
    }
}

impl ChainHash {
    /// The hash after one more receipt: BLAKE3 over the hash so far and the receipt's hash.
    #[must_use]
    pub fn after(self, receipt: ReceiptHash) -> ChainHash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.0);
        hasher.update(&receipt.0);
        ChainHash(*hasher.finalize().as_bytes())
    }
}

impl core::fmt::Display for ChainHash {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        for byte in self.0 {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}
