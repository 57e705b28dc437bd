//! `opcx init`: writes a small working company.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, bail};

use super::End;

/// What `opcx init` can be told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The folder to make.
    pub folder: PathBuf,
}

/// Writes the starter company, and the schemas that editors check its files with.
///
/// # Errors
/// The folder holds something already, or cannot be written.
pub fn run(arguments: &Arguments) -> anyhow::Result<End> {
    let folder = &arguments.folder;
    let holds_something = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if holds_something {
        bail!("`{}` holds something already; choose a new folder", folder.display());
    }
    let files = opcx_company::starter();
    for (path, text) in &files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)
                .with_context(|| format!("making the folder `{}`", parent.display()))?;
        }
        fs::write(&path, text).with_context(|| format!("writing `{}`", path.display()))?;
    }
    super::check::write_schemas(&folder.join(super::check::SCHEMAS))?;
    let name = folder.display();
    super::print(&format!(
        "A small company is in `{name}`: {} files, each with comments.\n\n\
         \x20 opcx check {name}        says whether everything in it fits together\n\
         \x20 opcx serve {name}        takes events in over HTTP and acts on them\n\
         \x20 opcx show {name} pulse   shows how customers fare\n",
        files.len()
    ))?;
    Ok(End::Fine)
}
