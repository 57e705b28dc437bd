//! `opcx export`: everything that is held about one customer, a JSON object a line.

use std::io::Write as _;

use anyhow::{Context as _, bail};
use opcx_insight::ExportQuestion;

use super::End;
use crate::cli::Folder;
use crate::house::Company;
use crate::look::{self, Question, View};

/// What `opcx export` can be told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    folder: Folder,
    /// An id (`c123`), an identifier (`email:ada@example.org`) or its value alone.
    who: String,
}

/// Prints everything that is held about somebody, what was inferred, and why.
///
/// # Errors
/// The folder has faults, nobody is known by that name, or the data cannot be read.
pub fn run(arguments: &Arguments) -> anyhow::Result<End> {
    let company = Company::load(&arguments.folder.folder)?;
    let source = look::open_for_disclosure(&company)?;
    let mut out = std::io::stdout().lock();
    let mut after = None;
    loop {
        let question = Question::Export(arguments.who.clone(), ExportQuestion { after });
        let View::Export(page) = source.ask(&question)? else {
            bail!("an export was asked for, and something else came");
        };
        for line in &page.lines {
            serde_json::to_writer(&mut out, line).context("printing")?;
            writeln!(out).context("printing")?;
        }
        after = page.next;
        if after.is_none() {
            return Ok(End::Fine);
        }
    }
}
