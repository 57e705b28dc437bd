//! `opcx replay`: what would have been decided differently.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::End;
use crate::cli::Folder;
use crate::house::Company;
use crate::replay::{Comparison, Count, compare, replay};

/// What `opcx replay` can be told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    folder: Folder,
    /// The folder with the other definitions. Its data are not looked at.
    #[arg(long = "with", value_name = "FOLDER")]
    other: PathBuf,
    /// Of each kind of difference, list at most so many.
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    most: usize,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Replays the folder's log under both definitions and prints what differs.
///
/// # Errors
/// A folder has faults, another process has the data open, the log is too long to be replayed.
pub fn run(arguments: &Arguments) -> anyhow::Result<End> {
    let company = Company::load(&arguments.folder.folder)?;
    let other = Company::load(&arguments.other)?;
    let store = company.open_store()?;
    let [now, with] = replay(&store, [&company.definitions, &other.definitions])?;
    let comparison = compare(&*now, &*with, arguments.most)?;
    super::print(&if arguments.json {
        serde_json::to_string(&comparison)? + "\n"
    } else {
        in_words(&comparison)
    })?;
    Ok(if comparison.differs() { End::Found } else { End::Fine })
}

/// A comparison for people. Only names with a difference are shown.
pub(super) fn in_words(comparison: &Comparison) -> String {
    let mut text = format!("{} records decided on again under both definitions.\n", comparison.records);
    if !comparison.differs() {
        text += "Nothing would have been different.\n";
        return text;
    }
    let decisions = comparison.first_decisions.iter().map(|one| {
        let what = format!("{}, {} (record {}, {})", one.subject, one.because, one.position, one.customer);
        (what, &one.now, &one.with)
    });
    part(&mut text, "Decisions", &comparison.decisions, comparison.decisions_differ, decisions);
    let promises = comparison.first_promises.iter().map(|one| (one.promise.clone(), &one.now, &one.with));
    part(&mut text, "Promises", &comparison.promises, comparison.promises_differ, promises);
    let moments = comparison
        .first_moments
        .iter()
        .map(|one| (format!("{} (record {})", one.moment, one.position), &one.now, &one.with));
    part(&mut text, "Moments", &comparison.moments, comparison.moments_differ, moments);
    text
}

fn part<'a>(
    text: &mut String,
    title: &str,
    table: &BTreeMap<String, BTreeMap<String, Count>>,
    differ: u64,
    first: impl ExactSizeIterator<Item = (String, &'a Option<String>, &'a Option<String>)>,
) {
    if differ == 0 {
        return;
    }
    *text += &format!("\n{title}: {differ} differ\n{:>52}{:>12}\n", "now", "with");
    for (name, words) in table.iter().filter(|(_, words)| words.values().any(|count| count.now != count.with))
    {
        *text += &format!("  {name}\n");
        for (word, count) in words {
            *text += &format!("    {word:<36}{:>12}{:>12}\n", count.now, count.with);
        }
    }
    *text += &format!("  the first {}:\n", first.len());
    for (what, now, with) in first {
        let said = |side: &'a Option<String>| side.as_deref().unwrap_or("nothing");
        *text += &format!("    {what}\n      now:  {}\n      with: {}\n", said(now), said(with));
    }
}
