//! The simulated company's systems, live: what they send over HTTP.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use opcx_core::time::Span;
use opcx_engine::Clock as _;
use opcx_sim::wire::segment;
use opcx_sim::{Sent, Shape, Simulation};

use super::FastClock;

/// Longest that events are gathered before they are sent, by the wall's clock.
const GATHERED: Duration = Duration::from_millis(250);
/// Most bytes of one batch: well below what the door takes.
const BATCH_BYTES_MAX: usize = 200_000;
/// How long to wait before trying again after the door refused.
const PAUSE_AFTER_REFUSAL: Duration = Duration::from_secs(1);
/// How often a batch is tried.
const TRIES_MAX: u32 = 5;

/// Sends what happens, when it happens by `clock`, until the simulation ends.
///
/// # Errors
/// The door refuses for good, or cannot be reached.
pub async fn feed(
    simulation: Simulation,
    first: Option<Sent>,
    clock: FastClock,
    door: SocketAddr,
    key: &str,
) -> anyhow::Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().context("a client")?;
    let url = format!("http://{door}/v1/batch");
    let mut simulation = simulation;
    let mut next = first.or_else(|| simulation.next());
    while let Some(sent) = next.take() {
        tokio::time::sleep(clock.until(sent.arrived).max(GATHERED)).await;
        let now = clock.now();
        let mut batch = Vec::from(&b"{\"batch\":["[..]);
        let mut waiting = Some(sent);
        while let Some(one) = waiting.take() {
            if one.arrived > now || batch.len() > BATCH_BYTES_MAX {
                next = Some(one);
                break;
            }
            // Half a line would spoil its whole batch; those of the past show what becomes of one.
            if one.shape != Shape::CutOff {
                if batch.last() != Some(&b'[') {
                    batch.push(b',');
                }
                segment::write(&one, &mut batch);
            }
            waiting = simulation.next();
        }
        simulation.take_truths();
        batch.extend_from_slice(b"],\"sentAt\":\"");
        batch.extend_from_slice((clock.now() + Span::ZERO).to_string().as_bytes());
        batch.extend_from_slice(b"\"}");
        post(&client, &url, key, batch).await?;
    }
    Ok(())
}

async fn post(client: &reqwest::Client, url: &str, key: &str, body: Vec<u8>) -> anyhow::Result<()> {
    let mut told = String::new();
    for _ in 0..TRIES_MAX {
        let request = client.post(url).basic_auth(key, Some("")).body(body.clone());
        match request.send().await {
            Ok(reply) if reply.status().is_success() => return Ok(()),
            Ok(reply) => told = format!("{}: {}", reply.status(), reply.text().await.unwrap_or_default()),
            Err(error) => told = format!("{error:#}"),
        }
        tokio::time::sleep(PAUSE_AFTER_REFUSAL).await;
    }
    anyhow::bail!("the door refused {TRIES_MAX} times: {told}")
}
