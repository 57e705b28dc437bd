//! Bugs, planted one at a time to see whether the laws notice.
//!
//! All of them are planted from outside, at the ports: the engine's own code stays as it is.

mod definitions;
mod disk;
mod log;
mod store;
mod tables;

pub(crate) use definitions::planted as planted_definitions;
pub(crate) use disk::PlantedDisk;
pub(crate) use log::PlantedLog;
pub(crate) use store::{PlantedStore, Shared};
pub(crate) use tables::PlantedTables;

use crate::{Broken, run};

macro_rules! bugs {
    ($($(#[doc = $doc:literal])+ $name:ident, $word:literal;)+) => {
        /// A bug.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Bug { $($(#[doc = $doc])+ $name,)+ }

        impl Bug {
            /// Every bug.
            pub const ALL: &'static [Bug] = &[$(Bug::$name,)+];

            /// Its name on the command line.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Bug::$name => $word,)+ }
            }

            /// What it does.
            #[must_use]
            pub const fn what(self) -> &'static str {
                match self { $(Bug::$name => concat!($($doc),+).trim_ascii(),)+ }
            }
        }
    };
}

bugs! {
    // The disk.
    /// The log is answered for without a sync.
    NoSync, "no-sync";
    /// The names of new files are not synced.
    NoFolderSync, "no-folder-sync";
    /// A failed sync is tried again and then believed.
    SyncRetried, "sync-retried";
    /// A short write is taken for a whole one.
    ShortWriteIgnored, "short-write-ignored";
    /// Checksums are not looked at.
    ChecksumIgnored, "checksum-ignored";
    // The log.
    /// Senders are answered before their events are in the log.
    EarlyAnswer, "early-answer";
    /// Of every large append the last record is left out.
    LastRecordDropped, "last-record-dropped";
    /// An append that failed is answered as if it had not.
    AppendErrorSwallowed, "append-error-swallowed";
    /// Writing goes on after a failed sync.
    WritesAfterFailedSync, "writes-after-failed-sync";
    /// The wall's clock goes into the log as it is, also back.
    ClockGoesBack, "clock-goes-back";
    /// An import runs on the live clock.
    LanesMixed, "lanes-mixed";
    // The tables.
    /// A commit is written in two halves.
    CommitInHalves, "commit-in-halves";
    /// It is not kept which events were counted.
    MarksForgotten, "marks-forgotten";
    /// A timer that moved stays in its old place as well.
    OldTimerStays, "old-timer-stays";
    /// A parcel that is to be tried later stays in its old place as well.
    OldReadyStays, "old-ready-stays";
    // Commits.
    /// One of several receipts of a commit is not kept.
    ReceiptSkipped, "receipt-skipped";
    /// The chain of receipts is not carried on.
    ChainBroken, "chain-broken";
    /// The timer of a customer that others were merged into is lost.
    TimerLostAtMerge, "timer-lost-at-merge";
    /// Timers from before a restart are lost.
    TimersLostAtRestart, "timers-lost-at-restart";
    /// What folding anew takes out stays in the rollups.
    TakeOutForgotten, "take-out-forgotten";
    /// The first commit after a restart counts in the rollups twice.
    CountedTwiceAtRestart, "counted-twice-at-restart";
    /// Promises that change when customers are merged are lost.
    PromisesLostAtMerge, "promises-lost-at-merge";
    /// Who is told apart keeps the other's records.
    EvidenceKeptAtUnmerge, "evidence-kept-at-unmerge";
    /// A dead letter is put down as delivered.
    DeadLetterDropped, "dead-letter-dropped";
    /// One of several new parcels is lost.
    ParcelLost, "parcel-lost";
    /// It is forgotten which endpoints want nothing more.
    EndpointForgotten, "endpoint-forgotten";
    /// Rejected input is not listed.
    RejectedNotListed, "rejected-not-listed";
    /// It is forgotten which rejected input was sent again.
    RedrivenForgotten, "redriven-forgotten";
    /// After a restart one record is passed over.
    RecordSkippedAtRestart, "record-skipped-at-restart";
    /// Which cases a human holds is not kept with the customer.
    HeldCaseForgotten, "held-case-forgotten";
    /// After a restart a deed gets the number of an earlier one.
    NumberUsedAgain, "number-used-again";
    /// How often capped playbooks acted is not kept.
    CapForgotten, "cap-forgotten";
    /// Whom a merged customer's id stands for is not kept.
    AliasForgotten, "alias-forgotten";
    /// Moments that changed when a past was folded anew are not written.
    MomentsNotAnew, "moments-not-anew";
    /// Promises that folding anew did away with stay.
    GonePromiseStays, "gone-promise-stays";
    /// Parcels go out before the commit that decides on them.
    SentBeforeCommit, "sent-before-commit";
    // What is read from the log.
    /// A withdrawal of consent is not read.
    WithdrawalForgotten, "withdrawal-forgotten";
    /// Probes count as customers.
    ProbeCounts, "probe-counts";
    /// What staff write is read for emotions.
    StaffIsRead, "staff-is-read";
    /// What history decides is delivered.
    HistorySends, "history-sends";
    // Definitions, readings.
    /// Delight does not wait for repair.
    DelightFirst, "delight-first";
    /// Playbooks have no cap.
    CapIgnored, "cap-ignored";
    /// A playbook in shadow delivers.
    ShadowSends, "shadow-sends";
    /// Browsing is looked at for service without being asked.
    BrowsingIsSeen, "browsing-is-seen";
    /// Parcels are tried for ever.
    TriedForEver, "tried-for-ever";
    /// A text is read anew each time that its record is, and now and then differently.
    ReadingUnstable, "reading-unstable";
    /// What was read a second time is not kept.
    SecondReadingLost, "second-reading-lost";
    /// After a restart nothing that waits is read a second time.
    LookForgottenAtRestart, "look-forgotten-at-restart";
    // Erasing.
    /// The log is rewritten before the state would survive a power cut.
    RewrittenTooEarly, "rewritten-too-early";
    /// What failed while the log was rewritten is taken for done.
    RewriteErrorSwallowed, "rewrite-error-swallowed";
    /// Who is to be erased is taken for clean of the state as soon as somebody else is.
    TakenForClean, "taken-for-clean";
    /// The log is not rewritten.
    LogNotRewritten, "log-not-rewritten";
    /// Of every segment the old file stays, under another name.
    OldSegmentStays, "old-segment-stays";
    /// Somebody else's records are erased as well.
    ErasedTooMuch, "erased-too-much";
    /// A customer's rows stay.
    RowsStay, "rows-stay";
    /// An erased customer's identifiers still lead to them.
    OwnerStays, "owner-stays";
    /// The chain of receipts keeps nothing of those that were erased.
    SealsForgotten, "seals-forgotten";
    /// What an erased customer left in the counts is not added when the log is run again.
    RemainsForgotten, "remains-forgotten";
    /// It is forgotten which endpoints were disabled when a customer was erased.
    DisabledForgotten, "disabled-forgotten";
    /// That a record named an erased customer too is forgotten.
    MaskForgotten, "mask-forgotten";
    /// A repeat of an erased event counts when the log is run again.
    ErasedCountedAgain, "erased-counted-again";
    // The door and the channels.
    /// Senders are answered when their events are queued.
    AnsweredWhenQueued, "answered-when-queued";
    /// A repeat is recognised though what it repeats was never written.
    MarkedBeforeWritten, "marked-before-written";
    /// The queue has no bound.
    QueueUnbounded, "queue-unbounded";
    /// Under overload complaints are shed first.
    ComplaintsShedFirst, "complaints-shed-first";
    /// Every attempt carries another id.
    FreshIds, "fresh-ids";
    /// An attempt that failed is reported as delivered.
    FailureTakenForSuccess, "failure-taken-for-success";
}

/// What it took to find a bug.
#[derive(Debug, Clone)]
pub struct Found {
    /// The seed that found it; seeds are tried from 0 on, so one more is how many it took.
    pub seed: u64,
    /// The law that broke.
    pub broken: Broken,
}

impl Found {
    /// A row of the table of bugs.
    #[must_use]
    pub fn row(&self, bug: Bug) -> String {
        format!("| `{}` | {} | {} | {} |", bug.word(), bug.what(), self.seed + 1, self.broken.law)
    }
}

/// Tries seeds until one finds the bug; at most `seeds_max`.
#[must_use]
pub fn find(bug: Bug, seeds_max: u64) -> Option<Found> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let pool = pool.expect("the system has room for a thread");
    let tried = |seed| run(seed, Some(bug)).err().map(|broken| Found { seed, broken });
    pool.install(|| (0..seeds_max).find_map(tried))
}
