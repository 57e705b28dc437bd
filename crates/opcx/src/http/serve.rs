//! Serving connections: slow and idle clients cannot hold the program, and its end is orderly.
//!
//! Each way to be slow has its limit: a request's head ([`ConnectionLimits::header`]), its body
//! ([`super::Door::body_time`]), and the reading of the answer ([`ConnectionLimits::reader`]). There is none on connections of
//! one address: behind a proxy all have the same.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower_service::Service;

use super::unstuck::Unstuck;

/// Most connections at a time; more wait in the system's queue until one is free.
pub const CONNECTIONS_MAX: usize = 1_024;
/// Longest time without a complete request head, which is also how long an idle connection is kept.
pub const HEADER_SECONDS_MAX: u64 = 30;
/// Longest request head in bytes: keys and cookies are far below.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Longest time without a byte being taken by whoever reads an answer.
const READER_SECONDS_MAX: u64 = 30;
/// Longest time that requests under way may take once the program is to end.
const FAREWELL_SECONDS_MAX: u64 = 30;
/// Pause after the system refused a connection, for want of file handles for example.
const REFUSED_PAUSE: Duration = Duration::from_millis(100);

/// Limits on connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Most connections at a time.
    pub connections_max: usize,
    /// Longest time without a complete request head.
    pub header: Duration,
    /// Longest time without a byte of an answer being taken.
    pub reader: Duration,
    /// Longest time that requests under way may take at the end.
    pub farewell: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> ConnectionLimits {
        ConnectionLimits {
            connections_max: CONNECTIONS_MAX,
            header: Duration::from_secs(HEADER_SECONDS_MAX),
            reader: Duration::from_secs(READER_SECONDS_MAX),
            farewell: Duration::from_secs(FAREWELL_SECONDS_MAX),
        }
    }
}

/// The sender's address, to be found among a request's extensions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub(super) SocketAddr);

/// Serves until `end` comes, then takes no more connections and waits for the requests under way.
///
/// HTTP/1.1 only: that is what SDKs speak, and what a proxy that ends TLS speaks to us.
///
/// # Errors
/// None at present: a listener that fails is tried again.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
    end: impl Future<Output = ()>,
) -> io::Result<()> {
    let room = Arc::new(Semaphore::new(limits.connections_max));
    let farewell = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.header).max_buf_size(HEAD_BYTES_MAX);

    let mut end = std::pin::pin!(end);
    loop {
        let room = Arc::clone(&room);
        let next = async {
            let place = room.acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = &mut end => break,
            next = next => next,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(REFUSED_PAUSE).await;
                continue;
            }
        };
        let connection =
            farewell.watch(http.serve_connection(prepared(stream, limits.reader), service(&router, peer)));
        tokio::spawn(async move {
            // Broken and slow connections are the sender's business; it will come again.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(limits.farewell, farewell.shutdown()).await.is_err() {
        tracing::warn!("some requests were cut off, since they took too long to end");
    }
    Ok(())
}

fn prepared(stream: TcpStream, reader: Duration) -> TokioIo<Unstuck> {
    // Without it small replies wait for the receiver's delayed acknowledgement. A connection that
    // broke meanwhile is noticed when it is read.
    let _ = stream.set_nodelay(true);
    TokioIo::new(Unstuck::new(stream, reader))
}

fn service(
    router: &Router,
    peer: SocketAddr,
) -> impl hyper::service::Service<
    hyper::Request<Incoming>,
    Response = axum::response::Response,
    Error = std::convert::Infallible,
    Future: Send,
> + use<> {
    let router = router.clone();
    hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(Peer(peer));
        let mut router = router.clone();
        async move { router.call(request).await }
    })
}
