//! All five steps from a file: `opcx import` as a user runs it, in a process of its own.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use super::world::World;
use super::{Row, company, machine};
use crate::memory;

/// Writes `events` lines, imports them, and measures the importing process.
///
/// # Errors
/// The folder cannot be written, or the import fails.
pub fn run(folder: &Path, events: u64) -> anyhow::Result<Vec<Row>> {
    let company = folder.join("whole");
    write_company(&company)?;
    let data = folder.join("events.jsonl");
    write_events(&data, World::new(4), events)?;
    let imported = import(&company, &data)?;
    fs::remove_file(&data)?;
    #[allow(clippy::cast_precision_loss, reason = "a few million")]
    let count = events as f64;
    Ok(vec![
        Row {
            what: "through all five steps, from a file",
            figure: count / imported.seconds,
            unit: "events/s",
            per_cpu_second: Some(count / imported.processor.max(0.01)),
            note: format!("{events} events; load average {}", machine::load_average()),
        },
        Row {
            what: "resident memory at most during that run",
            figure: imported.peak_megabytes,
            unit: "MB",
            per_cpu_second: None,
            note: String::new(),
        },
    ])
}

/// What an import took.
pub(super) struct Imported {
    pub(super) seconds: f64,
    pub(super) processor: f64,
    pub(super) peak_megabytes: f64,
}

/// Imports a file in a process of its own.
pub(super) fn import(company: &Path, data: &Path) -> anyhow::Result<Imported> {
    let begin = Instant::now();
    let mut child = Command::new(std::env::current_exe()?)
        .arg("import")
        .arg(company)
        .arg(data)
        .args(["--mapping", "bench"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("starting the import")?;
    let (processor, peak) = watch(&mut child)?;
    let seconds = begin.elapsed().as_secs_f64();
    if !child.wait()?.success() {
        bail!(
            "the import failed; run `opcx import {} {} --mapping bench`",
            company.display(),
            data.display()
        );
    }
    #[allow(clippy::cast_precision_loss, reason = "megabytes")]
    let peak_megabytes = peak as f64 / 1e6;
    Ok(Imported { seconds, processor, peak_megabytes })
}

/// Writes the company of the benchmarks.
pub(super) fn write_company(company: &Path) -> anyhow::Result<()> {
    for (path, text) in company::files(None) {
        let path = company.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}

/// Resident memory of `opcx serve` when idle.
///
/// # Errors
/// It does not start.
pub fn idle_memory(folder: &Path) -> anyhow::Result<Row> {
    let company = folder.join("idle");
    write_company(&company)?;
    let mut child = Command::new(std::env::current_exe()?)
        .arg("serve")
        .arg(&company)
        .args(["--listen", "127.0.0.1:0"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("starting the engine")?;
    std::thread::sleep(Duration::from_secs(2));
    let (resident, _) = memory::resident(&child.id().to_string());
    let running = child.try_wait()?.is_none();
    child.kill()?;
    child.wait()?;
    if !running || resident == 0 {
        bail!("the engine did not start; run `opcx serve {}`", company.display());
    }
    #[allow(clippy::cast_precision_loss, reason = "megabytes")]
    let megabytes = resident as f64 / 1e6;
    Ok(Row {
        what: "resident memory, idle",
        figure: megabytes,
        unit: "MB",
        per_cpu_second: None,
        note: "two seconds after starting".to_owned(),
    })
}

/// Writes what happens in a world as lines of JSON.
pub(super) fn write_events(path: &Path, mut world: World, events: u64) -> anyhow::Result<()> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut line = String::new();
    for _ in 0..events {
        line.clear();
        world.happening().write_line(&mut line);
        file.write_all(line.as_bytes())?;
    }
    file.flush()?;
    Ok(())
}

/// Processor time and peak memory of a child while it runs; the last tenth of a second may be missed.
fn watch(child: &mut Child) -> anyhow::Result<(f64, u64)> {
    let process = child.id().to_string();
    let (mut processor, mut peak) = (0.0_f64, 0);
    while child.try_wait()?.is_none() {
        processor = processor.max(machine::processor_seconds(&process));
        peak = peak.max(memory::resident(&process).1);
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok((processor, peak))
}
