//! Restore: makes a data directory out of a backup, up to a point in time.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use opcx_core::log::{Lane, Position};
use opcx_core::time::Timestamp;
use opcx_store::{Embedded, Store, StoreError, survey_segment};

use super::manifest::{Manifest, SegmentCopy};
use super::{Erasures, files, held, verify};
use crate::house::Company;
use crate::house::history::History;

/// Up to where a log is restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// All of it.
    End,
    /// The last record of live traffic at or before this time, and everything before that record.
    Time(Timestamp),
    /// Every record before this position.
    Position(Position),
}

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The position after the last record restored.
    pub end: Position,
    /// The position after the backup's last record.
    pub backup_end: Position,
    /// The time of the last record of live traffic.
    pub clock: Option<Timestamp>,
    /// How many customers were erased since the backup, and from what was restored.
    pub erased: usize,
}

/// Makes the company's data directory out of a backup: its log up to a point, and the state that follows
/// from it. Deliveries are held back until they are released.
///
/// # Errors
/// There is data already, the backup is damaged or has no such point, or a disk refused.
pub fn restore(company: &Company, backup: &Path, until: Until) -> anyhow::Result<Restored> {
    let data = company.data();
    if let Some(taken) = ["format", "log", "state"].into_iter().find(|name| data.join(name).exists()) {
        bail!(
            "there is a store in `{}` already (`{taken}`); move it away, or restore to another folder with --data",
            data.display()
        );
    }
    let (manifest, faults) = verify(backup)?;
    if !faults.is_empty() {
        bail!("the backup in `{}` is damaged:\n{}", backup.display(), faults.join("\n"));
    }
    let cut = Cut::of(&manifest, backup, until)?;
    {
        let _lock = opcx_store::lock(&data)?;
        lay_out(&manifest, backup, &data, &cut)?;
    }
    let store: Arc<dyn Store> = Arc::new(Embedded::open(&data, &opcx_store::Settings::default())?);
    if store.end() != cut.end {
        bail!(
            "the restored log ends at {} instead of {}; this is a fault of opcx, report it",
            store.end(),
            cut.end
        );
    }
    company.catch_up(&store, true, &data)?;
    let erased = Erasures::read(&data)?
        .apply(&*store, &company.definitions, &data, &mut || company.catch_up(&store, true, &data))?;
    Ok(Restored { erased, end: cut.end, backup_end: manifest.end, clock: cut.clock })
}

/// Copies a log up to a cut and what belongs to it. The log gets its name last, so that a restore that was
/// broken off is none.
fn lay_out(manifest: &Manifest, backup: &Path, data: &Path, cut: &Cut) -> anyhow::Result<()> {
    let draft = data.join("log.restoring");
    if draft.exists() {
        fs::remove_dir_all(&draft).with_context(|| format!("removing `{}`", draft.display()))?;
    }
    fs::create_dir_all(&draft).with_context(|| format!("making `{}`", draft.display()))?;
    for copy in manifest.segments.iter().filter(|copy| copy.first < cut.end || copy.first == Position::START)
    {
        let bytes = if copy.end <= cut.end { copy.bytes } else { cut.bytes };
        files::copy(&backup.join("log").join(copy.name()), &draft.join(copy.name()), bytes)?;
    }
    files::sync_folder(&draft)?;
    for file in &manifest.files {
        let target = data.join(&file.path);
        // A list of erasures that is there is at least as new as the backup's.
        if file.path != files::ERASURES || !target.exists() {
            files::copy(&backup.join(&file.path), &target, file.bytes)?;
        }
    }
    History::open(data)?.cut(cut.end)?;
    held::hold(data, cut.end)?;
    fs::rename(&draft, data.join("log")).with_context(|| format!("naming `{}`", draft.display()))?;
    files::sync_folder(data)
}

/// Where a log is cut.
struct Cut {
    /// The position after the last record kept.
    end: Position,
    /// Where that record ends in its segment, in bytes.
    bytes: u64,
    clock: Option<Timestamp>,
}

impl Cut {
    fn of(manifest: &Manifest, backup: &Path, until: Until) -> anyhow::Result<Cut> {
        let whole = |clock| Cut { end: manifest.end, bytes: u64::MAX, clock };
        match until {
            Until::End => Ok(whole(manifest.clock)),
            Until::Position(end) if end == manifest.end => Ok(whole(manifest.clock)),
            Until::Position(end) if end > manifest.end => {
                bail!("the backup ends at position {}, before {end}", manifest.end)
            }
            Until::Position(end) => {
                let mut clock = None;
                for copy in manifest.segments.iter().filter(|copy| copy.first <= end) {
                    if copy.end <= end {
                        clock = copy.clock.or(clock);
                        continue;
                    }
                    let mut bytes = None;
                    records(backup, copy, &mut |position, offset, lane, at| {
                        if position == end {
                            bytes = Some(offset);
                        } else if position < end && lane == Lane::LIVE {
                            clock = Some(at);
                        }
                    })?;
                    let bytes = bytes.with_context(|| format!("position {end} is not where it should be"))?;
                    return Ok(Cut { end, bytes, clock });
                }
                bail!("the backup has no position {end}")
            }
            Until::Time(time) => {
                let mut last = None;
                for copy in &manifest.segments {
                    records(backup, copy, &mut |position, _, lane, at| {
                        if lane == Lane::LIVE && at <= time {
                            last = Some(position);
                        }
                    })?;
                }
                let Some(last) = last else {
                    bail!(
                        "nothing of live traffic was taken in up to {time}; imports run on clocks of their own, so name a \
                         position with --until-position"
                    );
                };
                Cut::of(manifest, backup, Until::Position(last.next()))
            }
        }
    }
}

/// Shows where the records of a segment stand: position, offset, lane and time.
fn records(
    backup: &Path,
    copy: &SegmentCopy,
    show: &mut dyn FnMut(Position, u64, Lane, Timestamp),
) -> anyhow::Result<()> {
    let path = backup.join("log").join(copy.name());
    let file = File::open(&path).with_context(|| format!("opening `{}`", path.display()))?;
    survey_segment(&file, path, copy.first, Some(copy.end), &mut |_, offset, raw| {
        show(raw.position, offset, raw.lane, raw.at);
        Ok::<_, StoreError>(())
    })?;
    Ok(())
}
