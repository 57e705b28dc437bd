//! Channels against real receivers on loopback.

#![expect(missing_docs, reason = "test code is read, not published")]

mod canary;
mod delivery;
mod evasions;
mod every_channel;
mod opening;
mod rebinding;
mod receiver;
mod rotation;
mod spellings;
mod tls;
mod verification;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use opcx::channel::client::{Client, Limits};
use opcx::channel::egress::Egress;
use opcx::channel::resolver::{Lookup, system_lookup};
use opcx::channel::signature::Secrets;
use opcx::channel::{Target, Webhook};
use opcx_core::customer::{CustomerId, DeedId};
use opcx_core::delivery::{Outcome, ParcelId};
use opcx_core::effects::{Content, Parcel};
use opcx_core::log::Position;
use opcx_core::time::Timestamp;
use receiver::Receiver;

pub const SECRET: &str = "whsec_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB";

/// The moment of the attempt wherever it does not matter.
pub const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// Lets through what stands for the public internet in these tests: 127.0.0.1 and nothing else of
/// loopback.
pub fn egress() -> Arc<Egress> {
    Arc::new(Egress::new(vec!["127.0.0.1".parse().expect("an address is a range of one")]))
}

pub fn client(lookup: Lookup, limits: Limits) -> Client {
    Client::new(egress(), lookup, limits).expect("the machine has root certificates")
}

pub fn secrets(texts: &[&str]) -> Secrets {
    let secrets = texts.iter().map(|text| text.parse().expect("the test's secret is one")).collect();
    Secrets::new(secrets).expect("the tests use one or two")
}

/// An endpoint at the receiver, by its address.
pub fn webhook(receiver: &Receiver, limits: Limits) -> Webhook {
    webhook_at(receiver.address, limits)
}

/// An endpoint at an address on loopback, whoever is there.
pub fn webhook_at(address: SocketAddr, limits: Limits) -> Webhook {
    let url = format!("http://{address}/hook");
    let target = Target::parse(&url, &egress()).expect("loopback is allowed here");
    Webhook::new(client(system_lookup(), limits), target, secrets(&[SECRET]))
}

/// An endpoint at the receiver, by a name that the `lookup` answers for.
pub fn webhook_by_name(receiver: &Receiver, lookup: Lookup) -> Webhook {
    let url = format!("http://receiver.example:{}/hook", receiver.address.port());
    let target = Target::parse(&url, &egress()).expect("a name may stand for anything");
    Webhook::new(client(lookup, Limits::default()), target, secrets(&[SECRET]))
}

/// A message to a customer with that text.
pub fn parcel(text: &str) -> Parcel {
    let customer = CustomerId(Position::new(42));
    let decided = Timestamp::from_millis(1_699_999_999_000);
    Parcel {
        id: ParcelId(DeedId { customer, number: 1 }),
        customer,
        to: "crm".into(),
        kind: "message.late-delivery".into(),
        decided,
        not_before: decided,
        content: Content::Message { template: "late-delivery".into(), text: text.into() },
    }
}

/// An outcome as one line.
pub fn line(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Delivered { status: Some(status) } => format!("delivered, {status}"),
        Outcome::Delivered { status: None } => "delivered".into(),
        Outcome::Retry { after: Some(after), why } => format!("retry in {after}: {why}"),
        Outcome::Retry { after: None, why } => format!("retry: {why}"),
        Outcome::Refused { why } => format!("refused: {why}"),
        Outcome::Gone => "gone".into(),
    }
}

pub fn ip(text: &str) -> IpAddr {
    text.parse().expect("the test's address is one")
}
