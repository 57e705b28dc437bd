//! Erasure: nothing that tells of a customer is kept, and every figure about the company stays.
//!
//! The log is rewritten: what told of the customer is replaced by [`Entry::Erased`], and the order itself
//! by [`Entry::Erasure`], which holds what is left: counts and hashes. So running the rewritten log again
//! still gives the state that the engine has.
//!
//! [`Entry::Erased`]: crate::record::Entry::Erased
//! [`Entry::Erasure`]: crate::record::Entry::Erasure

mod mentions;
mod redact;

pub use mentions::Mentions;
pub use redact::redact;

use alloc::vec::Vec;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::customer::{CustomerId, DeedId};
use crate::event::Name;
use crate::receipt::{ChainHash, ReceiptHash};
use crate::rollup::{Rollup, RollupKey};

/// What stands in a rollup's key where a value was that nobody but erased customers had.
pub const ERASED_VALUE: &str = "(erased)";

/// An order to erase a customer, and what it left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// Who ordered it.
    pub by: CompactString,
    /// Why.
    pub reason: CompactString,
    /// The receipt that says so: the last one about the customer, and the only one kept.
    pub receipt: DeedId,
    /// The customer's id, then those that were merged into it.
    pub gone: Vec<CustomerId>,
    /// What is left.
    pub remains: Remains,
}

/// What is left of an erased customer: numbers and hashes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Remains {
    /// Their share in the counts over everything.
    pub counts: Counts,
    /// Their share in the rollups.
    pub rollups: Vec<(RollupKey, Rollup)>,
    /// Where the chain of receipts stood before the erasure's own receipt.
    pub chain: ChainHash,
    /// What the chain keeps of their receipts.
    pub seals: Vec<Seal>,
    /// The endpoints that were disabled then: what became of their parcels may have been the reason.
    pub disabled: Vec<Name>,
}

/// One customer's share in the counts over everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Events counted.
    pub events: u64,
    /// Of these, how many no moment listened to.
    pub unmatched: u64,
    /// Texts read.
    pub texts: u64,
    /// Of these, how many in which the model could tell nothing.
    pub unknown: u64,
    /// Decisions taken, for and against.
    pub decisions: u64,
}

/// The hashes of receipts that were erased, by their place in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// The receipt before them that is still there; `None` at the chain's start.
    pub after: Option<DeedId>,
    /// Their hashes, in the order of the chain. None where this place is no longer needed, since the
    /// receipt before was erased as well.
    pub receipts: Vec<ReceiptHash>,
}
