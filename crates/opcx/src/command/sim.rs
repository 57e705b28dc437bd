//! `opcx sim`: a simulated company whose truth is known.

mod run;
mod score;
mod serve;

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;
use opcx_sim::Scenario;
use opcx_sim::scenario::BUILT_IN;

use super::End;

/// What `opcx sim` can be told.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Arguments {
    #[command(flatten)]
    run: run::Wanted,
    #[command(subcommand)]
    other: Option<Other>,
}

#[derive(Debug, Subcommand)]
enum Other {
    /// Compare what opcx concluded about a simulated company with what was true.
    Score(score::Wanted),
    /// Run the company's shop, chat and telephone menu as HTTP services in which a day's failures really fail.
    Serve(serve::Wanted),
}

/// Simulates, scores or serves.
///
/// # Errors
/// The scenario cannot be played, or something cannot be read or written.
pub fn run(arguments: &Arguments) -> anyhow::Result<End> {
    match &arguments.other {
        None => run::run(&arguments.run),
        Some(Other::Score(wanted)) => score::run(wanted),
        Some(Other::Serve(wanted)) => serve::run(wanted),
    }
}

/// A built-in scenario by its name, or the one in a file.
///
/// # Errors
/// There is none, or it cannot be played.
pub(super) fn scenario(named: &str) -> anyhow::Result<Scenario> {
    if let Some((_, text)) = BUILT_IN.iter().find(|(name, _)| *name == named) {
        return Scenario::parse(text).context("the built-in scenario");
    }
    let file = PathBuf::from(named);
    let known: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
    let text = std::fs::read_to_string(&file).with_context(|| {
        format!("reading the scenario `{named}`; name a file, or one of the built-in: {}", known.join(", "))
    })?;
    Scenario::parse(&text).with_context(|| format!("`{named}`"))
}
