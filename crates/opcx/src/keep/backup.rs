//! Backup: copies what is new of a log that may be running.

use std::fs::{self, File, Metadata};
use std::io::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::{Context as _, bail};
use opcx_core::log::Position;
use opcx_core::time::Timestamp;
use opcx_store::disk::DiskFile;
use opcx_store::{Segment, StoreError, open_segment, survey_segment};

use super::files;
use super::manifest::{self, FileCopy, Manifest, SegmentCopy};
use super::verify::read_manifest;
use crate::house::history;

/// What a backup came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// What the backup holds now.
    pub manifest: Manifest,
    /// How many bytes were copied.
    pub copied_bytes: u64,
    /// How many segments had been rewritten since the last backup, and were copied anew.
    pub rewritten: usize,
}

/// Copies the log in a data directory, and the definitions that decided on it, into a folder; of what an
/// earlier backup has there, only what is new. The log may be in use. Until the end the earlier backup stands.
///
/// # Errors
/// There is no log, it is damaged, the folder holds something else or a backup of another log, or a disk refused.
pub fn backup(data: &Path, to: &Path) -> anyhow::Result<Backup> {
    let log = data.join("log");
    if !log.is_dir() {
        bail!("there is no log in `{}`; nothing was taken in yet", data.display());
    }
    let earlier = earlier(to)?;
    let _lock = opcx_store::lock(to)?;
    fs::create_dir_all(to.join("log")).with_context(|| format!("making `{}`", to.display()))?;
    let mut work = Work { log, to: to.to_owned(), began: None, copied_bytes: 0, rewritten: 0 };
    let segments = work.segments(earlier.as_ref())?;
    // After the log: what decided on these records was noted before they were decided on.
    let files = work.files(data)?;
    let manifest = Manifest::of(work.began, segments, files);
    files::sync_folder(&to.join("log"))?;
    history::write(&to.join(manifest::FILE), &manifest.to_bytes())?;
    Ok(Backup { manifest, copied_bytes: work.copied_bytes, rewritten: work.rewritten })
}

/// The backup that is in a folder already.
fn earlier(to: &Path) -> anyhow::Result<Option<Manifest>> {
    if manifest::is_in(to) {
        return read_manifest(to).map(Some);
    }
    let foreign = fs::read_dir(to).into_iter().flatten().flatten().find(|entry| {
        // What a first backup leaves that was broken off.
        !["lock", "log", history::FOLDER].iter().any(|known| entry.file_name() == *known)
    });
    if let Some(foreign) = foreign {
        bail!(
            "`{}` holds `{}` and is no backup; choose an empty folder",
            to.display(),
            foreign.file_name().display()
        );
    }
    Ok(None)
}

struct Work {
    log: PathBuf,
    to: PathBuf,
    /// The time of the log's first record.
    began: Option<Timestamp>,
    copied_bytes: u64,
    rewritten: usize,
}

impl Work {
    fn segments(&mut self, earlier: Option<&Manifest>) -> anyhow::Result<Vec<SegmentCopy>> {
        let mut firsts: Vec<Position> = fs::read_dir(&self.log)
            .with_context(|| format!("listing `{}`", self.log.display()))?
            .filter_map(|entry| {
                entry.ok()?.file_name().into_string().ok()?.strip_suffix(".log")?.parse().ok()
            })
            .map(Position::new)
            .collect();
        firsts.sort_unstable();
        self.look_whether_it_is_the_same_log(firsts.first().copied(), earlier)?;
        let mut copies: Vec<SegmentCopy> = Vec::new();
        for (at, &first) in firsts.iter().enumerate() {
            if first != copies.last().map_or(Position::START, |last| last.end) {
                bail!("the log lacks the records before position {first}; {MEND}");
            }
            let before = earlier.and_then(|earlier| earlier.segments.iter().find(|copy| copy.first == first));
            copies.push(self.segment(first, firsts.get(at + 1).copied(), before)?);
        }
        let (end, had) = (copies.last().map(|last| last.end), earlier.map(|earlier| earlier.end));
        if end < had {
            bail!(
                "the backup holds records up to position {}, the log ends at {}: it lost some, or was restored; \
                 back up into another folder",
                had.unwrap_or_default(),
                end.unwrap_or_default()
            );
        }
        Ok(copies)
    }

    fn look_whether_it_is_the_same_log(
        &mut self,
        first: Option<Position>,
        earlier: Option<&Manifest>,
    ) -> anyhow::Result<()> {
        let Some(first) = first else { return Ok(()) };
        let path = self.log.join(name(first));
        let file = open_segment(&path)?;
        // One record is enough.
        let mut began = None;
        let surveyed = survey_segment(&file, path, first, None, &mut |_, _, raw| {
            began = Some(raw.at);
            Err(Stop)
        });
        debug_assert!(surveyed.is_err() || began.is_none(), "it stops at the first record");
        let known = earlier.and_then(|earlier| earlier.began);
        if known.is_some() && known != began {
            bail!("`{}` holds a backup of another log; choose another folder", self.to.display());
        }
        self.began = began;
        Ok(())
    }

    fn segment(
        &mut self,
        first: Position,
        until: Option<Position>,
        before: Option<&SegmentCopy>,
    ) -> anyhow::Result<SegmentCopy> {
        let (source, target) = (self.log.join(name(first)), self.to.join("log").join(name(first)));
        let reading = || format!("reading `{}`", source.display());
        // Pressed or not, it is copied as it was written: so a segment that was pressed since has not changed.
        let file = open_segment(&source)?;
        let metadata = fs::metadata(&source).with_context(reading)?;
        let there = fs::metadata(&target).map_or(0, |metadata| metadata.len());
        if let Some(before) = before
            && until == Some(before.end)
            && (before.source_bytes, before.source_modified) == (metadata.len(), modified(&metadata))
            && there >= before.bytes
        {
            return Ok(before.clone());
        }
        let found: Segment =
            survey_segment(&file, source.clone(), first, until, &mut |_, _, _| Ok::<_, StoreError>(()))?;
        if let Some(damage) = found.damage.first() {
            bail!(
                "the log is damaged at positions {} to {} in `{}`: {}; the backup stays as it was; {MEND}",
                damage.positions.start,
                damage.positions.end.get().saturating_sub(1),
                source.display(),
                damage.what
            );
        }
        let mut hasher = blake3::Hasher::new();
        let mut from = 0;
        if let Some(before) = before.filter(|before| before.bytes <= found.bytes && there >= before.bytes) {
            files::pieces(&file, &source, 0, before.bytes, |piece| {
                hasher.update(piece);
                Ok(())
            })?;
            from = before.bytes;
            if hasher.finalize().to_string() != before.blake3 {
                (hasher, from) = (blake3::Hasher::new(), 0);
            }
        }
        if from == 0 && before.is_some() {
            self.rewritten += 1;
        }
        self.append((&file, &source), &target, from..found.bytes, &mut hasher)?;
        Ok(SegmentCopy {
            first,
            end: found.end,
            bytes: found.bytes,
            blake3: hasher.finalize().to_string(),
            clock: found.live,
            source_bytes: metadata.len(),
            source_modified: modified(&metadata),
        })
    }

    /// Copies a segment's bytes from `from` on behind those that are there; from the start, into a new file.
    fn append(
        &mut self,
        (file, source): (&impl DiskFile, &Path),
        target: &Path,
        Range { start: from, end: to }: Range<u64>,
        hasher: &mut blake3::Hasher,
    ) -> anyhow::Result<()> {
        let writing = || format!("writing `{}`", target.display());
        let draft = target.with_extension("new");
        let path = if from == 0 { &draft } else { target };
        let mut copy =
            File::options().write(true).create(true).truncate(from == 0).open(path).with_context(writing)?;
        copy.set_len(from).with_context(writing)?;
        std::io::Seek::seek(&mut copy, std::io::SeekFrom::Start(from)).with_context(writing)?;
        files::pieces(file, source, from, to, |piece| {
            hasher.update(piece);
            copy.write_all(piece)
        })?;
        copy.sync_all().with_context(writing)?;
        if from == 0 {
            fs::rename(&draft, target).with_context(writing)?;
        }
        self.copied_bytes += to - from;
        Ok(())
    }

    fn files(&mut self, data: &Path) -> anyhow::Result<Vec<FileCopy>> {
        let mut copies = Vec::new();
        for path in files::beside_the_log(data)? {
            let (source, target) = (data.join(&path), self.to.join(&path));
            let content = fs::read(&source).with_context(|| format!("reading `{}`", source.display()))?;
            if fs::read(&target).ok().as_ref() != Some(&content) {
                fs::create_dir_all(target.parent().unwrap_or(&self.to))
                    .with_context(|| format!("making the folder of `{}`", target.display()))?;
                history::write(&target, &content)?;
                self.copied_bytes += content.len() as u64;
            }
            let blake3 = blake3::hash(&content).to_string();
            copies.push(FileCopy { path, bytes: content.len() as u64, blake3 });
        }
        Ok(copies)
    }
}

const MEND: &str = "`opcx doctor FOLDER --mend --backup BACKUP` takes what is missing from a backup";

/// A survey that was stopped on purpose.
struct Stop;

impl From<StoreError> for Stop {
    fn from(_: StoreError) -> Stop {
        Stop
    }
}

fn name(first: Position) -> String {
    format!("{:020}.log", first.get())
}

fn modified(metadata: &Metadata) -> u64 {
    let since = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since.map_or(0, |since| u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
}
