//! `opcx restore`: makes a data directory out of a backup.

use std::path::PathBuf;

use anyhow::Context as _;
use opcx_core::log::Position;
use opcx_insight::At;

use super::End;
use super::backup::clock;
use crate::cli::Folder;
use crate::house::Company;
use crate::keep::{Until, release, restore};

/// What `opcx restore` can be told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    folder: Folder,
    /// The backup.
    #[arg(value_name = "BACKUP", required_unless_present = "release")]
    backup: Option<PathBuf>,
    /// The data directory, instead of the one in `opcx.toml`.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Leave out what was taken in after this time: `2026-11-21` or `2026-11-21T09:00:00Z`.
    #[arg(long, value_name = "TIME")]
    until: Option<At>,
    /// Leave out the record at this position and all after it.
    #[arg(long, value_name = "POSITION", conflicts_with = "until")]
    until_position: Option<u64>,
    /// Let deliveries go out that are held back since a restore, from the next start on.
    #[arg(long, conflicts_with_all = ["backup", "until", "until_position"])]
    release: bool,
}

/// Restores, or releases what a restore holds back.
///
/// # Errors
/// There is data already, the backup is damaged or does not go so far, or a disk refuses.
pub fn run(arguments: &Arguments) -> anyhow::Result<End> {
    let mut company = Company::load(&arguments.folder.folder)?;
    company.keep_data_in(arguments.data.as_deref())?;
    if arguments.release {
        super::print(if release(&company.data())? {
            "Deliveries go out from the next start on.\n"
        } else {
            "Nothing is held back.\n"
        })?;
        return Ok(End::Fine);
    }
    let backup = arguments.backup.as_deref().context("which backup? `opcx restore FOLDER BACKUP`")?;
    let until = match (arguments.until, arguments.until_position) {
        (Some(time), _) => Until::Time(time.0),
        (None, Some(position)) => Until::Position(Position::new(position)),
        (None, None) => Until::End,
    };
    let restored = restore(&company, backup, until)?;
    let data = company.data();
    let left = restored.backup_end.get() - restored.end.get();
    let mut words = format!(
        "{} records restored to `{}`, up to {}.\n",
        restored.end,
        data.display(),
        clock(restored.clock)
    );
    if left > 0 {
        words += &format!("{left} later ones were left out.\n");
    }
    if restored.erased > 0 {
        words += &format!("{} customers who were erased since are erased here too.\n", restored.erased);
    }
    words += &format!(
        "Nothing is delivered until `{}`: what was delivered after this point is not known here.\n",
        company.release_command()
    );
    super::print(&words)?;
    Ok(End::Fine)
}
