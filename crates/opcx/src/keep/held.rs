//! Deliveries held back: after a restore it has to be said that they may go out.
//!
//! A backup is older than what happened last. What was delivered since then is not in it, so a restored
//! engine may decide on it again, and would deliver it again. Under the same id it does no harm, under
//! another one it does, and where somebody restores to look at the past it always does.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use opcx_core::log::Position;

use crate::house::history;

/// The file's name within the data directory.
const FILE: &str = "held";

/// Why deliveries are held back, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held(pub String);

/// Holds deliveries back from now on.
///
/// # Errors
/// The disk refused.
pub(super) fn hold(data: &Path, end: Position) -> anyhow::Result<()> {
    history::write(&data.join(FILE), format!("this data was restored up to position {end}\n").as_bytes())
}

/// Whether deliveries are held back.
#[must_use]
pub fn held(data: &Path) -> Option<Held> {
    // A file that cannot be read holds as well.
    let path = data.join(FILE);
    path.exists().then(|| Held(fs::read_to_string(path).unwrap_or_default().trim().to_owned()))
}

/// Lets deliveries go out, from the next start on. Returns whether they were held back.
///
/// # Errors
/// The disk refused.
pub fn release(data: &Path) -> anyhow::Result<bool> {
    let path = data.join(FILE);
    match fs::remove_file(&path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        removed => removed.map(|()| false).with_context(|| format!("removing `{}`", path.display())),
    }
}
