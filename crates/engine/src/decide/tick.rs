use opcx_core::log::Lane;
use opcx_core::record::Entry;
use opcx_core::time::Timestamp;
use opcx_store::{Encoded, Store, StoreError};

use crate::{Submission, Submitted};

/// The tick that the log wants at its end: a timer of the live lane is due, and nothing else moves that
/// lane's clock.
///
/// # Errors
/// The state cannot be read.
pub fn tick_due(store: &dyn Store, now: Timestamp) -> Result<Option<Submission>, StoreError> {
    if store.due(Lane::LIVE, now, 1)?.is_empty() {
        return Ok(None);
    }
    let tick = Submitted { key: None, entry: Encoded::of(&Entry::Tick) };
    Ok(Some(Submission { lane: Lane::LIVE, at: None, entries: vec![tick] }))
}
