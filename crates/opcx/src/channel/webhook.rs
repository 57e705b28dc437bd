use std::num::NonZeroUsize;
use std::time::Duration;

use opcx_core::delivery::{Outcome, Why};
use opcx_core::effects::Parcel;
use opcx_core::time::Timestamp;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::client::Client;
use super::payload;
use super::signature::{self, Secrets};
use super::target::Target;
use super::{Channel, Sending};

/// Most attempts at one endpoint at once: enough for thousands a second to a receiver that answers
/// in milliseconds, few enough not to crush one that does not.
pub const IN_FLIGHT_MAX: NonZeroUsize = NonZeroUsize::new(16).expect("16 is not 0");
/// Largest payload sent, in bytes. Receivers like less than 20 kB and many take no more than this.
pub const PAYLOAD_BYTES_MAX: usize = 256 * 1024;
/// Longest wait for a free place among [`IN_FLIGHT_MAX`]. With the attempt itself it stays well
/// within the five minutes by which receivers let a signature's time be off.
const PLACE_WAIT: Duration = Duration::from_secs(15);

/// Posts parcels to a URL, signed as Standard Webhooks.
pub struct Webhook {
    client: Client,
    target: Target,
    secrets: Secrets,
    places: Semaphore,
}

impl Webhook {
    /// An endpoint at `target`.
    #[must_use]
    pub fn new(client: Client, target: Target, secrets: Secrets) -> Webhook {
        Webhook { client, target, secrets, places: Semaphore::new(IN_FLIGHT_MAX.get()) }
    }

    async fn attempt(&self, parcel: &Parcel, now: Timestamp) -> Outcome {
        let body = payload::body(parcel);
        if body.len() > PAYLOAD_BYTES_MAX {
            let bytes = body.len();
            let why = format!("a payload of {bytes} bytes, at most {PAYLOAD_BYTES_MAX} are sent; shorten it");
            return Outcome::Refused { why: Why::from(why) };
        }
        let Ok(place) = timeout(PLACE_WAIT, self.places.acquire()).await else {
            return Outcome::Retry {
                after: None,
                why: Why::new("too many attempts at this endpoint at once"),
            };
        };
        let _place = place.expect("the semaphore is never closed");
        let headers = signature::headers(&self.secrets, parcel.id, now, &body);
        self.client.post(&self.target, headers, body, now).await
    }
}

impl Channel for Webhook {
    fn send<'a>(&'a self, parcel: &'a Parcel, now: Timestamp) -> Sending<'a> {
        Box::pin(self.attempt(parcel, now))
    }

    fn in_flight_max(&self) -> NonZeroUsize {
        IN_FLIGHT_MAX
    }
}
