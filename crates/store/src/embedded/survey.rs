//! A survey of the log: every segment gone through frame by frame, whatever state it is in.
//!
//! It needs no lock: segments are only ever appended to, so what it finds of a log that is being written
//! is a beginning of it.

use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};

use opcx_core::log::{Lane, Position};
use opcx_core::record::Entry;
use opcx_core::time::Timestamp;

use super::frame::{self, Frame};
use super::segment::{self, refused};
use crate::StoreError;
use crate::disk::DiskFile;
use crate::parts::Raw;

type Result<T> = core::result::Result<T, StoreError>;

/// What a segment holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The file.
    pub path: PathBuf,
    /// The position of its first record, as its name tells.
    pub first: Position,
    /// The position after its last whole record; before the first whole one that of its start.
    pub end: Position,
    /// Where its last whole record ends in the file, in bytes.
    pub bytes: u64,
    /// The time of its last record of live traffic.
    pub live: Option<Timestamp>,
    /// Whether the log was closed in order after the last record.
    pub sealed: bool,
    /// What cannot be read, in order.
    pub damage: Vec<Damage>,
}

/// Records that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Their positions.
    pub positions: Range<Position>,
    /// Where in the file the first of them begins, or should, in bytes.
    pub offset: u64,
    /// What does not fit.
    pub what: &'static str,
}

/// Goes through the segments of a log in order and shows every whole record of it. What follows a
/// segment's last whole record is damage if later segments or appends prove that it was more than a torn end.
///
/// # Errors
/// The disk refused, or `show` did.
pub fn survey<E: From<StoreError>>(
    folder: &Path,
    show: &mut dyn FnMut(&Path, u64, Raw<'_>) -> core::result::Result<(), E>,
) -> core::result::Result<Vec<Segment>, E> {
    let entries = std::fs::read_dir(folder).map_err(refused("listing", folder))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut firsts: Vec<Position> = names.filter_map(|name| segment::first_position(&name)).collect();
    firsts.sort_unstable();
    let mut found = Vec::new();
    for (at, &first) in firsts.iter().enumerate() {
        let path = segment::path(folder, first);
        let file = segment::open_segment(&path)?;
        let mut surveyed = survey_segment(&file, path, first, firsts.get(at + 1).copied(), show)?;
        if let Some(what) = file.flaw() {
            surveyed.damage.insert(0, Damage { positions: first..first, offset: 0, what });
        }
        found.push(surveyed);
    }
    if let Some(gone) = firsts.first().filter(|first| **first != Position::START) {
        let positions = Position::START..*gone;
        found[0].damage.insert(0, Damage { positions, offset: 0, what: "the segments before it are gone" });
    }
    Ok(found)
}

/// Goes through one segment, which holds the records up to `until` if another one follows it.
///
/// # Errors
/// The disk refused, or `show` did.
pub fn survey_segment<E: From<StoreError>>(
    file: &impl DiskFile,
    path: PathBuf,
    first: Position,
    until: Option<Position>,
    show: &mut dyn FnMut(&Path, u64, Raw<'_>) -> core::result::Result<(), E>,
) -> core::result::Result<Segment, E> {
    let start = segment::HEADER_BYTES as u64;
    let mut found =
        Segment { path, first, end: first, bytes: start, live: None, sealed: false, damage: Vec::new() };
    if segment::check_header(file, &found.path, first).is_err() {
        let what = "its header is broken";
        found.damage.push(Damage { positions: first..first, offset: 0, what });
    }
    let mut from = start;
    loop {
        let stopped = found.take_whole(file, from, until, show)?;
        if until.is_some_and(|until| found.end >= until) {
            return Ok(found);
        }
        let end = found.end;
        let Some((offset, position)) = resync(file, &found.path, stopped, end, until)? else {
            if let Some(until) = until {
                let what = "records are missing at its end";
                found.damage.push(Damage { positions: end..until, offset: stopped, what });
            }
            return Ok(found);
        };
        if position > end {
            let what = "a frame is broken or missing";
            found.damage.push(Damage { positions: end..position, offset: stopped, what });
        }
        (found.end, from) = (position, offset);
    }
}

/// The first bytes of the segment whose first record is at that position.
#[must_use]
pub fn segment_header(first: Position) -> [u8; segment::HEADER_BYTES] {
    segment::header(first)
}

/// How many bytes a record takes in a segment.
#[must_use]
pub fn frame_bytes(raw: Raw<'_>) -> usize {
    frame::HEADER_BYTES + raw.entry.len()
}

impl Segment {
    /// Takes whole frames from an offset on. Returns where there is none.
    fn take_whole<E: From<StoreError>>(
        &mut self,
        file: &impl DiskFile,
        from: u64,
        until: Option<Position>,
        show: &mut dyn FnMut(&Path, u64, Raw<'_>) -> core::result::Result<(), E>,
    ) -> core::result::Result<u64, E> {
        let path = self.path.clone();
        segment::scan(file, &path, from, |offset, frame: Frame<'_>| {
            let raw = frame.raw;
            if frame.place == frame::SEAL && raw.position == self.end {
                self.sealed = true;
                return Ok(ControlFlow::Break(()));
            }
            if raw.position != self.end || until.is_some_and(|until| raw.position >= until) {
                return Ok(ControlFlow::Break(()));
            }
            if postcard::from_bytes::<Entry>(raw.entry).is_err() {
                let positions = raw.position..raw.position.next();
                self.damage.push(Damage { positions, offset, what: "the entry does not decode" });
            }
            show(&path, offset, raw)?;
            if raw.lane == Lane::LIVE {
                self.live = Some(raw.at);
            }
            self.end = raw.position.next();
            self.bytes = offset + frame.bytes() as u64;
            Ok(ControlFlow::Continue(()))
        })
    }
}

/// The next whole frame at or after an offset, at which `broken` cannot be read, and its position. If the
/// segment is the last one (`until` is unknown), only if a later append proves that `broken` had been synced.
pub(super) fn resync(
    file: &impl DiskFile,
    path: &Path,
    offset: u64,
    broken: Position,
    until: Option<Position>,
) -> Result<Option<(u64, Position)>> {
    let mut found = None;
    segment::find_frame(file, path, offset, broken, |at, frame| {
        let position = frame.raw.position;
        // Whole after all: it was being written when it was looked at first.
        let whole_by_now = at == offset && position == broken && frame.place != frame::SEAL;
        let later = position > broken && until.is_none_or(|until| position < until);
        if whole_by_now || later {
            found = Some((at, position));
        }
        found.is_some()
    })?;
    let is_torn_end = match (found, until) {
        (Some((_, position)), None) if position > broken => {
            !segment::has_later_append(file, path, offset, broken)?
        }
        (Some(_) | None, _) => false,
    };
    Ok(found.filter(|_| !is_torn_end))
}
