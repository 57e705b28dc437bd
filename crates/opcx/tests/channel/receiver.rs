//! A receiver of webhooks on loopback that does what the test wants, however rude.

use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What the receiver does with a request once it has it.
#[derive(Debug, Clone)]
pub enum Manner {
    /// Writes this and closes the connection.
    Answer(String),
    /// Writes this after every request on the connection.
    KeepAlive(String),
    /// Writes this and keeps the connection open, saying no more.
    Stall(String),
    /// Writes this and then a body without end, until the other side hangs up.
    Flood(String),
}

/// A request as it came in.
#[derive(Debug, Clone)]
pub struct Request {
    /// The first line: `POST /hook HTTP/1.1`.
    pub line: String,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A running receiver; gone when dropped.
pub struct Receiver {
    pub address: SocketAddr,
    manner: Arc<Mutex<Manner>>,
    requests: Arc<Mutex<Vec<Request>>>,
    count: watch::Receiver<usize>,
    hung_up: watch::Receiver<usize>,
    running: JoinHandle<()>,
}

impl Receiver {
    pub async fn start(manner: Manner) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (counted, count) = watch::channel(0);
        let (hanging_up, hung_up) = watch::channel(0);
        let kept = Arc::clone(&requests);
        let manner = Arc::new(Mutex::new(manner));
        let now = Arc::clone(&manner);
        let running = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (kept, counted, hanging_up, manner) =
                    (Arc::clone(&kept), counted.clone(), hanging_up.clone(), Arc::clone(&now));
                tokio::spawn(async move {
                    let mut stream = BufReader::new(stream);
                    while let Some(request) = read(&mut stream).await {
                        kept.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                        let manner = manner.lock().unwrap_or_else(PoisonError::into_inner).clone();
                        counted.send_modify(|count| *count += 1);
                        if behave(stream.get_mut(), &manner).await.is_break() {
                            break;
                        }
                    }
                    drop(stream);
                    hanging_up.send_modify(|count| *count += 1);
                });
            }
        });
        Receiver { address, manner, requests, count, hung_up, running }
    }

    pub async fn answering(status: &str, headers: &str, body: &str) -> Receiver {
        let length = body.len();
        let reply = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}\r\n{body}");
        Receiver::start(Manner::Answer(reply)).await
    }

    /// From the next request on it does this.
    pub fn change(&self, manner: Manner) {
        *self.manner.lock().unwrap_or_else(PoisonError::into_inner) = manner;
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until that many requests have come in.
    pub async fn received(&self, at_least: usize) {
        self.count.clone().wait_for(|count| *count >= at_least).await.expect("the receiver is running");
    }

    /// Waits until that many connections have come to their end.
    pub async fn hung_up(&self, at_least: usize) {
        self.hung_up.clone().wait_for(|count| *count >= at_least).await.expect("the receiver is running");
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.running.abort();
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let line = read_line(stream).await?;
    let mut headers = Vec::new();
    loop {
        let header = read_line(stream).await?;
        if header.is_empty() {
            break;
        }
        let (name, value) = header.split_once(':')?;
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let mut request = Request { line, headers, body: Vec::new() };
    request.body = vec![0; request.header("content-length")?.parse().ok()?];
    stream.read_exact(&mut request.body).await.ok()?;
    Some(request)
}

async fn read_line(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
    Some(line.trim_end().to_owned())
}

/// Answers one request and tells whether the connection goes on. Errors while writing mean that the
/// other side hung up, which is its right.
async fn behave(stream: &mut TcpStream, manner: &Manner) -> ControlFlow<()> {
    match manner {
        Manner::Answer(reply) => {
            let _ = stream.write_all(reply.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
        Manner::KeepAlive(reply) => {
            if stream.write_all(reply.as_bytes()).await.is_ok() {
                return ControlFlow::Continue(());
            }
        }
        Manner::Stall(reply) => {
            let _ = stream.write_all(reply.as_bytes()).await;
            let _ = stream.read(&mut [0]).await;
        }
        Manner::Flood(reply) => {
            let mut written = stream.write_all(reply.as_bytes()).await;
            while written.is_ok() {
                written = stream.write_all(&[b'x'; 4096]).await;
            }
        }
    }
    ControlFlow::Break(())
}
