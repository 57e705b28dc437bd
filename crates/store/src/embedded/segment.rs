//! Segments: the files of the log, named after the position of their first record.

use std::fs::File;
use std::io;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};

use opcx_core::log::Position;

use super::frame::{self, Found, Frame};
use super::pressed::{self, Pressed};
use crate::disk::{Disk, DiskFile, read_full_at, write_all_at};
use crate::{RECORD_BYTES_MAX, StoreError};

type Result<T> = core::result::Result<T, StoreError>;

/// The format of segments; counted up when it changes.
const FORMAT: u32 = 1;
const MAGIC: [u8; 8] = *b"opcx-log";
/// Magic, format, first position, checksum over these.
pub(super) const HEADER_BYTES: usize = 24;
/// Every so many records the index knows where one starts: a read skips a few kilobytes, and the
/// index of a full segment takes a few too.
pub(super) const INDEX_RECORDS: u64 = 32;
/// The first piece that is read; later ones double up to the largest.
const READ_BYTES_FIRST: usize = 16 * 1024;
const READ_BYTES_MOST: usize = 1024 * 1024;

/// Where every [`INDEX_RECORDS`]-th record of a segment starts.
pub(super) type Index = Vec<u64>;

pub(super) fn path(folder: &Path, first: Position) -> PathBuf {
    folder.join(format!("{:020}.log", first.get()))
}

/// The first position that a file's name gives, if it is a segment's.
pub(super) fn first_position(name: &str) -> Option<Position> {
    name.strip_suffix(".log")?.parse().ok().map(Position::new)
}

/// Makes a segment of `bytes`, durable with its name.
pub(super) fn create<D: Disk>(disk: &D, folder: &Path, first: Position, bytes: u64) -> Result<D::File> {
    let (path, draft) = (path(folder, first), folder.join("next.tmp"));
    let make = || {
        let file = disk.create(&draft)?;
        // The length is set beforehand, so that a sync of records need not sync the length too.
        file.set_len(bytes)?;
        write_all_at(&file, &header(first), 0)?;
        Ok(file)
    };
    let file = make().map_err(refused("making the log file", &path))?;
    file.sync().map_err(unsynced(&draft))?;
    disk.rename(&draft, &path).map_err(refused("naming the log file", &path))?;
    disk.sync_folder(folder).map_err(unsynced(folder))?;
    Ok(file)
}

/// What is to take a segment's place, until it does. One name for all, so that nothing of a draft that was given up
/// outlasts the next rewriting: it may tell of somebody who is erased.
fn draft(folder: &Path) -> PathBuf {
    folder.join("rewritten.tmp")
}

/// A segment that is to take the place of another, frame by frame.
pub(super) struct Rewritten<F> {
    file: F,
    path: PathBuf,
    first: Position,
    offset: u64,
    buffer: Vec<u8>,
}

impl<F: DiskFile> Rewritten<F> {
    pub(super) fn create<D: Disk<File = F>>(
        disk: &D,
        folder: &Path,
        first: Position,
    ) -> Result<Rewritten<F>> {
        let path = draft(folder);
        let file = disk.create(&path).map_err(refused("making", &path))?;
        Ok(Rewritten { file, path, first, offset: 0, buffer: header(first).to_vec() })
    }

    /// Adds a frame, with another entry if one is given.
    pub(super) fn add(&mut self, frame: &Frame<'_>, entry: Option<&[u8]>) -> Result<()> {
        let entry = entry.unwrap_or(frame.raw.entry);
        if entry.len() > RECORD_BYTES_MAX {
            return Err(StoreError::TooLong { bytes: entry.len() });
        }
        frame::write_again(frame, entry, &mut self.buffer);
        if self.buffer.len() >= READ_BYTES_MOST { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        write_all_at(&self.file, &self.buffer, self.offset).map_err(refused("writing", &self.path))?;
        self.offset += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    /// Puts it in the other's place. Once the folder is synced the other is no longer on the disk.
    pub(super) fn finish<D: Disk<File = F>>(mut self, disk: &D, folder: &Path) -> Result<()> {
        self.flush()?;
        let place = path(folder, self.first);
        self.file.sync().map_err(unsynced(&self.path))?;
        disk.rename(&self.path, &place).map_err(refused("replacing the log file", &place))
    }
}

/// A segment's file, pressed or not: it is read alike.
#[derive(Debug)]
pub enum SegmentFile<F> {
    /// As it was written.
    Plain(F),
    /// Pressed since it was closed.
    Pressed(Pressed<F>),
}

impl<F: DiskFile> SegmentFile<F> {
    /// Looks at which of the two a file is.
    ///
    /// # Errors
    /// The disk refused.
    pub fn of(file: F) -> io::Result<SegmentFile<F>> {
        let mut magic = MAGIC;
        read_full_at(&file, &mut magic, 0)?;
        if magic == MAGIC {
            return Ok(SegmentFile::Plain(file));
        }
        Ok(match Pressed::of(file)? {
            Ok(pressed) => SegmentFile::Pressed(pressed),
            // Neither: as a plain one it is found to be damaged.
            Err(file) => SegmentFile::Plain(file),
        })
    }

    /// What is wrong with the file as far as it was read, beside what is wrong with what it holds.
    pub(super) fn flaw(&self) -> Option<&'static str> {
        match self {
            SegmentFile::Plain(_) => None,
            SegmentFile::Pressed(pressed) => pressed.flaw(),
        }
    }
}

impl<F: DiskFile> DiskFile for SegmentFile<F> {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        match self {
            SegmentFile::Plain(file) => file.write_at(bytes, offset),
            SegmentFile::Pressed(file) => file.write_at(bytes, offset),
        }
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        match self {
            SegmentFile::Plain(file) => file.read_at(bytes, offset),
            SegmentFile::Pressed(file) => file.read_at(bytes, offset),
        }
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        match self {
            SegmentFile::Plain(file) => file.set_len(bytes),
            SegmentFile::Pressed(file) => file.set_len(bytes),
        }
    }

    fn length(&self) -> io::Result<u64> {
        match self {
            SegmentFile::Plain(file) => file.length(),
            SegmentFile::Pressed(file) => file.length(),
        }
    }

    fn sync(&self) -> io::Result<()> {
        match self {
            SegmentFile::Plain(file) => file.sync(),
            SegmentFile::Pressed(file) => file.sync(),
        }
    }
}

/// Opens a segment's file, pressed or not.
///
/// # Errors
/// The disk refused.
pub fn open_segment(path: &Path) -> Result<SegmentFile<File>> {
    let opened = File::open(path).and_then(SegmentFile::of);
    opened.map_err(refused("opening", path))
}

/// Opens a segment's file on a disk.
pub(super) fn open<D: Disk>(disk: &D, path: &Path) -> Result<SegmentFile<D::File>> {
    let opened = disk.open(path).and_then(SegmentFile::of);
    opened.map_err(refused("opening", path))
}

/// Puts a pressed file in the place of a segment's own.
pub(super) fn press<D: Disk>(disk: &D, folder: &Path, path: &Path, file: &D::File) -> Result<()> {
    let draft = draft(folder);
    let into = disk.create(&draft).map_err(refused("making", &draft))?;
    if let Err(error) = pressed::press(file, &into) {
        // A draft is of no use, and there may be no room; the next one begins with an empty file anyway.
        let _ = into.set_len(0);
        return Err(refused("pressing", path)(error));
    }
    into.sync().map_err(unsynced(&draft))?;
    disk.rename(&draft, path).map_err(refused("replacing the log file", path))?;
    disk.sync_folder(folder).map_err(unsynced(folder))
}

/// Checks a segment's header.
pub(super) fn check_header(file: &impl DiskFile, path: &Path, first: Position) -> Result<()> {
    let mut found = [0; HEADER_BYTES];
    let read = read_full_at(file, &mut found, 0).map_err(refused("reading", path))?;
    let expected = header(first);
    if read == HEADER_BYTES && found == expected {
        return Ok(());
    }
    let format = u32::from_le_bytes([found[8], found[9], found[10], found[11]]);
    if found[..8] == MAGIC && format != FORMAT && found[20..] == sum(&found) {
        return Err(StoreError::OtherVersion { path: path.to_owned(), found: format, expected: FORMAT });
    }
    Err(StoreError::Damaged { from: first, what: format!("the header of {} is broken", path.display()) })
}

pub(super) fn header(first: Position) -> [u8; HEADER_BYTES] {
    let mut header = [0; HEADER_BYTES];
    header[..8].copy_from_slice(&MAGIC);
    header[8..12].copy_from_slice(&FORMAT.to_le_bytes());
    header[12..20].copy_from_slice(&first.get().to_le_bytes());
    let sum = sum(&header);
    header[20..].copy_from_slice(&sum);
    header
}

fn sum(header: &[u8; HEADER_BYTES]) -> [u8; 4] {
    crc32c::crc32c(&header[..20]).to_le_bytes()
}

/// Shows the whole frames from an offset on, until `show` breaks off or something else is found.
/// Returns where that is.
pub(super) fn scan<E: From<StoreError>>(
    file: &impl DiskFile,
    path: &Path,
    from: u64,
    mut show: impl FnMut(u64, Frame<'_>) -> core::result::Result<ControlFlow<()>, E>,
) -> core::result::Result<u64, E> {
    let mut offset = from;
    let (mut buffer, mut start, mut piece) = (Vec::new(), 0, READ_BYTES_FIRST);
    loop {
        match frame::read(&buffer[start..]) {
            Found::Whole(frame) => {
                let bytes = frame.bytes();
                if show(offset, frame)?.is_break() {
                    return Ok(offset);
                }
                start += bytes;
                offset += bytes as u64;
            }
            Found::Broken => return Ok(offset),
            Found::Short(needed) => {
                buffer.drain(..start);
                start = 0;
                let held = buffer.len();
                buffer.resize(needed.max(piece), 0);
                let read = read_full_at(file, &mut buffer[held..], offset + held as u64)
                    .map_err(refused("reading", path))?;
                buffer.truncate(held + read);
                piece = (piece * 2).min(READ_BYTES_MOST);
                if buffer.len() < needed {
                    return Ok(offset);
                }
            }
        }
    }
}

/// Whether somewhere after `offset`, where `broken` cannot be read, there is a whole frame from a
/// later append. Then `broken` had been synced once, and is damaged rather than torn.
pub(super) fn has_later_append(
    file: &impl DiskFile,
    path: &Path,
    offset: u64,
    broken: Position,
) -> Result<bool> {
    let is_later = |_, frame: Frame<'_>| frame.append() > broken;
    Ok(find_frame(file, path, offset, broken.next(), is_later)?.is_some())
}

/// The place of the first whole frame at or after `offset` that `wanted` takes, of a record at or after
/// `from` and within reach of the file.
pub(super) fn find_frame(
    file: &impl DiskFile,
    path: &Path,
    offset: u64,
    from: Position,
    mut wanted: impl FnMut(u64, Frame<'_>) -> bool,
) -> Result<Option<u64>> {
    let length = file.length().map_err(refused("reading", path))?;
    let mut window = vec![0; READ_BYTES_MOST];
    let mut at = offset;
    while at < length {
        let read = read_full_at(file, &mut window, at).map_err(refused("reading", path))?;
        let bytes = &window[..read];
        // Pre-allocated space is all zeros: looked at in no time.
        if bytes.iter().any(|byte| *byte != 0) {
            for (place, header) in (0_u64..).zip(bytes.windows(frame::HEADER_BYTES)) {
                let Ok(header) = header.try_into() else { continue };
                let claimed = frame::claimed_position(header);
                if claimed < from || claimed > from.plus(length) {
                    continue;
                }
                let mut found = false;
                scan(file, path, at + place, |_, frame| {
                    found = frame.raw.position == claimed && wanted(at + place, frame);
                    Ok::<_, StoreError>(ControlFlow::Break(()))
                })?;
                if found {
                    return Ok(Some(at + place));
                }
            }
        }
        if read < window.len() {
            break;
        }
        at += (read - frame::HEADER_BYTES + 1) as u64;
    }
    Ok(None)
}

/// Says that something stands after the last record which is none, and is about to be cut off.
pub(super) fn tell_torn(file: &impl DiskFile, path: &Path, offset: u64, end: Position) -> Result<()> {
    let mut bytes = [0; frame::HEADER_BYTES];
    let read = read_full_at(file, &mut bytes, offset).map_err(refused("reading", path))?;
    let is_seal = matches!(frame::read(&bytes[..read]), Found::Whole(frame) if frame.place == frame::SEAL);
    if !is_seal && bytes.iter().any(|byte| *byte != 0) {
        tracing::warn!(
            "{} ends at position {end} with an append that was not finished; it is cut off, since nobody was told \
             that it is safe",
            path.display()
        );
    }
    Ok(())
}

/// Writes what stands at those offsets once more, so that the next sync brings it to the disk.
pub(super) fn write_again(file: &impl DiskFile, path: &Path, offsets: Range<u64>) -> Result<()> {
    let (mut piece, mut at) = (vec![0; READ_BYTES_MOST], offsets.start);
    while at < offsets.end {
        let most = usize::try_from(offsets.end - at).unwrap_or(usize::MAX).min(READ_BYTES_MOST);
        let read = read_full_at(file, &mut piece[..most], at).map_err(refused("reading", path))?;
        write_all_at(file, &piece[..read], at).map_err(refused("writing", path))?;
        at += read.max(1) as u64;
    }
    Ok(())
}

/// Empties a segment from an offset on: what is left of a torn append must not be taken for records
/// once others stand before it.
pub(super) fn cut(file: &impl DiskFile, path: &Path, offset: u64, bytes: u64) -> Result<()> {
    let empty = || {
        file.set_len(offset)?;
        file.set_len(bytes.max(offset))
    };
    empty().map_err(refused("cutting off the torn end of", path))?;
    file.sync().map_err(unsynced(path))
}

/// Sees whether there is room for what comes next, by taking some of it: where nothing was written, a
/// segment takes none.
pub(super) fn take_room(file: &impl DiskFile, path: &Path, offsets: Range<u64>) -> Result<()> {
    let most = usize::try_from(offsets.end.saturating_sub(offsets.start)).unwrap_or(usize::MAX);
    let zeros = vec![0; most.min(READ_BYTES_MOST)];
    write_all_at(file, &zeros, offsets.start).map_err(refused("looking for room in", path))?;
    file.sync().map_err(unsynced(path))
}

pub(super) fn unsynced(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    move |source| StoreError::Unsynced { path: path.to_owned(), source }
}

pub(super) fn refused(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    move |source| StoreError::Disk { doing, path: path.to_owned(), source }
}

const _: () = assert!(READ_BYTES_MOST > frame::HEADER_BYTES && RECORD_BYTES_MAX <= u32::MAX as usize);
