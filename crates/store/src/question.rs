use opcx_core::case::Case;
use opcx_core::customer::CustomerId;
use opcx_core::effects::Parcel;
use opcx_core::log::Position;
use opcx_core::promise::Promise;
use opcx_core::record::Rejected;

use crate::ParcelState;

/// A promise in the table of promises.
#[derive(Debug, Clone, PartialEq)]
pub struct PromiseRow {
    /// Whose.
    pub customer: CustomerId,
    /// The promise.
    pub promise: Promise,
}

/// A case in the table of cases.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseRow {
    /// Whose.
    pub customer: CustomerId,
    /// The case.
    pub case: Case,
}

/// A parcel in the outbox.
#[derive(Debug, Clone, PartialEq)]
pub struct ParcelRow {
    /// The parcel.
    pub parcel: Parcel,
    /// Where it stands.
    pub state: ParcelState,
}

/// An input on the rejected list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRow {
    /// The record that holds it.
    pub position: Position,
    /// The input and why it was refused.
    pub rejected: Rejected,
    /// Whether it was mended and sent again.
    pub redriven: bool,
}
