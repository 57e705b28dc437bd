//! Accept alone: HTTP in, durable, answered. Nothing is decided on meanwhile.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::bail;
use opcx_engine::WallClock;
use opcx_store::{Embedded, Store};

use super::engine::Opened;
use super::world::World;
use super::{Row, load, machine};
use crate::senses;

/// Events in a request.
const EVENTS_PER_REQUEST: u32 = 100;
/// Connections that send at the same time.
const CONNECTIONS: u64 = 8;

/// Sends `events` events through HTTP into a store of their own.
///
/// # Errors
/// The store or the network of this machine refuses.
pub async fn run(folder: &Path, events: u64) -> anyhow::Result<Row> {
    let store: Arc<dyn Store> =
        Arc::new(Embedded::open(&folder.join("accept.opcx-data"), &opcx_store::Settings::default())?);
    let (intake, appending) = opcx_engine::accept_only(&store, Arc::new(WallClock))?;
    let (address, door) = Opened::new(intake, senses::live().first).await?;

    // Bodies are made before the clock runs: the sender should cost little beside the receiver.
    let (mut world, each) = (World::new(2), u64::from(EVENTS_PER_REQUEST));
    let requests = events.div_ceil(each * CONNECTIONS);
    let mut bodies: Vec<Vec<Vec<u8>>> = Vec::new();
    for _ in 0..CONNECTIONS {
        bodies.push((0..requests).map(|_| load::batch(&mut world, EVENTS_PER_REQUEST, 0, |_| {})).collect());
    }
    let bytes: usize = bodies.iter().flatten().map(Vec::len).sum();
    let sent = requests * each * CONNECTIONS;

    let (begin, begin_processor) = (Instant::now(), machine::processor_seconds("self"));
    let senders: Vec<_> = bodies.into_iter().map(|bodies| tokio::spawn(send(address, bodies))).collect();
    for sender in senders {
        sender.await??;
    }
    let seconds = begin.elapsed().as_secs_f64();
    let processor = machine::processor_seconds("self") - begin_processor;
    if store.end().get() != sent {
        bail!("{sent} events were sent and answered, but {} are in the log", store.end());
    }
    door.close().await?;
    appending.end().await;

    #[allow(clippy::cast_precision_loss, reason = "a few million")]
    let (count, bytes_each) = (sent as f64, bytes as f64 / sent as f64);
    Ok(Row {
        what: "accept alone: HTTP, 100 events a request, durable before the answer",
        figure: count / seconds,
        unit: "events/s",
        per_cpu_second: Some(count / processor.max(0.01)),
        note: format!("{bytes_each:.0} bytes an event; sender and receiver share the cores"),
    })
}

async fn send(address: SocketAddr, requests: Vec<Vec<u8>>) -> anyhow::Result<()> {
    let mut stream = load::connect(address).await?;
    for request in requests {
        load::ask(&mut stream, &request).await?;
    }
    Ok(())
}
