//! `opcx import`.

use super::End;
use crate::cli::Folder;

/// What `opcx import` can be told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    folder: Folder,
}

/// Carries it out.
///
/// # Errors
/// Always, until it is written.
pub fn run(arguments: &Arguments) -> anyhow::Result<End> {
    anyhow::bail!("`opcx import {}` is not written yet", arguments.folder.folder.display())
}
