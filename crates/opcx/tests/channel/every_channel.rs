//! What holds for every channel. A new one gets a test of three lines here.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use opcx::channel::client::Limits;
use opcx::channel::{Channel, Lines, Log};
use opcx_core::delivery::Outcome;

use crate::receiver::Receiver;
use crate::{NOW, line, parcel, webhook};

/// Sends one parcel twice: both arrive, whole, under the same id, each on a line of its own.
async fn check(channel: &dyn Channel, arrived: impl Fn() -> Vec<String>) {
    let words = "Grüße,\r\nIhr \"Team\" 🙂\u{2028}\0";
    let parcel = parcel(words);
    for repeats in 1..=2 {
        let outcome = channel.send(&parcel, NOW).await;
        assert!(matches!(outcome, Outcome::Delivered { .. }), "{outcome:?}");
        let arrived = arrived();
        assert_eq!(arrived.len(), repeats, "{arrived:?}");
        for text in arrived {
            let (id, json) = text.split_once(' ').expect("the id, then the rest");
            assert_eq!(id, "msg_c42_1");
            let json: serde_json::Value = serde_json::from_str(json).expect("what arrives is JSON");
            assert_eq!(json["type"], "message.late_delivery");
            assert_eq!(json["timestamp"], "2023-11-14T22:13:19Z");
            assert_eq!(json["data"]["text"], words);
        }
    }
    assert!(channel.in_flight_max().get() <= 64, "a channel takes a bounded number at once");
}

/// A line of JSON behind the id it holds.
fn with_id(line: &str) -> String {
    let json: serde_json::Value = serde_json::from_str(line).expect("each line is JSON");
    format!("{} {line}", json["id"].as_str().expect("each line has an id"))
}

fn lines_of(path: &Path) -> Vec<String> {
    std::fs::read_to_string(path).expect("the file is there").lines().map(with_id).collect()
}

#[tokio::test]
async fn a_webhook_delivers() {
    let receiver = Receiver::answering("200 OK", "", "").await;
    check(&webhook(&receiver, Limits::default()), || {
        let told = receiver.requests().into_iter().map(|request| {
            let id = request.header("webhook-id").expect("each request has an id");
            format!("{id} {}", String::from_utf8(request.body.clone()).expect("JSON is UTF-8"))
        });
        told.collect()
    })
    .await;
}

#[tokio::test]
async fn a_file_delivers() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = folder.path().join("messages.jsonl");
    check(&Lines::open(&path).expect("the folder is there"), || lines_of(&path)).await;
}

#[tokio::test]
async fn a_file_that_ends_within_a_line_is_continued_on_the_next() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = folder.path().join("messages.jsonl");
    std::fs::write(&path, r#"{"id":"msg_c1_0","to":"#).expect("the folder is there");
    let lines = Lines::open(&path).expect("the file is there");
    for _ in 0..2 {
        lines.send(&parcel("Sorry."), NOW).await;
    }
    let text = std::fs::read_to_string(&path).expect("the file is there");
    let (torn, whole) = text.split_once('\n').expect("the torn line was ended");
    assert_eq!(torn, r#"{"id":"msg_c1_0","to":"#);
    assert_eq!(whole.lines().map(with_id).count(), 2);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_no_reason_to_lose_a_parcel() {
    let full = Lines::open(Path::new("/dev/full")).expect("every Linux has it");
    let outcome = full.send(&parcel("Sorry."), NOW).await;
    let expected = "retry: the file cannot be written: No space left on device (os error 28)";
    assert_eq!(line(&outcome), expected);
}

/// Where the log of a test goes.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_delivers() {
    let kept = Kept::default();
    let writer = kept.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false).finish();
    let _until_the_end = tracing::subscriber::set_default(subscriber);
    check(&Log, || {
        let text = kept.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let text = String::from_utf8(text).expect("the log is text");
        text.lines().filter_map(|line| line.split_once("parcel=")).map(|(_, json)| with_id(json)).collect()
    })
    .await;
}
