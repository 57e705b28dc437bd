//! Mending: what the doctor found is put right, and what was there is kept aside.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use opcx_core::log::Position;
use opcx_core::record::Entry;
use opcx_store::disk::read_full_at;
use opcx_store::parts::Raw;
use opcx_store::{Segment, StoreError, frame_bytes, open_segment, segment_header, set_aside, survey_segment};

use super::doctor::{Examined, Part, Report, examine_all};
use super::{Erasures, Manifest, files, verify};
use crate::house::{Company, history};

/// Puts right what is wrong with a company's data: takes records that are lost, and definitions, from a
/// backup, and derives the state anew. Says what it does, a line each; whatever it replaces is moved into
/// `damaged-DATE` in the data directory.
///
/// # Errors
/// Something is needed from a backup and there is none, or it does not have it; or a disk refused.
pub fn mend(
    company: &Company,
    backup: Option<&Path>,
    tell: &mut dyn FnMut(String),
) -> anyhow::Result<Report> {
    let data = company.data();
    let Examined { report, segments } = examine_all(&data)?;
    let is_wrong = |part| report.faults.iter().any(|fault| fault.part == part);
    let backup = backup.map(Source::open).transpose()?;
    if let Some(backup) = &backup
        && is_wrong(Part::Log)
        && !Erasures::read(&backup.folder)?.hold(&Erasures::read(&data)?)
    {
        bail!(
            "customers were erased since the backup in `{}`, and it still tells of them; name a newer one",
            backup.folder.display()
        );
    }
    {
        let _lock = opcx_store::lock(&data)?;
        if is_wrong(Part::Format) && data.join("format").exists() {
            tell(format!(
                "the format's file was set aside in `{}`",
                aside(&data, Path::new("format"))?.display()
            ));
        }
        if is_wrong(Part::Log) {
            mend_log(&data, &segments, report.lost_until, backup.as_ref(), tell)?;
        }
        if is_wrong(Part::Definitions)
            && let Some(backup) = &backup
        {
            take_definitions(&data, backup, tell)?;
        }
        if is_wrong(Part::State) && data.join("state").exists() {
            tell(format!("the state was set aside in `{}`", aside(&data, Path::new("state"))?.display()));
        }
    }
    let store = company.open_store()?;
    if is_wrong(Part::State) {
        company.catch_up(&store, true, &data)?;
        tell(format!("the state was derived anew up to position {}", store.progress()?.position));
    }
    drop(store);
    Ok(examine_all(&data)?.report)
}

fn aside(data: &Path, within: &Path) -> anyhow::Result<PathBuf> {
    set_aside(data, within).with_context(|| format!("setting `{}` aside", data.join(within).display()))
}

/// A backup that is whole.
struct Source {
    folder: PathBuf,
    manifest: Manifest,
}

impl Source {
    fn open(folder: &Path) -> anyhow::Result<Source> {
        let (manifest, faults) = verify(folder)?;
        if !faults.is_empty() {
            bail!("the backup in `{}` is damaged itself:\n{}", folder.display(), faults.join("\n"));
        }
        Ok(Source { folder: folder.to_owned(), manifest })
    }

    /// Its frames of the records from `from` to before `until`.
    fn frames(&self, from: Position, until: Position) -> anyhow::Result<Frames> {
        let mut frames = Frames::new();
        for copy in self.manifest.segments.iter().filter(|copy| copy.first < until && copy.end > from) {
            let path = self.folder.join("log").join(copy.name());
            frames.append(&mut whole_frames(&path, copy.first, Some(copy.end))?.0);
        }
        frames.retain(|position, _| (from..until).contains(position));
        Ok(frames)
    }
}

/// Frames as they lie in a file, by the positions of their records.
type Frames = BTreeMap<Position, Vec<u8>>;

/// The frames of a segment that are whole and mean something, and what the segment is like.
fn whole_frames(path: &Path, first: Position, until: Option<Position>) -> anyhow::Result<(Frames, Segment)> {
    let file = open_segment(path)?;
    let (mut frames, mut refused) = (Frames::new(), None);
    let mut show = |_: &Path, offset: u64, raw: Raw<'_>| {
        if postcard_decodes(raw.entry) {
            let mut bytes = vec![0; frame_bytes(raw)];
            match read_full_at(&file, &mut bytes, offset) {
                Ok(_) => drop(frames.insert(raw.position, bytes)),
                Err(error) => refused = Some(error),
            }
        }
        Ok::<_, StoreError>(())
    };
    let segment = survey_segment(&file, path.to_owned(), first, until, &mut show)?;
    match refused {
        None => Ok((frames, segment)),
        Some(error) => Err(error).with_context(|| format!("reading `{}`", path.display())),
    }
}

fn postcard_decodes(entry: &[u8]) -> bool {
    opcx_store::Encoded::from_bytes(entry.to_vec()).decode().is_ok_and(|_: Entry| true)
}

/// Writes every segment anew of which something is missing.
fn mend_log(
    data: &Path,
    segments: &[Segment],
    lost_tail: Option<Position>,
    backup: Option<&Source>,
    tell: &mut dyn FnMut(String),
) -> anyhow::Result<()> {
    if let Some(first) = segments.first().filter(|first| first.first > Position::START) {
        write_segment(data, Position::START, first.first, Frames::new(), backup, tell)?;
    }
    for (at, segment) in segments.iter().enumerate() {
        let next = segments.get(at + 1).map(|next| next.first);
        let tail = lost_tail.filter(|_| next.is_none());
        if segment.damage.is_empty() && tail.is_none() {
            continue;
        }
        let (frames, _) = whole_frames(&segment.path, segment.first, next)?;
        let until = next.or(tail).unwrap_or(segment.end);
        write_segment(data, segment.first, until, frames, backup, tell)?;
    }
    Ok(())
}

/// Writes one segment of the frames that are there and, where some are missing, of the backup's.
fn write_segment(
    data: &Path,
    first: Position,
    until: Position,
    mut frames: Frames,
    backup: Option<&Source>,
    tell: &mut dyn FnMut(String),
) -> anyhow::Result<()> {
    let positions = || (first.get()..until.get()).map(Position::new);
    let missing: Vec<Position> = positions().filter(|position| !frames.contains_key(position)).collect();
    if let (Some(from), Some(last)) = (missing.first(), missing.last()) {
        let backup = backup.context("records of the log are lost; name a backup with --backup")?;
        let mut theirs = backup.frames(*from, last.next())?;
        for position in &missing {
            let Some(frame) = theirs.remove(position) else {
                bail!(
                    "the record at position {position} is lost, and the backup in `{}`, which ends at {}, does not have \
                     it; nothing of this segment was changed",
                    backup.folder.display(),
                    backup.manifest.end
                );
            };
            frames.insert(*position, frame);
        }
    }
    let within = Path::new("log").join(format!("{:020}.log", first.get()));
    let (path, draft) = (data.join(&within), data.join(&within).with_extension("mended"));
    let write = || {
        let mut file = File::create(&draft)?;
        file.write_all(&segment_header(first))?;
        for position in positions() {
            file.write_all(&frames[&position])?;
        }
        file.sync_all()
    };
    write().with_context(|| format!("writing `{}`", draft.display()))?;
    if path.exists() {
        let to = aside(data, &within)?;
        tell(format!("`{}` was set aside in `{}`", within.display(), to.display()));
    }
    fs::rename(&draft, &path).with_context(|| format!("naming `{}`", draft.display()))?;
    files::sync_folder(&data.join("log"))?;
    tell(format!("`{}` was written anew, with {} records from the backup", within.display(), missing.len()));
    Ok(())
}

fn take_definitions(data: &Path, backup: &Source, tell: &mut dyn FnMut(String)) -> anyhow::Result<()> {
    if data.join(history::FOLDER).exists() {
        let to = aside(data, Path::new(history::FOLDER))?;
        tell(format!("the definitions were set aside in `{}`", to.display()));
    }
    let theirs = backup.manifest.files.iter();
    for file in theirs.filter(|file| file.path.starts_with(&format!("{}/", history::FOLDER))) {
        files::copy(&backup.folder.join(&file.path), &data.join(&file.path), file.bytes)?;
    }
    tell("the definitions were taken from the backup".into());
    Ok(())
}
