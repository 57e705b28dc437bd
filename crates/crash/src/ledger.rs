//! What was seen from outside: what customers sent, what they were told, and what arrived.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::report::Fault;

/// Most promised effects that may be missing before customers wait for them: few enough to be made up
/// for within seconds at the end.
const MISSING_MAX: usize = 300;
/// How long customers wait for that. If effects are lost it never comes, and sending goes on.
const ROOM_SECONDS_MAX: u64 = 1;
/// How long to wait at the end while nothing arrives: longer than the pause after a delivery that failed
/// once (6 s at most), and than a promise's time (3 s).
const SILENCE_SECONDS_MAX: u64 = 12;

/// The number that an event carries through everything: in its id, and in its facts as order.
pub(crate) type Serial = u64;

/// What customers send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Promises an effect at once.
    Bought,
    /// Makes a promise that is broken within seconds, which promises an effect by a timer.
    Shipped,
    /// Promises nothing.
    Looked,
    /// Changes a consent.
    Chose,
    /// Promises nothing, and comes from somebody who is erased afterwards.
    Left,
}

impl Kind {
    /// The playbook whose webhook this kind of event promises.
    #[must_use]
    pub(crate) fn playbook(self) -> Option<&'static str> {
        match self {
            Kind::Bought => Some("bought"),
            Kind::Shipped => Some("late"),
            Kind::Looked | Kind::Chose | Kind::Left => None,
        }
    }
}

/// One event as the outside knows it.
#[derive(Debug)]
pub(crate) struct Sent {
    /// What it is.
    pub(crate) kind: Kind,
    /// Whether its sender was told that it is safe.
    pub(crate) acknowledged: bool,
    /// Its effect's deliveries by `webhook-id`; one id if all is well.
    pub(crate) deliveries: BTreeMap<String, Delivery>,
}

/// What arrived under one `webhook-id`.
#[derive(Debug)]
pub(crate) struct Delivery {
    /// How often.
    pub(crate) times: u32,
    /// What it said the first time.
    body: Vec<u8>,
}

/// A stretch of time in which what is seen counts. What begins in one and ends in another does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Watch(u64);

impl Watch {
    /// Watches alternate with times in which nothing counts.
    fn counts(self) -> bool {
        self.0.is_multiple_of(2)
    }
}

/// Everything seen from outside.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Every event sent.
    pub(crate) events: BTreeMap<Serial, Sent>,
    /// What each customer who chose has been told is their choice.
    pub(crate) choices: BTreeMap<String, bool>,
    /// Who was told that they will be erased.
    pub(crate) erased: Vec<String>,
    /// Events that were sent although they had been acknowledged.
    pub sent_again: u64,
    /// Acknowledged events whose effect has not arrived.
    pub(crate) missing: usize,
    watch: Watch,
    /// What can be seen to be wrong from outside.
    pub(crate) faults: Vec<Fault>,
}

/// The ledger, kept by customers and the receiver at once.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    seen: Mutex<Seen>,
    arrived: Condvar,
}

impl Ledger {
    /// What has been seen so far.
    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An event is about to be sent for the first time.
    pub(crate) fn sending(&self, serial: Serial, kind: Kind) {
        let sent = Sent { kind, acknowledged: false, deliveries: BTreeMap::new() };
        self.seen().events.insert(serial, sent);
    }

    /// The present watch, to be named with whatever comes of what begins now.
    pub(crate) fn watch(&self) -> Watch {
        self.seen().watch
    }

    /// Ends a watch, or begins the next.
    pub(crate) fn turn(&self) {
        let mut seen = self.seen();
        seen.watch = Watch(seen.watch.0 + 1);
    }

    /// The sender of these events was told that they are safe. Says whether that counts.
    pub(crate) fn acknowledged(&self, since: Watch, serials: &[Serial]) -> bool {
        let mut seen = self.seen();
        if seen.watch != since || !since.counts() {
            return false;
        }
        for serial in serials {
            let sent = seen.events.get_mut(serial).expect("what is acknowledged was sent");
            if sent.acknowledged {
                seen.sent_again += 1;
                continue;
            }
            sent.acknowledged = true;
            if sent.kind.playbook().is_some() && sent.deliveries.is_empty() {
                seen.missing += 1;
            }
        }
        true
    }

    /// A customer was told that their choice is safe.
    pub(crate) fn chose(&self, customer: &str, granted: bool) {
        self.seen().choices.insert(customer.to_owned(), granted);
    }

    /// Whether what began in that watch and ends now counts.
    pub(crate) fn counts(&self, since: Watch) -> bool {
        self.seen().watch == since && since.counts()
    }

    /// A customer was told that they will be erased.
    pub(crate) fn erased(&self, customer: String) {
        self.seen().erased.push(customer);
    }

    /// A webhook arrived. Says how often it has under this id; `None` if that does not count.
    pub(crate) fn delivered(
        &self,
        since: Watch,
        id: &str,
        playbook: &str,
        serial: Serial,
        body: &[u8],
    ) -> Option<u32> {
        let mut guard = self.seen();
        let seen = &mut *guard;
        if seen.watch != since || !since.counts() {
            return None;
        }
        let promised = seen.events.get_mut(&serial).filter(|sent| sent.kind.playbook() == Some(playbook));
        let Some(sent) = promised else {
            seen.faults.push(Fault::NeverPromised { id: id.to_owned(), serial });
            return Some(1);
        };
        if sent.acknowledged && sent.deliveries.is_empty() {
            seen.missing -= 1;
        }
        let first = || Delivery { times: 0, body: body.to_owned() };
        let delivery = sent.deliveries.entry(id.to_owned()).or_insert_with(first);
        delivery.times += 1;
        if delivery.body != body {
            seen.faults.push(Fault::SaysOtherwise { id: id.to_owned(), serial });
        }
        let times = delivery.times;
        drop(guard);
        self.arrived.notify_all();
        Some(times)
    }

    /// Waits while too many effects are missing.
    pub(crate) fn wait_for_room(&self) {
        let waited = Duration::from_secs(ROOM_SECONDS_MAX);
        let enough = |seen: &mut Seen| seen.missing > MISSING_MAX;
        drop(self.arrived.wait_timeout_while(self.seen(), waited, enough));
    }

    /// Waits until nothing is missing, or nothing more arrives.
    pub(crate) fn wait_for_the_rest(&self) {
        let silence = Duration::from_secs(SILENCE_SECONDS_MAX);
        let mut seen = self.seen();
        while seen.missing > 0 {
            let before = seen.missing;
            let waiting = self.arrived.wait_timeout_while(seen, silence, |seen| seen.missing == before);
            let (after, waited) = waiting.unwrap_or_else(PoisonError::into_inner);
            if waited.timed_out() {
                return;
            }
            seen = after;
        }
    }
}
