use std::ops::{Bound, RangeBounds};
use std::path::Path;
use std::sync::{Mutex, MutexGuard};

use opcx_store::StoreError;
use opcx_store::parts::{Batch, Table, Tables, View};
use rusqlite::{Connection, OptionalExtension, params};

/// A table each, with the key as primary key, in one SQLite file in WAL mode.
pub struct SqliteTables(Mutex<Connection>);

pub type Change = (Table, Vec<u8>, Option<Vec<u8>>);

#[derive(Default)]
pub struct Changes(pub Vec<Change>);

impl Batch for Changes {
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) {
        self.0.push((table, key.to_vec(), Some(value.to_vec())));
    }

    fn remove(&mut self, table: Table, key: &[u8]) {
        self.0.push((table, key.to_vec(), None));
    }
}

pub fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError::State { doing: "measuring", message: error.to_string() }
}

impl SqliteTables {
    pub fn open(folder: &Path) -> SqliteTables {
        std::fs::create_dir_all(folder).expect("the folder can be made");
        let connection = Connection::open(folder.join("state.sqlite")).expect("the file can be made");
        // The log is the truth, so commits need no sync; persisting is a checkpoint.
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
                 PRAGMA wal_autocheckpoint = 16384; PRAGMA cache_size = -65536;",
            )
            .expect("the settings are known");
        connection.set_prepared_statement_cache_capacity(128);
        for table in Table::ALL {
            let name = table.name();
            connection
                .execute_batch(&format!("CREATE TABLE {name} (k BLOB PRIMARY KEY, v BLOB) WITHOUT ROWID"))
                .expect("a new table can be made");
        }
        SqliteTables(Mutex::new(connection))
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().expect("nobody panicked")
    }
}

impl Tables for SqliteTables {
    type View<'a> = SqliteView<'a>;
    type Batch<'a> = Changes;

    fn view(&self) -> SqliteView<'_> {
        SqliteView(self.connection())
    }

    fn batch(&self) -> Changes {
        Changes::default()
    }

    fn write(&self, mut batch: Changes) -> Result<(), StoreError> {
        // In order of keys within each table, so that pages are visited once.
        batch.0.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
        let mut connection = self.connection();
        let transaction = connection.transaction().map_err(failed)?;
        for (table, key, value) in &batch.0 {
            let name = table.name();
            match value {
                Some(value) => transaction
                    .prepare_cached(&format!("INSERT OR REPLACE INTO {name} VALUES (?, ?)"))
                    .and_then(|mut insert| insert.execute(params![key, value])),
                None => transaction
                    .prepare_cached(&format!("DELETE FROM {name} WHERE k = ?"))
                    .and_then(|mut delete| delete.execute(params![key])),
            }
            .map_err(failed)?;
        }
        transaction.commit().map_err(failed)
    }

    fn persist(&self) -> Result<(), StoreError> {
        let checkpoint = "PRAGMA wal_checkpoint(PASSIVE)";
        self.connection().query_row(checkpoint, [], |_| Ok(())).map_err(failed)
    }
}

pub struct SqliteView<'a>(MutexGuard<'a, Connection>);

impl View for SqliteView<'_> {
    type Bytes = Vec<u8>;

    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let question = format!("SELECT v FROM {} WHERE k = ?", table.name());
        let mut question = self.0.prepare_cached(&question).map_err(failed)?;
        question.query_row([key], |row| row.get(0)).optional().map_err(failed)
    }

    fn range(
        &self,
        table: Table,
        keys: impl RangeBounds<Vec<u8>>,
    ) -> impl DoubleEndedIterator<Item = Result<(Vec<u8>, Vec<u8>), StoreError>> {
        let (from, from_sign) = bound(keys.start_bound(), ">=", ">");
        let (to, to_sign) = bound(keys.end_bound(), "<=", "<");
        let to = if to_sign.is_empty() { vec![255; 64] } else { to };
        let from_sign = if from_sign.is_empty() { ">=" } else { from_sign };
        let to_sign = if to_sign.is_empty() { "<=" } else { to_sign };
        let question =
            format!("SELECT k, v FROM {} WHERE k {from_sign} ? AND k {to_sign} ? ORDER BY k", table.name());
        let mut question = self.0.prepare(&question).expect("the question is well formed");
        let rows = question.query_map([from, to], |row| Ok((row.get(0)?, row.get(1)?)));
        let rows: Vec<_> = rows.expect("the question has two bounds").map(|row| row.map_err(failed)).collect();
        rows.into_iter()
    }
}

fn bound(bound: Bound<&Vec<u8>>, included: &'static str, excluded: &'static str) -> (Vec<u8>, &'static str) {
    match bound {
        Bound::Included(key) => (key.clone(), included),
        Bound::Excluded(key) => (key.clone(), excluded),
        Bound::Unbounded => (Vec::new(), ""),
    }
}
