//! Bugs that a trial must find.

mod early_answer;
mod fresh_ids;
mod no_marks;
mod no_rewrite;
mod no_sync;

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use opcx_engine::{Channel, Outbox};
use opcx_store::disk::RealDisk;
use opcx_store::{Assembled, Embedded, SegmentLog, Settings, Store, TreeTables};

use early_answer::EarlyLog;
use fresh_ids::FreshIds;
use no_marks::NoMarks;
use no_rewrite::NoRewrite;
use no_sync::NoSync;

/// A bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Plant {
    /// Senders are answered before their events are in the log.
    EarlyAnswer,
    /// It is not kept which events were counted.
    NoMarks,
    /// Who is erased stays in the log.
    NoRewrite,
    /// The log is written and not synced. Only a power cut brings that out.
    NoSync,
    /// A parcel gets another id whenever the engine is started.
    FreshIds,
}

impl Plant {
    /// Its name on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Plant::EarlyAnswer => "early-answer",
            Plant::NoMarks => "no-marks",
            Plant::NoRewrite => "no-rewrite",
            Plant::NoSync => "no-sync",
            Plant::FreshIds => "fresh-ids",
        }
    }
}

/// The arguments that give an engine this bug.
pub(crate) fn arguments(plant: Option<Plant>) -> Vec<String> {
    plant.iter().flat_map(|plant| ["--plant".to_owned(), plant.word().to_owned()]).collect()
}

/// The store in `data`, with the bug if it is one of the store's.
///
/// # Errors
/// It cannot be opened.
pub(crate) fn store(
    plant: Option<Plant>,
    data: &Path,
    settings: &Settings,
) -> anyhow::Result<Arc<dyn Store>> {
    let (folder, segment_bytes) = (data.join("log"), settings.segment_bytes);
    let log = || SegmentLog::open(RealDisk, folder.clone(), segment_bytes);
    let unsynced_log = || SegmentLog::open(NoSync(RealDisk), folder.clone(), segment_bytes);
    let tables = || TreeTables::open(&data.join("state"), settings);
    let opened: Result<Arc<dyn Store>, _> = match plant {
        None | Some(Plant::FreshIds) => Embedded::open(data, settings).map(|store| Arc::new(store) as _),
        Some(Plant::EarlyAnswer) => tables()
            .and_then(|tables| Assembled::of(EarlyLog::new(log()?), tables, settings.faults.clone()))
            .map(|store| Arc::new(store) as _),
        Some(Plant::NoRewrite) => tables()
            .and_then(|tables| Assembled::of(NoRewrite(log()?), tables, settings.faults.clone()))
            .map(|store| Arc::new(store) as _),
        Some(Plant::NoSync) => tables()
            .and_then(|tables| Assembled::of(unsynced_log()?, tables, settings.faults.clone()))
            .map(|store| Arc::new(store) as _),
        Some(Plant::NoMarks) => tables()
            .and_then(|tables| Assembled::of(log()?, NoMarks(tables), settings.faults.clone()))
            .map(|store| Arc::new(store) as _),
    };
    opened.with_context(|| format!("opening the data in `{}`", data.display()))
}

/// The channels, with the bug if it is one of theirs.
pub(crate) fn outbox(plant: Option<Plant>, outbox: Outbox) -> Outbox {
    match plant {
        None | Some(Plant::EarlyAnswer | Plant::NoMarks | Plant::NoRewrite | Plant::NoSync) => outbox,
        Some(Plant::FreshIds) => {
            let renamed = |channel| -> Arc<dyn Channel> { Arc::new(FreshIds(channel)) };
            outbox.into_iter().map(|(name, channel)| (name, renamed(channel))).collect()
        }
    }
}
