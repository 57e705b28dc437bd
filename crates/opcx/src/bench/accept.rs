//! Accept alone: HTTP in, durable, answered. Nothing is decided on meanwhile.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, bail};
use opcx_engine::WallClock;
use opcx_store::{Embedded, Store};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::world::World;
use super::{Row, machine};
use crate::http::{ConnectionLimits, Door, Key, KeyHash, Keys, Role, router, serve};

/// Events in a request.
const EVENTS_PER_REQUEST: u64 = 100;
/// Connections that send at the same time.
const CONNECTIONS: u64 = 8;
/// A key as long as those of `opcx keys`.
pub(super) const WRITE_KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef";

/// Sends `events` events through HTTP into a store of their own.
///
/// # Errors
/// The store or the network of this machine refuses.
pub async fn run(folder: &Path, events: u64) -> anyhow::Result<Row> {
    let store: Arc<dyn Store> =
        Arc::new(Embedded::open(&folder.join("accept.opcx-data"), &opcx_store::Settings::default())?);
    let (intake, appending) = opcx_engine::accept_only(&store, Arc::new(WallClock))?;
    let keys =
        Keys::new(vec![Key { name: "bench".into(), role: Role::Write, hash: KeyHash::of(WRITE_KEY)? }]);
    let door = Arc::new(Door::new(intake, keys, Arc::new(WallClock)));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("listening on loopback")?;
    let address = listener.local_addr()?;
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(serve(listener, router(&door), ConnectionLimits::default(), async {
        let _ = ended.await;
    }));

    // Bodies are made before the clock runs: the sender should cost little beside the receiver.
    let mut world = World::new(2);
    let requests = events.div_ceil(EVENTS_PER_REQUEST * CONNECTIONS);
    let mut bodies: Vec<Vec<Vec<u8>>> = Vec::new();
    for _ in 0..CONNECTIONS {
        bodies.push((0..requests).map(|_| request(&mut world)).collect());
    }
    let bytes: usize = bodies.iter().flatten().map(Vec::len).sum();
    let sent = requests * EVENTS_PER_REQUEST * CONNECTIONS;

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
    let _ = end.send(());
    serving.await??;
    drop(door);
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

/// A whole HTTP request with a batch of new events.
fn request(world: &mut World) -> Vec<u8> {
    let mut body = String::with_capacity(80_000);
    body.push_str("{\"batch\":[");
    for at in 0..EVENTS_PER_REQUEST {
        if at > 0 {
            body.push(',');
        }
        world.happening().write_segment(&mut body, 0);
    }
    body.push_str("]}");
    framed(&body)
}

/// A body as a request to the tracking API.
pub(super) fn framed(body: &str) -> Vec<u8> {
    use base64::Engine as _;
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{WRITE_KEY}:"));
    format!(
        "POST /v1/batch HTTP/1.1\r\nHost: bench\r\nAuthorization: Basic {basic}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

async fn send(address: SocketAddr, requests: Vec<Vec<u8>>) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    for request in requests {
        ask(&mut stream, &request).await?;
    }
    Ok(())
}

/// Sends one request and waits for its answer, which must be a success.
pub(super) async fn ask(stream: &mut TcpStream, request: &[u8]) -> anyhow::Result<()> {
    stream.write_all(request).await?;
    let mut answer = Vec::with_capacity(512);
    loop {
        let read = stream.read_buf(&mut answer).await?;
        if read == 0 {
            bail!("the connection ended: {}", String::from_utf8_lossy(&answer));
        }
        // The answer's body is `{"success":true}`, short and last.
        if answer.ends_with(b"}") {
            break;
        }
    }
    if !answer.starts_with(b"HTTP/1.1 200") {
        bail!("not accepted: {}", String::from_utf8_lossy(&answer));
    }
    Ok(())
}
