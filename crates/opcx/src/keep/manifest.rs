//! The manifest of a backup: what it holds, with checksums, so that it can be told whether it still does.
//!
//! One line of JSON, and one with the BLAKE3 of the first.

use std::path::Path;

use opcx_core::log::Position;
use opcx_core::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The file's name in a backup.
pub(super) const FILE: &str = "manifest";
/// The format of backups; counted up when it changes.
const FORMAT: u32 = 1;
/// Longest manifest that is read, in bytes: of some 100,000 segments.
pub const MANIFEST_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The backup's format.
    format: u32,
    /// The version of opcx that made it.
    pub program: String,
    /// The position after its last record.
    pub end: Position,
    /// When the log's first record was taken in, by that record's clock; tells one log from another.
    pub began: Option<Timestamp>,
    /// What the log's live clock says: the time of the last record of live traffic.
    pub clock: Option<Timestamp>,
    /// The log's segments, in order.
    pub segments: Vec<SegmentCopy>,
    /// The other files, by their paths.
    pub files: Vec<FileCopy>,
}

/// A segment's copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentCopy {
    /// The position of its first record, after which its file is named.
    pub first: Position,
    /// The position after its last record.
    pub end: Position,
    /// How many bytes of its file belong to it; more may stand behind them.
    pub bytes: u64,
    /// BLAKE3 of these bytes, in hexadecimal digits.
    pub blake3: String,
    /// The time of its last record of live traffic.
    pub clock: Option<Timestamp>,
    /// The length of the file it was copied from, in bytes.
    pub source_bytes: u64,
    /// When that file was last changed, in nanoseconds since 1970: as long as neither changes, nor does it.
    pub source_modified: u64,
}

/// Another file's copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileCopy {
    /// Its path within the data directory and within the backup, with `/` between its parts.
    pub path: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// BLAKE3 of it, in hexadecimal digits.
    pub blake3: String,
}

/// Why bytes are no manifest.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// They are not what was written.
    #[error("it is not what was written: its checksum differs")]
    Damaged,
    /// They do not read.
    #[error("it does not read: {0}")]
    Unreadable(String),
    /// Another version of opcx wrote it.
    #[error("it is of backup format {found}, this program reads format {FORMAT}")]
    OtherFormat {
        /// Its format.
        found: u32,
    },
    /// It contradicts itself.
    #[error("it contradicts itself: {0}")]
    Contradictory(String),
}

impl Manifest {
    pub(super) fn of(began: Option<Timestamp>, segments: Vec<SegmentCopy>, files: Vec<FileCopy>) -> Manifest {
        Manifest {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            end: segments.last().map_or(Position::START, |last| last.end),
            began,
            clock: segments.iter().rev().find_map(|segment| segment.clock),
            segments,
            files,
        }
    }

    /// The bytes that [`Manifest::parse`] reads.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec(self).expect("a manifest is plain data");
        let sum = blake3::hash(&bytes);
        bytes.extend_from_slice(format!("\n{sum}\n").as_bytes());
        bytes
    }

    /// Reads a manifest. What it returns can be relied on: names lead nowhere else, and segments follow
    /// one another.
    ///
    /// # Errors
    /// The bytes are no manifest, or not a whole one.
    pub fn parse(bytes: &[u8]) -> Result<Manifest, ManifestError> {
        let text = std::str::from_utf8(bytes).map_err(|_| ManifestError::Damaged)?;
        let (json, rest) = text.split_once('\n').ok_or(ManifestError::Damaged)?;
        if rest != format!("{}\n", blake3::hash(json.as_bytes())) {
            return Err(ManifestError::Damaged);
        }
        let unreadable = |error: serde_json::Error| ManifestError::Unreadable(error.to_string());
        // The format first: another one may have other fields.
        let Format { format } = serde_json::from_str(json).map_err(unreadable)?;
        if format != FORMAT {
            return Err(ManifestError::OtherFormat { found: format });
        }
        let manifest: Manifest = serde_json::from_str(json).map_err(unreadable)?;
        manifest.check().map_err(ManifestError::Contradictory)?;
        Ok(manifest)
    }

    fn check(&self) -> Result<(), String> {
        let mut end = Position::START;
        for segment in &self.segments {
            if segment.first != end || segment.end < segment.first {
                return Err(format!("a segment from {} to {} follows {end}", segment.first, segment.end));
            }
            end = segment.end;
        }
        if self.end != end {
            return Err(format!("its segments end at {end}, and it says {}", self.end));
        }
        for file in &self.files {
            let is_plain = file.path.split('/').all(|part| {
                !part.is_empty()
                    && part != "."
                    && part != ".."
                    && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
            });
            if !is_plain || file.path.starts_with("log/") || file.path.starts_with("state/") {
                return Err(format!("`{}` is no path of such a file", file.path));
            }
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}

impl SegmentCopy {
    /// The file's name, in the log's folder.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{:020}.log", self.first.get())
    }
}

/// Whether there is a backup, or something that was one, in a folder.
pub(super) fn is_in(folder: &Path) -> bool {
    folder.join(FILE).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let segment = |first, end| SegmentCopy {
            first: Position::new(first),
            end: Position::new(end),
            bytes: 100,
            blake3: blake3::hash(b"one").to_string(),
            clock: Some(Timestamp::from_millis(7)),
            source_bytes: 200,
            source_modified: 9,
        };
        let file = FileCopy { path: "definitions/history".into(), bytes: 3, blake3: "00".into() };
        Manifest::of(Some(Timestamp::EPOCH), vec![segment(0, 5), segment(5, 5), segment(5, 9)], vec![file])
    }

    #[test]
    fn a_manifest_reads_back_and_every_turned_bit_is_found() {
        let bytes = manifest().to_bytes();
        assert_eq!(Manifest::parse(&bytes), Ok(manifest()));
        for bit in 0..bytes.len() * 8 {
            let mut turned = bytes.clone();
            turned[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Manifest::parse(&turned), Err(ManifestError::Damaged), "bit {bit}");
        }
        for length in 0..bytes.len() {
            assert_eq!(Manifest::parse(&bytes[..length]), Err(ManifestError::Damaged), "length {length}");
        }
    }

    #[test]
    fn a_manifest_that_leads_elsewhere_or_contradicts_itself_is_refused() {
        let refused = |change: fn(&mut Manifest)| {
            let mut other = manifest();
            change(&mut other);
            Manifest::parse(&other.to_bytes()).expect_err("it is refused").to_string()
        };
        expect_test::expect!["it contradicts itself: `../opcx.toml` is no path of such a file"]
            .assert_eq(&refused(|manifest| manifest.files[0].path = "../opcx.toml".into()));
        expect_test::expect!["it contradicts itself: `state/lock` is no path of such a file"]
            .assert_eq(&refused(|manifest| manifest.files[0].path = "state/lock".into()));
        expect_test::expect!["it contradicts itself: a segment from 6 to 9 follows 5"]
            .assert_eq(&refused(|manifest| manifest.segments[2].first = Position::new(6)));
        expect_test::expect!["it contradicts itself: its segments end at 9, and it says 8"]
            .assert_eq(&refused(|manifest| manifest.end = Position::new(8)));
        expect_test::expect!["it is of backup format 2, this program reads format 1"]
            .assert_eq(&refused(|manifest| manifest.format = 2));
    }
}
