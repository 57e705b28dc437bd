//! From accept to a webhook received: the whole engine, live, at a steady rate.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use super::engine::Engine;
use super::load::Load;
use super::receiver::Receiver;
use super::spread::Spread;
use super::world::World;
use super::{Row, company, machine};

/// The loads: what a shop has, and what fills the machine.
const LOADS: [(&str, Load); 2] = [
    (
        "from accept to a webhook received, 99th percentile at 5,000 events/s",
        Load { rate: 5_000, events_per_request: 20, connections: 1, seconds: 0 },
    ),
    (
        "from accept to a webhook received, 99th percentile at 40,000 events/s",
        Load { rate: 40_000, events_per_request: 100, connections: 8, seconds: 0 },
    ),
];
/// Share of the run that is not counted: caches fill, connections open.
pub(super) const WARM_UP: f64 = 0.2;
/// How long webhooks are waited for after the last event.
const WAIT: Duration = Duration::from_secs(2);

/// Runs the whole engine for `seconds` under each load and measures how long webhooks take.
///
/// # Errors
/// The store or the network of this machine refuses.
pub async fn run(folder: &Path, seconds: u32) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (what, load) in LOADS {
        rows.push(under(folder, what, Load { seconds, ..load }).await?);
    }
    Ok(rows)
}

async fn under(folder: &Path, what: &'static str, load: Load) -> anyhow::Result<Row> {
    let begin = Instant::now();
    let receiver = Receiver::start(begin).await?;
    let files = company::files(Some(&receiver.url));
    let receivers = BTreeMap::from([("receiver".into(), receiver.url.clone())]);
    let data = folder.join(format!("latency-{}.opcx-data", load.rate));
    let engine = Engine::start(&data, &files, &receivers).await?;

    let start = begin.elapsed();
    let processor = machine::processor_seconds("self");
    let answers = load.send(engine.address(), World::new(3), begin, |_| {}).await?;
    let took = begin.elapsed() - start;
    let processor = machine::processor_seconds("self") - processor;
    tokio::time::sleep(WAIT).await;
    let heard = receiver.end();
    engine.end().await?;

    let counted_from = start + took.mul_f64(WARM_UP);
    let counted = heard.iter().filter(|heard| heard.sent >= counted_from);
    // Those that are missing count as if they had taken as long as everything: longer than any that came.
    let missing = due(load).saturating_sub(heard.len());
    let delays = counted.map(|heard| heard.here.saturating_sub(heard.sent));
    let delays = Spread::of(delays.chain(std::iter::repeat_n(took + WAIT, missing)));
    let answers =
        Spread::of(answers.into_iter().filter(|(sent, _)| *sent >= counted_from).map(|(_, took)| took));
    Ok(Row {
        what,
        figure: delays.millis(99),
        unit: "ms",
        per_cpu_second: None,
        note: format!(
            "median {:.1} ms, {} of {} webhooks were here {} s after the last event; answers' 99th percentile {:.1} ms; sent in {:.1} s with {processor:.1} s of processor time; load average {}",
            delays.millis(50),
            heard.len(),
            due(load),
            WAIT.as_secs(),
            answers.millis(99),
            took.as_secs_f64(),
            machine::load_average()
        ),
    })
}

/// How many webhooks a load sets off: the same events happen whenever a world begins with the same seed.
fn due(load: Load) -> usize {
    let mut world = World::new(3);
    (0..load.seconds * load.rate).filter(|_| world.happening().kind == "Payment Failed").count()
}
