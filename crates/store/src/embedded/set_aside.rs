//! Setting things aside: what is damaged is moved, never thrown away.
//!
//! The state follows from the log. One that is damaged, or of another format, goes into a folder of its own
//! beside it, and the engine derives it anew.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use opcx_core::time::Timestamp;

/// Says within the state's folder that somebody came upon damage when reading it.
const MARK: &str = "damaged";

/// A state that was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// What is wrong with it.
    pub why: String,
    /// Where it is now.
    pub to: PathBuf,
}

/// Notes that the state in `folder` is damaged.
pub(super) fn mark(folder: &Path, why: &str) {
    let path = folder.join(MARK);
    if path.exists() {
        return;
    }
    tracing::error!(
        "the state is damaged ({why}): what cannot be read is refused; stop opcx and start it again, and it sets \
         the state aside and derives it anew from the log"
    );
    // Without the note the next opening, or whoever reads next, comes upon the damage again.
    let noted = File::create(&path).and_then(|file| {
        io::Write::write_all(&mut &file, why.as_bytes())?;
        file.sync_all()
    });
    if let Err(error) = noted {
        tracing::warn!(%error, "the damage could not be noted");
    }
}

/// What was noted about the state in `folder`.
pub(super) fn marked(folder: &Path) -> Option<String> {
    fs::read(folder.join(MARK)).ok().map(|why| String::from_utf8_lossy(&why).into_owned())
}

/// Moves a file or folder of a data directory into `damaged-DATE` within the directory.
///
/// # Errors
/// The disk refused.
pub fn set_aside(directory: &Path, within: &Path) -> io::Result<PathBuf> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let now = Timestamp::from_millis(i64::try_from(now).unwrap_or(i64::MAX)).to_string().replace(':', "-");
    let mut number = 0;
    loop {
        let name = if number == 0 { format!("damaged-{now}") } else { format!("damaged-{now}-{number}") };
        let to = directory.join(name).join(within);
        if to.exists() {
            number += 1;
            continue;
        }
        let above = to.parent().unwrap_or(directory);
        fs::create_dir_all(above)?;
        fs::rename(directory.join(within), &to)?;
        for folder in [above, directory] {
            File::open(folder)?.sync_all()?;
        }
        return Ok(to);
    }
}
