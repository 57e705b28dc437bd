use std::sync::Arc;

use opcx_core::case::Case;
use opcx_core::customer::{Customer, CustomerId};
use opcx_core::delivery::{Attempt, ParcelId, Why};
use opcx_core::effects::{Moment, Parcel};
use opcx_core::event::Name;
use opcx_core::identity::Identifier;
use opcx_core::log::{Lane, Position};
use opcx_core::promise::{Promise, PromiseId};
use opcx_core::reading::Reading;
use opcx_core::receipt::ChainHash;
use opcx_core::record::Rejected;
use opcx_core::rollup::{Rollup, RollupKey};
use opcx_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{ErasureRow, EventKey, ReceiptHead, Written};

/// Everything that follows from one range of the log. It is stored whole or not at all.
///
/// An empty range is that of timers alone, which fire just before its position.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Commit {
    /// The first position of the range; where the last commit ended.
    pub from: Position,
    /// How far the state has come after it.
    pub progress: Progress,
    /// Duplicate marks of the events counted.
    pub seen: Vec<EventKey>,
    /// What was read in the events' texts.
    pub readings: Vec<Written<(Position, Reading)>>,
    /// What was read in texts a second time, of this range or an earlier one.
    pub readings_anew: Vec<(Position, Reading)>,
    /// Customers as they are now.
    pub customers: Vec<CustomerChange>,
    /// Who was merged into whom.
    pub aliases: Vec<Alias>,
    /// Whose each identifier is now.
    pub owners: Vec<(Identifier, CustomerId)>,
    /// Records added to customers' histories.
    pub trails: Vec<Trail>,
    /// Moments gone through in this range.
    pub moments: Vec<Written<Moment>>,
    /// Earlier records whose moments are others now, since their customer's past was folded anew:
    /// all moments of each such record, or none.
    pub moments_anew: Vec<(Position, Vec<Moment>)>,
    /// Promises as they stand now.
    pub promises: Vec<(CustomerId, Promise)>,
    /// Promises that are no more, since their customer's past was folded anew.
    pub promises_gone: Vec<PromiseId>,
    /// Cases as they stand now.
    pub cases: Vec<(CustomerId, Case)>,
    /// Receipts of this range, in the order of their chain, which is that of their records.
    pub receipts: Vec<Written<ReceiptHead>>,
    /// New parcels.
    pub parcels: Vec<Parcel>,
    /// What became of parcels.
    pub deliveries: Vec<(ParcelId, ParcelState)>,
    /// Endpoints that were disabled or enabled.
    pub endpoints: Vec<(Name, EndpointState)>,
    /// What to add to the rollups.
    pub rollups: Vec<(RollupKey, Rollup)>,
    /// Inputs that could not be understood.
    pub rejected: Vec<(Position, Rejected)>,
    /// Rejected inputs that were mended and sent again.
    pub redriven: Vec<Position>,
    /// Identifiers that are nobody's any longer.
    pub owners_gone: Vec<Identifier>,
    /// Orders to erase a customer. With one that is under way, what is owed and done for the customer goes.
    pub erasures: Vec<(Position, ErasureRow)>,
}

/// How far the state has come.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// The next position to be decided on.
    pub position: Position,
    /// Texts before this position had their second look, if they awaited one.
    pub looked_to: Position,
    /// How many commits of timers alone were made since the last record was decided on: their range is
    /// empty, and what they hold stands just before the record at `position`.
    pub crowds: u32,
    /// Where the chain of receipts stands.
    pub chain: ChainHash,
    /// The time of each lane's latest record.
    pub clocks: Vec<(Lane, Timestamp)>,
    /// Counts over everything.
    pub totals: Totals,
}

/// Counts over everything decided on so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Totals {
    /// Events counted, each once.
    pub events: u64,
    /// Repeats that were recognised and not counted.
    pub repeats: u64,
    /// Events of customers that no moment listened to.
    pub unmatched: u64,
    /// Events of probes.
    pub probes: u64,
    /// Texts read.
    pub texts: u64,
    /// Of these, texts in which the model could tell nothing.
    pub unknown: u64,
    /// Customers, merged ones counted once.
    pub customers: u64,
    /// Inputs that could not be understood.
    pub rejected: u64,
    /// Of these, how many were mended and sent again.
    pub redriven: u64,
    /// Decisions taken, for and against.
    pub decisions: u64,
}

/// A customer after the range.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomerChange {
    /// Whose.
    pub id: CustomerId,
    /// The customer; `None` once merged into another. Shared with whoever decides on what comes next while this is
    /// written.
    pub after: Option<Written<Arc<Customer>>>,
    /// When the passing of time concerns them next, on their lane's clock.
    pub timer: Option<(Lane, Timestamp)>,
}

impl CustomerChange {
    /// The customer after the range; nobody once merged into another.
    #[must_use]
    pub fn customer(&self) -> Option<&Customer> {
        self.after.as_deref().map(|written| &**written)
    }
}

/// A customer's id that now stands for another customer, or again for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alias {
    /// The id.
    pub id: CustomerId,
    /// Whom it stands for; `None` for itself.
    pub into: Option<CustomerId>,
}

/// Records in a customer's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trail {
    /// These follow those already there, in order.
    Added(CustomerId, Vec<Position>),
    /// These replace all that was there: after a merge or an un-merge.
    Replaced(CustomerId, Vec<Position>),
}

/// Where a parcel stands in the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ParcelState {
    /// To be tried.
    Pending {
        /// Which attempt comes next.
        attempt: Attempt,
        /// Not before.
        at: Timestamp,
    },
    /// The receiver has it.
    Delivered {
        /// How many attempts it took.
        attempts: Attempt,
        /// When.
        at: Timestamp,
    },
    /// Given up; it can be sent again by order.
    Dead {
        /// How many attempts were made.
        attempts: Attempt,
        /// When it was given up.
        at: Timestamp,
        /// Why.
        why: Why,
    },
}

/// Whether an endpoint is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EndpointState {
    /// Used.
    Enabled,
    /// It answered that it wants nothing more; parcels to it wait.
    Disabled,
}
