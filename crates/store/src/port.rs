use std::ops::Range;

use opcx_core::case::CaseId;
use opcx_core::customer::{Customer, CustomerId};
use opcx_core::delivery::ParcelId;
use opcx_core::effects::Moment;
use opcx_core::erasure::Seal;
use opcx_core::event::Name;
use opcx_core::identity::{Identifier, IdentifierKind};
use opcx_core::log::{Lane, Position};
use opcx_core::promise::PromiseId;
use opcx_core::reading::Reading;
use opcx_core::receipt::Receipt;
use opcx_core::rollup::{Rollup, RollupKey};
use opcx_core::time::Timestamp;

use crate::{
    CaseRow, Commit, Draft, Encoded, EndpointState, ErasureRow, EventKey, KeysOf, Logged, ParcelRow,
    Progress, PromiseRow, RejectedRow, StoreError,
};

type Result<T> = core::result::Result<T, StoreError>;

/// What the engine needs of a store.
///
/// One thread appends, one thread commits; any thread may read at any time and sees the state of
/// one commit or the next, never half of one.
pub trait Store: Send + Sync {
    // The log.

    /// Appends entries in order and returns the position of the first. On return they would survive
    /// a power cut. After an error none of them is promised, and the store says so from then on.
    ///
    /// # Errors
    /// The disk refused; nothing was acknowledged.
    fn append(&self, drafts: &[Draft]) -> Result<Position>;

    /// Lets the oldest piece of the log that is no longer appended to, and was not pressed yet, take less room
    /// on the disk. Returns whether there was one. To be called by the thread that rewrites.
    ///
    /// # Errors
    /// The disk refused; what the log says has not changed.
    fn press(&self) -> Result<bool>;

    /// The position that the next entry will have.
    fn end(&self) -> Position;

    /// Records from `from` on, in order: at most `records_max`, and about `bytes_max` bytes, but at
    /// least one if there is one.
    ///
    /// # Errors
    /// The log is damaged there.
    fn read(&self, from: Position, records_max: usize, bytes_max: usize) -> Result<Vec<Logged>>;

    /// The records at these positions, in the order asked.
    ///
    /// # Errors
    /// The log is damaged at one of them, or ends before it.
    fn read_at(&self, positions: &[Position]) -> Result<Vec<Logged>>;

    // The state.

    /// Stores everything that follows from a range of the log, whole or not at all. It is seen by
    /// readers on return; it reaches the disk at the latest with [`Store::persist`].
    ///
    /// # Errors
    /// It does not follow the last commit, or the disk refused.
    fn commit(&self, commit: &Commit) -> Result<()>;

    /// Makes all commits so far survive a power cut.
    ///
    /// # Errors
    /// The disk refused.
    fn persist(&self) -> Result<()>;

    // Erasing.

    /// Does the next slice of taking what tells of an erased customer out of the state: about `most` rows. Once the
    /// erasure's own row says that the log is next ([`Next::Log`](crate::Next::Log)), nothing else in the state
    /// tells of them any longer. Each slice is stored whole or not at all; it may be called beside the thread that
    /// commits.
    ///
    /// # Errors
    /// The state cannot be read, or the disk refused.
    fn clean(&self, erasure: Position, keys_of: &KeysOf<'_>, most: usize) -> Result<()>;

    /// Replaces entries of the log before `end` by what `change` makes of them, where it makes something.
    /// On return those replaced are no longer on the disk. Positions, lanes and times stay.
    ///
    /// # Errors
    /// The log is damaged, or the disk refused. Some entries may be replaced; it may be tried again.
    fn rewrite(
        &self,
        end: Position,
        change: &mut dyn FnMut(&Logged) -> Result<Option<Encoded>>,
    ) -> Result<()>;

    /// Notes how far an erasure has come.
    ///
    /// # Errors
    /// The disk refused.
    fn note_erasure(&self, erasure: Position, row: &ErasureRow) -> Result<()>;

    /// Takes off the disk whatever the state held before now and holds no longer.
    ///
    /// # Errors
    /// The disk refused; some of it may be left.
    fn purge(&self) -> Result<()>;

    /// Orders to erase customers: all, or only those that are not done. Of those that are not done, and then of the
    /// others, the first `most`; returned in the order of the log.
    fn erasures(&self, only_under_way: bool, most: usize) -> Result<Vec<(Position, ErasureRow)>>;

    /// What the chain of receipts keeps of those that were erased.
    fn seals(&self) -> Result<Vec<Seal>>;

    /// Takes writes again after the disk was full, if there is room again; what the failed write left is
    /// cleared away first. Returns whether writing had stopped: then the state may stand at another
    /// position than before. Does nothing while nothing has failed.
    ///
    /// # Errors
    /// There is no room yet; or what failed was not for want of room, so that the store has to be opened
    /// anew.
    fn recover(&self) -> Result<bool>;

    /// How far the state has come.
    ///
    /// # Errors
    /// As for all questions below: the state cannot be read.
    fn progress(&self) -> Result<Progress>;

    /// Which of these events were counted already.
    fn seen(&self, keys: &[EventKey]) -> Result<Vec<bool>>;

    /// The customer; an id that was merged into another finds nobody.
    fn customer(&self, id: CustomerId) -> Result<Option<Customer>>;

    /// Whom an id stands for: itself, or whom it was merged into. `None` for an unknown id.
    fn stands_for(&self, id: CustomerId) -> Result<Option<CustomerId>>;

    /// Whom an id was merged into, who may have been merged further since; `None` if it stands for itself.
    fn merged_into(&self, id: CustomerId) -> Result<Option<CustomerId>>;

    /// Whose an identifier is.
    fn owner(&self, identifier: &Identifier) -> Result<Option<CustomerId>>;

    /// Identifiers of a kind that begin so, in their order from `after` on, and whose they are.
    fn known_as(
        &self,
        kind: IdentifierKind,
        beginning: &str,
        after: Option<&Identifier>,
        most: usize,
    ) -> Result<Vec<(Identifier, CustomerId)>>;

    /// The positions of a customer's records, in order.
    fn trail(&self, id: CustomerId) -> Result<Vec<Position>>;

    /// What was read in the texts of these records, where anything was.
    fn readings(&self, positions: &[Position]) -> Result<Vec<Option<Reading>>>;

    /// The first readings of the range, in order; at most `most`.
    fn first_readings(&self, positions: Range<Position>, most: usize) -> Result<Vec<(Position, Reading)>>;

    /// Customers whose timer is at or before `until` on that lane's clock, earliest first.
    fn due(&self, lane: Lane, until: Timestamp, most: usize) -> Result<Vec<(Timestamp, CustomerId)>>;

    /// The moments of these records, in order.
    fn moments_at(&self, positions: &[Position]) -> Result<Vec<Moment>>;

    /// The promises that these records made, whoever they are owed to by now.
    fn promises_made_at(&self, positions: &[Position]) -> Result<Vec<PromiseId>>;

    // The outbox.

    /// Parcels for that endpoint to be tried at or before `now`, earliest first; none while it is
    /// disabled. By endpoint, so that one with a long queue hides no other's. Their ids alone: whoever asks knows many of
    /// them already.
    fn ready(&self, to: &str, now: Timestamp, most: usize) -> Result<Vec<ParcelId>>;

    /// When the next parcel for that endpoint is to be tried; `None` while it is disabled.
    fn next_ready(&self, to: &str) -> Result<Option<Timestamp>>;

    /// One parcel.
    fn parcel(&self, id: ParcelId) -> Result<Option<ParcelRow>>;

    /// The endpoints that parcels wait for, whether or not there still is such an endpoint.
    fn awaited(&self) -> Result<Vec<Name>>;

    /// Dead letters, those given up first first, from `after` on: when one was given up, and its id.
    fn dead(&self, after: Option<(Timestamp, ParcelId)>, most: usize) -> Result<Vec<ParcelRow>>;

    /// Endpoints that are not simply enabled.
    fn endpoints(&self) -> Result<Vec<(Name, EndpointState)>>;

    // Questions.

    /// Rollups of hours in the range, of one moment or of all, ordered by key.
    fn rollups(&self, moment: Option<&str>, hours: Range<Timestamp>) -> Result<Vec<(RollupKey, Rollup)>>;

    /// One promise.
    fn promise(&self, id: PromiseId) -> Result<Option<PromiseRow>>;

    /// Promises in the order of their ids, from `after` on.
    fn promises(&self, after: Option<PromiseId>, most: usize) -> Result<Vec<PromiseRow>>;

    /// One case.
    fn case(&self, id: CaseId) -> Result<Option<CaseRow>>;

    /// Cases in the order of their ids, from `after` on.
    fn cases(&self, after: Option<CaseId>, most: usize) -> Result<Vec<CaseRow>>;

    /// Receipts of records in the range, in the order of their chain.
    fn receipts(&self, positions: Range<Position>, most: usize) -> Result<Vec<Receipt>>;

    /// Moments of records in the range, in order.
    fn moments(&self, positions: Range<Position>, most: usize) -> Result<Vec<Moment>>;

    /// Customers in the order of their ids, from `after` on.
    fn customers(&self, after: Option<CustomerId>, most: usize) -> Result<Vec<Customer>>;

    /// The rejected list, oldest first, from `after` on.
    fn rejected(&self, after: Option<Position>, most: usize) -> Result<Vec<RejectedRow>>;
}
