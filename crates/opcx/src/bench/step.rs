//! `core::step` alone, on one core.

use std::time::Instant;

use opcx_core::customer::{Customer, CustomerId};
use opcx_core::definitions::Definitions;
use opcx_core::effects::Effects;
use opcx_core::identity::Person;
use opcx_core::log::{Lane, Position};
use opcx_core::reading::Reading;
use opcx_core::step::{Happening, Input, next_timer, step};
use opcx_emotion::{Choice, Reader, Scratch};
use opcx_engine::Budget;

use super::world::{self, CUSTOMERS, World};
use super::{Row, machine};

/// In which order events are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As they stand in the log: whose turn it is next is seldom in the processor's caches.
    OfTheLog,
    /// As the engine takes them: a batch of the log at a time, customer by customer.
    OfABatch,
}

impl Order {
    fn words(self) -> &'static str {
        match self {
            Order::OfTheLog => "core::step alone, one core, event by event",
            Order::OfABatch => "core::step alone, one core, customer by customer within a batch",
        }
    }

    /// How many events are made at a time.
    fn made_at_once(self) -> u64 {
        match self {
            Order::OfTheLog => 100_000,
            Order::OfABatch => Budget::default().records_max as u64,
        }
    }
}

/// Takes `events` events, changed by `change`, through the step. Events and readings are made beforehand.
#[must_use]
pub fn run(definitions: &Definitions, events: u64, order: Order, change: fn(&mut world::Happening)) -> Row {
    let mut world = World::new(1);
    let (reader, mut scratch) = (Reader::embedded(), Scratch::default());
    let mut customers: Vec<Option<Customer>> = vec![None; CUSTOMERS as usize];
    let mut effects = Effects::default();
    let (mut seconds, mut processor, mut decisions, mut receipts) = (0.0, 0.0, 0, 0);
    let mut left = events;
    while left > 0 {
        let chunk = left.min(order.made_at_once());
        left -= chunk;
        let mut prepared: Vec<_> = (0..chunk)
            .map(|_| {
                let mut happening = world.happening();
                change(&mut happening);
                let event = happening.event();
                let reading: Option<Reading> =
                    event.customers_words().map(|words| reader.read(words, Choice::Fast, &mut scratch));
                (happening.number, happening.customer, event, reading)
            })
            .collect();
        if order == Order::OfABatch {
            prepared.sort_by_key(|(_, customer, ..)| *customer);
        }
        let (begin, begin_processor) = (Instant::now(), machine::processor_seconds("self"));
        for (number, at, event, reading) in &prepared {
            let position = Position::new(*number);
            let customer =
                customers[*at].get_or_insert_with(|| Customer::new(CustomerId(position), Person::default()));
            while let Some(due) = next_timer(definitions, customer).filter(|due| *due <= event.happened) {
                let input = Input {
                    position,
                    lane: Lane::LIVE,
                    now: due,
                    mode: Lane::LIVE.mode(),
                    happening: Happening::Time,
                };
                step(definitions, customer, &input, &mut effects);
            }
            let input = Input {
                position,
                lane: Lane::LIVE,
                now: event.happened,
                mode: Lane::LIVE.mode(),
                happening: Happening::Event { event, reading: reading.as_ref() },
            };
            step(definitions, customer, &input, &mut effects);
            receipts += effects.receipts.len();
            decisions += effects.receipts.iter().map(|receipt| receipt.decisions.len()).sum::<usize>();
            effects.clear();
        }
        seconds += begin.elapsed().as_secs_f64();
        processor += machine::processor_seconds("self") - begin_processor;
    }
    #[allow(clippy::cast_precision_loss, reason = "a few million")]
    let count = events as f64;
    Row {
        what: order.words(),
        figure: count / seconds,
        unit: "events/s",
        per_cpu_second: (processor > 0.0).then(|| count / processor),
        note: format!("timers included; {decisions} decisions on {receipts} receipts"),
    }
}
