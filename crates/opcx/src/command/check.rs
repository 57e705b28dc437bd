//! `opcx check`: every fault of a folder at once.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use opcx_company::Severity;

use super::End;
use crate::cli::Folder;

/// Where the schemas are written within a company's folder.
pub(super) const SCHEMAS: &str = ".opcx/schemas";

/// What `opcx check` can be told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    folder: Folder,
    /// Also write the JSON Schemas of the files into this folder.
    #[arg(long, value_name = "FOLDER")]
    schemas: Option<PathBuf>,
}

/// Prints every fault as `file:line:column: what, and how to mend it`.
///
/// # Errors
/// The schemas cannot be written, or nothing can be printed.
pub fn run(arguments: &Arguments) -> anyhow::Result<End> {
    if let Some(folder) = &arguments.schemas {
        write_schemas(folder)?;
    }
    let loaded = opcx_company::load(&arguments.folder.folder);
    let count = |severity| loaded.faults.iter().filter(|fault| fault.severity == severity).count();
    let errors = counted(count(Severity::Error), "error");
    let warnings = counted(count(Severity::Warning), "warning");
    let folder = arguments.folder.folder.display();
    let last = match &loaded.definitions {
        Some(definitions) => format!(
            "{folder}: {}, {}, {}, {}, {}; {warnings} (version {})",
            counted(definitions.journeys.len(), "journey"),
            counted(definitions.moments.len(), "moment"),
            counted(definitions.promises.len(), "promise"),
            counted(definitions.playbooks.len(), "playbook"),
            counted(definitions.templates.len(), "template"),
            definitions.version,
        ),
        None => format!("{folder}: {errors}, {warnings}"),
    };
    let lines = loaded.faults.iter().map(ToString::to_string).chain([last]);
    super::print(&lines.map(|line| line + "\n").collect::<String>())?;
    Ok(if loaded.faults.is_empty() { End::Fine } else { End::Found })
}

fn counted(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// Writes the JSON Schemas of a company's files.
///
/// # Errors
/// The folder cannot be written.
pub(super) fn write_schemas(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("making the folder `{}`", folder.display()))?;
    for (name, schema) in opcx_company::schemas() {
        let path = folder.join(name);
        fs::write(&path, schema).with_context(|| format!("writing `{}`", path.display()))?;
    }
    Ok(())
}
