//! A listener that nobody may reach, and that knows who did.

use std::collections::BTreeSet;
use std::net::{Ipv6Addr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Takes down connections, not requests: reaching it at all is the fault.
pub(crate) struct Canary {
    pub(crate) port: u16,
    /// Where we call it ourselves, once for each listener.
    doors: Vec<SocketAddr>,
    /// Who connected, in each listener's order.
    callers: watch::Receiver<Vec<SocketAddr>>,
    _listening: JoinSet<()>,
}

impl Canary {
    /// On every address of this machine, of both families.
    pub(crate) async fn everywhere() -> Canary {
        Canary::on(vec![SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0))]).await
    }

    /// On these addresses of this machine, at a port that somebody else may have on another.
    pub(crate) async fn at(addresses: &[&str], port: u16) -> Canary {
        Canary::on(addresses.iter().map(|text| SocketAddr::new(crate::ip(text), port)).collect()).await
    }

    async fn on(wanted: Vec<SocketAddr>) -> Canary {
        let (taking_down, callers) = watch::channel(Vec::new());
        let (mut doors, mut listening) = (Vec::new(), JoinSet::new());
        for address in wanted {
            let listener = TcpListener::bind(address).await.expect("loopback has both families");
            let port = listener.local_addr().expect("a bound listener has an address").port();
            let everywhere = address.ip().is_unspecified();
            doors.push(SocketAddr::new(
                if everywhere { Ipv6Addr::LOCALHOST.into() } else { address.ip() },
                port,
            ));
            let taking_down = taking_down.clone();
            listening.spawn(async move {
                while let Ok((stream, caller)) = listener.accept().await {
                    taking_down.send_modify(|callers| callers.push(caller));
                    tokio::spawn(sing(stream));
                }
            });
        }
        let port = doors.first().expect("it listens somewhere").port();
        Canary { port, doors, callers, _listening: listening }
    }

    /// How many have reached it, but for ourselves. A listener takes callers in their order, so once
    /// it has taken us, it has taken everybody before us.
    pub(crate) async fn reached(self) -> usize {
        let mut callers = self.callers.clone();
        let mut own = BTreeSet::new();
        for door in &self.doors {
            let call = TcpStream::connect(door).await.expect("it listens");
            let from = call.local_addr().expect("a connection has two ends");
            callers.wait_for(|callers| callers.contains(&from)).await.expect("it listens");
            own.insert(from);
        }
        callers.borrow().iter().filter(|caller| !own.contains(caller)).count()
    }
}

/// Answers as a receiver of webhooks would, so that whoever reaches it by mistake believes it.
async fn sing(mut stream: TcpStream) {
    let mut request = [0; 4096];
    if stream.read(&mut request).await.is_ok_and(|read| read > 0) {
        let reply = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        let _ = stream.write_all(reply).await;
        let _ = stream.shutdown().await;
    }
}
