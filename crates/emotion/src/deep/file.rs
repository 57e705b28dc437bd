//! What belongs to the network but is no network: `OPCXJUD1`, version (2), heads (39 * 12), and the three lines of the
//! cascade (2 each), little-endian.

use super::cascade::{Cascade, Judge};
use crate::heads::file::{self, WrongLength, take};

const MARK: &[u8; 8] = b"OPCXJUD1";

/// Why a file is none that this program can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JudgeError {
    /// The first bytes are others.
    #[error("the file does not start with `OPCXJUD1`; make one with `cargo xtask train-emotion`")]
    NoJudge,
    /// It ends too early or too late.
    #[error(transparent)]
    WrongLength(#[from] WrongLength),
}

/// Writes a judge.
#[must_use]
pub fn encode(judge: &Judge) -> Vec<u8> {
    let Judge { version, heads, cascade: Cascade { harmless_to, negative_from, likely_from } } = judge;
    let mut bytes = Vec::from(MARK);
    bytes.extend(version.to_le_bytes());
    file::encode(heads, &mut bytes);
    for line in [harmless_to, negative_from, likely_from] {
        bytes.extend(line.get().to_le_bytes());
    }
    bytes
}

/// Reads a judge.
///
/// # Errors
/// If the bytes are not such a file, or one of another length.
pub fn decode(bytes: &[u8]) -> Result<Judge, JudgeError> {
    let mut rest = bytes.strip_prefix(MARK).ok_or(JudgeError::NoJudge)?;
    let version = u16::from_le_bytes(take(&mut rest)?);
    let heads = file::decode(&mut rest)?;
    let cascade = Cascade {
        harmless_to: file::permille(&mut rest)?,
        negative_from: file::permille(&mut rest)?,
        likely_from: file::permille(&mut rest)?,
    };
    if rest.is_empty() { Ok(Judge { version, heads, cascade }) } else { Err(WrongLength.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deep::JUDGE;

    #[test]
    fn a_judge_survives_reading_and_writing() {
        let judge = decode(JUDGE).expect("the embedded file is a judge");
        assert_eq!(encode(&judge), JUDGE);
    }

    #[test]
    fn a_file_cut_short_or_of_another_kind_is_refused() {
        assert_eq!(decode(b"something else").err(), Some(JudgeError::NoJudge));
        assert_eq!(decode(&JUDGE[..JUDGE.len() - 1]).err(), Some(WrongLength.into()));
    }
}
