//! Requests with one event each: each is durable before its answer, as a batch is.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use opcx_engine::WallClock;
use opcx_store::{Embedded, Store};

use super::engine::Opened;
use super::load::{self, Load, framed};
use super::spread::Spread;
use super::world::World;
use super::{Row, latency, machine};
use crate::senses;

/// Connections that each wait for an answer before they send again.
const CONNECTIONS: u64 = 64;
/// The steady load.
const STEADY: Load = Load { rate: 10_000, events_per_request: 1, connections: 64, seconds: 0 };

/// Sends `events` single events as fast as they are answered, then 10,000 a second for `seconds`.
///
/// # Errors
/// The store or the network of this machine refuses.
pub async fn run(folder: &Path, events: u64, seconds: u32) -> anyhow::Result<Vec<Row>> {
    let store: Arc<dyn Store> =
        Arc::new(Embedded::open(&folder.join("single.opcx-data"), &opcx_store::Settings::default())?);
    let (intake, appending) = opcx_engine::accept_only(&store, Arc::new(WallClock))?;
    let (address, door) = Opened::new(intake, senses::live().first).await?;

    let mut world = World::new(5);
    let each = events.div_ceil(CONNECTIONS);
    let bodies: Vec<Vec<Vec<u8>>> =
        (0..CONNECTIONS).map(|_| (0..each).map(|_| request(&mut world)).collect()).collect();
    let (begin, processor) = (Instant::now(), machine::processor_seconds("self"));
    let senders: Vec<_> = bodies
        .into_iter()
        .map(|bodies| {
            tokio::spawn(async move {
                let mut stream = load::connect(address).await?;
                for body in bodies {
                    load::ask(&mut stream, &body).await?;
                }
                anyhow::Ok(())
            })
        })
        .collect();
    for sender in senders {
        sender.await??;
    }
    let seconds_taken = begin.elapsed().as_secs_f64();
    let processor = machine::processor_seconds("self") - processor;
    #[allow(clippy::cast_precision_loss, reason = "a few million")]
    let sent = (each * CONNECTIONS) as f64;
    let rate = Row {
        what: "accept alone: HTTP, 1 event a request, durable before the answer",
        figure: sent / seconds_taken,
        unit: "events/s",
        per_cpu_second: Some(sent / processor.max(0.01)),
        note: format!("{CONNECTIONS} connections; load average {}", machine::load_average()),
    };

    let start = begin.elapsed();
    let answers = Load { seconds, ..STEADY }.send(address, world, begin, |_| {}).await?;
    let counted_from = start + (begin.elapsed() - start).mul_f64(latency::WARM_UP);
    let answers =
        Spread::of(answers.into_iter().filter(|(sent, _)| *sent >= counted_from).map(|(_, took)| took));
    let steady = Row {
        what: "the same at 10,000 events/s: answered, 99th percentile",
        figure: answers.millis(99),
        unit: "ms",
        per_cpu_second: None,
        note: format!(
            "median {:.2} ms, n {}; load average {}",
            answers.millis(50),
            answers.count(),
            machine::load_average()
        ),
    };
    door.close().await?;
    appending.end().await;
    Ok(vec![rate, steady])
}

fn request(world: &mut World) -> Vec<u8> {
    let mut body = String::with_capacity(800);
    world.happening().write_segment(&mut body, 0);
    framed("/v1/track", &body)
}
