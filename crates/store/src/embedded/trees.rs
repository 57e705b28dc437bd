//! The trees that the tables of the state lie in, while they are open.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use fjall::compaction::Leveled;
use fjall::config::{BlockSizePolicy, CompressionPolicy};
use fjall::{CompressionType, Database, Keyspace, KeyspaceCreateOptions, OwnedWriteBatch, PersistMode};

use super::segment::refused;
use super::witness::Witness;
use super::{Settings, purge, set_aside};
use crate::StoreError;
use crate::parts::Table;

type Result<T> = core::result::Result<T, StoreError>;

/// The format of the state; counted up when its tables, its rows or what they keep change. A state of another format is
/// derived anew from the log.
pub(super) const FORMAT: u32 = 6;
/// Journals of the state are kept up to this size; then the tables they cover are written out.
const JOURNALS_BYTES_MAX: u64 = 128 * 1024 * 1024;
/// Threads that write out and merge tables. With more than one, fjall 3.1 lets one of them pass merges on
/// to the others in a ring, which takes a core for as long as a merge lasts.
const WORKERS: usize = 1;

/// How many tables of rows are merged at once, and how large those are that come of it.
const MERGED_AT_ONCE: u8 = 8;
const TABLE_BYTES: u64 = 32 * 1024 * 1024;

/// How long a commit waits at a time while too many changes are in memory, and how often: half a minute at most. Then
/// it is written all the same, in case fjall has lost the order to write them out.
const WAIT: Duration = Duration::from_millis(5);
const WAITS_MAX: u32 = 6_000;

/// Room that is looked for when a write failed and fjall does not say why.
const ROOM_BYTES: usize = 16 * 1024 * 1024;

/// The trees of the state. Busy tables have one each; the others share one, since every tree costs memory
/// and time to open.
pub(super) struct Trees {
    pub(super) database: Database,
    keyspaces: Keyspaces,
    /// Holds nothing; see [`purge`].
    filling: Keyspace,
    folder: PathBuf,
    witness: Mutex<Witness>,
    /// Whether a write failed; fjall then takes no more.
    failed: AtomicBool,
    /// Most bytes of changes in memory when a commit begins.
    changes_bytes_max: u64,
}

struct Keyspaces {
    customers: Keyspace,
    seen: Keyspace,
    trails: Keyspace,
    timers: Keyspace,
    // Each by itself, so that its keys only ever ascend and merging finds nothing to do.
    moments: Keyspace,
    receipts: Keyspace,
    readings: Keyspace,
    others: Keyspace,
}

/// What fjall's error means: the disk refused, or what it gave is not what was written.
pub(super) fn failed(doing: &'static str) -> impl Fn(fjall::Error) -> StoreError {
    move |error| {
        let message = error.to_string();
        match error {
            fjall::Error::Io(source) | fjall::Error::Storage(fjall::LsmError::Io(source))
                if !is_damage(&source) =>
            {
                StoreError::State { doing, message }
            }
            fjall::Error::Locked | fjall::Error::Poisoned | fjall::Error::KeyspaceDeleted => {
                StoreError::State { doing, message }
            }
            // fjall may come to know more kinds of damage; of failures that are none it has those above.
            _ => StoreError::StateDamaged { what: format!("{message}, while {doing}") },
        }
    }
}

/// Whether an input error says that a file is not what was written, rather than that the disk refused.
fn is_damage(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::UnexpectedEof | ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::NotFound
    )
}

impl Trees {
    /// Opens the tables in `folder`, or makes them.
    ///
    /// # Errors
    /// They cannot be read, are damaged, or the disk refused.
    pub(super) fn open(folder: &Path, settings: &Settings) -> Result<Trees> {
        let database = Database::builder(folder)
            .cache_size(settings.cache_bytes)
            .max_journaling_size(JOURNALS_BYTES_MAX)
            // Journals live for minutes; pressing them together would cost the one thread that commits.
            .journal_compression(CompressionType::None)
            .worker_threads(WORKERS)
            .open()
            .map_err(|error| match error {
                fjall::Error::Locked => StoreError::InUse { path: folder.to_owned() },
                other => failed("opening")(other),
            })?;
        let open = |name, memtable_bytes: u64, options: fn() -> KeyspaceCreateOptions| {
            let options = || options().max_memtable_size(memtable_bytes);
            database.keyspace(name, options).map_err(failed("opening a table"))
        };
        let (large, small) = (settings.memtable_bytes, settings.memtable_bytes / 8);
        let keyspaces = Keyspaces {
            customers: open("customers", large, rows)?,
            seen: open("seen", small, rows)?,
            trails: open("trails", small, rows)?,
            timers: open("timers", small, rows)?,
            moments: open("moments", small, chunks)?,
            receipts: open("receipts", small, chunks)?,
            readings: open("readings", small, chunks)?,
            others: open("others", small, rows)?,
        };
        let filling = open("filling", small, rows)?;
        let witness = Mutex::new(Witness::resume(folder));
        let (folder, failed) = (folder.to_owned(), AtomicBool::new(false));
        // More than all trees may gather before they are written out, so that waiting for less is not in vain.
        let changes_bytes_max = settings.memtable_bytes / 2 * 5;
        let trees = Trees { database, keyspaces, filling, folder, witness, failed, changes_bytes_max };
        trees.note();
        Ok(trees)
    }

    /// Notes what the files hold, all of which has been synced. If that fails, an older note stands, which
    /// speaks of less.
    fn note(&self) {
        let mut witness = self.witness.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = witness.note(FORMAT) {
            tracing::warn!(%error, "what was synced of the state could not be noted");
        }
    }

    pub(super) fn write(&self, batch: OwnedWriteBatch) -> Result<()> {
        self.wait_for_memory()?;
        batch.commit().map_err(|error| self.failed_write("writing a commit", error))
    }

    /// Waits while there are too many changes in memory (law 12). fjall writes them out on the thread that merges, and
    /// takes whatever comes for as long as a merge lasts; the larger the state, the longer.
    fn wait_for_memory(&self) -> Result<()> {
        for _ in 0..WAITS_MAX {
            if self.database.write_buffer_size() <= self.changes_bytes_max {
                break;
            }
            thread::sleep(WAIT);
            // Tells whether that thread has failed, in which case there would be no end to waiting.
            let still_works = self.database.persist(PersistMode::Buffer);
            still_works.map_err(|error| self.failed_write("waiting for room in memory", error))?;
        }
        Ok(())
    }

    pub(super) fn persist(&self) -> Result<()> {
        let synced = self.database.persist(PersistMode::SyncData);
        synced.map_err(|error| self.failed_write("syncing", error))?;
        self.note();
        Ok(())
    }

    /// Takes off the disk whatever was overwritten or removed before now.
    pub(super) fn purge(&self) -> Result<()> {
        let Keyspaces { customers, seen, trails, timers, moments, receipts, readings, others } =
            &self.keyspaces;
        let all = [customers, seen, trails, timers, moments, receipts, readings, others];
        purge::purge(&self.database, &all, &self.filling)
    }

    /// Whether a write failed, so that they have to be opened again.
    pub(super) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    /// What a failed write means. fjall tells why at the first time only; later, whether there is room does.
    fn failed_write(&self, doing: &'static str, error: fjall::Error) -> StoreError {
        self.failed.store(true, Ordering::Relaxed);
        match error {
            fjall::Error::Io(source) if source.kind() == ErrorKind::StorageFull => {
                refused(doing, &self.folder)(source)
            }
            other => match look_for_room(&self.folder) {
                Err(source) if source.kind() == ErrorKind::StorageFull => {
                    refused(doing, &self.folder)(source)
                }
                Ok(()) | Err(_) => failed(doing)(other),
            },
        }
    }

    /// What a failed read means. Damage is noted, so that the next opening takes the state for what it is.
    pub(super) fn failed_read(&self, doing: &'static str) -> impl Fn(fjall::Error) -> StoreError {
        move |error| {
            let error = failed(doing)(error);
            if let StoreError::StateDamaged { what } = &error {
                set_aside::mark(&self.folder, what);
            }
            error
        }
    }
}

/// Sees whether there is room, by taking some for a moment.
///
/// # Errors
/// There is none, or the disk refused.
pub(super) fn look_for_room(folder: &Path) -> io::Result<()> {
    let path = folder.with_extension("room.tmp");
    let taken = fs::write(&path, vec![0; ROOM_BYTES]).and_then(|()| fs::File::open(&path)?.sync_all());
    fs::remove_file(&path)?;
    taken
}

/// Rows are pressed once they are merged, since neighbours have names in common. Twice as many tables written out
/// are merged at a time as is usual, into a first level of the usual size, which then is rewritten half as often.
fn rows() -> KeyspaceCreateOptions {
    let as_written_out = CompressionType::None;
    let merging = Leveled::default().with_l0_threshold(MERGED_AT_ONCE).with_table_target_size(TABLE_BYTES);
    KeyspaceCreateOptions::default()
        .data_block_compression_policy(CompressionPolicy::new([as_written_out, CompressionType::Lz4]))
        .compaction_strategy(Arc::new(merging))
}

/// Chunks compress well, are written once and read in ranges.
fn chunks() -> KeyspaceCreateOptions {
    KeyspaceCreateOptions::default()
        .data_block_size_policy(BlockSizePolicy::all(16 * 1024))
        .data_block_compression_policy(CompressionPolicy::all(CompressionType::Lz4))
}

impl Drop for Trees {
    /// Leaves a witness of everything. What cannot be synced has none, and is derived again.
    fn drop(&mut self) {
        if let Err(error) = self.persist() {
            tracing::warn!(%error, "the state was closed without being synced");
        }
    }
}

impl Trees {
    pub(super) fn of(&self, table: Table) -> &Keyspace {
        match table {
            Table::Customers => &self.keyspaces.customers,
            Table::Seen => &self.keyspaces.seen,
            Table::Trails => &self.keyspaces.trails,
            Table::Timers => &self.keyspaces.timers,
            Table::Moments => &self.keyspaces.moments,
            Table::Receipts => &self.keyspaces.receipts,
            Table::Readings => &self.keyspaces.readings,
            Table::Progress
            | Table::Aliases
            | Table::Owners
            | Table::ReadingsAnew
            | Table::MomentsAnew
            | Table::Promises
            | Table::Cases
            | Table::Parcels
            | Table::ParcelStates
            | Table::Ready
            | Table::Dead
            | Table::Endpoints
            | Table::Rollups
            | Table::Rejected
            | Table::Redriven
            | Table::Erasures
            | Table::Seals => &self.keyspaces.others,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: [u8; 1_000] = [7; 1_000];
    const ROWS: u32 = 100;

    #[test]
    fn law_12_what_comes_faster_than_it_is_written_out_waits() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let settings = Settings { memtable_bytes: 64 * 1024, ..Settings::default() };
        let trees = Trees::open(folder.path(), &settings).expect("tables can be made");
        let mut most = 0;
        for commit in 0..500_u32 {
            let mut batch = trees.database.batch();
            for row in 0..ROWS {
                batch.insert(trees.of(Table::Customers), (commit * ROWS + row).to_be_bytes(), ROW);
            }
            trees.write(batch).expect("the disk takes it");
            most = most.max(trees.database.write_buffer_size());
        }
        let one_commit = u64::from(ROWS) * (ROW.len() as u64 + 100);
        assert!(most <= trees.changes_bytes_max + one_commit, "{most} bytes were in memory");
    }
}
