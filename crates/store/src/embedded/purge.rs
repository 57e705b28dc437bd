//! Takes off the disk what the trees held once and hold no longer.
//!
//! A tree that forgets a row writes down that it is gone; the row itself stays in the journal and in older
//! tables until these are replaced, which may take for ever. Three things keep it there, and each has to go:
//! the journal, since fjall replaces one only when it is long; rows that some question could still be
//! looking at; and the files of tables that were merged, which stay as long as a version of the tree names
//! them.

use std::time::Duration;

use fjall::{Database, Keyspace};

use super::trees::failed;
use crate::StoreError;

type Result<T> = core::result::Result<T, StoreError>;

/// How long a journal gets before it is replaced when a table is next written out; fjall's own figure.
const JOURNAL_BYTES: usize = 64_000_000;
/// A row that tells nothing. No table has number 255.
const FILLING: &[u8] = &[u8::MAX];
/// How long to wait for questions that still look at what is to go: this often, so long each time.
const WAITS_MAX: u32 = 500;
const WAIT: Duration = Duration::from_millis(10);

/// Purges `trees`; `filling` is a tree that holds nothing and is written to for the sake of it.
pub(super) fn purge(database: &Database, trees: &[&Keyspace], filling: &Keyspace) -> Result<()> {
    mark(database, trees)?;
    fill_journal(filling)?;
    for tree in trees {
        tree.rotate_memtable_and_wait().map_err(failed("writing out a table"))?;
    }
    // The first merging shows that nobody looks at the past any longer: only then do the files of the tables
    // that were merged go. What the second leaves out is then everything that was removed before.
    for _ in 0..2 {
        for tree in trees {
            tree.major_compact().map_err(failed("merging a table"))?;
        }
        wait_for_readers(database, trees, filling)?;
    }
    Ok(())
}

/// Leaves a row in every tree: a journal goes only once each tree it wrote to has a table that is younger,
/// and a tree in which nothing is left has no table.
fn mark(database: &Database, trees: &[&Keyspace]) -> Result<()> {
    let mut batch = database.batch();
    for tree in trees {
        batch.insert(tree, FILLING, b"");
    }
    batch.commit().map_err(failed("marking the tables"))
}

fn fill_journal(filling: &Keyspace) -> Result<()> {
    let piece = vec![0; JOURNAL_BYTES / 16];
    for _ in 0..=16 {
        touch(filling, &piece)?;
    }
    Ok(())
}

/// Writes a row, and then the same without its value.
fn touch(filling: &Keyspace, value: &[u8]) -> Result<()> {
    filling.insert(FILLING, value).map_err(failed("filling the journal"))?;
    filling.insert(FILLING, b"").map_err(failed("filling the journal"))
}

/// Waits until only the journal is left that is written to, and the files of tables are those that the trees
/// name and no others.
fn wait_for_readers(database: &Database, trees: &[&Keyspace], filling: &Keyspace) -> Result<()> {
    for _ in 0..WAITS_MAX {
        // Old versions of all trees are let go when a table of any is written out.
        touch(filling, b"")?;
        filling.rotate_memtable_and_wait().map_err(failed("writing out a table"))?;
        if database.journal_count() == 1 && !trees.iter().any(|tree| has_old_files(tree)) {
            return Ok(());
        }
        std::thread::sleep(WAIT);
    }
    Err(StoreError::State {
        doing: "taking removed rows off the disk",
        message: "a question still looks at them; it is tried again".to_owned(),
    })
}

fn has_old_files(tree: &Keyspace) -> bool {
    let files = std::fs::read_dir(tree.path().join("tables")).map_or(0, Iterator::count);
    files > tree.table_count()
}
