//! `opcx emotion`: lines in, readings out.

mod eval;

use std::io::{BufRead as _, BufReader, ErrorKind, Read, Write as _};

use anyhow::Context as _;
use opcx_core::event::CustomersWords;
use opcx_core::reading::Reading;
use opcx_emotion::{Explained, Reader, Scratch};

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
    let mut input = BufReader::with_capacity(BYTES_AT_ONCE, std::io::stdin());
    let mut out = std::io::stdout().lock();
    loop {
        let texts = ready(&mut input).context("reading standard input")?;
        if texts.is_empty() {
            return Ok(End::Fine);
        }
        let mut json = Vec::new();
        for (text, (reading, explained)) in texts.iter().zip(read(&reader, &texts, arguments, &mut scratch)) {
            let line = Line::of(text, &reading, explained.as_ref());
            serde_json::to_writer(&mut json, &line).context("printing")?;
            json.push(b'\n');
        }
        match out.write_all(&json) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(End::Fine),
            written => written.context("nothing can be printed")?,
        }
    }
}

/// Some thousand messages: of so many, enough are of one length to go through the deep tier together.
const BYTES_AT_ONCE: usize = 1 << 20;

/// The lines that lie ready, at least one unless the input has ended: who types is answered line by line, who pipes a
/// file in gets the speed of many texts at a time.
fn ready(input: &mut BufReader<impl Read>) -> std::io::Result<Vec<String>> {
    let mut lines = Vec::new();
    let mut line = String::new();
    while input.read_line(&mut line)? > 0 {
        let text = line.strip_suffix('\n').unwrap_or(&line);
        lines.push(text.strip_suffix('\r').unwrap_or(text).to_owned());
        line.clear();
        if !input.buffer().contains(&b'\n') {
            break;
        }
    }
    Ok(lines)
}

fn read(
    reader: &Reader,
    texts: &[String],
    arguments: &Arguments,
    scratch: &mut Scratch,
) -> Vec<(Reading, Option<Explained>)> {
    let choice = arguments.tier.choice();
    // Whoever pipes texts in vouches that customers wrote them.
    let words = texts.iter().map(|text| CustomersWords::vouched(text));
    if arguments.explain {
        let explained = words.map(|words| reader.explain(words, choice, scratch));
        explained.map(|explained| (explained.reading.clone(), Some(explained))).collect()
    } else {
        reader.read_all(words, choice, scratch).into_iter().map(|(reading, _)| (reading, None)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_lie_ready_come_together_and_an_unfinished_one_is_waited_for() {
        // As a pipe would: two lines and the beginning of a third, then its end.
        let piped = b"a\n\nb".chain(&b"c\r\nd"[..]);
        let mut input = BufReader::new(piped);
        let mut next = || ready(&mut input).expect("the lines are text");
        assert_eq!(next(), ["a", ""]);
        assert_eq!(next(), ["bc"]);
        assert_eq!(next(), ["d"]);
        assert!(next().is_empty());
    }
}
