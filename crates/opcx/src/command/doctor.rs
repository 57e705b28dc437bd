//! `opcx doctor`: examines the data, and mends it.

use std::path::PathBuf;

use super::End;
use super::backup::clock;
use crate::cli::Folder;
use crate::house::{Company, is_in_use};
use crate::keep::{Part, Report, examine, mend};

/// What `opcx doctor` can be told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    folder: Folder,
    /// The data directory, instead of the one in `opcx.toml`.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Mend what is damaged. Nothing is thrown away: it is moved into `damaged-DATE` in the data directory.
    #[arg(long)]
    mend: bool,
    /// With `--mend`: take what the log has lost from this backup.
    #[arg(long, value_name = "BACKUP", requires = "mend")]
    backup: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Examines, mends if told to, and prints what is wrong then.
///
/// # Errors
/// Another process has the data open, there is none, or it cannot be mended.
pub fn run(arguments: &Arguments) -> anyhow::Result<End> {
    let mut company = Company::load(&arguments.folder.folder)?;
    company.keep_data_in(arguments.data.as_deref())?;
    let examined = if arguments.mend {
        mend(&company, arguments.backup.as_deref(), &mut |done| eprintln!("{done}"))
    } else {
        examine(&company.data())
    };
    let report = examined.map_err(|error| {
        if is_in_use(&error) {
            error.context("is `opcx serve` running? stop it for as long as this takes")
        } else {
            error
        }
    })?;
    super::print(&if arguments.json {
        serde_json::to_string(&report)? + "\n"
    } else {
        in_words(&report, &arguments.folder)
    })?;
    Ok(if report.faults.is_empty() { End::Fine } else { End::Found })
}

fn in_words(report: &Report, folder: &Folder) -> String {
    let mut words = format!(
        "log: {} records in {} segments, up to {}\ndefinitions: {} versions decided\n",
        report.end,
        report.segments,
        clock(report.clock),
        report.definitions
    );
    words += &match report.decided {
        Some(position) => {
            let rows: u64 = report.rows.iter().map(|(_, rows)| rows).sum();
            format!("state: decided up to position {position}, {rows} rows in {} tables\n", report.rows.len())
        }
        None => "state: could not be looked at\n".to_owned(),
    };
    if report.faults.is_empty() {
        return words + "Everything is as it should be.\n";
    }
    for fault in &report.faults {
        words += &format!("{}: {}\n", named(fault.part), fault.what);
    }
    let folder = folder.folder.display();
    let needs_backup = report.faults.iter().any(|fault| matches!(fault.part, Part::Log | Part::Definitions));
    let backup = if needs_backup { " --backup BACKUP" } else { "" };
    words + &format!("`opcx doctor {folder} --mend{backup}` mends it and keeps what it replaces.\n")
}

fn named(part: Part) -> &'static str {
    match part {
        Part::Format => "FORMAT",
        Part::Log => "LOG",
        Part::Definitions => "DEFINITIONS",
        Part::State => "STATE",
    }
}
