//! The list of parts at the end of a table of fjall's, looked at before fjall is let at it.
//!
//! fjall takes the number of parts as it stands and makes room for so many before it compares checksums: a bit
//! turned there asks for up to 170 GB, and no program survives that.
//!
//! ```text
//! ..."TOC!" number of parts (4)  parts...
//! "SFA!" version (1) kind of checksum (1) XXH3-128 of the list (16) where it begins (8) its length (8)
//! ```

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

const LIST: [u8; 4] = *b"TOC!";
const TRAILER: [u8; 4] = *b"SFA!";
const TRAILER_BYTES: usize = 38;
/// Longest list that is read; a table has ten parts at most, with names of a few letters.
const LIST_BYTES_MAX: u64 = 4_096;

/// Whether fjall can safely be let at a table's list of parts: it is as it was written, or fjall does not get as far as
/// the number in it. The latter is so for what was being written when the power failed, which fjall deletes.
///
/// # Errors
/// The disk refused.
pub(super) fn is_safe(table: &File) -> io::Result<bool> {
    let Some(at) = table.metadata()?.len().checked_sub(TRAILER_BYTES as u64) else { return Ok(true) };
    let mut trailer = [0; TRAILER_BYTES];
    table.read_exact_at(&mut trailer, at)?;
    let (mut sum, mut begins, mut length) = ([0; 16], [0; 8], [0; 8]);
    sum.copy_from_slice(&trailer[6..22]);
    begins.copy_from_slice(&trailer[22..30]);
    length.copy_from_slice(&trailer[30..]);
    let (begins, length) = (u64::from_le_bytes(begins), u64::from_le_bytes(length));
    let mut magic = [0; LIST.len()];
    let is_list = begins < at && table.read_at(&mut magic, begins)? == LIST.len() && magic == LIST;
    if trailer[..4] != TRAILER || !is_list {
        return Ok(true);
    }
    if length > LIST_BYTES_MAX || begins + length != at {
        return Ok(false);
    }
    let mut list = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
    table.read_exact_at(&mut list, begins)?;
    Ok(xxhash_rust::xxh3::xxh3_128(&list) == u128::from_le_bytes(sum))
}
