use std::fs::File;
use std::ops::{Bound, Deref, RangeBounds};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use fjall::{OwnedWriteBatch, Readable, Snapshot, UserValue};
use smallvec::{SmallVec, smallvec};

use super::Settings;
use super::segment::refused;
use super::trees::{Trees, look_for_room};
use crate::StoreError;
use crate::parts::{Batch, Table, Tables, View};

type Result<T> = core::result::Result<T, StoreError>;

/// The tables of the state in log-structured merge trees. In every tree a key begins with its table's
/// number.
///
/// After the disk was full they are opened again while the program runs; readers wait meanwhile.
pub struct TreeTables {
    folder: PathBuf,
    settings: Settings,
    /// `None` only while they are opened again, or if that failed.
    trees: RwLock<Option<Trees>>,
    /// Of the whole directory; it goes when the tables are closed.
    lock: Option<File>,
}

impl std::fmt::Debug for TreeTables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TreeTables").finish_non_exhaustive()
    }
}

impl TreeTables {
    /// Opens the tables in `folder`, or makes them.
    ///
    /// # Errors
    /// They cannot be read, are damaged, or the disk refused.
    pub fn open(folder: &Path, settings: &Settings) -> Result<TreeTables> {
        let trees = RwLock::new(Some(Trees::open(folder, settings)?));
        Ok(TreeTables { folder: folder.to_owned(), settings: settings.clone(), trees, lock: None })
    }

    /// These tables, and the lock of the directory that they lie in.
    pub(super) fn guarded_by(mut self, lock: File) -> TreeTables {
        self.lock = Some(lock);
        self
    }

    fn trees(&self) -> RwLockReadGuard<'_, Option<Trees>> {
        self.trees.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn closed() -> StoreError {
    StoreError::State { doing: "looking into it", message: "there was no room to open it again".into() }
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
        let trees = self.trees();
        let snapshot = trees.as_ref().map(|trees| trees.database.snapshot());
        TreeView { trees, snapshot }
    }

    fn batch(&self) -> TreeBatch<'_> {
        let trees = self.trees();
        let batch = trees.as_ref().map(|trees| trees.database.batch());
        TreeBatch { trees, batch }
    }

    fn write(&self, batch: TreeBatch<'_>) -> Result<()> {
        match (&*batch.trees, batch.batch) {
            (Some(trees), Some(batch)) => trees.write(batch),
            _ => Err(closed()),
        }
    }

    fn persist(&self) -> Result<()> {
        self.trees().as_ref().map_or_else(|| Err(closed()), Trees::persist)
    }

    fn recover(&self) -> Result<()> {
        if self.trees().as_ref().is_some_and(|trees| !trees.has_failed()) {
            return Ok(());
        }
        look_for_room(&self.folder).map_err(refused("looking for room beside", &self.folder))?;
        let mut trees = self.trees.write().unwrap_or_else(PoisonError::into_inner);
        // The old ones are closed first, since they hold fjall's own lock.
        *trees = None;
        *trees = Some(Trees::open(&self.folder, &self.settings)?);
        Ok(())
    }

    fn purge(&self) -> Result<()> {
        self.trees().as_ref().map_or_else(|| Err(closed()), Trees::purge)
    }
}

/// The tables as they were at one time.
pub struct TreeView<'a> {
    trees: RwLockReadGuard<'a, Option<Trees>>,
    snapshot: Option<Snapshot>,
}

impl TreeView<'_> {
    fn parts(&self) -> Result<(&Trees, &Snapshot)> {
        self.trees.as_ref().zip(self.snapshot.as_ref()).ok_or_else(closed)
    }
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
        let (trees, snapshot) = self.parts()?;
        let found = snapshot.get(trees.of(table), within(table, key));
        found
            .map(|value| value.map(|value| TreeBytes { value, skip: 0 }))
            .map_err(trees.failed_read("looking up a row"))
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
        let (rows, closed) = match self.parts() {
            Ok((trees, snapshot)) => {
                let rows = snapshot.range(trees.of(table), (start, end)).map(|row| {
                    let (key, value) = row.into_inner().map_err(trees.failed_read("reading rows"))?;
                    Ok((TreeBytes { value: key, skip: 1 }, TreeBytes { value, skip: 0 }))
                });
                (Some(rows), None)
            }
            Err(closed) => (None, Some(Err(closed))),
        };
        closed.into_iter().chain(rows.into_iter().flatten())
    }
}

/// Changes to be written together.
pub struct TreeBatch<'a> {
    trees: RwLockReadGuard<'a, Option<Trees>>,
    batch: Option<OwnedWriteBatch>,
}

impl Batch for TreeBatch<'_> {
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) {
        if let (Some(trees), Some(batch)) = (&*self.trees, &mut self.batch) {
            batch.insert(trees.of(table), within(table, key).as_slice(), value);
        }
    }

    fn remove(&mut self, table: Table, key: &[u8]) {
        if let (Some(trees), Some(batch)) = (&*self.trees, &mut self.batch) {
            batch.remove(trees.of(table), within(table, key).as_slice());
        }
    }
}
