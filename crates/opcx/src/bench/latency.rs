//! From accept to a webhook received: the whole engine, live, at a steady rate.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use opcx_core::delivery::Policy;
use opcx_engine::{Budget, Node, NodeSettings, WallClock};
use opcx_store::{Embedded, Store};
use tokio::net::{TcpListener, TcpStream};

use super::accept::{WRITE_KEY, ask, framed};
use super::company;
use super::world::World;
use super::{Row, machine};
use crate::channel::{self, Surroundings};
use crate::house::sense;
use crate::http::{ConnectionLimits, Door, Key, KeyHash, Keys, Role, router, serve};

/// Events sent per second.
const RATE: u64 = 5_000;
/// Events in a request: what an SDK gathers.
const EVENTS_PER_REQUEST: u64 = 20;
/// Share of the run that is not counted: caches fill, connections open.
const WARM_UP: f64 = 0.2;

/// Runs the whole engine for `seconds` and measures how long webhooks take.
///
/// # Errors
/// The store or the network of this machine refuses.
pub async fn run(folder: &Path, seconds: u64) -> anyhow::Result<Row> {
    let begin = Instant::now();
    let delays: Arc<Mutex<Vec<(f64, f64)>>> = Arc::default();
    let hook = TcpListener::bind(("127.0.0.1", 0)).await.context("listening on loopback")?;
    let url = format!("http://{}/hook", hook.local_addr()?);
    let receiving = tokio::spawn(receive(hook, begin, Arc::clone(&delays)));

    let files = company::files(Some(&url));
    let loaded = opcx_company::parse(&files);
    let definitions = loaded.definitions.with_context(|| format!("{:?}", loaded.faults))?;
    let store: Arc<dyn Store> =
        Arc::new(Embedded::open(&folder.join("latency.opcx-data"), &opcx_store::Settings::default())?);
    let secret = |_: &str| Some("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjU".to_owned());
    let settings = BTreeMap::from([(
        "receiver".into(),
        channel::Settings::Webhook { url, secrets: vec!["SECRET".to_owned()] },
    )]);
    let allow = vec!["127.0.0.0/8".parse()?];
    let outbox = channel::open(&settings, &Surroundings { folder, environment: &secret, allow })
        .map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    let node = Node::start(
        NodeSettings {
            store,
            definitions: Arc::new(definitions),
            sense: sense(),
            clock: Arc::new(WallClock),
            policy: Policy::default(),
            budget: Budget::default(),
            erased: Arc::new(|_| Ok(())),
        },
        outbox,
    )?;
    let keys =
        Keys::new(vec![Key { name: "bench".into(), role: Role::Write, hash: KeyHash::of(WRITE_KEY)? }]);
    let door = Arc::new(Door::new(node.intake(), keys, Arc::new(WallClock)));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("listening on loopback")?;
    let address = listener.local_addr()?;
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(serve(listener, router(&door), ConnectionLimits::default(), async {
        let _ = ended.await;
    }));

    let mut world = World::new(3);
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let start = Instant::now();
    for request in 0..seconds * RATE / EVENTS_PER_REQUEST {
        // The schedule does not wait for slow answers, so their delay is not hidden.
        let planned = start
            + Duration::from_secs(1) * u32::try_from(request * EVENTS_PER_REQUEST).unwrap_or(u32::MAX)
                / u32::try_from(RATE).unwrap_or(1);
        tokio::time::sleep_until(planned.into()).await;
        let nanos = planned.duration_since(begin).as_nanos();
        let mut body = String::from("{\"batch\":[");
        for at in 0..EVENTS_PER_REQUEST {
            if at > 0 {
                body.push(',');
            }
            world.happening().write_segment(&mut body, nanos);
        }
        body.push_str("]}");
        ask(&mut stream, &framed(&body)).await?;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let _ = end.send(());
    serving.await??;
    drop(door);
    node.shutdown().await;
    receiving.abort();

    let counted_from = start.duration_since(begin).as_secs_f64() + WARM_UP * start.elapsed().as_secs_f64();
    let mut millis: Vec<f64> = delays
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .iter()
        .filter(|(sent, _)| *sent >= counted_from)
        .map(|(_, delay)| delay * 1000.0)
        .collect();
    millis.sort_by(f64::total_cmp);
    let percentile = |share: usize| millis.get(millis.len() * share / 100).copied().unwrap_or(f64::NAN);
    Ok(Row {
        what: "from accept to a webhook received, 99th percentile at 5,000 events/s",
        figure: percentile(99),
        unit: "ms",
        per_cpu_second: None,
        note: format!(
            "median {:.1} ms, {} webhooks; load average {}",
            percentile(50),
            millis.len(),
            machine::load_average()
        ),
    })
}

/// Answers every webhook at once and notes how long it took.
async fn receive(listener: TcpListener, begin: Instant, delays: Arc<Mutex<Vec<(f64, f64)>>>) {
    use axum::routing::post;
    let router = axum::Router::new().route(
        "/hook",
        post(move |body: String| {
            let now = begin.elapsed();
            let delays = Arc::clone(&delays);
            async move {
                let sent = body.split("\"sent_nanos\":").nth(1).map(|rest| {
                    rest.trim_start_matches('"').chars().take_while(char::is_ascii_digit).collect::<String>()
                });
                if let Some(nanos) = sent.and_then(|digits| digits.parse::<u64>().ok()) {
                    let sent = Duration::from_nanos(nanos);
                    let delay = now.saturating_sub(sent).as_secs_f64();
                    delays.lock().unwrap_or_else(PoisonError::into_inner).push((sent.as_secs_f64(), delay));
                }
            }
        }),
    );
    let _ = serve(listener, router, ConnectionLimits::default(), std::future::pending()).await;
}
