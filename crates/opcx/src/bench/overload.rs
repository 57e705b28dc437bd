//! Ten times the load: what is refused and what is not, how long answers take, and what memory it needs.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use super::load;
use super::served::Served;
use super::spread::Spread;
use super::world::World;
use super::{Row, machine, whole};
use crate::memory;

/// Events a second on a calm day.
const CALM_RATE: u32 = 10_000;
/// Connections on a calm day; at ten times the load there are ten times as many.
const CALM_CONNECTIONS: u32 = 8;
/// How many times that much overload is.
const TIMES: u32 = 10;
/// Events in a request, all of one kind.
const EVENTS_PER_REQUEST: u32 = 50;
/// One request in so many holds what customers say; the others hold pages they saw.
const ONE_SPEAKS_IN: u32 = 4;
/// How long the calm before it is measured, at most, in seconds.
const CALM_SECONDS_MAX: u32 = 30;

/// Serves 10,000 events a second, then ten times as many for `seconds`, by senders that never stop.
///
/// # Errors
/// The engine does not start or ends, or the network of this machine refuses.
pub fn run(folder: &Path, seconds: u32) -> anyhow::Result<Vec<Row>> {
    let company = folder.join("overload");
    whole::write_company(&company)?;
    let served = Served::start(&company)?;
    let (address, process) = (served.address, served.process());
    let world = Arc::new(Mutex::new(World::new(12)));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting")?;
    let calm = runtime.block_on(send(address, &world, 1, seconds.min(CALM_SECONDS_MAX)))?;
    let over = runtime.block_on(send(address, &world, TIMES, seconds))?;
    let (_, peak) = memory::resident(&process);
    drop((runtime, served));

    let [calm_p99, over_p99] = [&calm, &over].map(|answers| taken(answers).millis(99));
    let shed = |says: bool| {
        let such = over.iter().filter(|answer| answer.says == says);
        let refused = such.clone().filter(|answer| answer.came != Came::Taken).count();
        share(refused, such.count())
    };
    let silent = over.iter().filter(|answer| answer.came == Came::RefusedWithoutTime).count();
    let taken_in = u32::try_from(taken(&over).count()).unwrap_or(u32::MAX) * EVENTS_PER_REQUEST;
    #[allow(clippy::cast_precision_loss, reason = "gigabytes")]
    let megabytes = peak as f64 / 1e6;
    let row = |what, figure, unit, note| Row { what, figure, unit, per_cpu_second: None, note };
    Ok(vec![
        row(
            "ten times 10,000 events/s: taken in and durable",
            f64::from(taken_in) / f64::from(seconds),
            "events/s",
            format!("{seconds} s; {} requests in all; load average {}", over.len(), machine::load_average()),
        ),
        row(
            "the same: requests refused that hold pages seen",
            shed(false),
            "%",
            format!("every one with 429; {silent} of them without `Retry-After`"),
        ),
        row("the same: requests refused that hold what customers say", shed(true), "%", String::new()),
        row(
            "the same: answers to what is taken, 99th percentile",
            over_p99,
            "ms",
            format!("{:.2} times the {calm_p99:.1} ms at 10,000 events/s", over_p99 / calm_p99),
        ),
        row("the same: resident memory at most", megabytes, "MB", String::new()),
    ])
}

/// What a request came to.
struct Answer {
    /// Whether it held what customers say.
    says: bool,
    came: Came,
    /// From its first byte sent to its answer.
    took: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Came {
    Taken,
    Refused,
    RefusedWithoutTime,
}

fn taken(answers: &[Answer]) -> Spread {
    Spread::of(answers.iter().filter(|answer| answer.came == Came::Taken).map(|answer| answer.took))
}

fn share(some: usize, all: usize) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "a few million")]
    let share = some as f64 / all as f64;
    share * 100.0
}

/// Sends `times` as much as on a calm day. Each connection keeps to its schedule as well as it can: one that has
/// waited for an answer beyond its next request's time sends that at once.
async fn send(
    address: SocketAddr,
    world: &Arc<Mutex<World>>,
    times: u32,
    seconds: u32,
) -> anyhow::Result<Vec<Answer>> {
    let connections = CALM_CONNECTIONS * times;
    let requests = u64::from(seconds) * u64::from(CALM_RATE * times / EVENTS_PER_REQUEST);
    let pause = Duration::from_secs(1) * EVENTS_PER_REQUEST / (CALM_RATE * times);
    let begin = Instant::now();
    let end = begin + Duration::from_secs(u64::from(seconds));
    let senders: Vec<_> = (0..connections)
        .map(|turn| {
            let world = Arc::clone(world);
            tokio::spawn(async move {
                let mut stream = load::connect(address).await?;
                let mut answers = Vec::new();
                for request in (u64::from(turn)..requests).step_by(connections as usize) {
                    let number = u32::try_from(request).context("so many requests")?;
                    tokio::time::sleep_until((begin + pause * number).into()).await;
                    if Instant::now() > end {
                        break;
                    }
                    let says = number.is_multiple_of(ONE_SPEAKS_IN);
                    let bytes = body(&mut world.lock().unwrap_or_else(PoisonError::into_inner), says);
                    let sent = Instant::now();
                    let came = came(&load::answer(&mut stream, &bytes).await?)?;
                    answers.push(Answer { says, came, took: sent.elapsed() });
                }
                anyhow::Ok(answers)
            })
        })
        .collect();
    let mut answers = Vec::new();
    for sender in senders {
        answers.extend(sender.await??);
    }
    Ok(answers)
}

/// A request whose events are all of one kind.
fn body(world: &mut World, says: bool) -> Vec<u8> {
    load::batch(world, EVENTS_PER_REQUEST, 0, |happening| {
        happening.kind = if says { "Message Received" } else { "Page Viewed" };
        happening.text = says.then(|| "The payment page failed again and nobody answers me".to_owned());
    })
}

fn came(answer: &[u8]) -> anyhow::Result<Came> {
    if answer.starts_with(b"HTTP/1.1 200") {
        return Ok(Came::Taken);
    }
    if !answer.starts_with(b"HTTP/1.1 429") {
        bail!("neither taken nor refused: {}", String::from_utf8_lossy(answer));
    }
    let says_when = String::from_utf8_lossy(answer).to_ascii_lowercase().contains("\r\nretry-after: ");
    Ok(if says_when { Came::Refused } else { Came::RefusedWithoutTime })
}
