//! What a condition costs: `cargo run --release -p opcx-company --example condition_cost`.
//!
//! The figures of `docs/adr/0003-conditions.md` come from here.

#[path = "../tests/sight/mod.rs"]
mod sight;

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Instant;

use cel::{Context, Program};
use opcx_core::event::Value;
use sight::{World, condition};

const ROUNDS: u32 = 1_000_000;

/// How long `work` takes; what it answers must be yes, so that nothing is measured that fails.
fn nanoseconds(work: impl Fn() -> bool) -> f64 {
    let started = Instant::now();
    for _ in 0..ROUNDS {
        assert!(black_box(work()));
    }
    started.elapsed().as_nanos() as f64 / f64::from(ROUNDS)
}

fn main() {
    let world = World::new(&[
        ("n", Value::Number(250.0)),
        ("k", Value::Number(7.25)),
        ("s", Value::Text("dhl".into())),
        ("t", Value::Text("dhl express".into())),
        ("b", Value::Bool(true)),
    ]);
    // Built once, which flatters `cel`: for real events each would need its own.
    let mut context = Context::default();
    let event = HashMap::from([("kind".to_owned(), cel::Value::from("Order Completed"))]);
    let facts: HashMap<String, cel::Value> = HashMap::from([
        ("n".to_owned(), 250.0.into()),
        ("k".to_owned(), 7.25.into()),
        ("s".to_owned(), "dhl".into()),
        ("t".to_owned(), "dhl express".into()),
        ("b".to_owned(), true.into()),
    ]);
    context.add_variable_from_value("event", event);
    context.add_variable_from_value("facts", facts);
    for text in [
        "event.kind == \"Order Completed\"",
        "event.kind in [\"Order Cancelled\", \"Order Completed\"] && facts.n > 200.0",
        "facts.n > 200.0 && facts.s == \"dhl\" && has(facts.t) && (facts.k < 5.0 || facts.t.contains(\"exp\"))",
    ] {
        let condition = condition(text);
        let sight = world.sight();
        let ours = nanoseconds(|| condition.holds(&sight) == Ok(true));
        let program = Program::compile(text).expect("a condition is CEL");
        let cel = nanoseconds(|| program.execute(&context) == Ok(cel::Value::Bool(true)));
        println!("{ours:6.0} ns here, {cel:6.0} ns with cel: {text}");
    }
    let text = "facts.n > 200.0 && facts.s == \"dhl\" && has(facts.t) && (facts.k < 5.0 || facts.b)";
    let started = Instant::now();
    for _ in 0..1_000 {
        black_box(condition(black_box(text)));
    }
    println!(
        "{:6.1} us  to load a folder of one such playbook",
        started.elapsed().as_micros() as f64 / 1_000.0
    );
}
