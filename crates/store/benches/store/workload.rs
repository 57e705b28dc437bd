//! A company's traffic as commits: what ten thousand events change, drawn from a seed.

use opcx_core::customer::{Customer, Trait};
use opcx_core::event::Value;
use opcx_core::log::{Lane, Position};
use opcx_core::promise::PromiseState;
use opcx_store::conformance::sample::{
    customer, draft, id, moment, parcel, position, promise, receipt, rollup, rollup_key, time,
};
use opcx_store::{Commit, CustomerChange, Draft, EventKey, Progress, Trail, Written};

/// Events in one commit, as under load.
pub(crate) const EVENTS: u64 = 10_000;
/// Customers, of whom few make most of the events.
const CUSTOMERS: u64 = 100_000;

/// The log entries of one commit, about 700 bytes each.
pub(crate) fn drafts(commit: u64) -> Vec<Draft> {
    (0..EVENTS).map(|number| draft(commit * EVENTS + number, 640)).collect()
}

/// Duplicate marks of the events of one commit.
pub(crate) fn keys(commit: u64) -> Vec<EventKey> {
    (0..EVENTS).map(|number| EventKey::of("bench", &(commit * EVENTS + number).to_string())).collect()
}

/// What the events of one commit change: 6,000 customers more or less, 5,000 moments, 2,000
/// receipts, 1,000 promises, 200 parcels and 400 rollups.
pub(crate) fn commit(number: u64) -> Commit {
    let mut dice = Dice(number);
    let from = number * EVENTS;
    let mut whose: Vec<(u64, Position)> =
        (from..from + EVENTS).map(|event| (dice.customer(), position(event))).collect();
    let positions = || (from..from + EVENTS).step_by(2);
    let moments = Written::each(positions().map(|at| moment(at, 0)));
    let receipts = Written::receipts((from..from + EVENTS).step_by(5).map(|at| receipt(at, 0)));
    let rollups = (0..400).map(|_| {
        let hour = i64::try_from(number / 4 + dice.below(3)).unwrap_or(0);
        let split = ["web", "app", "shop", "phone"][usize::try_from(dice.below(4)).unwrap_or(0)];
        (rollup_key(&format!("moment-{}", dice.below(30)), hour, Some(split)), rollup(12))
    });
    let rollups = rollups.collect();
    let promises = (0..1_000)
        .map(|_| {
            let made = from.saturating_sub(dice.below(EVENTS)) + dice.below(EVENTS);
            (id(made), promise(made, PromiseState::Open))
        })
        .collect();
    let parcels = (0..200).map(|event| parcel_of(from + event)).collect();

    whose.sort_unstable();
    let (mut customers, mut trails) = (Vec::new(), Vec::new());
    for events in whose.chunk_by(|one, next| one.0 == next.0) {
        let Some(&(known, last)) = events.first() else { continue };
        customers.push(change(known, last, dice.below(2) == 0));
        trails.push(Trail::Added(id(known), events.iter().map(|(_, at)| *at).collect()));
    }
    Commit {
        from: position(from),
        progress: Progress { position: position(from + EVENTS), ..Progress::default() },
        seen: keys(number),
        customers,
        trails,
        moments,
        receipts,
        rollups,
        promises,
        parcels,
        ..Commit::default()
    }
}

fn parcel_of(event: u64) -> opcx_core::effects::Parcel {
    let mut parcel = parcel(0, "crm", i64::try_from(event).unwrap_or(0));
    parcel.id.0.customer = id(event);
    parcel
}

/// A customer of about 700 bytes; for every other one the timer moves.
fn change(number: u64, at: Position, moves: bool) -> CustomerChange {
    let due = if moves { at.get() } else { number };
    let timer = Some((Lane::LIVE, time(i64::try_from(due).unwrap_or(0))));
    CustomerChange { id: id(number), after: Some(Written::customer(full_customer(number, at))), timer }
}

fn full_customer(number: u64, at: Position) -> Customer {
    let mut full = customer(number);
    for name in 0..16 {
        full.known.traits.note(Trait {
            name: format!("trait-{name}").into(),
            value: Value::Text(format!("a value of some length, {number}").into()),
            at: time(0),
            position: at,
        });
    }
    full
}

/// SplitMix64.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `most`.
    pub(crate) fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }

    /// Every number of digits is as likely as every other: close to Zipf with exponent 1.
    fn customer(&mut self) -> u64 {
        let skewed = self.next() % 10 < 4;
        let within = if skewed { 1 << (self.below(17)) } else { CUSTOMERS };
        self.below(within.min(CUSTOMERS))
    }
}
