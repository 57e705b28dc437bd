//! Frames: how one record lies in a segment.
//!
//! ```text
//! length u32 · crc32c u32 · position u64 · place u32 · lane u16 · time i64 · entry
//! ```
//!
//! Little-endian. The length is the entry's; the checksum is over everything but itself. The place
//! is the record's place within its append: a whole frame from a later append proves that all
//! earlier appends had been synced, and so tells damage from a torn end.

use opcx_core::log::{Lane, Position};
use opcx_core::time::Timestamp;

use crate::parts::Raw;
use crate::{Draft, RECORD_BYTES_MAX};

/// Bytes of a frame before its entry.
pub(super) const HEADER_BYTES: usize = 30;

/// The place of the frame that is written when a log is closed, after all records.
pub(super) const SEAL: u32 = u32::MAX;

/// A whole frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame<'a> {
    pub(super) raw: Raw<'a>,
    pub(super) place: u32,
}

impl Frame<'_> {
    /// Where the next frame starts, counted from the start of this one.
    pub(super) fn bytes(&self) -> usize {
        HEADER_BYTES + self.raw.entry.len()
    }

    /// The position of the first record of this record's append.
    pub(super) fn append(&self) -> Position {
        match self.place {
            SEAL => self.raw.position,
            place => Position::new(self.raw.position.get().saturating_sub(u64::from(place))),
        }
    }
}

/// What the bytes at a place in a segment are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found<'a> {
    /// A whole frame.
    Whole(Frame<'a>),
    /// The bytes end before the frame does; so many are needed.
    Short(usize),
    /// No frame.
    Broken,
}

pub(super) fn write(position: Position, place: u32, draft: &Draft, buffer: &mut Vec<u8>) {
    let entry = draft.entry.as_bytes();
    let length = u32::try_from(entry.len()).expect("entries longer than RECORD_BYTES_MAX were refused");
    write_parts(length, position, place, draft.lane, draft.at, entry, buffer);
}

/// The frame that closes a log which ends at `position`.
pub(super) fn write_seal(position: Position, buffer: &mut Vec<u8>) {
    write_parts(0, position, SEAL, Lane::LIVE, Timestamp::EPOCH, &[], buffer);
}

/// A frame as it was, with another entry.
pub(super) fn write_again(frame: &Frame<'_>, entry: &[u8], buffer: &mut Vec<u8>) {
    let length = u32::try_from(entry.len()).expect("entries longer than RECORD_BYTES_MAX are refused before");
    let Raw { position, lane, at, .. } = frame.raw;
    write_parts(length, position, frame.place, lane, at, entry, buffer);
}

fn write_parts(
    length: u32,
    position: Position,
    place: u32,
    lane: Lane,
    at: Timestamp,
    entry: &[u8],
    buffer: &mut Vec<u8>,
) {
    let mut header = [0; HEADER_BYTES];
    header[0..4].copy_from_slice(&length.to_le_bytes());
    header[8..16].copy_from_slice(&position.get().to_le_bytes());
    header[16..20].copy_from_slice(&place.to_le_bytes());
    header[20..22].copy_from_slice(&lane.get().to_le_bytes());
    header[22..30].copy_from_slice(&at.as_millis().to_le_bytes());
    let sum = checksum(&header, entry);
    header[4..8].copy_from_slice(&sum.to_le_bytes());
    buffer.extend_from_slice(&header);
    buffer.extend_from_slice(entry);
}

/// The frame at the start of `bytes`.
pub(super) fn read(bytes: &[u8]) -> Found<'_> {
    let Some((header, rest)) = bytes.split_first_chunk::<HEADER_BYTES>() else {
        return Found::Short(HEADER_BYTES);
    };
    let length = usize::try_from(u32_at(header, 0)).unwrap_or(usize::MAX);
    if length > RECORD_BYTES_MAX {
        return Found::Broken;
    }
    let Some(entry) = rest.get(..length) else { return Found::Short(HEADER_BYTES + length) };
    if checksum(header, entry) != u32_at(header, 4) {
        return Found::Broken;
    }
    let raw = Raw {
        position: Position::new(u64_at(header, 8)),
        lane: Lane::new(u16::from_le_bytes([header[20], header[21]])),
        at: Timestamp::from_millis(u64_at(header, 22).cast_signed()),
        entry,
    };
    Found::Whole(Frame { raw, place: u32_at(header, 16) })
}

/// The position that a header gives, without a look at whether it is whole.
pub(super) fn claimed_position(header: &[u8; HEADER_BYTES]) -> Position {
    Position::new(u64_at(header, 8))
}

fn checksum(header: &[u8; HEADER_BYTES], entry: &[u8]) -> u32 {
    let sum = crc32c::crc32c(&header[..4]);
    crc32c::crc32c_append(crc32c::crc32c_append(sum, &header[8..]), entry)
}

fn u32_at(header: &[u8; HEADER_BYTES], at: usize) -> u32 {
    let mut bytes = [0; 4];
    bytes.copy_from_slice(&header[at..at + 4]);
    u32::from_le_bytes(bytes)
}

fn u64_at(header: &[u8; HEADER_BYTES], at: usize) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&header[at..at + 8]);
    u64::from_le_bytes(bytes)
}
