//! `opcx import`: a file of the past, read through a mapping.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use opcx_core::playbook::Mode;

use super::End;
use crate::cli::Folder;
use crate::house::Company;
use crate::import::{File, Tally, Work, import, lane};
use crate::memory;
use crate::senses;

/// How a command ends that somebody broke off, as shells have it.
const BROKEN_OFF: i32 = 130;

/// What `opcx import` can be told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    folder: Folder,
    /// The file: CSV or JSON Lines as the mapping says, packed with gzip or not.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The mapping: the name of a file in the company's `mappings/`, without ending.
    #[arg(long, value_name = "NAME")]
    mapping: String,
    /// Deliver what is decided. Otherwise it is only shown: nobody wants a message about last year.
    #[arg(long)]
    deliver: bool,
}

/// Reads the file, and says what came of it.
///
/// # Errors
/// The folder has faults, another process has the data open, the file cannot be read or does not fit
/// the mapping.
pub fn run(arguments: &Arguments) -> anyhow::Result<End> {
    let company = Company::load(&arguments.folder.folder)?;
    let mapping = company.mapping(&arguments.mapping)?;
    let reading = || format!("reading `{}`", arguments.file.display());
    let file = File::open(&arguments.file).with_context(reading)?;
    let store = company.open_store()?;
    let work = Work {
        store: &store,
        definitions: &company.definitions,
        sense: senses::hurried(),
        mapping,
        lane: lane(mapping, if arguments.deliver { Mode::Live } else { Mode::Shadow }),
        room: &company.data(),
        memory: &memory::keep_to(company.settings.memory_mb),
    };
    when_broken_off()?;
    let bar = bar(file.bytes);
    let started = Instant::now();
    let tally = import(&work, file, &mut |tally, bytes| show(&bar, tally, bytes, started))?;
    bar.finish_and_clear();
    super::print(&in_words(&tally, started.elapsed(), &arguments.folder))?;
    Ok(if tally.rejected + tally.still_rejected > 0 { End::Found } else { End::Fine })
}

impl Company {
    /// One of its mappings.
    ///
    /// # Errors
    /// It has none of that name.
    pub fn mapping(&self, name: &str) -> anyhow::Result<&opcx_company::mapping::Mapping> {
        self.mappings.iter().find(|mapping| mapping.name == name).ok_or_else(|| {
            let known: Vec<String> =
                self.mappings.iter().map(|mapping| format!("`{}`", mapping.name)).collect();
            anyhow!(
                "there is no mapping `{name}` in `{}`; there {}",
                self.folder.join("mappings").display(),
                match known.as_slice() {
                    [] => "is none yet".to_owned(),
                    [one] => format!("is {one}"),
                    several => format!("are {}", several.join(", ")),
                }
            )
        })
    }
}

/// A bar over the file's bytes; none where nobody looks.
fn bar(bytes: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {percent:>3} %  {msg}  {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr_with_hz(4)).with_style(style)
}

fn show(bar: &ProgressBar, tally: &Tally, bytes: u64, started: Instant) {
    if !bar.is_hidden() {
        bar.set_position(bytes);
        let rate = grouped(per_second(tally.rows, started.elapsed()));
        bar.set_message(format!("{} rows, {rate} a second", grouped(tally.rows)));
    }
}

/// What came of it, and what to do next.
fn in_words(tally: &Tally, took: Duration, folder: &Folder) -> String {
    let folder = folder.folder.display();
    let lines = [
        (tally.repeats, "repeats, counted before"),
        (tally.skipped, "passed over, as the mapping says"),
        (tally.redriven, "taken off the rejected list, since they can be read now"),
        (tally.still_rejected, "rows on the rejected list already, and still bad"),
        (tally.rejected, "rows put on the rejected list"),
    ];
    let always = [(tally.rows, "rows read"), (tally.events, "events counted")];
    let told = always.into_iter().chain(lines.into_iter().filter(|&(count, _)| count > 0));
    let mut words: String = told.map(|(count, what)| format!("{:>12}  {what}\n", grouped(count))).collect();
    let rate = grouped(per_second(tally.events, took));
    words += &format!("It took {:.1} s: {rate} events a second.\n\n", took.as_secs_f64());
    if tally.rejected + tally.still_rejected > 0 {
        words += &format!("  opcx rejected {folder}     lists what could not be read, and why\n");
    }
    words + &format!("  opcx show {folder} pulse   shows how customers fare\n")
}

/// Says what to do when somebody breaks the import off. Nothing needs to be put in order: what was taken
/// in is in the log, and the rest was not yet read.
fn when_broken_off() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().context("starting")?;
    std::thread::spawn(move || {
        if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
            eprintln!("\nbroken off; run the same command again: what was taken in counts once");
            std::process::exit(BROKEN_OFF);
        }
    });
    Ok(())
}

fn per_second(count: u64, took: Duration) -> u64 {
    let millis = took.as_millis().max(1);
    u64::try_from(u128::from(count) * 1_000 / millis).unwrap_or(u64::MAX)
}

/// A number with its thousands apart: `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
