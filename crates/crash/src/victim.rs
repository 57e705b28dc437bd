//! `opcx serve` as it is, but for the faults that a trial wants.

use std::io::Read as _;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, anyhow};
use opcx::command::{End, serve};
use opcx_store::{Faults, PersistPoint, Settings, Verdict};

use crate::plant::{self, Plant};

/// What an engine on trial can be told.
#[derive(Debug, clap::Args)]
pub struct Orders {
    #[command(flatten)]
    serve: serve::Arguments,
    /// Die at the nth pass of a point of a write, such as `after-append:3`.
    #[arg(long, value_name = "POINT:N")]
    crash_at: Option<CrashAt>,
    /// Have a bug.
    #[arg(long)]
    plant: Option<Plant>,
}

/// Where a process ends itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct CrashAt {
    point: PersistPoint,
    passes: u32,
}

impl FromStr for CrashAt {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<CrashAt> {
        let (word, passes) = text.split_once(':').context("write it like `after-append:3`")?;
        let known = PersistPoint::ALL.into_iter().find(|point| point.word() == word);
        let point = known.ok_or_else(|| anyhow!("there is no point `{word}`"))?;
        Ok(CrashAt { point, passes: passes.parse().context("behind the point stands a number from 1")? })
    }
}

/// Serves until told to stop, or until the planned death.
///
/// # Errors
/// Those of `opcx serve`.
pub fn run(orders: &Orders) -> anyhow::Result<End> {
    std::thread::spawn(end_with_the_trial);
    serve::run_on(&orders.serve, |company, outbox| {
        let faults = orders.crash_at.map_or_else(Faults::none, crash_at);
        let settings = Settings { faults, ..Settings::default() };
        let store = plant::store(orders.plant, &company.data(), &settings)?;
        Ok((store, plant::outbox(orders.plant, outbox)))
    })
}

/// An engine must not outlive its trial, however that ends: the trial holds its input open.
fn end_with_the_trial() {
    // Nothing is ever said there, and an error is an end as well.
    let _ = std::io::stdin().read(&mut [0]);
    std::process::abort();
}

fn crash_at(at: CrashAt) -> Faults {
    let passed = AtomicU32::new(0);
    Faults::new(move |point| {
        if point == at.point && passed.fetch_add(1, Ordering::Relaxed) + 1 == at.passes {
            Verdict::Crash
        } else {
            Verdict::Pass
        }
    })
}
