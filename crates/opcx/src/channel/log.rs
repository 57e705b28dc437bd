use std::num::NonZeroUsize;

use opcx_core::delivery::Outcome;
use opcx_core::effects::Parcel;
use opcx_core::time::Timestamp;

use super::payload;
use super::{Channel, Sending};

/// Writes parcels to the program's own log, whole, to see what would go out.
///
/// For trying a company folder: a log that is kept must not hold what customers are told.
#[derive(Debug, Clone, Copy)]
pub struct Log;

impl Channel for Log {
    fn send<'a>(&'a self, parcel: &'a Parcel, _now: Timestamp) -> Sending<'a> {
        Box::pin(async move {
            tracing::info!(target: "opcx::parcel", parcel = %payload::line(parcel), "parcel delivered to the log");
            Outcome::Delivered { status: None }
        })
    }

    fn in_flight_max(&self) -> NonZeroUsize {
        NonZeroUsize::MIN
    }
}
