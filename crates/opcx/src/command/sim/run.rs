//! Events and truth, written into a folder.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use opcx_sim::scenario::DAYS_MAX;
use opcx_sim::wire::segment;
use opcx_sim::wire::systems::{self, Gauges, System};
use opcx_sim::{Sent, Simulation, Truth};

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
    /// Where the files go.
    #[arg(long, value_name = "FOLDER", required = true)]
    out: Option<PathBuf>,
    /// Write all events into one file, as the company's bus keeps them, or into one file for each of its systems.
    #[arg(long, value_enum, default_value_t = Files::Bus)]
    files: Files,
}

/// Which files events go to. Each event goes to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Files {
    /// `events.jsonl`.
    Bus,
    /// Calls from shop and app, tables from warehouse, carriers, tills and feedback, transcripts; and what systems
    /// tell of themselves: stock and latency.
    Systems,
}

pub(super) fn run(wanted: &Wanted) -> anyhow::Result<End> {
    let out = wanted.out.as_deref().context("where to? `--out FOLDER`")?;
    let scenario = super::scenario(&wanted.scenario)?;
    fs::create_dir_all(out).with_context(|| format!("making the folder `{}`", out.display()))?;
    let began = Instant::now();
    let mut simulation = Simulation::new(scenario, wanted.seed, wanted.customers, wanted.days);
    let mut truth = Lines::create(out.join("truth.jsonl"))?;
    let mut events = match wanted.files {
        Files::Bus => Events::Bus(Lines::create(out.join("events.jsonl"))?),
        Files::Systems => Events::Systems(Box::new(Systems::create(out)?)),
    };
    while let Some(sent) = simulation.next() {
        match &mut events {
            Events::Bus(lines) => lines.add(|line| {
                segment::write(&sent, line);
                Ok(())
            })?,
            Events::Systems(systems) => systems.add(&sent)?,
        }
        truth.add_all(&simulation.take_truths())?;
    }
    truth.add_all(&simulation.take_truths())?;
    let seconds = began.elapsed().as_secs_f64().max(0.001);
    let count = match events {
        Events::Bus(lines) => lines.end()?,
        Events::Systems(systems) => systems.end()?,
    };
    #[allow(clippy::cast_precision_loss, reason = "a rate for a person to read")]
    let rate = count as f64 / seconds;
    let truth = truth.end()?;
    super::super::print(&format!(
        "{count} events and {truth} lines of truth in `{}`, after {seconds:.1} s: {rate:.0} events a second.\n",
        out.display()
    ))?;
    Ok(End::Fine)
}

/// Where events go.
enum Events {
    Bus(Lines),
    Systems(Box<Systems>),
}

/// A file for each system, and what systems tell of themselves.
struct Systems {
    files: BTreeMap<System, Lines>,
    gauges: Gauges,
    stock: Lines,
    latency: Lines,
    events: u64,
    due: (Vec<u8>, Vec<u8>),
}

impl Systems {
    fn create(out: &Path) -> anyhow::Result<Systems> {
        let table = |(file, header): (&str, &str)| {
            let mut lines = Lines::create(out.join(file))?;
            lines.put(header.as_bytes())?;
            lines.put(b"\n")?;
            anyhow::Ok(lines)
        };
        let file = |system: System| match system.header() {
            Some(header) => Ok((system, table((system.file(), &header))?)),
            None => Ok((system, Lines::create(out.join(system.file()))?)),
        };
        Ok(Systems {
            files: System::ALL.into_iter().map(file).collect::<anyhow::Result<_>>()?,
            gauges: Gauges::default(),
            stock: table(Gauges::STOCK)?,
            latency: table(Gauges::LATENCY)?,
            events: 0,
            due: (Vec::new(), Vec::new()),
        })
    }

    fn add(&mut self, sent: &Sent) -> anyhow::Result<()> {
        let (stock, latency) = &mut self.due;
        self.gauges.pass(sent, stock, latency);
        self.stock.put(stock)?;
        self.latency.put(latency)?;
        stock.clear();
        latency.clear();
        self.events += 1;
        let lines = self.files.get_mut(&System::of(sent.message.kind)).context("a system without a file")?;
        lines.add(|line| {
            systems::write(sent, line);
            Ok(())
        })
    }

    fn end(self) -> anyhow::Result<u64> {
        for lines in self.files.into_values().chain([self.stock, self.latency]) {
            lines.end()?;
        }
        Ok(self.events)
    }
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

    /// Adds bytes that have their ends of line.
    fn put(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.to.write_all(bytes).with_context(|| format!("writing `{}`", self.path.display()))
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
