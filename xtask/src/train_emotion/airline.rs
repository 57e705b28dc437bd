//! How the valence compares with what crowd workers saw in tweets to airlines.
//!
//! A set of another register than the one that was learned from, and one for measuring only: its
//! licence is non-commercial, and nothing is fitted to it.

use std::path::Path;

use anyhow::{Context, ensure};
use opcx_core::reading::{Found, Unknown, Valence};
use opcx_emotion::Reader;
use opcx_emotion::fast::Model;

use super::figures::{ThreeWay, ValenceFigures};

/// Reads every tweet and prints the comparison; says so if the set is not there.
pub(super) fn print(model: &Model, path: &Path) -> anyhow::Result<()> {
    if !path.exists() {
        println!("airline tweets: left out, {} does not exist", path.display());
        return Ok(());
    }
    let tweets = tweets(path)?;
    let readings = Reader::with(model.clone()).read_all(tweets.iter().map(|(text, _)| text.as_str()));
    let pairs = || readings.iter().zip(&tweets).map(|(reading, &(_, truth))| (reading.valence(), truth));
    let with_unknown: Vec<(Valence, Valence)> =
        pairs().map(|(valence, truth)| (valence.unwrap_or(Valence::Neutral), truth)).collect();
    let told: Vec<(Valence, Valence)> =
        pairs().filter_map(|(valence, truth)| Some((valence?, truth))).collect();
    println!("airline tweets, unknown as neutral, {}", ValenceFigures::of(&with_unknown));
    println!("airline tweets, without the unknown, {}", ValenceFigures::of(&told));
    println!("  {}", ThreeWay::of(with_unknown.into_iter()));
    for why in [Unknown::Empty, Unknown::Language, Unknown::Unsure] {
        let count = readings.iter().filter(|reading| reading.found == Found::Unknown(why)).count();
        println!("  unknown, {why:?}: {count}");
    }
    Ok(())
}

/// The tweets with the valence that was seen in them.
fn tweets(path: &Path) -> anyhow::Result<Vec<(String, Valence)>> {
    let mut reader = csv::Reader::from_path(path)?;
    let headers = reader.headers()?.clone();
    let column = |name: &str| {
        headers.iter().position(|header| header == name).with_context(|| format!("no column `{name}`"))
    };
    let (label, text) = (column("airline_sentiment")?, column("text")?);
    let mut tweets = Vec::new();
    for record in reader.records() {
        let record = record?;
        let valence = [Valence::Negative, Valence::Neutral, Valence::Positive]
            .into_iter()
            .find(|valence| valence.word() == &record[label])
            .with_context(|| format!("`{}` is no valence", &record[label]))?;
        tweets.push((record[text].to_owned(), valence));
    }
    ensure!(!tweets.is_empty(), "{} holds no tweet", path.display());
    Ok(tweets)
}
