//! The targets, by what they read.

pub(crate) mod api;
pub(crate) mod folder;
pub(crate) mod holidays;
pub(crate) mod log;
pub(crate) mod manifest;
pub(crate) mod reply;
pub(crate) mod request;
pub(crate) mod rows;
pub(crate) mod segment;
pub(crate) mod text;
pub(crate) mod words;

use opcx_core::time::Timestamp;

/// The moment at which everything happens.
const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// The first byte, which chooses among a target's ways in, and the rest.
fn choice(bytes: &[u8]) -> (usize, &[u8]) {
    bytes.split_first().map_or((0, bytes), |(first, rest)| (usize::from(*first), rest))
}
