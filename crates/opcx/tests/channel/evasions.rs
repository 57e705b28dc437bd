//! Every way we know to have an address called that must not be: written in disguise, hidden behind a
//! name, handed out by a receiver. None reaches a canary that listens on this machine. Once the
//! network is allowed, those that mean this machine do reach it, so the canary is not deaf.

mod led;
mod named;
mod written;

use std::net::IpAddr;
use std::sync::Arc;

use opcx::channel::client::{Client, Limits};
use opcx::channel::egress::Egress;
use opcx::channel::resolver::Lookup;
use opcx::channel::{Channel, Target, TargetError, Webhook};

use crate::{NOW, SECRET, line, parcel, secrets};

/// Fewest ways that are to be tried, over all of this module.
const EVASIONS_MIN: usize = 1_500;

/// Addresses that must not be called, and what they are found to be.
const FORBIDDEN_V4: [(&str, &str); 26] = [
    ("127.0.0.1", "loopback"),
    ("127.255.255.254", "loopback"),
    ("0.0.0.0", "unspecified"),
    ("0.1.2.3", "unspecified"),
    ("10.0.0.1", "private"),
    ("10.255.255.254", "private"),
    ("172.16.0.1", "private"),
    ("172.31.255.254", "private"),
    ("192.168.0.1", "private"),
    ("192.168.255.254", "private"),
    ("100.64.0.1", "carrier-shared"),
    // Where Alibaba's cloud tells a machine its credentials.
    ("100.100.100.200", "carrier-shared"),
    ("169.254.0.1", "link-local"),
    // Where Amazon tells a container its credentials.
    ("169.254.170.2", "link-local"),
    ("169.254.169.254", "cloud metadata"),
    ("168.63.129.16", "cloud metadata"),
    // Where Oracle's cloud tells a machine its credentials.
    ("192.0.0.192", "protocol"),
    ("192.0.2.1", "documentation"),
    ("198.51.100.1", "documentation"),
    ("203.0.113.1", "documentation"),
    ("192.88.99.1", "IPv4 in disguise"),
    ("198.18.0.1", "benchmarking"),
    ("224.0.0.1", "multicast"),
    ("239.255.255.250", "multicast"),
    ("240.0.0.1", "reserved"),
    ("255.255.255.255", "reserved"),
];

/// The same of IPv6, but for IPv4 in disguise, which `written` makes of the table above.
const FORBIDDEN_V6: [(&str, &str); 19] = [
    ("::", "unspecified"),
    ("::1", "loopback"),
    ("fc00::1", "private"),
    // Where Amazon tells a machine its credentials.
    ("fd00:ec2::254", "private"),
    // Where Google's cloud does.
    ("fd20:ce::254", "private"),
    ("fe80::1", "link-local"),
    ("febf:ffff::1", "link-local"),
    ("fec0::1", "link-local"),
    ("feff::1", "link-local"),
    ("ff02::1", "multicast"),
    ("ff0e::1", "multicast"),
    ("100::1", "discard"),
    ("2001:2::1", "benchmarking"),
    ("2001:10::1", "protocol"),
    ("2001:20::1", "protocol"),
    ("2001:db8::1", "documentation"),
    ("3fff::1", "documentation"),
    ("5f00::1", "reserved"),
    ("4000::1", "reserved"),
];

/// All of them.
fn forbidden() -> impl Iterator<Item = (IpAddr, &'static str)> {
    FORBIDDEN_V4.iter().chain(&FORBIDDEN_V6).map(|(text, reason)| (crate::ip(text), *reason))
}

/// Calls whatever it is told to: the positive control.
fn everything_allowed() -> Arc<Egress> {
    Arc::new(Egress::new(["0.0.0.0/0", "::/0"].map(|all| all.parse().expect("a range")).to_vec()))
}

/// Makes an endpoint of the URL and sends it a parcel; in a line, what came of it.
async fn attempt(url: &str, egress: &Arc<Egress>, lookup: &Lookup) -> String {
    let target = match Target::parse(url, egress) {
        Ok(target) => target,
        Err(TargetError::Forbidden(forbidden)) => return format!("refused: {forbidden}"),
        Err(error) => return error.to_string(),
    };
    let client = Client::new(Arc::clone(egress), Arc::clone(lookup), Limits::default());
    let client = client.expect("the machine has root certificates");
    line(&Webhook::new(client, target, secrets(&[SECRET])).send(&parcel("Sorry."), NOW).await)
}

/// Whether nothing was sent, since `address` is what it is.
fn was_refused(outcome: &str, address: IpAddr, reason: &str) -> bool {
    outcome.starts_with(&format!("refused: {address} is a {reason} address; "))
}

/// Addresses that lead to this machine itself.
fn is_here(address: IpAddr) -> bool {
    address.is_loopback() || address.is_unspecified()
}

#[test]
fn there_are_fifteen_hundred_of_them_and_no_two_are_the_same() {
    let all = [written::urls(1), written::tricks(1), named::all(), led::all()].concat();
    let distinct: std::collections::BTreeSet<&String> = all.iter().collect();
    assert_eq!(distinct.len(), all.len());
    assert!(all.len() >= EVASIONS_MIN, "{}", all.len());
}
