//! `opcx rejected`: inputs that could not be understood; sends them again after a mend.

use std::collections::BTreeSet;
use std::sync::Arc;

use opcx_core::delivery::Policy;
use opcx_core::log::Position;
use opcx_engine::{Acceptor, Budget, Clock as _, Decider, WallClock};
use opcx_store::{RejectedRow, Store};
use serde::Serialize;

use super::End;
use crate::cli::Folder;
use crate::house::Company;
use crate::import::{Again, send_again};
use crate::senses;
use opcx_insight::is_from;

/// Rows of the list asked for at a time.
const PAGE: usize = 500;
/// Most characters of an input that the list shows; `--json` shows all of it.
const SNIPPET_CHARS_MAX: usize = 100;

/// What `opcx rejected` can be told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    folder: Folder,
    /// Print one JSON object a line, with the whole input.
    #[arg(long)]
    json: bool,
    /// Read the inputs again, after the mapping or the sender's program was mended: those at these
    /// positions, or all.
    #[arg(long, value_name = "POSITION", num_args = 0..)]
    send_again: Option<Vec<u64>>,
    /// Only what came from this file, by its name without folders, or by this route.
    #[arg(long, value_name = "FILE")]
    from: Option<String>,
}

impl Arguments {
    fn asks_for(&self, row: &RejectedRow) -> bool {
        !row.redriven && self.from.as_ref().is_none_or(|from| is_from(row, from))
    }
}

/// Lists what stands on the rejected list, or sends it again.
///
/// # Errors
/// The folder has faults, another process has the data open, or they cannot be read.
pub fn run(arguments: &Arguments) -> anyhow::Result<End> {
    let company = Company::load(&arguments.folder.folder)?;
    let store = company.open_store()?;
    match &arguments.send_again {
        None => list(arguments, &*store),
        Some(positions) => {
            let positions = positions.iter().copied().map(Position::new).collect();
            again(arguments, &company, &store, &positions)
        }
    }
}

/// One input of the list, as `--json` prints it.
#[derive(Serialize)]
struct Line<'a> {
    position: u64,
    from: &'a str,
    format: &'a str,
    reason: &'a str,
    raw: &'a str,
}

fn list(arguments: &Arguments, store: &dyn Store) -> anyhow::Result<End> {
    let mut count = 0_u64;
    each_page(store, |rows| {
        for row in rows.iter().filter(|row| arguments.asks_for(row)) {
            count += 1;
            print(row, arguments.json)?;
        }
        Ok(())
    })?;
    if !arguments.json {
        let folder = arguments.folder.folder.display();
        super::print(&match count {
            0 => "Nothing stands on the rejected list.\n".to_owned(),
            _ => format!(
                "{count} on the rejected list. After a mend, `opcx rejected {folder} --send-again` reads them again.\n"
            ),
        })?;
    }
    Ok(if count == 0 { End::Fine } else { End::Found })
}

fn print(row: &RejectedRow, json: bool) -> anyhow::Result<()> {
    let RejectedRow { position, rejected, .. } = row;
    if json {
        let line = Line {
            position: position.get(),
            from: &rejected.from,
            format: &rejected.format,
            reason: &rejected.reason,
            raw: &rejected.raw,
        };
        return super::print(&(serde_json::to_string(&line)? + "\n"));
    }
    super::print(&format!(
        "{position}  {}  ({})\n    {}\n    {}\n",
        rejected.from,
        rejected.format,
        rejected.reason,
        snippet(&rejected.raw)
    ))
}

/// The beginning of an input on one line. What a sender wrote must not steer a terminal.
fn snippet(raw: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    raw.chars().take(SNIPPET_CHARS_MAX).map(plain).collect()
}

fn each_page(
    store: &dyn Store,
    mut look: impl FnMut(&[RejectedRow]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut after = None;
    loop {
        let rows = store.rejected(after, PAGE)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.position);
        look(&rows)?;
    }
}

fn again(
    arguments: &Arguments,
    company: &Company,
    store: &Arc<dyn Store>,
    positions: &BTreeSet<Position>,
) -> anyhow::Result<End> {
    let mut decider = Decider::new(
        Arc::clone(store),
        Arc::clone(&company.definitions),
        Policy::default(),
        Budget::default(),
    )?;
    while decider.advance()? > 0 {}
    let sense = senses::hurried();
    let mut acceptor = Acceptor::new(Arc::clone(store))?;
    let (mut mended, mut events, mut still_bad) = (0_u64, 0_u64, 0_u64);
    let mut asked = positions.clone();
    each_page(&**store, |rows| {
        for row in rows.iter().filter(|row| arguments.asks_for(row)) {
            if !positions.is_empty() && !asked.remove(&row.position) {
                continue;
            }
            match send_again(store, &mut acceptor, &company.mappings, &sense, row, WallClock.now())? {
                Again::Mended { events: fresh } => {
                    mended += 1;
                    events += fresh;
                }
                Again::StillBad { reason } => {
                    still_bad += 1;
                    super::print(&format!("{}  {}: {reason}\n", row.position, row.rejected.from))?;
                }
            }
        }
        while decider.advance()? > 0 {}
        Ok(())
    })?;
    store.persist()?;
    for position in &asked {
        super::print(&format!("{position}  is not on the rejected list\n"))?;
    }
    super::print(&format!(
        "{mended} taken off the rejected list, {events} events counted; {still_bad} still cannot be read.\n"
    ))?;
    Ok(if still_bad == 0 && asked.is_empty() { End::Fine } else { End::Found })
}
