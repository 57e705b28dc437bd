//! What each answer of a receiver comes to.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use expect_test::expect;
use opcx::channel::client::Limits;
use opcx::channel::{Channel, IN_FLIGHT_MAX, PAYLOAD_BYTES_MAX};

use crate::receiver::{Manner, Receiver};
use crate::{NOW, line, parcel, webhook, webhook_at};

/// Short enough to wait for in a test; nothing here depends on how short.
const IMPATIENT: Limits = Limits { connect: Duration::from_millis(200), total: Duration::from_millis(200) };

async fn check(receiver: &Receiver, limits: Limits, expected: &str) {
    let outcome = webhook(receiver, limits).send(&parcel("Sorry."), NOW).await;
    assert_eq!(line(&outcome), expected);
    assert_eq!(receiver.requests().len(), 1, "one attempt is one request");
}

async fn check_answer(status: &str, headers: &str, expected: &str) {
    check(&Receiver::answering(status, headers, "thank you").await, Limits::default(), expected).await;
}

#[tokio::test]
async fn only_2xx_is_delivered() {
    check_answer("200 OK", "", "delivered, 200").await;
    check_answer("204 No Content", "", "delivered, 204").await;
    for status in ["400 Bad Request", "401 Unauthorized", "404 Not Found", "500 Internal Server Error"] {
        check_answer(status, "", &format!("retry: the receiver answered {status}")).await;
    }
}

#[tokio::test]
async fn gone_is_gone() {
    check_answer("410 Gone", "retry-after: 5\r\n", "gone").await;
}

#[tokio::test]
async fn a_busy_receiver_says_when_to_come_back() {
    let busy = "429 Too Many Requests";
    check_answer(busy, "retry-after: 90\r\n", "retry in 1m 30s: the receiver answered 429 Too Many Requests")
        .await;
    // The attempt is made at 22:13:20.
    let date = "retry-after: Tue, 14 Nov 2023 22:15:20 GMT\r\n";
    check_answer(busy, date, "retry in 2m: the receiver answered 429 Too Many Requests").await;
    let neither = "retry-after: when it suits\r\n";
    check_answer(busy, neither, "retry: the receiver answered 429 Too Many Requests").await;
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Receiver::answering("200 OK", "", "").await;
    let location = format!("location: http://{}/\r\n", elsewhere.address);
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let receiver = Receiver::answering(status, &location, "").await;
        let outcome = webhook(&receiver, Limits::default()).send(&parcel("Sorry."), NOW).await;
        let expected = format!("retry: the receiver answered {status}, a redirect, which is not followed");
        assert_eq!(line(&outcome), expected);
    }
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn a_receiver_that_hangs_is_given_up() {
    let stalled = Receiver::start(Manner::Stall(String::new())).await;
    check(&stalled, IMPATIENT, "retry: the receiver took too long").await;
}

#[tokio::test]
async fn a_status_counts_even_if_the_body_never_comes() {
    let stalled = Manner::Stall("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n".into());
    check(&Receiver::start(stalled).await, IMPATIENT, "delivered, 200").await;
}

#[tokio::test]
async fn a_reply_without_end_is_cut_off() {
    let flood = Receiver::start(Manner::Flood("HTTP/1.1 200 OK\r\n\r\n".into())).await;
    let patient = Limits { total: Duration::from_secs(3600), ..Limits::default() };
    check(&flood, patient, "delivered, 200").await;
    flood.hung_up(1).await;
}

#[tokio::test]
async fn what_is_not_http_or_not_there_is_tried_again() {
    let other = Receiver::start(Manner::Answer("220 smtp ready\r\n".into())).await;
    check(&other, Limits::default(), "retry: the connection broke: invalid HTTP version parsed").await;
    let mute = Receiver::start(Manner::Answer(String::new())).await;
    let broke = "retry: the connection broke: connection closed before message completed";
    check(&mute, Limits::default(), broke).await;

    // Nothing listens on the first port: it belongs to a service that nobody has run for decades.
    let nobody = SocketAddr::from(([127, 0, 0, 1], 1));
    let outcome = webhook_at(nobody, Limits::default()).send(&parcel("Sorry."), NOW).await;
    let shown = line(&outcome);
    assert!(shown.starts_with("retry: the receiver cannot be reached: Connection refused"), "{shown}");
}

#[tokio::test]
async fn a_receiver_that_hangs_holds_up_no_other_and_gets_no_more_than_its_places() {
    let hanging = Receiver::start(Manner::Stall(String::new())).await;
    let well = Receiver::answering("200 OK", "", "").await;
    let to_hanging = Arc::new(webhook(&hanging, Limits::default()));
    let places = IN_FLIGHT_MAX.get();
    let attempts: Vec<_> = (0..places * 3)
        .map(|_| {
            let to_hanging = Arc::clone(&to_hanging);
            tokio::spawn(async move { to_hanging.send(&parcel("Sorry."), NOW).await })
        })
        .collect();
    hanging.received(places).await;

    let outcome = webhook(&well, Limits::default()).send(&parcel("Sorry."), NOW).await;

    assert_eq!(line(&outcome), "delivered, 200");
    assert_eq!(hanging.requests().len(), places);
    assert!(attempts.iter().all(|attempt| !attempt.is_finished()), "the others are still waiting");
    attempts.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn a_payload_too_large_to_be_taken_is_not_sent() {
    let receiver = Receiver::answering("200 OK", "", "").await;
    let webhook = webhook(&receiver, Limits::default());
    let outcome = webhook.send(&parcel(&"x".repeat(PAYLOAD_BYTES_MAX)), NOW).await;
    assert_eq!(line(&outcome), "refused: a payload of 262274 bytes, at most 262144 are sent; shorten it");
    assert!(receiver.requests().is_empty());
}

#[tokio::test]
async fn a_repeat_keeps_its_id_and_body_and_has_a_fresh_signature() {
    let receiver = Receiver::answering("500 Internal Server Error", "", "").await;
    let webhook = webhook(&receiver, Limits::default());
    for seconds in [0, 5] {
        webhook.send(&parcel("Sorry."), NOW + opcx_core::time::Span::SECOND.times(seconds)).await;
    }
    let story: Vec<String> = receiver
        .requests()
        .iter()
        .map(|request| {
            let told = ["webhook-id", "webhook-timestamp", "webhook-signature", "content-type", "user-agent"]
                .map(|name| format!("{name}: {}\n", request.header(name).unwrap_or("absent")));
            format!("{}\n{}{}\n", request.line, told.concat(), String::from_utf8_lossy(&request.body))
        })
        .collect();
    expect![[r#"
        POST /hook HTTP/1.1
        webhook-id: msg_c42_1
        webhook-timestamp: 1700000000
        webhook-signature: v1,qGN0DYGb1h9G9iQydlDtXNcC9/GbWqeetX4mfqyz5ng=
        content-type: application/json
        user-agent: opcx/0.1.0
        {"type":"message.late_delivery","timestamp":"2023-11-14T22:13:19Z","data":{"customer":"c42","template":"late-delivery","text":"Sorry."}}

        POST /hook HTTP/1.1
        webhook-id: msg_c42_1
        webhook-timestamp: 1700000005
        webhook-signature: v1,4ONUJkfVsRiaIC15rBP0FrftwjeIYPNttO48aTXaFdM=
        content-type: application/json
        user-agent: opcx/0.1.0
        {"type":"message.late_delivery","timestamp":"2023-11-14T22:13:19Z","data":{"customer":"c42","template":"late-delivery","text":"Sorry."}}
    "#]]
    .assert_eq(&story.join("\n"));
}
