//! Scoring a store against the truth.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use anyhow::Context as _;

use super::super::End;
use crate::house::Company;
use crate::score::{Book, Seen, score};

/// What scoring can be told.
#[derive(Debug, clap::Args)]
pub(super) struct Wanted {
    /// The truth: `truth.jsonl` of the run whose events were taken in.
    #[arg(long, value_name = "FILE")]
    truth: PathBuf,
    /// The company's folder; its data directory holds what was concluded. No other process may have it open.
    #[arg(long, value_name = "FOLDER")]
    store: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Ends with `Found` where a floor is missed.
pub(super) fn run(wanted: &Wanted) -> anyhow::Result<End> {
    let truth = &wanted.truth;
    let file = File::open(truth).with_context(|| format!("reading `{}`", truth.display()))?;
    let book = Book::read(BufReader::new(file)).with_context(|| format!("`{}`", truth.display()))?;
    let company = Company::load(&wanted.store)?;
    let store = company.open_store()?;
    let seen = Seen::read(&*store, &company.definitions).context("reading the store")?;
    let report = score(&book, &seen);
    super::super::print(&if wanted.json {
        serde_json::to_string_pretty(&report).context("the report cannot be written as JSON")? + "\n"
    } else {
        report.to_string()
    })?;
    let is_missed = report.rows.iter().any(|row| row.is_met() == Some(false));
    Ok(if is_missed { End::Found } else { End::Fine })
}
