//! Sending: requests as SDKs write them, at a steady rate, and what the answers took.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::bail;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::world::{Happening, World};

/// A key as long as those of `opcx keys`.
pub const WRITE_KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef";

/// A load that keeps to its schedule however slow the answers are, so that no delay is hidden.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Events a second.
    pub rate: u32,
    /// Events in a request: one, or what an SDK gathers.
    pub events_per_request: u32,
    /// Connections that take turns. One that waits for an answer sends its next request late, and the
    /// delay is counted from when it should have been sent.
    pub connections: u32,
    /// How long, in seconds.
    pub seconds: u32,
}

impl Load {
    /// Sends what happens in `world`, changed by `change`, and returns for each request when it was to be
    /// sent, since `begin`, and how long after that it was answered.
    ///
    /// # Errors
    /// A request is refused, or the network of this machine is.
    pub async fn send(
        self,
        address: SocketAddr,
        world: World,
        begin: Instant,
        change: fn(&mut Happening),
    ) -> anyhow::Result<Vec<(Duration, Duration)>> {
        let world = Arc::new(Mutex::new(world));
        let start = Instant::now();
        let senders: Vec<_> = (0..self.connections)
            .map(|turn| {
                tokio::spawn(self.keep_sending(address, Arc::clone(&world), begin, start, turn, change))
            })
            .collect();
        let mut answers = Vec::new();
        for sender in senders {
            answers.extend(sender.await??);
        }
        Ok(answers)
    }

    async fn keep_sending(
        self,
        address: SocketAddr,
        world: Arc<Mutex<World>>,
        begin: Instant,
        start: Instant,
        turn: u32,
        change: fn(&mut Happening),
    ) -> anyhow::Result<Vec<(Duration, Duration)>> {
        let mut stream = connect(address).await?;
        let requests = self.seconds * self.rate / self.events_per_request;
        let mut answers = Vec::new();
        for request in (turn..requests).step_by(self.connections as usize) {
            let planned = start + Duration::from_secs(1) * (request * self.events_per_request) / self.rate;
            tokio::time::sleep_until(planned.into()).await;
            let sent = planned.duration_since(begin);
            let bytes = {
                let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
                self.request(&mut world, sent, change)
            };
            ask(&mut stream, &bytes).await?;
            answers.push((sent, planned.elapsed()));
        }
        Ok(answers)
    }

    /// The next request: a call of its own for one event, a batch for several.
    fn request(self, world: &mut World, sent: Duration, change: fn(&mut Happening)) -> Vec<u8> {
        if self.events_per_request == 1 {
            let mut body = String::with_capacity(800);
            let mut happening = world.happening();
            change(&mut happening);
            happening.write_segment(&mut body, sent.as_nanos());
            return framed("/v1/track", &body);
        }
        batch(world, self.events_per_request, sent.as_nanos(), change)
    }
}

/// A request with a batch of what happens in `world`, changed by `change`.
pub fn batch(world: &mut World, events: u32, sent_nanos: u128, change: impl Fn(&mut Happening)) -> Vec<u8> {
    let mut body = String::with_capacity(800 * events as usize);
    body.push_str("{\"batch\":[");
    for at in 0..events {
        if at > 0 {
            body.push(',');
        }
        let mut happening = world.happening();
        change(&mut happening);
        happening.write_segment(&mut body, sent_nanos);
    }
    body.push_str("]}");
    framed("/v1/batch", &body)
}

/// A body as a request to the tracking API.
pub fn framed(path: &str, body: &str) -> Vec<u8> {
    use base64::Engine as _;
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{WRITE_KEY}:"));
    format!(
        "POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Basic {basic}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A connection as SDKs keep one.
///
/// # Errors
/// Nobody listens there.
pub async fn connect(address: SocketAddr) -> anyhow::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Sends one request and waits for its answer, which must be a success.
///
/// # Errors
/// It is none, or the connection ends.
pub async fn ask(stream: &mut TcpStream, request: &[u8]) -> anyhow::Result<()> {
    let answer = answer(stream, request).await?;
    if !answer.starts_with(b"HTTP/1.1 200") {
        bail!("not accepted: {}", String::from_utf8_lossy(&answer));
    }
    Ok(())
}

/// Sends one request and waits for its answer, whatever it says.
///
/// # Errors
/// The connection ends.
pub async fn answer(stream: &mut TcpStream, request: &[u8]) -> anyhow::Result<Vec<u8>> {
    stream.write_all(request).await?;
    let mut answer = Vec::with_capacity(512);
    loop {
        let read = stream.read_buf(&mut answer).await?;
        if read == 0 {
            bail!("the connection ended: {}", String::from_utf8_lossy(&answer));
        }
        // The answer's body is a flat object, short and last.
        if answer.ends_with(b"}") {
            return Ok(answer);
        }
    }
}
