use std::ops::RangeBounds;
use std::path::Path;

use opcx_store::StoreError;
use opcx_store::parts::{Table, Tables, View};
use redb::{Database, Durability, ReadTransaction, ReadableDatabase, TableDefinition};

use crate::sqlite::{Changes, failed};

/// A table each, in one redb file.
pub struct RedbTables(Database);

fn definition(table: Table) -> TableDefinition<'static, &'static [u8], &'static [u8]> {
    TableDefinition::new(table.name())
}

impl RedbTables {
    pub fn open(folder: &Path) -> RedbTables {
        std::fs::create_dir_all(folder).expect("the folder can be made");
        let database = Database::builder()
            .set_cache_size(64 * 1024 * 1024)
            .create(folder.join("state.redb"))
            .expect("the file can be made");
        let transaction = database.begin_write().expect("a new file takes writes");
        for table in Table::ALL {
            transaction.open_table(definition(table)).expect("a new table can be made");
        }
        transaction.commit().expect("a new file takes writes");
        RedbTables(database)
    }

    fn transaction(&self, durability: Durability, batch: &Changes) -> Result<(), StoreError> {
        let mut transaction = self.0.begin_write().map_err(failed)?;
        transaction.set_durability(durability).map_err(failed)?;
        for changes in batch.0.chunk_by(|one, next| one.0 == next.0) {
            let mut table = transaction.open_table(definition(changes[0].0)).map_err(failed)?;
            for (_, key, value) in changes {
                match value {
                    Some(value) => table.insert(key.as_slice(), value.as_slice()).map_err(failed)?,
                    None => table.remove(key.as_slice()).map_err(failed)?,
                };
            }
        }
        transaction.commit().map_err(failed)
    }
}

impl Tables for RedbTables {
    type View<'a> = RedbView;
    type Batch<'a> = Changes;

    fn view(&self) -> RedbView {
        RedbView(self.0.begin_read().expect("the file can be read"))
    }

    fn batch(&self) -> Changes {
        Changes::default()
    }

    fn write(&self, mut batch: Changes) -> Result<(), StoreError> {
        batch.0.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
        self.transaction(Durability::None, &batch)
    }

    fn persist(&self) -> Result<(), StoreError> {
        self.transaction(Durability::Immediate, &Changes::default())
    }
}

pub struct RedbView(ReadTransaction);

impl View for RedbView {
    type Bytes = Vec<u8>;

    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let table = self.0.open_table(definition(table)).map_err(failed)?;
        Ok(table.get(key).map_err(failed)?.map(|value| value.value().to_vec()))
    }

    fn range(
        &self,
        table: Table,
        keys: impl RangeBounds<Vec<u8>>,
    ) -> impl DoubleEndedIterator<Item = Result<(Vec<u8>, Vec<u8>), StoreError>> {
        let table = self.0.open_table(definition(table)).expect("the table was made");
        let keys = (keys.start_bound().map(Vec::as_slice), keys.end_bound().map(Vec::as_slice));
        let rows = table.range::<&[u8]>(keys).expect("the file can be read");
        rows.map(|row| {
            let (key, value) = row.map_err(failed)?;
            Ok((key.value().to_vec(), value.value().to_vec()))
        })
    }
}
