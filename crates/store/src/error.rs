use std::path::PathBuf;

use opcx_core::log::Position;

use crate::{PersistPoint, RECORD_BYTES_MAX};

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The disk or the file system refused.
    #[error("{doing} {}: {source}; check that the disk has room and the folder may be written", path.display())]
    Disk {
        /// What was being done.
        doing: &'static str,
        /// To which file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// What was written may not survive a power cut, and a further attempt would prove nothing: the
    /// system may have forgotten what it could not write.
    #[error(
        "{} could not be made durable: {source}; restart opcx once the disk is mended",
        path.display()
    )]
    Unsynced {
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Another version of opcx wrote this store.
    #[error(
        "{} was written by store format {found}, this program reads format {expected}; open it with the program that wrote it, or export there and import here",
        path.display()
    )]
    OtherVersion {
        /// The store.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// Ours.
        expected: u32,
    },
    /// Another process has this store open.
    #[error("{} is open in another process; stop that one first", path.display())]
    InUse {
        /// The store.
        path: PathBuf,
    },
    /// Bytes in the log are not what was written.
    #[error(
        "the log is damaged from position {from}: {what}; `opcx doctor FOLDER --mend --backup BACKUP` takes what is missing from a backup"
    )]
    Damaged {
        /// The first position that cannot be read.
        from: Position,
        /// What does not fit.
        what: String,
    },
    /// Something that was stored does not decode.
    #[error(
        "{what} in the state does not decode; run `opcx doctor FOLDER --mend`: the state is set aside and derived anew from the log"
    )]
    Undecodable {
        /// What.
        what: &'static str,
        /// Why.
        #[source]
        source: postcard::Error,
    },
    /// The state's files are not what was written.
    #[error(
        "the state is damaged: {what}; start opcx again, or run `opcx doctor FOLDER --mend`: it is set aside and derived anew from the log"
    )]
    StateDamaged {
        /// What does not fit.
        what: String,
    },
    /// The state engine failed.
    #[error("the state engine failed while {doing}: {message}")]
    State {
        /// What was being done.
        doing: &'static str,
        /// What it said.
        message: String,
    },
    /// A commit does not start where the last one ended.
    #[error("a commit from position {from} does not follow the last one, which ended at {at}")]
    OutOfOrder {
        /// Where the commit starts.
        from: Position,
        /// Where the state stands.
        at: Position,
    },
    /// A commit holds something of a record outside its range.
    #[error(
        "a commit of positions {from} to {to} holds something of position {position}; this is a fault of opcx, report it"
    )]
    Misplaced {
        /// The record.
        position: Position,
        /// Where the commit starts.
        from: Position,
        /// Where it ends.
        to: Position,
    },
    /// The state knows of records that the log does not hold.
    #[error(
        "the state has come to position {position}, but the log ends at {end}: part of the log is lost; `opcx doctor FOLDER --mend --backup BACKUP` takes it from a backup"
    )]
    AheadOfLog {
        /// Where the state stands.
        position: Position,
        /// Where the log ends.
        end: Position,
    },
    /// A record was asked for that is not there.
    #[error("there is no record at position {position}, the log ends at {end}")]
    Beyond {
        /// The position asked for.
        position: Position,
        /// Where the log ends.
        end: Position,
    },
    /// An entry is longer than the log takes.
    #[error("an entry of {bytes} bytes is too long, {RECORD_BYTES_MAX} are allowed; send less in one event")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// A test asked for a failure here.
    #[error("a failure at {} was asked for", point.word())]
    Injected {
        /// Where.
        point: PersistPoint,
    },
    /// An earlier failure makes further writes unsafe.
    #[error(
        "writing has stopped since an earlier write failed ({why}); it goes on by itself once a full disk has room again, else restart opcx once the disk is mended"
    )]
    Stopped {
        /// The earlier failure.
        why: String,
    },
}

impl StoreError {
    /// Whether it failed for want of room, so that it may work once there is some.
    #[must_use]
    pub fn is_for_want_of_room(&self) -> bool {
        use std::io::ErrorKind::{QuotaExceeded, StorageFull};
        match self {
            StoreError::Disk { source, .. } => matches!(source.kind(), StorageFull | QuotaExceeded),
            _ => false,
        }
    }
}
