//! On the way: what happens to messages between the system that tells them and whoever reads them.
//!
//! Some come twice, some hours late, some in a shape that nobody can read. They are handed out in the order
//! in which they arrive.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use opcx_core::time::{Span, Timestamp};

use crate::life::event_id;
use crate::message::{Channel, Fact, Kind, Message};
use crate::random::Random;
use crate::scenario::Transport;
use crate::truth::{Mishap, OnItsWay, Truth};

/// A message that has arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// When.
    pub arrived: Timestamp,
    /// In which shape.
    pub shape: Shape,
    /// What it tells.
    pub message: Box<Message>,
}

/// In which shape a message arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// As it should.
    Good,
    /// Cut off in the middle.
    CutOff,
    /// Without a time.
    NoTime,
    /// With a time as people write it: `12.09.2026 14:10`.
    ForeignTime,
    /// About something that no list of kinds holds.
    UnknownKind,
    /// About nobody.
    Nobody,
}

const BAD_SHAPES: [Shape; 5] =
    [Shape::CutOff, Shape::NoTime, Shape::ForeignTime, Shape::UnknownKind, Shape::Nobody];

/// Messages on their way.
#[derive(Debug)]
pub(crate) struct OnTheWay {
    how: Transport,
    random: Random,
    queue: BinaryHeap<Reverse<Arriving>>,
    sequence: u64,
}

#[derive(Debug, PartialEq, Eq)]
struct Arriving {
    sequence: u64,
    sent: Sent,
}

impl Ord for Arriving {
    fn cmp(&self, other: &Arriving) -> std::cmp::Ordering {
        (self.sent.arrived, self.sequence).cmp(&(other.sent.arrived, other.sequence))
    }
}

impl PartialOrd for Arriving {
    fn partial_cmp(&self, other: &Arriving) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl OnTheWay {
    pub(crate) fn new(how: Transport, seed: u64) -> OnTheWay {
        OnTheWay { how, random: Random::stream(seed, u64::MAX), queue: BinaryHeap::new(), sequence: 0 }
    }

    /// Sends a message on its way.
    pub(crate) fn send(&mut self, mut message: Message, truths: &mut Vec<Truth>) {
        let mut note = |what| {
            truths.push(Truth::OnItsWay(OnItsWay { event: event_id(message.number), what }));
        };
        let random = &mut self.random;
        let mut arrived = message.really_at + delay(random, message.channel);
        if random.millionth(self.how.late.millionths()) {
            arrived = arrived + Span::from_millis(random.waiting(5 * Span::HOUR.as_millis()));
            note(Mishap::Late);
        }
        let shape = if random.millionth(self.how.malformed.millionths()) {
            note(Mishap::Malformed);
            random.one_of(&BAD_SHAPES)
        } else {
            Shape::Good
        };
        let has_currency = matches!(message.kind, Kind::OrderCompleted | Kind::ReceiptPrinted);
        if has_currency && random.millionth(self.how.wrong_currency.millionths()) {
            for (name, fact) in &mut message.facts {
                if *name == "currency" {
                    *fact = Fact::Word("USD");
                }
            }
            note(Mishap::WrongCurrency);
        }
        if shape == Shape::Good && random.millionth(self.how.twice.millionths()) {
            note(Mishap::Twice);
            let again = arrived + Span::from_millis(random.waiting(20 * Span::MINUTE.as_millis()));
            self.put(Sent { arrived: again, shape, message: Box::new(message.clone()) });
        }
        self.put(Sent { arrived, shape, message: Box::new(message) });
    }

    fn put(&mut self, sent: Sent) {
        self.sequence += 1;
        self.queue.push(Reverse(Arriving { sequence: self.sequence, sent }));
    }

    /// When the next one arrives.
    pub(crate) fn next_arrival(&self) -> Option<Timestamp> {
        self.queue.peek().map(|Reverse(next)| next.sent.arrived)
    }

    /// The next one.
    pub(crate) fn arrive(&mut self) -> Option<Sent> {
        self.queue.pop().map(|Reverse(next)| next.sent)
    }
}

/// How long a message takes on an ordinary day.
fn delay(random: &mut Random, channel: Channel) -> Span {
    let mean = match channel {
        Channel::Web | Channel::App | Channel::Chat => 400,
        Channel::Email | Channel::Phone | Channel::Social => 2_000,
        Channel::Branch => 5_000,
        Channel::Door | Channel::Server => 30_000,
    };
    Span::from_millis(random.waiting(mean))
}
