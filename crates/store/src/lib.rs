//! The log, the state and the outbox.
//!
//! One port in domain words ([`Store`]), an embedded engine in one data directory, and a
//! conformance suite that any other engine must pass.
//!
//! * **The log is the truth.** [`Store::append`] returns when the entries would survive a power cut.
//! * **State follows.** Everything derived from a range of the log commits together
//!   ([`Commit`]): customers, promises, timers, outbox, receipts, rollups, duplicate marks and the
//!   position. It may reach the disk later than the log; after a crash the engine goes on from the
//!   position that did, and derives the same again.

mod absent;
mod assembled;
mod commit;
#[cfg(any(test, feature = "testing"))]
pub mod conformance;
mod digest;
pub mod disk;
mod embedded;
mod entry;
mod erasure;
mod error;
mod faults;
mod floors;
mod memory;
pub mod parts;
mod port;
mod question;
mod state;
mod written;

pub use assembled::Assembled;

pub use commit::{Alias, Commit, CustomerChange, EndpointState, ParcelState, Progress, Totals, Trail};
pub use digest::digest;
pub use embedded::{
    Damage, Embedded, FORMAT, Pressed, RECORD_BYTES_MAX, Segment, SegmentFile, SegmentLog, SetAside,
    Settings, TreeBatch, TreeBytes, TreeTables, TreeView, frame_bytes, lock, open_segment, segment_header,
    set_aside, survey, survey_segment,
};
pub use entry::{Draft, Encoded, Logged};
pub use erasure::{ErasureRow, KeysOf, Next, UnderWay};
pub use error::StoreError;
pub use faults::{Faults, PersistPoint, Verdict};
pub use memory::{Memory, MemoryBatch, MemoryLog, MemoryTables, MemoryView};
pub use opcx_core::event::EventKey;
pub use port::Store;
pub use question::{CaseRow, ParcelRow, PromiseRow, RejectedRow};
pub use state::{AUDIT_FAULTS_MAX, Audit};
pub use written::{ReceiptHead, Written};
