//! `opcx emotion eval`: how well and how fast labelled texts are read.

use std::fmt::Write as _;
use std::path::PathBuf;

use opcx_core::event::CustomersWords;
use opcx_core::reading::{Reading, Tier as Model};
use opcx_emotion::heads::Chances;
use opcx_emotion::{Reader, Scratch};

use super::End;
use crate::bench::machine;
use crate::command::print;
use crate::emotion::Tier;
use crate::emotion::figures::{Figures, OfLabel, figures};
use crate::emotion::labelled::{self, Labelled};

/// What `opcx emotion eval` can be told.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A folder of labelled texts, or one file: GoEmotions' `dev.tsv`, the airline `Tweets.csv`, or any CSV file with the
    /// columns `text` and `label`. Files named `train` are left out.
    #[arg(long)]
    data: PathBuf,
    /// The tiers to measure.
    #[arg(long, value_enum, default_values_t = [Tier::Fast, Tier::Deep, Tier::Auto])]
    tier: Vec<Tier>,
    /// Also print each label's figures.
    #[arg(long)]
    labels: bool,
}

/// Measures every file with every tier and prints a table.
///
/// # Errors
/// There is no labelled file, or one cannot be read.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<End> {
    let files = labelled::find(&arguments.data)?;
    let reader = Reader::embedded();
    print(&format!("processor: {}\n", processor()))?;
    for file in &files {
        print(&format!("\n{}: {} texts, {}\n{HEADING}\n", file.name, file.rows.len(), file.head.word()))?;
        for &tier in &arguments.tier {
            print(&measure(&reader, file, tier, arguments.labels)?)?;
        }
    }
    print(&format!("\n{NOTES}\n"))?;
    Ok(End::Fine)
}

const HEADING: &str =
    "tier   macro-F1  micro-F1  accuracy     ECE  at 90 %  at 95 %  negative  unknown     deep  texts/CPU-s";
const NOTES: &str = "accuracy: of emotions, all labels right. ECE: expected calibration error, 15 bins; of emotions over all labels.
at 90 %, at 95 %: the share of texts, the surest first, that is read with that precision.
negative: recall of negative texts at a precision of 0.85. unknown: counts as neutral, and as no emotion found.
deep: the share of texts that the deep tier read.";

fn measure(reader: &Reader, file: &Labelled, tier: Tier, with_labels: bool) -> anyhow::Result<String> {
    let mut scratch = Scratch::default();
    // What is loaded at the first text is not the texts' time.
    reader.read(CustomersWords::vouched("Where is my order?"), tier.choice(), &mut scratch);
    let begin = machine::processor_seconds("self");
    let words = file.rows.iter().map(|row| CustomersWords::vouched(&row.text));
    let read: Vec<(Reading, Option<Chances>)> = reader.read_all(words, tier.choice(), &mut scratch);
    let seconds = machine::processor_seconds("self") - begin;
    let deep = read.iter().filter(|(reading, _)| reading.model.tier == Model::Deep).count();
    let Figures {
        macro_f1,
        micro_f1,
        accuracy,
        calibration_error,
        coverage,
        negative_recall,
        unknown,
        labels,
    } = figures(file, &read);
    let texts = file.rows.len().max(1);
    let share = |count: usize| format!("{:7.1}%", ratio(count, texts) * 100.0);
    let maybe =
        |share: Option<f64>| share.map_or_else(|| "       -".to_owned(), |share| format!("{share:8.3}"));
    let speed = if seconds > 0.0 { format!("{:.0}", ratio(texts, 1) / seconds) } else { "-".to_owned() };
    let mut line = String::new();
    let word = match tier {
        Tier::Fast => "fast",
        Tier::Deep => "deep",
        Tier::Auto => "auto",
    };
    let [ninety, ninety_five] = coverage.map(maybe);
    let negative = maybe(negative_recall);
    let (unknown, deep) = (share(unknown), share(deep));
    writeln!(
        line,
        "{word:5} {macro_f1:9.4} {micro_f1:9.4} {accuracy:9.4} {calibration_error:7.4} {ninety} {ninety_five} {negative:>9} {unknown:>8} {deep:>8} {speed:>12}"
    )?;
    if with_labels {
        writeln!(line, "      {:<18}{:>8}{:>11}{:>8}{:>8}", "label", "texts", "precision", "recall", "F1")?;
        for OfLabel { word, texts, precision, recall, f1 } in labels {
            writeln!(line, "      {word:<18}{texts:>8}{precision:>11.3}{recall:>8.3}{f1:>8.3}")?;
        }
    }
    Ok(line)
}

#[allow(clippy::cast_precision_loss, reason = "a few million")]
fn ratio(count: usize, of: usize) -> f64 {
    count as f64 / of as f64
}

/// The processor's name where the system tells it.
fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or_else(|| "unknown".to_owned(), |(_, name)| name.to_owned())
}
