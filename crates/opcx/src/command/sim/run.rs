//! Events and truth, written into a folder.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context as _;
use opcx_sim::scenario::DAYS_MAX;
use opcx_sim::wire::segment;
use opcx_sim::{Simulation, Truth};

use super::super::End;

/// What a run can be told.
#[derive(Debug, clap::Args)]
pub(super) struct Wanted {
    /// What goes wrong: the name of a built-in scenario (default, quiet, storm), or a file.
    #[arg(long, default_value = "default", value_name = "NAME|FILE")]
    scenario: String,
    /// Another number gives another company, the same one the same to the byte.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many customers the company has at the start.
    #[arg(long, default_value_t = 2_000)]
    customers: u32,
    /// How many days pass.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=i64::from(DAYS_MAX)))]
    days: u16,
    /// Where `events.jsonl` and `truth.jsonl` go.
    #[arg(long, value_name = "FOLDER", required = true)]
    out: Option<PathBuf>,
}

pub(super) fn run(wanted: &Wanted) -> anyhow::Result<End> {
    let out = wanted.out.as_deref().context("where to? `--out FOLDER`")?;
    let scenario = super::scenario(&wanted.scenario)?;
    fs::create_dir_all(out).with_context(|| format!("making the folder `{}`", out.display()))?;
    let began = Instant::now();
    let mut simulation = Simulation::new(scenario, wanted.seed, wanted.customers, wanted.days);
    let mut events = Lines::create(out.join("events.jsonl"))?;
    let mut truth = Lines::create(out.join("truth.jsonl"))?;
    while let Some(sent) = simulation.next() {
        events.add(|line| {
            segment::write(&sent, line);
            Ok(())
        })?;
        truth.add_all(&simulation.take_truths())?;
    }
    truth.add_all(&simulation.take_truths())?;
    let seconds = began.elapsed().as_secs_f64().max(0.001);
    #[allow(clippy::cast_precision_loss, reason = "a rate for a person to read")]
    let rate = events.count as f64 / seconds;
    let (events, truth) = (events.end()?, truth.end()?);
    super::super::print(&format!(
        "{events} events and {truth} lines of truth in `{}`, after {seconds:.1} s: {rate:.0} events a second.\n",
        out.display()
    ))?;
    Ok(End::Fine)
}

/// A file of lines under way.
struct Lines {
    path: PathBuf,
    to: BufWriter<File>,
    line: Vec<u8>,
    count: u64,
}

impl Lines {
    fn create(path: PathBuf) -> anyhow::Result<Lines> {
        let file = File::create(&path).with_context(|| format!("writing `{}`", path.display()))?;
        Ok(Lines { path, to: BufWriter::with_capacity(1 << 18, file), line: Vec::new(), count: 0 })
    }

    fn add(&mut self, write: impl FnOnce(&mut Vec<u8>) -> anyhow::Result<()>) -> anyhow::Result<()> {
        self.line.clear();
        write(&mut self.line)?;
        self.line.push(b'\n');
        self.count += 1;
        self.to.write_all(&self.line).with_context(|| format!("writing `{}`", self.path.display()))
    }

    fn add_all(&mut self, truths: &[Truth]) -> anyhow::Result<()> {
        for truth in truths {
            self.add(|line| Ok(serde_json::to_writer(line, truth)?))?;
        }
        Ok(())
    }

    fn end(mut self) -> anyhow::Result<u64> {
        self.to.flush().with_context(|| format!("writing `{}`", self.path.display()))?;
        Ok(self.count)
    }
}
