//! Many customers: what they take of memory and disk, how long a start takes after `kill -9`, and how
//! fast all state is derived anew.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::load::{self, Load, framed};
use super::served::Served;
use super::world::World;
use super::{Row, machine, whole};
use crate::house::Company;
use crate::memory;

/// The load under which it is killed.
const LOAD: Load = Load { rate: 10_000, events_per_request: 100, connections: 2, seconds: 60 };
/// When it is killed.
const KILLED_AFTER: Duration = Duration::from_secs(5);

/// Imports `events` events of `customers` customers, serves, kills, starts again, and derives anew.
///
/// # Errors
/// The folder cannot be written, or the engine fails.
pub fn run(folder: &Path, events: u64, customers: u32) -> anyhow::Result<Vec<Row>> {
    let company = folder.join("scale");
    whole::write_company(&company)?;
    let lines = folder.join("scale.jsonl");
    whole::write_events(&lines, World::introducing(9, customers), events)?;
    let imported = whole::import(&company, &lines)?;
    fs::remove_file(&lines)?;
    let data = company.join("bench.opcx-data");
    let [log, state] = ["log", "state"].map(|part| bytes_on_disk(&data.join(part)));
    let (log, state) = (log?, state?);
    let all = bytes_on_disk(&data)?;
    let about = format!("{customers} customers, {events} events");

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting")?;
    let served = Served::start(&company)?;
    let (address, process) = (served.address, served.process());
    let (at_start, _) = memory::resident(&process);
    let killed: anyhow::Result<u64> = runtime.block_on(async {
        let sending =
            tokio::spawn(LOAD.send(address, World::introducing(10, customers), Instant::now(), |_| {}));
        tokio::time::sleep(KILLED_AFTER).await;
        let (_, peak) = memory::resident(&process);
        served.kill()?;
        sending.abort();
        Ok(peak)
    });
    let peak = killed?;
    let begin = Instant::now();
    let again = Served::start(&company)?;
    let listens = begin.elapsed();
    let mut body = String::new();
    // An id that was not sent before, so that it has to be written.
    let mut fresh = World::introducing(11, customers).happening();
    fresh.number = events + u64::from(LOAD.rate * LOAD.seconds);
    fresh.write_segment(&mut body, 0);
    runtime.block_on(async {
        let mut stream = load::connect(again.address).await?;
        load::ask(&mut stream, &framed("/v1/track", &body)).await
    })?;
    let usable = begin.elapsed();
    again.kill()?;
    drop(runtime);

    fs::remove_dir_all(data.join("state"))?;
    let (begin, processor) = (Instant::now(), machine::processor_seconds("self"));
    let store = Company::load(&company)?.open_store()?;
    let rebuilt = begin.elapsed().as_secs_f64();
    let processor = machine::processor_seconds("self") - processor;
    let records = store.end().get();
    drop(store);

    #[allow(clippy::cast_precision_loss, reason = "a few million, and gigabytes")]
    let [count, records, log, state, all, at_start, peak] =
        [events, records, log, state, all, at_start, peak].map(|number| number as f64);
    let row = |what, figure, unit, note| Row { what, figure, unit, per_cpu_second: None, note };
    let load = || format!("load average {}", machine::load_average());
    Ok(vec![
        row(
            "many customers: resident memory at most during the import",
            imported.peak_megabytes,
            "MB",
            format!("{about}; {:.0} events/s", count / imported.seconds),
        ),
        row(
            "many customers: resident memory at most while serving 10,000 events/s",
            peak / 1e6,
            "MB",
            format!("{about}; {:.0} MB at its start", at_start / 1e6),
        ),
        row(
            "many customers: disk for an event, all files",
            all / count,
            "bytes",
            format!("log {:.0}, state {:.0}; blocks that the files take", log / count, state / count),
        ),
        row(
            "many customers: from start after kill -9 to the first event accepted",
            usable.as_secs_f64(),
            "s",
            format!("{about}; listens after {:.2} s; {}", listens.as_secs_f64(), load()),
        ),
        Row {
            what: "many customers: all state derived anew from the log",
            figure: records / rebuilt,
            unit: "records/s",
            per_cpu_second: Some(records / processor.max(0.01)),
            note: format!("{records:.0} records in {rebuilt:.1} s; {}", load()),
        },
    ])
}

/// The blocks that the files below a folder take, in bytes.
fn bytes_on_disk(folder: &Path) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let about = entry.metadata()?;
        bytes += if about.is_dir() { bytes_on_disk(&entry.path())? } else { about.blocks() * 512 };
    }
    Ok(bytes)
}
