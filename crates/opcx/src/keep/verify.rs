//! Whether a backup still holds what was put there.

use std::fs::{self, File};
use std::path::Path;

use anyhow::{Context as _, bail};
use opcx_store::{StoreError, survey_segment};

use super::files;
use super::manifest::{self, MANIFEST_BYTES_MAX, Manifest};

/// Looks at every byte of a backup. Returns its manifest, and what is wrong, a line each.
///
/// # Errors
/// There is no backup, its manifest is damaged, or the disk refused.
pub fn verify(backup: &Path) -> anyhow::Result<(Manifest, Vec<String>)> {
    let manifest = read_manifest(backup)?;
    let mut faults = Vec::new();
    let files = manifest.files.iter().map(|file| (file.path.clone(), file.bytes, &file.blake3));
    let segments =
        manifest.segments.iter().map(|copy| (format!("log/{}", copy.name()), copy.bytes, &copy.blake3));
    for (path, bytes, blake3) in segments.chain(files) {
        let there = fs::metadata(backup.join(&path)).map(|metadata| metadata.len());
        match there {
            Err(_) => faults.push(format!("{path} is not there")),
            Ok(length) if length < bytes => {
                faults.push(format!("{path} has {length} bytes, {bytes} were put there"));
            }
            Ok(_) if files::sum(&backup.join(&path), bytes)?.to_string() != *blake3 => {
                faults.push(format!("{path} is not what was put there: its BLAKE3 differs"));
            }
            Ok(_) => {}
        }
    }
    // Bytes that are what was put there can still not be what they should: so the frames as well.
    let sound_so_far = if faults.is_empty() { &manifest.segments[..] } else { &[] };
    for copy in sound_so_far {
        let path = backup.join("log").join(copy.name());
        let file = File::open(&path).with_context(|| format!("opening `{}`", path.display()))?;
        let show = &mut |_: &Path, _, _: opcx_store::parts::Raw<'_>| Ok::<_, StoreError>(());
        let found = survey_segment(&file, path, copy.first, Some(copy.end), show)?;
        faults.extend(found.damage.iter().map(|damage| {
            let (from, until) = (damage.positions.start, damage.positions.end);
            format!("log/{}: {}, from position {from} to before {until}", copy.name(), damage.what)
        }));
    }
    Ok((manifest, faults))
}

/// The manifest of the backup in a folder.
///
/// # Errors
/// There is none, or it is damaged.
pub(super) fn read_manifest(backup: &Path) -> anyhow::Result<Manifest> {
    let path = backup.join(manifest::FILE);
    let length =
        fs::metadata(&path).with_context(|| format!("there is no backup in `{}`", backup.display()))?;
    if length.len() > MANIFEST_BYTES_MAX {
        bail!("`{}` is longer than any manifest", path.display());
    }
    let bytes = fs::read(&path).with_context(|| format!("reading `{}`", path.display()))?;
    Manifest::parse(&bytes).with_context(|| format!("the manifest `{}` is of no use", path.display()))
}
