//! What only shows on a real connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use opcx::http::{ConnectionLimits, Door, Metrics, router, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::server::{Desk, KEY, basic, door};

/// A served door; it ends orderly when told.
pub(crate) struct Served {
    pub(crate) desk: Desk,
    pub(crate) address: SocketAddr,
    pub(crate) metrics: Arc<Metrics>,
    end: oneshot::Sender<()>,
    running: JoinHandle<std::io::Result<()>>,
}

impl Served {
    pub(crate) async fn start(desk: Desk, limits: ConnectionLimits) -> Served {
        Served::start_door(door(desk), limits).await
    }

    async fn start_door(door: Door<Desk>, limits: ConnectionLimits) -> Served {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        let desk = door.intake.clone();
        let metrics = Arc::clone(&door.metrics);
        let router = router(&Arc::new(door));
        let (end, ended) = oneshot::channel();
        let running = tokio::spawn(serve(listener, router, limits, async {
            // A dropped sender ends it too.
            let _ = ended.await;
        }));
        Served { desk, address, metrics, end, running }
    }

    pub(crate) async fn end(self) -> Desk {
        self.end.send(()).expect("it runs until told");
        self.running.await.expect("it does not panic").expect("it ends orderly");
        self.desk
    }
}

async fn connected(served: &Served) -> TcpStream {
    TcpStream::connect(served.address).await.expect("it listens")
}

/// Everything until the connection is closed.
async fn rest(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    // A connection that was cut has said what it had to say.
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

fn message(id: &str) -> String {
    format!(r#"{{"event":"A","userId":"u","messageId":"{id}"}}"#)
}

#[tokio::test]
async fn chunked_bodies_without_a_length_are_taken() {
    let served = Served::start(Desk::first([]), ConnectionLimits::default()).await;
    let mut stream = connected(&served).await;
    let head = format!(
        "POST /v1/t HTTP/1.1\r\nhost: x\r\nauthorization: {}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n",
        basic(KEY)
    );
    stream.write_all(head.as_bytes()).await.expect("it is read");
    let message = message("chunked");
    let (one, other) = message.split_at(20);
    for part in [one, other, ""] {
        let chunk = format!("{:x}\r\n{part}\r\n", part.len());
        stream.write_all(chunk.as_bytes()).await.expect("it is read");
        stream.flush().await.expect("it is read");
    }
    let reply = rest(stream).await;
    assert!(reply.starts_with("HTTP/1.1 200 OK\r\n") && reply.ends_with(r#"{"success": true}"#), "{reply}");
    assert_eq!(served.end().await.events().len(), 1);
}

#[tokio::test]
async fn too_long_a_body_is_answered_although_its_sender_goes_on_sending() {
    let served = Served::start(Desk::first([]), ConnectionLimits::default()).await;
    let mut stream = connected(&served).await;
    let length = 3 * 1024 * 1024;
    let head = format!(
        "POST /v1/batch HTTP/1.1\r\nhost: x\r\nauthorization: {}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n",
        basic(KEY)
    );
    stream.write_all(head.as_bytes()).await.expect("it is read");
    stream.write_all(&vec![b' '; length]).await.expect("it is read to its end");
    let reply = rest(stream).await;
    assert!(reply.starts_with("HTTP/1.1 400 ") && reply.contains("body_too_large"), "{reply}");
}

#[tokio::test]
async fn a_client_that_never_finishes_its_head_is_let_go_and_others_get_their_turn() {
    let limits = ConnectionLimits {
        connections_max: 1,
        header: Duration::from_millis(50),
        ..ConnectionLimits::default()
    };
    let served = Served::start(Desk::first([]), limits).await;
    let mut slow = connected(&served).await;
    slow.write_all(b"POST /v1/t HTTP/1.1\r\nhost:").await.expect("it is read");

    // The only place is taken; this one waits until it is free.
    let mut stream = connected(&served).await;
    let message = message("quick");
    let request = format!(
        "POST /v1/t HTTP/1.1\r\nhost: x\r\nauthorization: {}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{message}",
        basic(KEY),
        message.len()
    );
    stream.write_all(request.as_bytes()).await.expect("it is read");
    assert!(rest(stream).await.starts_with("HTTP/1.1 200 OK\r\n"));
    assert!(!rest(slow).await.contains("200 OK"));
    assert_eq!(served.end().await.events().len(), 1);
}

#[tokio::test]
async fn a_client_that_never_finishes_its_body_is_told_to_come_again() {
    let mut door = door(Desk::first([]));
    door.body_time = Duration::from_millis(50);
    let served = Served::start_door(door, ConnectionLimits::default()).await;
    let mut stream = connected(&served).await;
    let head = format!(
        "POST /v1/t HTTP/1.1\r\nhost: x\r\nauthorization: {}\r\ncontent-length: 9\r\n\r\n{{",
        basic(KEY)
    );
    stream.write_all(head.as_bytes()).await.expect("it is read");
    let reply = rest(stream).await;
    assert!(reply.starts_with("HTTP/1.1 408 ") && reply.contains("body_too_slow"), "{reply}");
}

#[tokio::test]
async fn requests_under_way_are_answered_before_the_end() {
    let served = Served::start(Desk::first([]), ConnectionLimits::default()).await;
    let mut stream = connected(&served).await;
    let message = message("last");
    let head = format!(
        "POST /v1/t HTTP/1.1\r\nhost: x\r\nauthorization: {}\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n",
        basic(KEY),
        message.len()
    );
    stream.write_all(head.as_bytes()).await.expect("it is read");
    // Once we are told to go on, the request is known to be under way.
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).await.expect("it answers");
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");

    let address = served.address;
    let ending = tokio::spawn(served.end());
    // No new connection is taken; it may take a moment until the listener is gone.
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    stream.write_all(message.as_bytes()).await.expect("it is read");
    assert!(rest(stream).await.starts_with("HTTP/1.1 200 OK\r\n"));
    assert_eq!(ending.await.expect("it does not panic").events().len(), 1);
}

/// A router with an answer that fills every buffer on its way.
fn long_answers() -> axum::Router {
    let long = axum::routing::get(async || vec![b'x'; 64 * 1024 * 1024]);
    axum::Router::new().route("/long", long).route("/short", axum::routing::get(async || "short"))
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answer_is_let_go_and_others_get_their_turn() {
    let limits = ConnectionLimits {
        connections_max: 1,
        reader: Duration::from_millis(50),
        ..ConnectionLimits::default()
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
    let address = listener.local_addr().expect("it is bound");
    let running = tokio::spawn(serve(listener, long_answers(), limits, std::future::pending()));
    let mut deaf = TcpStream::connect(address).await.expect("it listens");
    deaf.write_all(b"GET /long HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("it is read");

    // The only place is taken; this one waits until it is free.
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let request = b"GET /short HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.expect("it is read");
    let reply = rest(stream).await;
    assert!(reply.starts_with("HTTP/1.1 200 OK\r\n") && reply.ends_with("short"), "{reply}");
    assert!(rest(deaf).await.len() < 64 * 1024 * 1024, "the long answer was cut off");
    running.abort();
}

#[tokio::test]
async fn a_connection_without_a_next_request_is_let_go() {
    let limits = ConnectionLimits {
        connections_max: 1,
        header: Duration::from_millis(50),
        ..ConnectionLimits::default()
    };
    let served = Served::start(Desk::first([]), limits).await;
    let mut idle = connected(&served).await;
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("it is read");
    let mut stream = connected(&served).await;
    let request = b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.expect("it is read");
    assert!(rest(stream).await.starts_with("HTTP/1.1 200 OK\r\n"));
    assert!(rest(idle).await.starts_with("HTTP/1.1 200 OK\r\n"), "it was answered first");
}

#[tokio::test]
async fn heads_that_are_too_long_or_have_too_many_lines_are_refused() {
    let served = Served::start(Desk::first([]), ConnectionLimits::default()).await;
    let long = format!("x-long: {}\r\n", "x".repeat(128 * 1024));
    let many: String = (0..200).map(|number| format!("x-{number}: x\r\n")).collect();
    for headers in [long, many] {
        let mut stream = connected(&served).await;
        // It may hang up before it has read all of it.
        let _ =
            stream.write_all(format!("GET /healthz HTTP/1.1\r\nhost: x\r\n{headers}\r\n").as_bytes()).await;
        let reply = rest(stream).await;
        assert!(reply.is_empty() || reply.starts_with("HTTP/1.1 431 "), "{reply}");
        assert!(!reply.contains("200 OK"), "{reply}");
    }
}

#[tokio::test]
async fn json_however_deeply_it_is_nested_costs_nothing_but_itself() {
    let served = Served::start(Desk::first([]), ConnectionLimits::default()).await;
    let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    for (body, expected) in [
        (nested(100_000), "400 "),
        // What is no context is none.
        (format!(r#"{{"context":{},"batch":[]}}"#, nested(1_000)), "200 "),
        // One bad message goes to the rejected list.
        (format!(r#"{{"batch":[{{"event":{}}}]}}"#, nested(10_000)), "200 "),
    ] {
        let mut stream = connected(&served).await;
        let head = format!(
            "POST /v1/batch HTTP/1.1\r\nhost: x\r\nauthorization: {}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            basic(KEY),
            body.len()
        );
        stream.write_all(head.as_bytes()).await.expect("it is read");
        stream.write_all(body.as_bytes()).await.expect("it is read");
        let reply = rest(stream).await;
        assert!(reply.starts_with(&format!("HTTP/1.1 {expected}")), "{reply}");
    }
    let desk = served.end().await;
    assert_eq!((desk.events().len(), desk.rejected().len()), (0, 1));
}
