//! Processes killed.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;

use crate::plan::{Death, deaths};
use crate::plant::{self, Plant};
use crate::report::Report;
use crate::server::{SIGABRT, SIGKILL};
use crate::trial::Trial;

/// Kills `kills` engines, one after the other on the same data, in the ways that follow from `seed`.
/// `program` is this crate's own; its engines have the bug `plant`, if any.
///
/// # Errors
/// An engine does not start or dies otherwise than planned, or its data cannot be read.
pub fn run(program: &Path, kills: usize, seed: u64, plant: Option<Plant>) -> anyhow::Result<Report> {
    let home = tempfile::tempdir().context("making a folder for the trial")?;
    let mut trial = Trial::new(program, home.path(), seed)?;
    let planted = plant::arguments(plant);
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for death in deaths(kills, seed) {
        let (how, listened) = live(&trial, death, &planted).with_context(|| format!("{death:?}"))?;
        *counts.entry(how).or_default() += 1;
        trial.listened(listened);
    }
    let mut report = trial.finish(&planted)?;
    report.deaths = counts.into_iter().collect();
    if !report.faults.is_empty() && plant.is_none() {
        report.kept = Some(home.keep());
    }
    Ok(report)
}

/// One life of an engine, to its end. Says how it ended, and after what time it listened.
fn live(trial: &Trial, death: Death, planted: &[String]) -> anyhow::Result<(&'static str, Option<Duration>)> {
    let mut arguments = planted.to_vec();
    if let Death::At(point, passes) = death {
        arguments.extend(["--crash-at".to_owned(), format!("{}:{passes}", point.word())]);
    }
    let server = trial.start(&arguments)?;
    match death {
        Death::After(time) => {
            let listened = server.live_for(time);
            server.kill()?;
            Ok(("at random", listened))
        }
        Death::At(..) => {
            let listened = server.wait_until_ready()?;
            server.wait_for_death(SIGABRT)?;
            Ok(("at a persist point", listened))
        }
        Death::OnDelivery(times) => {
            trial.deliveries.arm(times, server.victim());
            let listened = server.wait_until_ready()?;
            server.wait_for_death(SIGKILL)?;
            Ok(("before a delivery was answered", listened))
        }
        Death::OnAcknowledgement(times) => {
            trial.acknowledgements.arm(times, server.victim());
            let listened = server.wait_until_ready()?;
            server.wait_for_death(SIGKILL)?;
            Ok(("after an acknowledgement", listened))
        }
    }
}
