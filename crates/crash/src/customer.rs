//! Customers: they send events, and send everything again until they are told that it is safe.

use std::collections::VecDeque;
use std::io::BufReader;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use opcx::bench::random::Random;
use opcx_core::time::{Span, Timestamp};
use opcx_engine::{Clock as _, WallClock};
use serde_json::{Value, json};

use crate::company::WRITE_KEY;
use crate::fuse::Fuse;
use crate::http;
use crate::leaver;
use crate::ledger::{Kind, Ledger, Serial};
use crate::server::Door;

/// How many send at a time, each on a connection of its own.
const SENDERS: u64 = 3;
/// Most new events of one request.
const BATCH_MAX: u64 = 8;
/// Events of one customer; then the sender goes on as another, so that no history grows without end.
const EVENTS_PER_CUSTOMER: u64 = 40;
/// Of so many requests one repeats an event sent before, and one holds an event twice.
const AGAIN_ONE_IN: u64 = 6;
/// Events that may be sent again: old enough ones to have been acknowledged by an earlier process.
const REMEMBERED_MAX: usize = 300;
/// Longest wait for an answer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(20);

/// Customers that send until they are told to stop.
pub(crate) struct Customers {
    stop: Arc<AtomicBool>,
    senders: Vec<JoinHandle<()>>,
}

impl Customers {
    /// Customers that send through `door` whenever it is open. Every acknowledgement sparks `fuse`.
    pub(crate) fn start(door: &Arc<Door>, ledger: &Arc<Ledger>, fuse: &Arc<Fuse>, seed: u64) -> Customers {
        let stop = Arc::new(AtomicBool::new(false));
        let sender = |number: u64| {
            let (ledger, fuse, stop) = (Arc::clone(ledger), Arc::clone(fuse), Arc::clone(&stop));
            let wire = Wire { door: Arc::clone(door), stream: None };
            let random = Random::new(seed.wrapping_mul(SENDERS).wrapping_add(number));
            let (chosen, remembered) = (Timestamp::MIN, VecDeque::new());
            let mut sender = Sender { number, count: 0, wire, ledger, random, chosen, remembered };
            std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    sender.ledger.wait_for_room();
                    sender.send_batch(&fuse);
                }
            })
        };
        let mut senders: Vec<JoinHandle<()>> = (0..SENDERS).map(sender).collect();
        for first in 0..leaver::AT_ONCE {
            let (leaving, ended) = (Arc::clone(ledger), Arc::clone(&stop));
            let mut wire = Wire { door: Arc::clone(door), stream: None };
            let leave = move || leaver::come_and_leave(first, &mut wire, &leaving, &ended);
            senders.push(std::thread::spawn(leave));
        }
        Customers { stop, senders }
    }

    /// Sends nothing new any more, and waits until everything sent is acknowledged.
    pub(crate) fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        for sender in self.senders {
            sender.join().expect("customers do not panic");
        }
    }
}

struct Sender {
    number: u64,
    /// How many events it has sent.
    count: u64,
    wire: Wire,
    ledger: Arc<Ledger>,
    random: Random,
    /// When a customer chose last.
    chosen: Timestamp,
    remembered: VecDeque<(Serial, Value)>,
}

impl Sender {
    /// Sends one request until it is answered with success.
    fn send_batch(&mut self, fuse: &Fuse) {
        let mut batch = Vec::new();
        let mut choices = Vec::new();
        for _ in 0..=self.random.below(BATCH_MAX) {
            let (serial, message) = self.event(&mut choices);
            self.remembered.push_back((serial, message.clone()));
            batch.push((serial, message));
        }
        for _ in 0..2 {
            if self.random.below(AGAIN_ONE_IN) == 0 {
                let oldest = &self.remembered[0];
                batch.push(oldest.clone());
            }
        }
        while self.remembered.len() > REMEMBERED_MAX {
            self.remembered.pop_front();
        }
        let (serials, messages): (Vec<Serial>, Vec<Value>) = batch.into_iter().unzip();
        let body = json!({ "writeKey": WRITE_KEY, "batch": messages }).to_string();
        loop {
            let watch = self.ledger.watch();
            if self.wire.post("/v1/batch", None, &body) == Some(200)
                && self.ledger.acknowledged(watch, &serials)
            {
                break;
            }
            self.wire.hang_up();
        }
        for (customer, granted) in choices {
            self.ledger.chose(&customer, granted);
        }
        fuse.spark();
    }

    fn event(&mut self, choices: &mut Vec<(String, bool)>) -> (Serial, Value) {
        let customer = format!("customer-{}-{}", self.number, self.count / EVENTS_PER_CUSTOMER);
        let serial = self.number << 32 | self.count;
        self.count += 1;
        let now = WallClock.now();
        let (kind, name) = match self.random.below(20) {
            0..3 => (Kind::Bought, "Order Completed"),
            3 => (Kind::Shipped, "Order Shipped"),
            // Of two choices at the same moment the stricter one stands, so there are no two.
            4 if now > self.chosen => (Kind::Chose, "Segment Consent Preference Updated"),
            _ => (Kind::Looked, "Checkout Started"),
        };
        let mut message = json!({
            "type": "track",
            "messageId": serial.to_string(),
            "userId": customer,
            "event": name,
            "properties": { "order_id": serial.to_string() },
        });
        match kind {
            Kind::Bought | Kind::Looked | Kind::Left => {}
            Kind::Shipped => {
                let millis = i64::try_from(1_000 + self.random.below(2_000)).unwrap_or_default();
                message["properties"]["promised_at"] = json!((now + Span::from_millis(millis)).to_string());
            }
            Kind::Chose => {
                let granted = self.random.below(2) == 0;
                self.chosen = now;
                message["timestamp"] = json!(now.to_string());
                let preferences = json!({ "browsing.marketing": granted });
                message["context"] = json!({ "consent": { "categoryPreferences": preferences } });
                choices.push((customer, granted));
            }
        }
        self.ledger.sending(serial, kind);
        (serial, message)
    }
}

/// A connection that is made again whenever it breaks.
pub(crate) struct Wire {
    door: Arc<Door>,
    stream: Option<BufReader<TcpStream>>,
}

impl Wire {
    pub(crate) fn hang_up(&mut self) {
        self.stream = None;
        self.pause();
    }

    /// Waits a moment.
    pub(crate) fn pause(&self) {
        self.door.pause();
    }

    /// What the engine answers to a body; `None` if it does not.
    pub(crate) fn post(&mut self, path: &str, key: Option<&str>, body: &str) -> Option<u16> {
        if self.stream.is_none() {
            let connected = TcpStream::connect(self.door.wait_until_open());
            let ready = connected.and_then(|stream| {
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(ANSWER_TIME_MAX))?;
                Ok(BufReader::new(stream))
            });
            self.stream = ready.ok();
        }
        let answer = http::post(self.stream.as_mut()?, path, key, body);
        answer.ok().map(|answer| answer.status())
    }
}
