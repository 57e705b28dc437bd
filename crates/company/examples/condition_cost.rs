//! What a condition costs: `cargo run --release -p opcx-company --example condition_cost`.
//!
//! The figures of `docs/adr/0003-conditions.md` come from here.

#[path = "../tests/sight/mod.rs"]
mod sight;

use std::hint::black_box;
use std::time::Instant;

use opcx_core::event::Value;
use sight::{World, condition};

const ROUNDS: u32 = 2_000_000;

fn main() {
    let world = World::new(&[
        ("n", Value::Number(250.0)),
        ("k", Value::Number(7.25)),
        ("s", Value::Text("dhl".into())),
        ("t", Value::Text("dhl express".into())),
        ("b", Value::Bool(true)),
    ]);
    for text in [
        "event.kind == \"Order Completed\"",
        "event.kind in [\"Order Cancelled\", \"Order Completed\"] && facts.n > 200",
        "facts.n > 200 && facts.s == \"dhl\" && has(facts.t) && (facts.k < 5 || facts.t.contains(\"exp\"))",
    ] {
        let condition = condition(text);
        let sight = world.sight();
        let started = Instant::now();
        for _ in 0..ROUNDS {
            black_box(black_box(&condition).holds(&sight).is_ok());
        }
        println!("{:6.1} ns  {text}", started.elapsed().as_nanos() as f64 / f64::from(ROUNDS));
    }
    let text = "facts.n > 200 && facts.s == \"dhl\" && has(facts.t) && (facts.k < 5 || facts.b)";
    let started = Instant::now();
    for _ in 0..1_000 {
        black_box(condition(black_box(text)));
    }
    println!(
        "{:6.1} us  to load a folder of one such playbook",
        started.elapsed().as_micros() as f64 / 1_000.0
    );
}
