//! Delivery: signed webhooks a second, and what one receiver that hangs does to the others.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::bail;
use opcx_core::event::Name;
use opcx_core::log::Lane;
use opcx_core::record::Entry;
use opcx_engine::{Submission, Submitted, WallClock};
use opcx_store::{Embedded, Encoded, EventKey, Store};

use super::engine::Engine;
use super::load::Load;
use super::receiver::Receiver;
use super::spread::Spread;
use super::world::{Happening, World};
use super::{Row, company, latency, machine};

/// How many endpoints there are, of which one hangs.
const ENDPOINTS: usize = 10;
/// The load beside which one hangs: each event sets off one webhook.
const STEADY: Load = Load { rate: 1_000, events_per_request: 20, connections: 1, seconds: 0 };
/// Longest wait for another webhook before it is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Empties an outbox of `parcels` to one endpoint and to ten.
///
/// # Errors
/// The store or the network of this machine refuses, or webhooks do not come.
pub async fn rate(folder: &Path, parcels: u64) -> anyhow::Result<Vec<Row>> {
    Ok(vec![
        emptying(folder, "signed webhooks delivered to one endpoint", 1, parcels).await?,
        emptying(folder, "signed webhooks delivered to ten endpoints", ENDPOINTS, parcels).await?,
    ])
}

async fn emptying(folder: &Path, what: &'static str, endpoints: usize, parcels: u64) -> anyhow::Result<Row> {
    let data = folder.join(format!("delivery-{endpoints}.opcx-data"));
    let store: Arc<dyn Store> = Arc::new(Embedded::open(&data, &opcx_store::Settings::default())?);
    let (intake, appending) = opcx_engine::accept_only(&store, Arc::new(WallClock))?;
    let mut world = World::new(7);
    let entries = (0..parcels).map(|_| {
        let mut happening = world.happening();
        fail_to_pay(&mut happening, endpoints);
        let event = happening.event();
        let key = EventKey::of(&event.source, &event.id);
        Submitted { key: Some(key), entry: Encoded::of(&Entry::Event(event)) }
    });
    let entries: Vec<Submitted> = entries.collect();
    // As SDKs hand them in, so that they are accepted one after the other and not at one moment.
    for entries in entries.chunks(100) {
        intake.submit(Submission { lane: Lane::LIVE, at: None, entries: entries.to_vec() }).await?;
    }
    appending.end().await;
    drop((intake, store));

    let begin = Instant::now();
    let mut receivers = Vec::new();
    for _ in 0..endpoints {
        receivers.push(Receiver::start(begin).await?);
    }
    // Deliveries begin once everything is decided on.
    let engine = Engine::start(&data, &files(&receivers, None), &urls(&receivers, None)).await?;
    let expected = usize::try_from(parcels)?;
    let (mut count, mut since, mut processor) = (0, Instant::now(), 0.0);
    while count < expected {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let now: usize = receivers.iter().map(Receiver::count).sum();
        if count == 0 {
            processor = machine::processor_seconds("self");
        }
        if now > count {
            (count, since) = (now, Instant::now());
        } else if since.elapsed() > PATIENCE {
            bail!("{count} of {expected} webhooks came");
        }
    }
    let processor = machine::processor_seconds("self") - processor;
    engine.end().await?;
    let mut here: Vec<Duration> =
        receivers.into_iter().flat_map(Receiver::end).map(|heard| heard.here).collect();
    here.sort_unstable();
    let took = here.last().zip(here.first()).map_or(f64::NAN, |(last, first)| (*last - *first).as_secs_f64());
    #[allow(clippy::cast_precision_loss, reason = "a few thousand")]
    let parcels = parcels as f64;
    Ok(Row {
        what,
        figure: parcels / took,
        unit: "webhooks/s",
        per_cpu_second: Some(parcels / processor.max(0.01)),
        note: format!(
            "signed, answered, and their outcomes committed; the receiver shares the cores; load average {}",
            machine::load_average()
        ),
    })
}

/// Measures delays at nine endpoints, first beside a tenth that answers, then beside one that hangs.
///
/// # Errors
/// The store or the network of this machine refuses.
pub async fn beside_one_that_hangs(folder: &Path, seconds: u32) -> anyhow::Result<Row> {
    let all_well = healthy_delays(folder, seconds, false).await?;
    let one_hangs = healthy_delays(folder, seconds, true).await?;
    Ok(Row {
        what: "webhooks of nine healthy endpoints while a tenth hangs, 99th percentile",
        figure: one_hangs.millis(99) / all_well.millis(99),
        unit: "times",
        per_cpu_second: None,
        note: format!(
            "{:.1} ms (median {:.1}, n {}) against {:.1} ms (median {:.1}, n {}) at {} webhooks/s; load average {}",
            one_hangs.millis(99),
            one_hangs.millis(50),
            one_hangs.count(),
            all_well.millis(99),
            all_well.millis(50),
            all_well.count(),
            STEADY.rate,
            machine::load_average()
        ),
    })
}

async fn healthy_delays(folder: &Path, seconds: u32, one_hangs: bool) -> anyhow::Result<Spread> {
    let begin = Instant::now();
    let mut healthy = Vec::new();
    for _ in 1..ENDPOINTS {
        healthy.push(Receiver::start(begin).await?);
    }
    let tenth = if one_hangs { Receiver::start_hanging().await? } else { Receiver::start(begin).await? };
    let data = folder.join(if one_hangs { "one-hangs.opcx-data" } else { "all-well.opcx-data" });
    let engine = Engine::start(&data, &files(&healthy, Some(&tenth)), &urls(&healthy, Some(&tenth))).await?;
    let start = begin.elapsed();
    Load { seconds, ..STEADY }
        .send(engine.address(), World::new(8), begin, |happening| fail_to_pay(happening, ENDPOINTS))
        .await?;
    let counted_from = start + (begin.elapsed() - start).mul_f64(latency::WARM_UP);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let heard: Vec<_> = healthy.into_iter().flat_map(Receiver::end).collect();
    let _ = tenth.end();
    engine.end().await?;
    let counted = heard.iter().filter(|heard| heard.sent >= counted_from);
    Ok(Spread::of(counted.map(|heard| heard.here.saturating_sub(heard.sent))))
}

/// Makes an event one that sets off a webhook: each branch has its endpoint.
fn fail_to_pay(happening: &mut Happening, endpoints: usize) {
    happening.kind = "Payment Failed";
    happening.text = None;
    happening.branch = happening.number % endpoints as u64;
}

fn named<'a>(
    receivers: &'a [Receiver],
    last: Option<&'a Receiver>,
) -> impl Iterator<Item = (String, String)> + 'a {
    let all = receivers.iter().chain(last);
    all.enumerate().map(|(number, receiver)| (format!("endpoint{number}"), receiver.url.clone()))
}

fn urls(receivers: &[Receiver], last: Option<&Receiver>) -> BTreeMap<Name, String> {
    named(receivers, last).map(|(endpoint, url)| (Name::from(endpoint), url)).collect()
}

fn files(receivers: &[Receiver], last: Option<&Receiver>) -> opcx_company::Files {
    company::with_a_webhook_a_branch(&named(receivers, last).collect::<Vec<_>>())
}
