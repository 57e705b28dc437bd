//! Whether the simulated company's texts are a giveaway, and how varied they are.
//!
//! The same linear model (naive Bayes over words) learns valence once from simulated texts and once from real
//! ones, and is then asked about real tweets. If what was made up taught it more than what is real, it would
//! be a caricature of real texts. How well it does on simulated texts that it has not seen tells the rest: near
//! certainty would mean that each feeling has words of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use opcx_core::reading::{Emotion, Valence};
use opcx_emotion::heads::place;
use opcx_sim::company::Language;
use opcx_sim::scenario::BUILT_IN;
use opcx_sim::{Scenario, Simulation, Truth};

use crate::macro_f1::of_choices;

const VALENCES: [Valence; 3] = [Valence::Negative, Valence::Neutral, Valence::Positive];
/// Words of each set among which distinct ones are counted: as many as all have.
const WORDS_COMPARED: usize = 50_000;
/// The simulated company that writes.
const CUSTOMERS: u32 = 12_000;
const DAYS: u16 = 60;
const SEED: u64 = 20_261_122;

type Texts = Vec<(String, Valence)>;

/// Prints the comparison; says so where the data sets are not there.
pub(crate) fn run() -> anyhow::Result<()> {
    let data = std::env::var_os("OPCX_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"), PathBuf::from);
    let (tweets, comments) = (data.join("airline-tweets/Tweets.csv"), data.join("goemotions/train.tsv"));
    if !tweets.exists() || !comments.exists() {
        println!("left out: {} or {} does not exist", tweets.display(), comments.display());
        return Ok(());
    }
    let (tweets, comments, simulated) = (tweets_of(&tweets)?, comments_of(&comments)?, simulated()?);
    let half = simulated.len() / 2;
    println!(
        "texts: simulated {}, GoEmotions {}, airline tweets {}",
        simulated.len(),
        comments.len(),
        tweets.len()
    );
    let by_simulated = Bayes::learn(&simulated[..half]);
    println!(
        "learned from simulated texts, asked about unseen simulated ones: {:.3}",
        by_simulated.macro_f1(&simulated[half..])
    );
    println!(
        "learned from simulated texts, asked about airline tweets: {:.3}",
        by_simulated.macro_f1(&tweets)
    );
    let (every_second, others): (Vec<_>, Vec<_>) =
        tweets.iter().cloned().enumerate().partition(|(at, _)| at % 2 == 0);
    let (every_second, others) = (without_places(every_second), without_places(others));
    let by_tweets = Bayes::learn(&every_second);
    println!("learned from half of the tweets, asked about the others: {:.3}", by_tweets.macro_f1(&others));
    let by_comments = Bayes::learn(&comments);
    println!("learned from GoEmotions, asked about airline tweets: {:.3}", by_comments.macro_f1(&tweets));
    println!("learned from GoEmotions, asked about simulated texts: {:.3}", by_comments.macro_f1(&simulated));
    for (name, texts) in [("simulated", &simulated), ("airline tweets", &tweets), ("GoEmotions", &comments)] {
        let distinct: BTreeSet<&str> = texts.iter().map(|(text, _)| text.as_str()).collect();
        #[allow(clippy::cast_precision_loss, reason = "a share for a person to read")]
        let different = distinct.len() as f64 / texts.len() as f64;
        let (words, pairs) = variety(texts);
        println!(
            "{name}: {different:.3} of texts differ; among {WORDS_COMPARED} words {words} distinct ones, {pairs} distinct pairs"
        );
    }
    Ok(())
}

fn without_places(texts: Vec<(usize, (String, Valence))>) -> Texts {
    texts.into_iter().map(|(_, text)| text).collect()
}

/// English texts of the simulated company.
fn simulated() -> anyhow::Result<Texts> {
    let (_, text) = BUILT_IN[0];
    let mut simulation = Simulation::new(Scenario::parse(text)?, SEED, CUSTOMERS, DAYS);
    let mut said = BTreeMap::new();
    for sent in simulation.by_ref() {
        if let Some(text) = sent.message.said {
            said.insert(format!("m-{}", sent.message.number), text);
        }
    }
    let mut texts = Vec::new();
    for truth in simulation.take_truths() {
        if let Truth::Text(truth) = truth
            && truth.language == Language::English
            && let Some(text) = said.remove(&truth.event)
        {
            texts.push((text, truth.valence));
        }
    }
    Ok(texts)
}

fn tweets_of(path: &Path) -> anyhow::Result<Texts> {
    let mut reader = csv::Reader::from_path(path)?;
    let headers = reader.headers()?.clone();
    let column = |name: &str| {
        headers.iter().position(|header| header == name).with_context(|| format!("no column `{name}`"))
    };
    let (label, text) = (column("airline_sentiment")?, column("text")?);
    let mut tweets = Vec::new();
    for record in reader.records() {
        let record = record?;
        let valence = VALENCES.into_iter().find(|valence| valence.word() == &record[label]);
        tweets.push((
            record[text].to_owned(),
            valence.with_context(|| format!("`{}` is no valence", &record[label]))?,
        ));
    }
    Ok(tweets)
}

/// Comments whose emotions point one way, or none.
fn comments_of(path: &Path) -> anyhow::Result<Texts> {
    let file = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let mut comments = Vec::new();
    for line in file.lines() {
        let mut fields = line.split('\t');
        let (text, ids) = (fields.next().unwrap_or(""), fields.next().context("a line without emotions")?);
        let mut points = BTreeSet::new();
        for id in ids.split(',') {
            let emotion = Emotion::ALL.get(id.parse::<usize>()?).context("an emotion that is none")?;
            points.extend(emotion.valence().filter(|valence| *valence != Valence::Neutral));
        }
        let valence = match points.len() {
            1 => points.first().copied().expect("there is one"),
            _ => Valence::Neutral,
        };
        comments.push((text.to_owned(), valence));
    }
    ensure!(!comments.is_empty(), "{} holds no comment", path.display());
    Ok(comments)
}

fn words(text: &str) -> impl Iterator<Item = String> {
    let lower = text.to_lowercase();
    let words: Vec<String> = lower
        .split(|letter: char| !letter.is_alphanumeric() && letter != '\'')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    words.into_iter()
}

/// How many distinct words, and distinct pairs of neighbours, stand among the first so many words.
fn variety(texts: &Texts) -> (usize, usize) {
    let all: Vec<String> = texts.iter().flat_map(|(text, _)| words(text)).take(WORDS_COMPARED).collect();
    let pairs: BTreeSet<&[String]> = all.windows(2).collect();
    (all.iter().collect::<BTreeSet<_>>().len(), pairs.len())
}

/// Naive Bayes over words, linear in the logarithms: one is added to each count, and all valences are held to be
/// alike frequent, since their shares differ from set to set.
struct Bayes {
    counts: BTreeMap<String, [f64; 3]>,
    sums: [f64; 3],
}

impl Bayes {
    fn learn(texts: &[(String, Valence)]) -> Bayes {
        let mut bayes = Bayes { counts: BTreeMap::new(), sums: [0.0; 3] };
        for (text, valence) in texts {
            let place = place(*valence);
            for word in words(text) {
                bayes.counts.entry(word).or_default()[place] += 1.0;
                bayes.sums[place] += 1.0;
            }
        }
        bayes
    }

    fn tell(&self, text: &str) -> Valence {
        #[allow(clippy::cast_precision_loss, reason = "thousands of words")]
        let known = self.counts.len() as f64;
        let mut scores = [0.0_f64; 3];
        for counts in words(text).filter_map(|word| self.counts.get(&word)) {
            for (place, score) in scores.iter_mut().enumerate() {
                *score += ((counts[place] + 1.0) / (self.sums[place] + known)).ln();
            }
        }
        let best = (0..3).max_by(|&one, &other| scores[one].total_cmp(&scores[other])).unwrap_or(1);
        VALENCES[best]
    }

    fn macro_f1(&self, texts: &[(String, Valence)]) -> f64 {
        of_choices::<3>(texts.iter().map(|(text, truth)| (place(self.tell(text)), place(*truth), 1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_learned_from_words_is_told_by_words() {
        let texts: Texts = [
            ("bad broken late", Valence::Negative),
            ("lovely good coffee", Valence::Positive),
            ("where which when", Valence::Neutral),
        ]
        .map(|(text, valence)| (text.to_owned(), valence))
        .into();
        let bayes = Bayes::learn(&texts);
        assert_eq!(bayes.tell("so late, so bad"), Valence::Negative);
        assert!((bayes.macro_f1(&texts) - 1.0).abs() < 1e-12);
    }
}
