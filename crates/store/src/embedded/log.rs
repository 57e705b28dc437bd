use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use opcx_core::log::Position;

use super::frame::{self, Frame};
use super::segment::{self, INDEX_RECORDS, Index, SegmentFile, refused, unsynced};
use super::survey::resync;
use crate::disk::{Disk, DiskFile, write_all_at};
use crate::parts::{Log, Raw};
use crate::{Draft, StoreError};

type Result<T> = core::result::Result<T, StoreError>;

/// The log in segment files of one folder.
///
/// Every append is one write and one sync. Readers see a record once it is synced.
#[derive(Debug)]
pub struct SegmentLog<D: Disk> {
    disk: D,
    folder: PathBuf,
    segment_bytes: u64,
    writer: Mutex<Writer<D::File>>,
    /// In order; the last one is written to.
    segments: RwLock<Vec<Arc<Segment>>>,
    /// The position after the last record synced.
    end: AtomicU64,
}

#[derive(Debug)]
struct Writer<F> {
    file: F,
    segment: Arc<Segment>,
    /// Where the next frame goes.
    offset: u64,
    /// Whether it is known what stands before that.
    sound: bool,
    buffer: Vec<u8>,
}

#[derive(Debug)]
struct Segment {
    first: Position,
    path: PathBuf,
    /// `None` until somebody reads an old segment.
    index: Mutex<Option<Index>>,
    /// Whether its file is pressed; for good, since a file that is rewritten gets a segment of its own here.
    is_pressed: bool,
}

impl Segment {
    fn at(folder: &std::path::Path, first: Position, index: Option<Index>) -> Segment {
        let path = segment::path(folder, first);
        Segment { first, path, index: Mutex::new(index), is_pressed: false }
    }

    fn index(&self) -> MutexGuard<'_, Option<Index>> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The records from `from` to before `until` cannot be read.
    fn damaged(&self, from: Position, until: Position) -> StoreError {
        let last = until.get().saturating_sub(1);
        let which =
            if last <= from.get() { "it is".into() } else { format!("up to position {last} they are") };
        StoreError::Damaged { from, what: format!("{which} broken or missing in {}", self.path.display()) }
    }
}

/// Whether the index has an entry for the record at `position`.
fn is_indexed(first: Position, position: Position) -> bool {
    (position.get() - first.get()).is_multiple_of(INDEX_RECORDS)
}

impl<D: Disk> SegmentLog<D> {
    /// Opens the log in `folder`, or begins one. A torn end, left by a crash in the middle of an
    /// append, is cut off.
    ///
    /// # Errors
    /// The last segment is damaged, the first is missing, a segment is of another version, or the
    /// disk refused. Damage to older segments is found when they are read.
    pub fn open(disk: D, folder: PathBuf, segment_bytes: u64) -> Result<SegmentLog<D>> {
        disk.create_folder(&folder).map_err(refused("making", &folder))?;
        // What was made last time may not have come so far: the folder's own name, and a segment's.
        for folder in folder.parent().into_iter().chain([folder.as_path()]) {
            disk.sync_folder(folder).map_err(unsynced(folder))?;
        }
        let names = disk.list(&folder).map_err(refused("listing", &folder))?;
        let mut firsts: Vec<Position> =
            names.iter().filter_map(|name| segment::first_position(name)).collect();
        firsts.sort_unstable();
        let mut segments: Vec<_> = firsts.iter().map(|first| Segment::at(&folder, *first, None)).collect();
        if let Some(first) = segments.first().filter(|segment| segment.first != Position::START) {
            let from = Position::START;
            return Err(StoreError::Damaged {
                from,
                what: format!("{} is the first file", first.path.display()),
            });
        }
        for old in &mut segments {
            let file = segment::open(&disk, &old.path)?;
            segment::check_header(&file, &old.path, old.first)?;
            old.is_pressed = matches!(file, SegmentFile::Pressed(_));
        }
        // What is written to is not pressed. Where segments after it were lost, it is read and another begun.
        let (writer, end) = match segments.pop_if(|last| !last.is_pressed) {
            Some(last) => {
                let file = disk.open(&last.path).map_err(refused("opening", &last.path))?;
                Writer::at_end_of(file, Arc::new(last))?
            }
            None => {
                let end = match segments.last() {
                    Some(last) => last_whole(&segment::open(&disk, &last.path)?, last, |_, _| {})?.1,
                    None => Position::START,
                };
                (Writer::create(&disk, &folder, end, segment_bytes)?, end)
            }
        };
        let mut segments: Vec<_> = segments.into_iter().map(Arc::new).collect();
        segments.push(Arc::clone(&writer.segment));
        Ok(SegmentLog {
            disk,
            folder,
            segment_bytes,
            writer: Mutex::new(writer),
            segments: RwLock::new(segments),
            end: AtomicU64::new(end.get()),
        })
    }

    fn writer(&self) -> MutexGuard<'_, Writer<D::File>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a new segment at `first`, with room for `bytes` at least.
    fn rotate(&self, writer: &mut Writer<D::File>, first: Position, bytes: u64) -> Result<()> {
        let room = self.segment_bytes.max(bytes + segment::HEADER_BYTES as u64);
        *writer = Writer::create(&self.disk, &self.folder, first, room)?;
        let mut segments = self.segments.write().unwrap_or_else(PoisonError::into_inner);
        segments.push(Arc::clone(&writer.segment));
        Ok(())
    }

    /// The segment that holds `position`, and the position after its last record.
    fn segment_of(&self, position: Position) -> (Arc<Segment>, Position) {
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
        let after = segments.partition_point(|segment| segment.first <= position);
        let until = segments.get(after).map_or(self.end(), |next| next.first);
        (Arc::clone(&segments[after.saturating_sub(1)]), until)
    }

    /// Where to begin to look for `position`: at or before it.
    fn offset_near(&self, file: &impl DiskFile, segment: &Segment, position: Position) -> Result<u64> {
        let mut index = segment.index();
        let index = match &mut *index {
            Some(index) => index,
            empty => {
                let mut built = Vec::new();
                segment::scan(file, &segment.path, segment::HEADER_BYTES as u64, |offset, frame| {
                    if is_indexed(segment.first, frame.raw.position) {
                        built.push(offset);
                    }
                    Ok::<_, StoreError>(ControlFlow::Continue(()))
                })?;
                empty.insert(built)
            }
        };
        let entry = (position.get() - segment.first.get()) / INDEX_RECORDS;
        let entry = usize::try_from(entry).unwrap_or(usize::MAX).min(index.len().saturating_sub(1));
        Ok(index.get(entry).copied().unwrap_or(segment::HEADER_BYTES as u64))
    }
}

/// Goes through a segment to its last whole record and shows each. Returns where that ends in the file, and the position
/// after it.
fn last_whole(
    file: &impl DiskFile,
    segment: &Segment,
    mut show: impl FnMut(u64, Frame<'_>),
) -> Result<(u64, Position)> {
    let mut end = segment.first;
    let offset = segment::scan(file, &segment.path, segment::HEADER_BYTES as u64, |offset, frame| {
        // A seal stands where the next record goes.
        if frame.raw.position != end || frame.place == frame::SEAL {
            return Ok::<_, StoreError>(ControlFlow::Break(()));
        }
        end = end.next();
        show(offset, frame);
        Ok(ControlFlow::Continue(()))
    })?;
    if segment::has_later_append(file, &segment.path, offset, end)? {
        let next = resync(file, &segment.path, offset, end, None)?.map(|(_, position)| position);
        return Err(segment.damaged(end, next.unwrap_or(end.next())));
    }
    Ok((offset, end))
}

impl<F: DiskFile> Writer<F> {
    fn create<D: Disk<File = F>>(
        disk: &D,
        folder: &std::path::Path,
        first: Position,
        bytes: u64,
    ) -> Result<Writer<F>> {
        let file = segment::create(disk, folder, first, bytes)?;
        let segment = Arc::new(Segment::at(folder, first, Some(Vec::new())));
        Ok(Writer { file, segment, offset: segment::HEADER_BYTES as u64, sound: true, buffer: Vec::new() })
    }

    /// Goes through the last segment to its last whole record.
    ///
    /// The last append is written again, for its sync may have failed: the system then takes it for synced
    /// though it never was, and would let it go at a power cut. Those before it were synced.
    fn at_end_of(file: F, segment: Arc<Segment>) -> Result<(Writer<F>, Position)> {
        let mut index = Vec::new();
        let mut last_append = segment::HEADER_BYTES as u64;
        let (offset, end) = last_whole(&file, &segment, |offset, frame| {
            if is_indexed(segment.first, frame.raw.position) {
                index.push(offset);
            }
            if frame.place == 0 {
                last_append = offset;
            }
        })?;
        segment::write_again(&file, &segment.path, last_append..offset)?;
        let length = file.length().map_err(refused("reading", &segment.path))?;
        segment::tell_torn(&file, &segment.path, offset, end)?;
        segment::cut(&file, &segment.path, offset, length)?;
        *segment.index() = Some(index);
        Ok((Writer { file, segment, offset, sound: true, buffer: Vec::new() }, end))
    }
}

impl<D: Disk> Log for SegmentLog<D> {
    fn rewrite(
        &self,
        end: Position,
        change: &mut dyn FnMut(Raw<'_>) -> Result<Option<Vec<u8>>>,
    ) -> Result<()> {
        {
            // What is written to stays as it is; so nothing before `end` may be in it.
            let writer = &mut *self.writer();
            if writer.segment.first < end && writer.offset > segment::HEADER_BYTES as u64 {
                self.rotate(writer, self.end(), 0)?;
            }
        }
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner).clone();
        for pair in segments.windows(2).take_while(|pair| pair[0].first < end) {
            self.rewrite_segment(&pair[0], pair[1].first, change)?;
        }
        Ok(())
    }

    fn append(&self, drafts: &[Draft]) -> Result<Position> {
        let writer = &mut *self.writer();
        let first = self.end();
        if drafts.is_empty() {
            return Ok(first);
        }
        let mut buffer = std::mem::take(&mut writer.buffer);
        buffer.clear();
        let mut starts = Vec::new();
        for (place, draft) in (0..).zip(drafts) {
            let position = first.plus(u64::from(place));
            starts.push((position, buffer.len() as u64));
            frame::write(position, place, draft, &mut buffer);
        }
        writer.sound = false;
        let full = writer.offset + buffer.len() as u64 > self.segment_bytes;
        if full && writer.offset > segment::HEADER_BYTES as u64 {
            self.rotate(writer, first, buffer.len() as u64)?;
        }
        let path = &writer.segment.path;
        write_all_at(&writer.file, &buffer, writer.offset).map_err(refused("writing", path))?;
        writer.file.sync().map_err(unsynced(path))?;

        let offset = writer.offset;
        let indexed = starts.iter().filter(|(position, _)| is_indexed(writer.segment.first, *position));
        writer.segment.index().get_or_insert_default().extend(indexed.map(|(_, start)| offset + start));
        writer.offset += buffer.len() as u64;
        writer.buffer = buffer;
        writer.sound = true;
        let end = first.plus(drafts.len() as u64);
        self.end.store(end.get(), Ordering::Release);
        Ok(first)
    }

    fn press(&self) -> Result<bool> {
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner).clone();
        let Some((_, closed)) = segments.split_last() else { return Ok(false) };
        let Some(segment) = closed.iter().find(|segment| !segment.is_pressed) else { return Ok(false) };
        match segment::open(&self.disk, &segment.path)? {
            SegmentFile::Plain(file) => segment::press(&self.disk, &self.folder, &segment.path, &file)?,
            // It was put there, and then its name could not be made durable.
            SegmentFile::Pressed(_) => self.disk.sync_folder(&self.folder).map_err(unsynced(&self.folder))?,
        }
        // Records stand where they stood, so what is known of that still holds.
        let index = Mutex::new(segment.index().clone());
        self.replace(Segment { first: segment.first, path: segment.path.clone(), index, is_pressed: true });
        Ok(true)
    }

    fn recover(&self) -> Result<()> {
        let writer = &mut *self.writer();
        if !writer.sound {
            let path = &writer.segment.path;
            let length = writer.file.length().map_err(refused("reading", path))?;
            segment::cut(&writer.file, path, writer.offset, length)?;
            segment::take_room(&writer.file, path, writer.offset..length)?;
            writer.sound = true;
        }
        Ok(())
    }

    fn end(&self) -> Position {
        Position::new(self.end.load(Ordering::Acquire))
    }

    fn read(
        &self,
        from: Position,
        records_max: usize,
        bytes_max: usize,
        show: &mut dyn FnMut(Raw<'_>) -> Result<()>,
    ) -> Result<()> {
        let (mut position, mut records, mut bytes) = (from, 0, 0);
        let is_enough = |records, bytes| records >= records_max || (records > 0 && bytes >= bytes_max);
        while position < self.end() && !is_enough(records, bytes) {
            let (segment, until) = self.segment_of(position);
            let file = segment::open(&self.disk, &segment.path)?;
            let mut start = self.offset_near(&file, &segment, position)?;
            let mut expected = None;
            loop {
                let stopped = segment::scan(&file, &segment.path, start, |_, frame| {
                    let raw = frame.raw;
                    if expected.is_some_and(|expected| raw.position != expected) {
                        return Ok(ControlFlow::Break(()));
                    }
                    expected = Some(raw.position.next());
                    if raw.position == position {
                        show(raw)?;
                        position = position.next();
                        records += 1;
                        bytes += raw.entry.len();
                    }
                    let done = position >= until || is_enough(records, bytes);
                    Ok::<_, StoreError>(if done { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
                })?;
                if position >= until || is_enough(records, bytes) {
                    break;
                }
                // What is broken before the record that is wanted does not concern it.
                let broken = expected.unwrap_or(segment.first);
                match resync(&file, &segment.path, stopped, broken, Some(until))? {
                    Some((offset, found)) if found > broken && found <= position => {
                        (start, expected) = (offset, Some(found));
                    }
                    // Its file may have been replaced since the index was looked at.
                    _ if !self.is_current(&segment) => break,
                    found => {
                        let next = found.map_or(until, |(_, next)| next).max(position.next());
                        return Err(segment.damaged(position, next));
                    }
                }
            }
        }
        Ok(())
    }
}

/// Rewriting: what stood in the log before goes for good.
impl<D: Disk> SegmentLog<D> {
    fn rewrite_segment(
        &self,
        segment: &Segment,
        until: Position,
        change: &mut dyn FnMut(Raw<'_>) -> Result<Option<Vec<u8>>>,
    ) -> Result<()> {
        let file = segment::open(&self.disk, &segment.path)?;
        let mut changes: BTreeMap<Position, Vec<u8>> = BTreeMap::new();
        self.each_frame(&file, segment, until, |frame| {
            if let Some(entry) = change(frame.raw)? {
                changes.insert(frame.raw.position, entry);
            }
            Ok(())
        })?;
        if changes.is_empty() {
            return Ok(());
        }
        let mut rewritten = segment::Rewritten::create(&self.disk, &self.folder, segment.first)?;
        self.each_frame(&file, segment, until, |frame| {
            rewritten.add(&frame, changes.get(&frame.raw.position).map(Vec::as_slice))
        })?;
        rewritten.finish(&self.disk, &self.folder)?;
        // Before the sync, which may fail: under that name the new file is read by now, and records stand elsewhere in it.
        self.replace(Segment::at(&self.folder, segment.first, None));
        self.disk.sync_folder(&self.folder).map_err(unsynced(&self.folder))
    }

    /// From now on the segment that begins there is read like this.
    fn replace(&self, segment: Segment) {
        let mut segments = self.segments.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = segments.iter_mut().find(|known| known.first == segment.first) {
            *known = Arc::new(segment);
        }
    }

    /// Shows every frame of a segment that is no longer written to.
    fn each_frame(
        &self,
        file: &impl DiskFile,
        segment: &Segment,
        until: Position,
        mut show: impl FnMut(Frame<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut expected = segment.first;
        segment::scan(file, &segment.path, segment::HEADER_BYTES as u64, |_, frame| {
            if expected == until || frame.raw.position != expected {
                return Ok::<_, StoreError>(ControlFlow::Break(()));
            }
            expected = expected.next();
            show(frame)?;
            Ok(ControlFlow::Continue(()))
        })?;
        if expected < until {
            return Err(segment.damaged(expected, until));
        }
        Ok(())
    }

    /// Whether a segment's file is the one that was opened when the segment was looked up.
    fn is_current(&self, segment: &Arc<Segment>) -> bool {
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
        segments.iter().any(|known| Arc::ptr_eq(known, segment))
    }
}

impl<D: Disk> Drop for SegmentLog<D> {
    /// Seals the log, so that damage to its last records can be told from a torn end. Not after a
    /// failed write: what is on the disk then is known only when the log is opened again.
    fn drop(&mut self) {
        let end = self.end();
        let writer = &mut *self.writer();
        if !writer.sound {
            return;
        }
        let mut seal = Vec::new();
        frame::write_seal(end, &mut seal);
        let sealed = write_all_at(&writer.file, &seal, writer.offset).and_then(|()| writer.file.sync());
        if let Err(error) = sealed {
            tracing::warn!(%error, "the log was closed without its seal");
        }
    }
}
