//! Pressed segments: closed files of the log, pressed together block by block and read as if they were not.
//!
//! ```text
//! magic · table · blocks · table again
//! table: bytes of the whole u64 · for each block bytes u32, the highest bit set if it was left as it was, and
//!        crc32c u32 · crc32c u32
//! ```
//!
//! Little-endian; in the second table the bytes of the whole stand behind the blocks', so that it can be read from
//! the end. What the blocks hold is the segment as it was, frames with checksums and all, up to the last block in
//! which something stands. So of a broken block those frames are still read that came out whole. The table is there
//! twice, so that no single place decides whether a segment can be read.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use zstd::bulk;

use crate::disk::{DiskFile, read_full_at, write_all_at};

const MAGIC: [u8; 8] = *b"opcx-zst";
/// Bytes that are pressed together: enough to find what repeats (twice as many take a fifteenth less room), few
/// enough to unpack for the sake of one record.
const BLOCK_BYTES: usize = 32 * 1024;
/// How hard Zstandard tries: the next level takes a fifth more time and finds nothing more in blocks of this size.
const LEVEL: i32 = 2;
/// In a block's length: it was left as it was.
const AS_IT_WAS: u32 = 1 << 31;
/// Bytes of a table beside what it says of blocks.
const TABLE_BYTES_LEAST: usize = 12;
/// Bytes of what a table says of a block.
const ENTRY_BYTES: usize = 8;

/// A pressed file. It is read like the file that it was pressed from, and cannot be written to.
#[derive(Debug)]
pub struct Pressed<F> {
    file: F,
    /// Bytes of the file that it was pressed from.
    length: u64,
    blocks: Vec<Block>,
    has_both_tables: bool,
    /// Whether a block was read that is not what it was when it was pressed.
    has_broken_block: AtomicBool,
    /// The block unpacked last.
    unpacked: Mutex<Option<(usize, Vec<u8>)>>,
}

#[derive(Debug, Clone, Copy)]
struct Block {
    offset: u64,
    bytes: usize,
    as_it_was: bool,
    sum: u32,
}

impl<F: DiskFile> Pressed<F> {
    /// Takes a file for a pressed one, if one of its tables says so.
    pub(super) fn of(file: F) -> io::Result<Result<Pressed<F>, F>> {
        let size = file.length()?;
        let (front, back) = (front_table(&file, size)?, back_table(&file, size)?);
        let has_magic = read(&file, 0, MAGIC.len())? == MAGIC;
        let has_both_tables = has_magic && front.is_some() && front == back;
        let Some((length, entries)) = front.or(back) else { return Ok(Err(file)) };
        let mut offset = (MAGIC.len() + TABLE_BYTES_LEAST + entries.len()) as u64;
        let blocks = entries.as_chunks::<ENTRY_BYTES>().0.iter().map(|entry| {
            let block = Block::read(offset, *entry);
            offset += block.bytes as u64;
            block
        });
        let (blocks, has_broken_block) = (blocks.collect(), AtomicBool::new(false));
        Ok(Ok(Pressed {
            file,
            length,
            blocks,
            has_both_tables,
            has_broken_block,
            unpacked: Mutex::default(),
        }))
    }

    /// What is wrong with the file, as far as it was read.
    pub(super) fn flaw(&self) -> Option<&'static str> {
        if self.has_broken_block.load(Ordering::Relaxed) {
            return Some("a pressed block is broken");
        }
        (!self.has_both_tables).then_some("one of the two tables of its blocks is broken")
    }

    /// A block's bytes as they were; of a broken block what can be made of it, and zeros, in which no frame is.
    fn unpack(&self, number: usize, into: &mut Vec<u8>) -> io::Result<()> {
        let start = (number * BLOCK_BYTES) as u64;
        let length = usize::try_from(self.length - start).unwrap_or(BLOCK_BYTES).min(BLOCK_BYTES);
        let Block { offset, bytes, as_it_was, sum } = self.blocks[number];
        let pressed = read(&self.file, offset, bytes)?;
        if crc32c::crc32c(&pressed) != sum {
            self.has_broken_block.store(true, Ordering::Relaxed);
        }
        into.clear();
        if as_it_was {
            into.extend_from_slice(&pressed);
        } else {
            into.resize(length, 0);
            // What goes wrong here is noted above, since the sum does not fit.
            let _ = bulk::decompress_to_buffer(&pressed, into);
        }
        into.resize(length, 0);
        Ok(())
    }
}

impl Block {
    fn read(offset: u64, entry: [u8; ENTRY_BYTES]) -> Block {
        let [a, b, c, d, sum @ ..] = entry;
        let written = u32::from_le_bytes([a, b, c, d]);
        // No block is longer than it was before it was pressed, whatever a table says.
        let bytes = usize::try_from(written & !AS_IT_WAS).unwrap_or(BLOCK_BYTES).min(BLOCK_BYTES);
        Block { offset, bytes, as_it_was: written & AS_IT_WAS != 0, sum: u32::from_le_bytes(sum) }
    }
}

impl<F: DiskFile> DiskFile for Pressed<F> {
    fn write_at(&self, _: &[u8], _: u64) -> io::Result<usize> {
        Err(closed())
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        if offset >= self.length {
            return Ok(0);
        }
        let place = usize::try_from(offset).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let (number, within) = (place / BLOCK_BYTES, place % BLOCK_BYTES);
        let mut unpacked = self.unpacked.lock().unwrap_or_else(PoisonError::into_inner);
        if unpacked.as_ref().is_none_or(|(known, _)| *known != number) {
            let mut buffer = unpacked.take().map(|(_, buffer)| buffer).unwrap_or_default();
            self.unpack(number, &mut buffer)?;
            *unpacked = Some((number, buffer));
        }
        let held = unpacked.as_ref().map_or(&[][..], |(_, block)| &block[within..]);
        let count = held.len().min(bytes.len());
        bytes[..count].copy_from_slice(&held[..count]);
        Ok(count)
    }

    fn set_len(&self, _: u64) -> io::Result<()> {
        Err(closed())
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.length)
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync()
    }
}

fn closed() -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, "a pressed segment is not written to")
}

/// Presses a file into an empty one.
pub(super) fn press(from: &impl DiskFile, into: &impl DiskFile) -> io::Result<()> {
    let length = length_in_use(from)?;
    let count =
        usize::try_from(length.div_ceil(BLOCK_BYTES as u64)).map_err(|_| io::ErrorKind::FileTooLarge)?;
    let mut entries: Vec<u8> = Vec::with_capacity(count * ENTRY_BYTES);
    let mut press = bulk::Compressor::new(LEVEL)?;
    let (mut plain, mut pressed) =
        (vec![0; BLOCK_BYTES], vec![0; zstd::zstd_safe::compress_bound(BLOCK_BYTES)]);
    let mut offset = (MAGIC.len() + TABLE_BYTES_LEAST + count * ENTRY_BYTES) as u64;
    for number in 0..count {
        let held = read_full_at(from, &mut plain, (number * BLOCK_BYTES) as u64)?;
        let bytes = press.compress_to_buffer(&plain[..held], &mut pressed[..])?;
        let (kept, mark) = if bytes < held { (&pressed[..bytes], 0) } else { (&plain[..held], AS_IT_WAS) };
        write_all_at(into, kept, offset)?;
        offset += kept.len() as u64;
        let bytes = u32::try_from(kept.len()).map_err(io::Error::other)?;
        entries.extend_from_slice(&(bytes | mark).to_le_bytes());
        entries.extend_from_slice(&crc32c::crc32c(kept).to_le_bytes());
    }
    let length = length.to_le_bytes();
    let sum = sum(&length, &entries).to_le_bytes();
    write_all_at(into, &[&MAGIC[..], &length, &entries, &sum].concat(), 0)?;
    write_all_at(into, &[&entries[..], &length, &sum].concat(), offset)
}

/// The file's length up to the end of the last block in which something stands: behind it there is nothing but
/// room that was taken beforehand.
fn length_in_use(file: &impl DiskFile) -> io::Result<u64> {
    let mut length = file.length()?;
    let mut block = vec![0; BLOCK_BYTES];
    while length > 0 {
        let start = (length - 1) / BLOCK_BYTES as u64 * BLOCK_BYTES as u64;
        let held = read_full_at(file, &mut block, start)?;
        if block[..held].iter().any(|byte| *byte != 0) {
            break;
        }
        length = start;
    }
    Ok(length)
}

/// The bytes of the whole, and what a table says of its blocks.
type Table = (u64, Vec<u8>);

fn front_table(file: &impl DiskFile, size: u64) -> io::Result<Option<Table>> {
    let start = MAGIC.len() as u64;
    let length = read(file, start, 8)?;
    let Some(bytes) = entries_bytes(&length, size) else { return Ok(None) };
    let rest = read(file, start + 8, bytes + 4)?;
    Ok(rest.split_at_checked(bytes).and_then(|(entries, sum)| table(&length, entries, sum)))
}

fn back_table(file: &impl DiskFile, size: u64) -> io::Result<Option<Table>> {
    let Some(end) = size.checked_sub(TABLE_BYTES_LEAST as u64) else { return Ok(None) };
    let last = read(file, end, TABLE_BYTES_LEAST)?;
    let Some((length, sum)) = last.split_at_checked(8) else { return Ok(None) };
    let Some(bytes) = entries_bytes(length, size) else { return Ok(None) };
    let Some(start) = end.checked_sub(bytes as u64) else { return Ok(None) };
    Ok(table(length, &read(file, start, bytes)?, sum))
}

/// How many bytes a table takes for its blocks, if a file of that size can hold them.
fn entries_bytes(length: &[u8], size: u64) -> Option<usize> {
    let length = u64::from_le_bytes(length.try_into().ok()?);
    let bytes = length.div_ceil(BLOCK_BYTES as u64).checked_mul(ENTRY_BYTES as u64)?;
    usize::try_from(bytes).ok().filter(|_| length > 0 && bytes <= size)
}

/// What a table says, if it is whole.
fn table(length: &[u8], entries: &[u8], expected: &[u8]) -> Option<Table> {
    let is_whole = sum(length, entries).to_le_bytes() == expected;
    Some((u64::from_le_bytes(length.try_into().ok()?), entries.to_vec())).filter(|_| is_whole)
}

fn sum(length: &[u8], entries: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(length), entries)
}

/// So many bytes at an offset, or fewer where the file ends.
fn read(file: &impl DiskFile, offset: u64, bytes: usize) -> io::Result<Vec<u8>> {
    let mut found = vec![0; bytes];
    let read = read_full_at(file, &mut found, offset)?;
    found.truncate(read);
    Ok(found)
}
