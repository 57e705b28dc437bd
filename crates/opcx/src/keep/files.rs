//! Files and their checksums.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Context as _;
use opcx_store::disk::DiskFile;

use crate::house::history;

/// Bytes read at a time.
const PIECE_BYTES: usize = 1 << 20;

/// The files of a data directory that a backup holds beside the log, by their paths: the definitions that
/// decided, and who was erased.
///
/// # Errors
/// The disk refused.
pub(super) fn beside_the_log(data: &Path) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    let folder = data.join(history::FOLDER);
    if folder.is_dir() {
        for entry in fs::read_dir(&folder).with_context(|| format!("listing `{}`", folder.display()))? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if !name.ends_with(".tmp") {
                found.push(format!("{}/{name}", history::FOLDER));
            }
        }
    }
    if data.join(ERASURES).is_file() {
        found.push(ERASURES.to_owned());
    }
    found.sort();
    Ok(found)
}

/// The list of who was erased, in a data directory.
pub(super) const ERASURES: &str = "erasures";

/// Hands the bytes of the file at `path` from `start` to `end` on, piece by piece.
///
/// # Errors
/// The disk refused, the file ends before, or `take` said so.
pub(super) fn pieces(
    file: &impl DiskFile,
    path: &Path,
    start: u64,
    end: u64,
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> anyhow::Result<()> {
    let mut read = || {
        let (mut at, mut piece) = (start, vec![0; PIECE_BYTES]);
        while at < end {
            let most = usize::try_from(end - at).unwrap_or(PIECE_BYTES).min(PIECE_BYTES);
            match file.read_at(&mut piece[..most], at) {
                Ok(0) => return Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
                Ok(read) => {
                    take(&piece[..read])?;
                    at += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    };
    read().with_context(|| format!("copying or reading `{}`", path.display()))
}

/// BLAKE3 of a file's first bytes.
///
/// # Errors
/// The disk refused, or the file is shorter.
pub(super) fn sum(path: &Path, bytes: u64) -> anyhow::Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    let file = File::open(path).with_context(|| format!("opening `{}`", path.display()))?;
    pieces(&file, path, 0, bytes, |piece| {
        hasher.update(piece);
        Ok(())
    })?;
    Ok(hasher.finalize())
}

/// Copies a file's first bytes to a new file, durably.
///
/// # Errors
/// The disk refused.
pub(super) fn copy(from: &Path, to: &Path, bytes: u64) -> anyhow::Result<()> {
    let writing = || format!("writing `{}`", to.display());
    if let Some(above) = to.parent() {
        fs::create_dir_all(above).with_context(writing)?;
    }
    let source = File::open(from).with_context(|| format!("opening `{}`", from.display()))?;
    let mut file = File::create(to).with_context(writing)?;
    pieces(&source, from, 0, bytes, |piece| file.write_all(piece))?;
    file.sync_all().with_context(writing)
}

/// Makes the names in a folder durable.
///
/// # Errors
/// The disk refused.
pub(super) fn sync_folder(folder: &Path) -> anyhow::Result<()> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .with_context(|| format!("syncing `{}`", folder.display()))
}
