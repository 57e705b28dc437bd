//! `opcx backup`: copies the data, and says whether a copy is still whole.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use opcx_core::time::Timestamp;

use super::End;
use crate::house::Company;
use crate::keep::{Backup, Manifest, backup, verify};

/// What `opcx backup` can be told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The company's folder.
    #[arg(value_name = "FOLDER", required_unless_present = "verify")]
    folder: Option<PathBuf>,
    /// Where the backup goes: an empty folder, or one with an earlier backup, of which only what is new is copied.
    #[arg(value_name = "BACKUP", required_unless_present = "verify")]
    to: Option<PathBuf>,
    /// The data directory, instead of the one in `opcx.toml`.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Look whether this backup still holds what was put there, and do nothing else.
    #[arg(long, value_name = "BACKUP", conflicts_with_all = ["folder", "to", "data"])]
    verify: Option<PathBuf>,
}

/// Backs up, or verifies.
///
/// # Errors
/// There is nothing to back up, it is damaged, or a disk refuses.
pub fn run(arguments: &Arguments) -> anyhow::Result<End> {
    if let Some(backup) = &arguments.verify {
        return check(backup);
    }
    let folder = arguments.folder.as_deref().context("which company? `opcx backup FOLDER BACKUP`")?;
    let to = arguments.to.as_deref().context("where to? `opcx backup FOLDER BACKUP`")?;
    let mut company = Company::load(folder)?;
    company.keep_data_in(arguments.data.as_deref())?;
    let began = Instant::now();
    let Backup { manifest, copied_bytes, rewritten } = backup(&company.data(), to)?;
    let mut words = format!(
        "{} in `{}`; {copied_bytes} bytes copied in {:.1} s\n",
        holds(&manifest),
        to.display(),
        began.elapsed().as_secs_f64()
    );
    if rewritten > 0 {
        words +=
            &format!("{rewritten} segments had been rewritten since the last backup and were copied anew\n");
    }
    super::print(&words)?;
    Ok(End::Fine)
}

fn check(backup: &Path) -> anyhow::Result<End> {
    let (manifest, faults) = verify(backup)?;
    let lines: String = faults.iter().map(|fault| format!("{fault}\n")).collect();
    let last = match faults.len() {
        0 => format!("{}: every byte is what was put there\n", holds(&manifest)),
        count => format!("{count} of its files are damaged; back up into another folder\n"),
    };
    super::print(&(lines + &last))?;
    Ok(if faults.is_empty() { End::Fine } else { End::Found })
}

fn holds(manifest: &Manifest) -> String {
    format!("{} records up to {}", manifest.end, clock(manifest.clock))
}

/// The log's clock, in words.
pub(super) fn clock(clock: Option<Timestamp>) -> String {
    clock.map_or_else(|| "no live traffic yet".to_owned(), |clock| clock.to_string())
}
