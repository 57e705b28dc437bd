//! `opcx emotion`: lines in, readings out.

mod eval;

use std::io::{BufRead as _, Write as _};

use anyhow::Context as _;
use opcx_core::event::CustomersWords;
use opcx_emotion::{Reader, Scratch};

use super::End;
use crate::emotion::{Line, Tier};

/// What `opcx emotion` can be told.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    what: Option<What>,
    /// Which tier reads.
    #[arg(long, value_enum, default_value_t = Tier::Auto)]
    tier: Tier,
    /// Add the words that carried each reading.
    #[arg(long)]
    explain: bool,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Measure how well and how fast labelled texts are read.
    Eval(eval::Arguments),
}

/// Reads customers' texts from standard input, one a line, and prints a JSON object for each; or measures.
///
/// # Errors
/// Standard input is no UTF-8 or cannot be read, or nothing can be printed.
pub fn run(arguments: &Arguments) -> anyhow::Result<End> {
    if let Some(What::Eval(arguments)) = &arguments.what {
        return eval::run(arguments);
    }
    let (reader, mut scratch) = (Reader::embedded(), Scratch::default());
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let text = line.context("reading standard input")?;
        // Whoever pipes texts in vouches that customers wrote them.
        let words = CustomersWords::vouched(&text);
        let choice = arguments.tier.choice();
        let explained = arguments.explain.then(|| reader.explain(words, choice, &mut scratch));
        let reading = match &explained {
            Some(explained) => explained.reading.clone(),
            None => reader.read(words, choice, &mut scratch),
        };
        let line = Line::of(&text, &reading, explained.as_ref());
        let mut json = serde_json::to_vec(&line).context("printing")?;
        json.push(b'\n');
        match out.write_all(&json) {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => break,
            written => written.context("nothing can be printed")?,
        }
    }
    Ok(End::Fine)
}
