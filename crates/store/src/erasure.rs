//! Erasures as the store keeps them: under way, or done.

use opcx_core::customer::DeedId;
use opcx_core::effects::Moment;
use opcx_core::erasure::Erasure;
use opcx_core::identity::Identifier;
use opcx_core::log::Position;
use opcx_core::rollup::RollupKey;
use serde::{Deserialize, Serialize};

/// An order to erase a customer, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ErasureRow {
    /// The customer is gone from every answer; what told of them is being taken out of log and state.
    UnderWay(Box<UnderWay>),
    /// Nothing tells of them any longer, except bytes on the disk that were overwritten or removed.
    Cleaned(Box<Erasure>),
    /// Nothing tells of them any longer.
    Done(Box<Erasure>),
}

/// An erasure under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnderWay {
    /// What is left of the customer, as far as is known yet.
    pub erasure: Erasure,
    /// How they are named wherever they are to be found.
    pub identifiers: Vec<Identifier>,
    /// Their records.
    pub trail: Vec<Position>,
    /// What is to be looked at next.
    pub next: Next,
}

/// What an erasure looks at next, in this order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Next {
    /// Receipts.
    Receipts {
        /// The key of the last row that was looked at.
        row: Vec<u8>,
        /// The last receipt before it that stays.
        kept: Option<DeedId>,
    },
    /// What was found at the customer's records, from this one of them on.
    Records(usize),
    /// The rejected list, from this position on.
    Rejected(Position),
    /// The keys of rollups.
    Rollups,
    /// The log. Nothing in the state tells of the customer any longer, but for this row.
    Log,
}

/// The keys that a moment counts under; what depends on a company's definitions.
pub type KeysOf<'a> = dyn Fn(&Moment) -> Vec<RollupKey> + 'a;

impl ErasureRow {
    /// The erasure, as far as is known yet.
    #[must_use]
    pub fn erasure(&self) -> &Erasure {
        match self {
            ErasureRow::UnderWay(under_way) => &under_way.erasure,
            ErasureRow::Cleaned(erasure) | ErasureRow::Done(erasure) => erasure,
        }
    }
}
