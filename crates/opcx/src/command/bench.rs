//! `opcx bench`: measures this machine and this build.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;

use super::End;
use crate::bench::engine::definitions;
use crate::bench::{
    Row, accept, company, delivery, history, latency, machine, overload, playbooks, scale, single, step,
    whole,
};

/// What `opcx bench` can be told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// How many events go through the engine; fewer give a first impression.
    #[arg(long, default_value_t = 3_000_000)]
    events: u64,
    /// How long loads are kept up, in seconds.
    #[arg(long, default_value_t = 20)]
    seconds: u32,
    /// How many customers there are where many are measured.
    #[arg(long, default_value_t = 1_000_000)]
    customers: u32,
    /// Only these measurements.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Measure>,
    /// The folder for data, on the disk to be measured; it is removed afterwards.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Measure {
    /// Resident memory of an idle engine.
    Memory,
    /// Deciding alone, on one core.
    Step,
    /// What a thousand playbooks add to deciding.
    Playbooks,
    /// Taking in batches over HTTP.
    Accept,
    /// Taking in events one by one over HTTP.
    Single,
    /// How long it takes from accept to a webhook received.
    Webhook,
    /// How many webhooks are delivered, and what one receiver that hangs does to others.
    Delivery,
    /// What a long past adds to an event.
    History,
    /// Through all five steps, from a file.
    Whole,
    /// Ten times the load: what is refused, how long answers take, and what memory it needs. Not among all: name it, and
    /// give it `--seconds 600`.
    Overload,
    /// Many customers: memory, disk, a start after `kill -9`, and all state derived anew.
    Scale,
}

/// Runs the measurements one after the other and prints a table.
///
/// # Errors
/// The folder cannot be written, or a part of the engine fails.
pub fn run(arguments: &Arguments) -> anyhow::Result<End> {
    let base = arguments.folder.clone().unwrap_or_else(std::env::temp_dir);
    let folder = base.join(format!("opcx-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).with_context(|| format!("making `{}`", folder.display()))?;
    let measured = measure(arguments, &folder);
    let removed = std::fs::remove_dir_all(&folder);
    let rows = measured?;
    removed.with_context(|| format!("removing `{}`", folder.display()))?;

    let mut out = std::io::stdout().lock();
    if arguments.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&rows)?)?;
    } else {
        writeln!(
            out,
            "opcx {}; load average at the end {}",
            env!("CARGO_PKG_VERSION"),
            machine::load_average()
        )?;
        for row in &rows {
            let per_cpu =
                row.per_cpu_second.map(|figure| format!("{} per CPU-second; ", figure_words(figure)));
            writeln!(
                out,
                "{:<72} {:>12} {:<9} {}{}",
                row.what,
                figure_words(row.figure),
                row.unit,
                per_cpu.unwrap_or_default(),
                row.note
            )?;
        }
    }
    Ok(End::Fine)
}

fn measure(arguments: &Arguments, folder: &std::path::Path) -> anyhow::Result<Vec<Row>> {
    let wanted = |measure| arguments.only.is_empty() || arguments.only.contains(&measure);
    let (events, seconds) = (arguments.events, arguments.seconds);
    let mut rows = vec![machine::calibrate(folder)?];
    if wanted(Measure::Memory) {
        rows.push(whole::idle_memory(folder)?);
    }
    if wanted(Measure::Step) {
        let definitions = definitions(&company::files(None))?;
        for order in [step::Order::OfABatch, step::Order::OfTheLog] {
            rows.push(step::run(&definitions, events.min(1_000_000), order, |_| {}));
        }
    }
    if wanted(Measure::Playbooks) {
        rows.extend(playbooks::run(events.min(300_000))?);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting")?;
    if wanted(Measure::Accept) {
        rows.push(runtime.block_on(accept::run(folder, events.min(1_000_000)))?);
    }
    if wanted(Measure::Single) {
        rows.extend(runtime.block_on(single::run(folder, events.min(300_000), seconds))?);
    }
    if wanted(Measure::Webhook) {
        rows.extend(runtime.block_on(latency::run(folder, seconds))?);
    }
    if wanted(Measure::Delivery) {
        rows.extend(runtime.block_on(delivery::rate(folder, events.min(50_000)))?);
        rows.push(runtime.block_on(delivery::beside_one_that_hangs(folder, seconds))?);
    }
    drop(runtime);
    if wanted(Measure::History) {
        rows.push(history::run(folder, events.min(100_000))?);
    }
    if wanted(Measure::Whole) {
        rows.extend(whole::run(folder, events)?);
    }
    if wanted(Measure::Scale) {
        rows.extend(scale::run(folder, events, arguments.customers)?);
    }
    if arguments.only.contains(&Measure::Overload) {
        rows.extend(overload::run(folder, seconds)?);
    }
    rows.push(machine::calibrate(folder)?);
    Ok(rows)
}

/// A figure with thousands apart, or with a decimal where it is small.
fn figure_words(figure: f64) -> String {
    if figure.abs() < 1000.0 {
        return format!("{figure:.1}");
    }
    let digits = format!("{figure:.0}");
    let mut words = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            words.push(',');
        }
        words.push(digit);
    }
    words
}
