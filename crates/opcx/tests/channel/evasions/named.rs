//! Addresses hidden behind names: names that mean this machine, answers that mix, change or point on.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use opcx::channel::Channel;
use opcx::channel::egress::Egress;
use opcx::channel::resolver::Lookup;
use opcx_core::delivery::Outcome;

use super::{attempt, everything_allowed, forbidden, was_refused};
use crate::canary::Canary;
use crate::receiver::Receiver;
use crate::{NOW, egress, ip, line, parcel, webhook_by_name};

/// A name server's answers, as it was told to give them.
#[derive(Debug, Clone)]
enum Answer {
    /// These addresses, in this order.
    Addresses(Vec<IpAddr>),
    /// Whatever this other name has.
    Alias(&'static str),
}

/// Answers each question about a name with the next answer, which it forgets (a time to live of 0);
/// the last one stays.
fn name_server(zone: BTreeMap<String, Vec<Answer>>) -> Lookup {
    let zone = Arc::new(Mutex::new(zone));
    Arc::new(move |name| {
        let answer = resolved(&mut zone.lock().expect("no test panics holding it"), &name);
        Box::pin(async move { answer.ok_or_else(|| io::Error::other("no such host")) })
    })
}

fn resolved(zone: &mut BTreeMap<String, Vec<Answer>>, name: &str) -> Option<Vec<IpAddr>> {
    let answers = zone.get_mut(name)?;
    let answer = if answers.len() > 1 { answers.remove(0) } else { answers.first()?.clone() };
    match answer {
        Answer::Addresses(addresses) => Some(addresses),
        Answer::Alias(other) => resolved(zone, other),
    }
}

/// Names that mean this machine or its cloud somewhere, as they stand in a URL, as the name server is
/// asked for them, and an address that they have been seen to have.
const NAMES: [(&str, &str, &str); 22] = [
    ("localhost", "localhost", "127.0.0.1"),
    ("LOCALHOST", "localhost", "127.0.0.1"),
    ("LocalHost.", "localhost.", "127.0.0.1"),
    ("localhost.localdomain", "localhost.localdomain", "127.0.0.1"),
    ("anything.localhost", "anything.localhost", "::1"),
    ("ip6-localhost", "ip6-localhost", "::1"),
    ("ip6-loopback", "ip6-loopback", "::1"),
    ("broadcasthost", "broadcasthost", "255.255.255.255"),
    ("ｌｏｃａｌｈｏｓｔ", "localhost", "127.0.0.1"),
    ("ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "localhost", "127.0.0.1"),
    ("%6cocalhost", "localhost", "127.0.0.1"),
    ("local\u{ad}host", "localhost", "127.0.0.1"),
    ("localhoſt", "localhost", "127.0.0.1"),
    ("127.0.0.1.nip.io", "127.0.0.1.nip.io", "127.0.0.1"),
    ("7f000001.nip.io", "7f000001.nip.io", "127.0.0.1"),
    ("magic-127-0-0-1.nip.io", "magic-127-0-0-1.nip.io", "127.0.0.1"),
    ("localtest.me", "localtest.me", "127.0.0.1"),
    ("lvh.me", "lvh.me", "127.0.0.1"),
    ("metadata.google.internal", "metadata.google.internal", "169.254.169.254"),
    ("metadata", "metadata", "169.254.169.254"),
    ("instance-data", "instance-data", "169.254.169.254"),
    ("kubernetes.default.svc", "kubernetes.default.svc", "10.0.0.1"),
];

/// What `evil.example` has, and behind it what the last of its aliases has.
type Hiding = (&'static str, fn(IpAddr) -> Vec<Answer>);

/// What stands around a forbidden address.
const ANSWERS: [Hiding; 7] = [
    ("nothing else", |bad| vec![addresses(&[bad])]),
    ("a public address before it", |bad| vec![addresses(&[public_v4(), bad])]),
    ("a public address after it", |bad| vec![addresses(&[bad, public_v4()])]),
    ("many public addresses around it", |bad| {
        vec![addresses(&[public_v4(), public_v6(), bad, public_v4(), public_v6()])]
    }),
    ("a public address of the other family", |bad| {
        vec![addresses(&[if bad.is_ipv4() { public_v6() } else { public_v4() }, bad])]
    }),
    ("an alias of a name that has it", |bad| {
        vec![Answer::Alias("alias.example"), Answer::Addresses(vec![bad])]
    }),
    ("an alias of an alias of a name that has it beside a public one", |bad| {
        vec![Answer::Alias("chain.example"), addresses(&[public_v6(), bad])]
    }),
];

fn addresses(addresses: &[IpAddr]) -> Answer {
    Answer::Addresses(addresses.to_vec())
}

/// Never called, since the answer is refused whole.
fn public_v4() -> IpAddr {
    ip("9.9.9.9")
}

fn public_v6() -> IpAddr {
    ip("2620:fe::fe")
}

/// The zone in which `evil.example` has the answer; aliases lead to the answer's second part.
fn zone(bad: IpAddr, answer: fn(IpAddr) -> Vec<Answer>) -> BTreeMap<String, Vec<Answer>> {
    let mut answers = answer(bad).into_iter();
    let first = answers.next().expect("there is an answer");
    let mut zone = BTreeMap::from([("evil.example".to_owned(), vec![first])]);
    if let Some(behind) = answers.next() {
        zone.insert("chain.example".to_owned(), vec![Answer::Alias("alias.example")]);
        zone.insert("alias.example".to_owned(), vec![behind]);
    }
    zone
}

pub(super) fn all() -> Vec<String> {
    let names = NAMES.iter().map(|(written, ..)| format!("http://{written}/"));
    let answers = forbidden().flat_map(|(bad, _)| ANSWERS.map(|(what, _)| format!("{bad} behind {what}")));
    let rebound = forbidden().map(|(bad, _)| format!("{bad} at the second question"));
    names.chain(answers).chain(rebound).collect()
}

#[tokio::test]
async fn no_name_of_this_machine_or_its_cloud_gets_through() {
    let canary = Canary::everywhere().await;
    for (written, asked, address) in NAMES {
        let lookup = name_server(BTreeMap::from([(asked.to_owned(), vec![addresses(&[ip(address)])])]));
        let url = format!("http://{written}:{}/", canary.port);
        let outcome = attempt(&url, &Arc::new(Egress::default()), &lookup).await;
        assert!(outcome.starts_with(&format!("refused: {address} is a ")), "{url}: {outcome}");
    }
    assert_eq!(canary.reached().await, 0);
}

#[tokio::test]
async fn no_answer_with_a_forbidden_address_in_it_gets_through() {
    let canary = Canary::everywhere().await;
    let url = format!("http://evil.example:{}/", canary.port);
    for (bad, reason) in forbidden() {
        for (what, answer) in ANSWERS {
            let lookup = name_server(zone(bad, answer));
            let outcome = attempt(&url, &Arc::new(Egress::default()), &lookup).await;
            assert!(was_refused(&outcome, bad, reason), "{bad} behind {what}: {outcome}");
        }
    }
    assert_eq!(canary.reached().await, 0);
}

#[tokio::test]
async fn no_name_that_changes_its_answer_between_two_questions_gets_through() {
    // 127.0.0.1 is allowed here and stands for the public internet.
    let receiver = Receiver::answering("200 OK", "", "").await;
    let canary = Canary::at(&["127.0.0.2", "127.255.255.254", "::1"], receiver.address.port()).await;
    let mut attempts = 0;
    for (bad, reason) in forbidden().filter(|(bad, _)| egress().check(*bad).is_err()) {
        let answers = vec![addresses(&[ip("127.0.0.1")]), addresses(&[bad])];
        let lookup = name_server(BTreeMap::from([("receiver.example".to_owned(), answers)]));
        let webhook = webhook_by_name(&receiver, lookup);
        let first = webhook.send(&parcel("Sorry."), NOW).await;
        assert_eq!(first, Outcome::Delivered { status: Some(200) });
        attempts += 1;
        // It closes every connection, so the next attempt asks again.
        receiver.hung_up(attempts).await;
        let second = line(&webhook.send(&parcel("Sorry."), NOW).await);
        assert!(was_refused(&second, bad, reason), "{bad}: {second}");
    }
    assert_eq!(receiver.requests().len(), attempts);
    assert_eq!(canary.reached().await, 0);
}

#[tokio::test]
async fn names_of_this_machine_reach_the_canary_once_the_network_is_allowed() {
    let canary = Canary::everywhere().await;
    let mut callers = 0;
    for (written, asked, address) in NAMES.iter().filter(|(.., address)| ip(address).is_loopback()) {
        let answers = vec![addresses(&[ip(address)])];
        let lookup = name_server(BTreeMap::from([((*asked).to_owned(), answers)]));
        let url = format!("http://{written}:{}/", canary.port);
        assert_eq!(attempt(&url, &everything_allowed(), &lookup).await, "delivered, 200", "{url}");
        callers += 1;
    }
    // The very answers that must not get through, as far as they mean this machine at once.
    let url = format!("http://evil.example:{}/", canary.port);
    for bad in ["127.0.0.1", "::1", "0.0.0.0", "::"].map(ip) {
        for (what, answer) in ANSWERS.iter().filter(|(what, _)| !what.contains("public")) {
            let lookup = name_server(zone(bad, *answer));
            let outcome = attempt(&url, &everything_allowed(), &lookup).await;
            assert_eq!(outcome, "delivered, 200", "{bad} behind {what}");
            callers += 1;
        }
    }
    assert_eq!(canary.reached().await, callers);
}
