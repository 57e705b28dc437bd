//! What a program is watched at: what its users do.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};

/// Of how many customers a month is taken in: some 300,000 events.
const CUSTOMERS: &str = "20000";
/// Loads on the door, which are not decided on, and a thousand playbooks.
const LOADS: &str = "accept,single,playbooks";
/// How long each is kept up.
const SECONDS: &str = "5";

/// Lets `opcx` work in `folder`: a simulated month is taken in, decided anew and asked about; then come loads.
pub(super) fn watch(opcx: &Path, root: &Path, folder: &Path) -> anyhow::Result<()> {
    let company = folder.join("shop");
    copy(&root.join("examples/shop"), &company).context("copying examples/shop")?;
    let month = folder.join("month");
    let work = |arguments: &[&OsStr]| work(opcx, arguments);
    work(&[os("sim"), os("--customers"), os(CUSTOMERS), os("--out"), month.as_ref()])?;
    let events = month.join("events.jsonl");
    work(&[os("import"), company.as_ref(), events.as_ref(), os("--mapping"), os("bus")])?;
    fs::remove_dir_all(company.join("live.opcx-data/state"))
        .context("removing the state, so that it is derived anew")?;
    for view in ["pulse", "promises", "decisions"] {
        work(&[os("show"), company.as_ref(), os(view)])?;
    }
    let loads = ["bench", "--only", LOADS, "--seconds", SECONDS, "--folder"].map(os);
    work(&[&loads[..], &[folder.as_ref()]].concat())
}

fn os(text: &str) -> &OsStr {
    OsStr::new(text)
}

/// Runs one command to its end; what it prints is shown only if it fails.
fn work(opcx: &Path, arguments: &[&OsStr]) -> anyhow::Result<()> {
    let output = Command::new(opcx).args(arguments).output().context("starting opcx")?;
    // One: it found something for people to look at, such as events that no one can understand; the month has some.
    if !matches!(output.status.code(), Some(0 | 1)) {
        bail!("`opcx {}` failed:\n{}", arguments[0].display(), String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
