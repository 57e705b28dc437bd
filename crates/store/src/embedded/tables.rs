use std::fs::File;
use std::io::ErrorKind;
use std::ops::{Bound, Deref, RangeBounds};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use fjall::config::{BlockSizePolicy, CompressionPolicy};
use fjall::{
    CompressionType, Database, Keyspace, KeyspaceCreateOptions, OwnedWriteBatch, PersistMode, Readable,
    Snapshot, UserValue,
};

use smallvec::{SmallVec, smallvec};

use super::witness::Witness;
use super::{Settings, purge, set_aside};
use crate::StoreError;
use crate::parts::{Batch, Table, Tables, View};

type Result<T> = core::result::Result<T, StoreError>;

/// The format of the state; counted up when its tables or rows change. A state of another format is
/// derived anew from the log.
pub(super) const FORMAT: u32 = 1;
/// Journals of the state are kept up to this size; then the tables they cover are written out.
const JOURNALS_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Threads that write out and merge tables. With more than one, fjall 3.1 lets one of them pass merges on
/// to the others in a ring, which takes a core for as long as a merge lasts.
const WORKERS: usize = 1;

/// The tables of the state in log-structured merge trees.
///
/// Busy tables have a tree each; the others share one, since every tree costs memory and time to
/// open. In every tree a key begins with its table's number.
pub struct TreeTables {
    database: Database,
    trees: Trees,
    /// Holds nothing; see [`purge`].
    filling: Keyspace,
    folder: PathBuf,
    witness: Mutex<Witness>,
    /// Of the whole directory; it goes when the tables are closed.
    lock: Option<File>,
}

struct Trees {
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

impl std::fmt::Debug for TreeTables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TreeTables").finish_non_exhaustive()
    }
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

impl TreeTables {
    /// Opens the tables in `folder`, or makes them.
    ///
    /// # Errors
    /// They cannot be read, are damaged, or the disk refused.
    pub fn open(folder: &Path, settings: &Settings) -> Result<TreeTables> {
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
        let (large, small) = (settings.memtable_bytes, settings.memtable_bytes / 4);
        let trees = Trees {
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
        let tables = TreeTables { database, trees, filling, folder: folder.to_owned(), witness, lock: None };
        tables.note();
        Ok(tables)
    }

    /// These tables, and the lock of the directory that they lie in.
    pub(super) fn guarded_by(mut self, lock: File) -> TreeTables {
        self.lock = Some(lock);
        self
    }

    /// Notes what the files hold, all of which has been synced. If that fails, an older note stands, which
    /// speaks of less.
    fn note(&self) {
        let mut witness = self.witness.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = witness.note(FORMAT) {
            tracing::warn!(%error, "what was synced of the state could not be noted");
        }
    }

    /// What a failed read means. Damage is noted, so that the next opening takes the state for what it is.
    fn failed_read(&self, doing: &'static str) -> impl Fn(fjall::Error) -> StoreError {
        move |error| {
            let error = failed(doing)(error);
            if let StoreError::StateDamaged { what } = &error {
                set_aside::mark(&self.folder, what);
            }
            error
        }
    }
}

/// Rows change often and are merged again and again, so they are not pressed each time.
fn rows() -> KeyspaceCreateOptions {
    KeyspaceCreateOptions::default().data_block_compression_policy(CompressionPolicy::disabled())
}

/// Chunks compress well, are written once and read in ranges.
fn chunks() -> KeyspaceCreateOptions {
    KeyspaceCreateOptions::default()
        .data_block_size_policy(BlockSizePolicy::all(16 * 1024))
        .data_block_compression_policy(CompressionPolicy::all(CompressionType::Lz4))
}

impl Drop for TreeTables {
    /// Leaves a witness of everything. What cannot be synced has none, and is derived again.
    fn drop(&mut self) {
        if let Err(error) = self.persist() {
            tracing::warn!(%error, "the state was closed without being synced");
        }
    }
}

impl Trees {
    fn all(&self) -> [&Keyspace; 8] {
        let Trees { customers, seen, trails, timers, moments, receipts, readings, others } = self;
        [customers, seen, trails, timers, moments, receipts, readings, others]
    }

    fn of(&self, table: Table) -> &Keyspace {
        match table {
            Table::Customers => &self.customers,
            Table::Seen => &self.seen,
            Table::Trails => &self.trails,
            Table::Timers => &self.timers,
            Table::Moments => &self.moments,
            Table::Receipts => &self.receipts,
            Table::Readings => &self.readings,
            Table::Progress
            | Table::Aliases
            | Table::Owners
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
            | Table::Seals => &self.others,
        }
    }
}

/// The first byte of a table's keys.
fn number(table: Table) -> u8 {
    u8::try_from(table.number()).expect("there are fewer tables than a byte counts")
}

/// A key as the tree holds it; most are short and need no allocation.
fn within(table: Table, key: &[u8]) -> SmallVec<[u8; 32]> {
    let mut whole = SmallVec::new();
    whole.push(number(table));
    whole.extend_from_slice(key);
    whole
}

impl Tables for TreeTables {
    type View<'a> = TreeView<'a>;
    type Batch<'a> = TreeBatch<'a>;

    fn view(&self) -> TreeView<'_> {
        TreeView { snapshot: self.database.snapshot(), tables: self }
    }

    fn batch(&self) -> TreeBatch<'_> {
        TreeBatch { batch: self.database.batch(), trees: &self.trees }
    }

    fn write(&self, batch: TreeBatch<'_>) -> Result<()> {
        batch.batch.commit().map_err(failed("writing a commit"))
    }

    fn persist(&self) -> Result<()> {
        self.database.persist(PersistMode::SyncData).map_err(failed("syncing"))?;
        self.note();
        Ok(())
    }

    fn purge(&self) -> Result<()> {
        purge::purge(&self.database, &self.trees.all(), &self.filling)
    }
}

/// The tables as they were at one time.
pub struct TreeView<'a> {
    snapshot: Snapshot,
    tables: &'a TreeTables,
}

/// Bytes that the tree holds; reading them copies nothing.
pub struct TreeBytes {
    value: UserValue,
    /// How many bytes at the front belong to the tree: a key's table number.
    skip: usize,
}

impl Deref for TreeBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.value[self.skip..]
    }
}

impl View for TreeView<'_> {
    type Bytes = TreeBytes;

    fn get(&self, table: Table, key: &[u8]) -> Result<Option<TreeBytes>> {
        let found = self.snapshot.get(self.tables.trees.of(table), within(table, key));
        found
            .map(|value| value.map(|value| TreeBytes { value, skip: 0 }))
            .map_err(self.tables.failed_read("looking up a row"))
    }

    fn range(
        &self,
        table: Table,
        keys: impl RangeBounds<Vec<u8>>,
    ) -> impl DoubleEndedIterator<Item = Result<(TreeBytes, TreeBytes)>> {
        let number = number(table);
        let start = match keys.start_bound().map(|key| within(table, key)) {
            Bound::Unbounded => Bound::Included(smallvec![number]),
            bound => bound,
        };
        let end = match keys.end_bound().map(|key| within(table, key)) {
            Bound::Unbounded => Bound::Excluded(smallvec![number + 1]),
            bound => bound,
        };
        self.snapshot.range(self.tables.trees.of(table), (start, end)).map(|row| {
            let (key, value) = row.into_inner().map_err(self.tables.failed_read("reading rows"))?;
            Ok((TreeBytes { value: key, skip: 1 }, TreeBytes { value, skip: 0 }))
        })
    }
}

/// Changes to be written together.
pub struct TreeBatch<'a> {
    batch: OwnedWriteBatch,
    trees: &'a Trees,
}

impl Batch for TreeBatch<'_> {
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) {
        self.batch.insert(self.trees.of(table), within(table, key).as_slice(), value);
    }

    fn remove(&mut self, table: Table, key: &[u8]) {
        self.batch.remove(self.trees.of(table), within(table, key).as_slice());
    }
}
