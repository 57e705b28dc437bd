use std::num::NonZeroUsize;
use std::sync::Arc;

use opcx_core::delivery::ParcelId;
use opcx_core::effects::Parcel;
use opcx_core::time::Timestamp;
use opcx_engine::{Channel, Sending};

/// A channel that names parcels anew in every process.
pub(super) struct FreshIds(pub(super) Arc<dyn Channel>);

impl Channel for FreshIds {
    fn send<'a>(&'a self, parcel: &'a Parcel, now: Timestamp) -> Sending<'a> {
        let mut renamed = parcel.clone();
        let ParcelId(deed) = &mut renamed.id;
        deed.number ^= std::process::id() << 8;
        let channel = Arc::clone(&self.0);
        Box::pin(async move { channel.send(&renamed, now).await })
    }

    fn in_flight_max(&self) -> NonZeroUsize {
        self.0.in_flight_max()
    }
}
