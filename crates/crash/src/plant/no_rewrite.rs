use opcx_core::log::Position;
use opcx_store::parts::{Log, Raw};
use opcx_store::{Draft, StoreError};

/// A log in which nothing is ever replaced.
pub(super) struct NoRewrite<L>(pub(super) L);

impl<L: Log> Log for NoRewrite<L> {
    fn append(&self, drafts: &[Draft]) -> Result<Position, StoreError> {
        self.0.append(drafts)
    }

    fn press(&self) -> Result<bool, StoreError> {
        self.0.press()
    }

    fn recover(&self) -> Result<(), StoreError> {
        self.0.recover()
    }

    fn end(&self) -> Position {
        self.0.end()
    }

    fn read(
        &self,
        from: Position,
        records_max: usize,
        bytes_max: usize,
        show: &mut dyn FnMut(Raw<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.0.read(from, records_max, bytes_max, show)
    }

    fn rewrite(
        &self,
        _: Position,
        _: &mut dyn FnMut(Raw<'_>) -> Result<Option<Vec<u8>>, StoreError>,
    ) -> Result<(), StoreError> {
        Ok(())
    }
}
