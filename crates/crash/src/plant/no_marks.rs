use opcx_store::StoreError;
use opcx_store::parts::{Batch, Table, Tables};

/// Tables that forget which events were counted.
pub(super) struct NoMarks<T>(pub(super) T);

/// A batch that leaves out the marks.
pub(super) struct Unmarked<B>(B);

impl<T: Tables> Tables for NoMarks<T> {
    type View<'a>
        = T::View<'a>
    where
        Self: 'a;
    type Batch<'a>
        = Unmarked<T::Batch<'a>>
    where
        Self: 'a;

    fn view(&self) -> T::View<'_> {
        self.0.view()
    }

    fn batch(&self) -> Unmarked<T::Batch<'_>> {
        Unmarked(self.0.batch())
    }

    fn write(&self, batch: Unmarked<T::Batch<'_>>) -> Result<(), StoreError> {
        self.0.write(batch.0)
    }

    fn persist(&self) -> Result<(), StoreError> {
        self.0.persist()
    }

    fn purge(&self) -> Result<(), StoreError> {
        self.0.purge()
    }

    fn recover(&self) -> Result<(), StoreError> {
        self.0.recover()
    }
}

impl<B: Batch> Batch for Unmarked<B> {
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) {
        if table != Table::Seen {
            self.0.put(table, key, value);
        }
    }

    fn remove(&mut self, table: Table, key: &[u8]) {
        self.0.remove(table, key);
    }
}
