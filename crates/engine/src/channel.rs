use std::num::NonZeroUsize;
use std::pin::Pin;

use opcx_core::delivery::Outcome;
use opcx_core::effects::Parcel;
use opcx_core::time::Timestamp;

/// A way out of the house that the parcels of one endpoint take.
///
/// A channel makes one attempt when asked and tells what it came to. It keeps no queue, does not
/// try again and has no clock: all that is the dispatcher's, which reads the outbox.
pub trait Channel: Send + Sync {
    /// Makes one attempt at `parcel`, at the moment `now`. Bounded in time: it always comes to an
    /// outcome. Dropping the future gives the attempt up; whether it arrived is then unknown.
    fn send<'a>(&'a self, parcel: &'a Parcel, now: Timestamp) -> Sending<'a>;

    /// The most attempts that run at once; the others wait in the outbox.
    fn in_flight_max(&self) -> NonZeroUsize;
}

/// An attempt that is under way.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;
