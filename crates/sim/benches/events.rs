//! How many events a second one core makes up and writes down: `cargo bench -p opcx-sim`.
//!
//! The floor is 200,000 a second, for 20,000 customers over 30 days.

use std::time::Instant;

use opcx_sim::scenario::BUILT_IN;
use opcx_sim::wire::segment;
use opcx_sim::{Scenario, Simulation};

const CUSTOMERS: u32 = 20_000;
const DAYS: u16 = 30;

fn main() {
    for (name, text) in BUILT_IN {
        let scenario = Scenario::parse(text).expect("a test reads the scenarios");
        let began = Instant::now();
        let mut simulation = Simulation::new(scenario, 1, CUSTOMERS, DAYS);
        let (mut line, mut events, mut bytes, mut truths) = (Vec::new(), 0_u64, 0, 0);
        while let Some(sent) = simulation.next() {
            line.clear();
            segment::write(&sent, &mut line);
            events += 1;
            bytes += line.len();
            truths += simulation.take_truths().len();
        }
        let millis = began.elapsed().as_millis().max(1);
        let rate = u128::from(events) * 1_000 / millis;
        println!(
            "{name}: {events} events of {bytes} bytes and {truths} truths in {millis} ms: {rate} events a second"
        );
    }
}
