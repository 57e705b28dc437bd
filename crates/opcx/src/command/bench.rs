//! `opcx bench`: measures this machine and this build.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;

use super::End;
use crate::bench::{Row, accept, company, latency, machine, step, whole};

/// What `opcx bench` can be told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// How many events go through the engine; fewer give a first impression.
    #[arg(long, default_value_t = 3_000_000)]
    events: u64,
    /// How long webhooks are timed, in seconds.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Only these measurements: step, accept, webhook, whole, memory.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// The folder for data, on the disk to be measured; it is removed afterwards.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
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
    let wanted = |name: &str| arguments.only.is_empty() || arguments.only.iter().any(|only| only == name);
    let mut rows = vec![machine::calibrate(folder)?];
    if wanted("memory") {
        rows.push(whole::idle_memory(folder)?);
    }
    if wanted("step") {
        let loaded = opcx_company::parse(&company::files(None));
        let definitions = loaded.definitions.with_context(|| format!("{:?}", loaded.faults))?;
        rows.push(step::run(&definitions, arguments.events.min(1_000_000)));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting")?;
    if wanted("accept") {
        rows.push(runtime.block_on(accept::run(folder, arguments.events.min(1_000_000)))?);
    }
    if wanted("webhook") {
        rows.push(runtime.block_on(latency::run(folder, arguments.seconds))?);
    }
    drop(runtime);
    if wanted("whole") {
        rows.extend(whole::run(folder, arguments.events)?);
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
