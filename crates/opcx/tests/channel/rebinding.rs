//! Names that stand for one thing when checked and another when used.

use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use opcx::channel::Channel;
use opcx::channel::resolver::{Lookup, system_lookup};

use crate::receiver::{Manner, Receiver};
use crate::{NOW, ip, line, parcel, webhook_by_name};

/// Gives one answer after another, and counts the questions.
fn answers(answers: &[&[&str]]) -> (Lookup, Arc<AtomicUsize>) {
    let parsed = |texts: &&[&str]| texts.iter().map(|text| ip(text)).collect::<Vec<IpAddr>>();
    let left: Mutex<Vec<Vec<IpAddr>>> = Mutex::new(answers.iter().rev().map(parsed).collect());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let lookup: Lookup = Arc::new(move |name| {
        assert_eq!(name, "receiver.example");
        count.fetch_add(1, Ordering::SeqCst);
        let answer = left.lock().expect("no test panics holding it").pop();
        Box::pin(async move { answer.ok_or_else(|| io::Error::other("no such host")) })
    });
    (lookup, asked)
}

#[tokio::test]
async fn a_connection_goes_to_the_address_that_was_checked_and_never_asks_twice() {
    let receiver = Receiver::answering("200 OK", "", "").await;
    let (lookup, asked) = answers(&[&["127.0.0.1"], &["169.254.169.254"]]);
    let webhook = webhook_by_name(&receiver, lookup);

    let first = webhook.send(&parcel("Sorry."), NOW).await;
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    // The receiver closed the connection, so the second attempt needs another, and another answer.
    receiver.hung_up(1).await;
    let second = webhook.send(&parcel("Sorry."), NOW).await;

    assert_eq!(asked.load(Ordering::SeqCst), 2);
    assert_eq!(line(&first), "delivered, 200");
    assert_eq!(
        line(&second),
        "refused: 169.254.169.254 is a cloud metadata address; if it is meant, add it to `allow_private` under `[webhooks]`"
    );
    assert_eq!(receiver.requests().len(), 1);
}

#[tokio::test]
async fn an_open_connection_stays_with_its_address() {
    let ok = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    let receiver = Receiver::start(Manner::KeepAlive(ok.into())).await;
    let (lookup, asked) = answers(&[&["127.0.0.1"], &["169.254.169.254"]]);
    let webhook = webhook_by_name(&receiver, lookup);
    for _ in 0..3 {
        assert_eq!(line(&webhook.send(&parcel("Sorry."), NOW).await), "delivered, 200");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn one_forbidden_address_spoils_the_answer() {
    let receiver = Receiver::answering("200 OK", "", "").await;
    for forbidden in ["127.0.0.2", "10.0.0.1", "::1", "::ffff:127.0.0.1", "fd00:ec2::254", "0.0.0.0"] {
        for mixed in [["127.0.0.1", forbidden], [forbidden, "127.0.0.1"]] {
            let (lookup, _) = answers(&[&mixed]);
            let outcome = webhook_by_name(&receiver, lookup).send(&parcel("Sorry."), NOW).await;
            let shown = line(&outcome);
            assert!(shown.starts_with(&format!("refused: {forbidden} is a ")), "{shown}");
        }
    }
    assert!(receiver.requests().is_empty());
}

#[tokio::test]
async fn a_name_without_an_address_is_asked_again_later() {
    let receiver = Receiver::answering("200 OK", "", "").await;
    for ((lookup, _), expected) in [
        (answers(&[]), "retry: the receiver cannot be reached: no such host"),
        (answers(&[&[]]), "retry: the receiver cannot be reached: its name has no address"),
    ] {
        let outcome = webhook_by_name(&receiver, lookup).send(&parcel("Sorry."), NOW).await;
        assert_eq!(line(&outcome), expected);
    }
}

#[tokio::test]
async fn the_operating_system_s_answer_is_checked_as_well() {
    let receiver = Receiver::answering("200 OK", "", "").await;
    let lookup: Lookup = Arc::new(|_| system_lookup()("127.0.0.3".into()));
    let outcome = webhook_by_name(&receiver, lookup).send(&parcel("Sorry."), NOW).await;
    assert!(line(&outcome).starts_with("refused: 127.0.0.3 is a loopback address"), "{outcome:?}");
}
