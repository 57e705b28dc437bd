//! The receiver of webhooks: takes down everything that arrives, and is sometimes rude.

use std::io::BufReader;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use opcx::bench::random::Random;
use serde_json::Value;

use crate::fuse::Fuse;
use crate::http::{self, Message};
use crate::ledger::{Ledger, Serial, Watch};

/// Of so many webhooks that come for the first time one gets no answer, so that it comes again.
const RUDE_ONE_IN: u64 = 100;

/// Starts a receiver on a free port; it runs until the process ends. Every delivery sparks `fuse` between
/// being taken down and being answered.
///
/// # Errors
/// There is no free port.
pub(crate) fn start(ledger: &Arc<Ledger>, fuse: &Arc<Fuse>, seed: u64) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").context("listening for webhooks")?;
    let address = listener.local_addr().context("listening for webhooks")?;
    let manners = Arc::new(Mutex::new(Random::new(seed)));
    let (ledger, fuse) = (Arc::clone(ledger), Arc::clone(fuse));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (ledger, fuse, manners) = (Arc::clone(&ledger), Arc::clone(&fuse), Arc::clone(&manners));
            std::thread::spawn(move || serve(stream, &ledger, &fuse, &manners));
        }
    });
    Ok(address)
}

/// Serves one connection until it ends, which is the sender's business.
fn serve(stream: TcpStream, ledger: &Ledger, fuse: &Fuse, manners: &Mutex<Random>) {
    let watch = ledger.watch();
    let mut stream = BufReader::new(stream);
    while let Ok(request) = http::read(&mut stream) {
        let Some(times) = note(&request, ledger, watch) else {
            // A machine without power gets no answer, not even a connection hung up: that would be a
            // failed attempt, of which the engine might take note while its disk is still there.
            let _ = http::read(&mut stream);
            return;
        };
        fuse.spark();
        let rude = manners.lock().unwrap_or_else(PoisonError::into_inner).below(RUDE_ONE_IN) == 0;
        // Once only: after a second failure the next attempt would be minutes away.
        if (times == 1 && rude) || http::thank(&mut stream).is_err() {
            return;
        }
    }
}

/// Takes a delivery down and says how often it has come; `None` if that does not count.
fn note(request: &Message, ledger: &Ledger, watch: Watch) -> Option<u32> {
    let id = request.header("webhook-id").unwrap_or("none");
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let data = &body["data"];
    let playbook = data["playbook"].as_str().unwrap_or("none");
    let order = data["event"]["facts"]["order_id"].as_str().or(data["promise"]["facts"]["order_id"].as_str());
    let serial: Serial = order.and_then(|order| order.parse().ok()).unwrap_or(Serial::MAX);
    ledger.delivered(watch, id, playbook, serial, &request.body)
}
