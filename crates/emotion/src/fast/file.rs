//! The model as a file: one fixed layout, little-endian, no optional parts.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `OPCXEMO2` |
//! | 2 | version of the weights |
//! | 2 | lowest share of known words, permille |
//! | 39 * 12 | per label: slope (4), offset (4), ceiling (2), found from (2) |
//! | 32,768 | known words, one bit each |
//! | 32,768 | common words, one bit each |
//! | 4,194,304 | rows of weights |

use super::Model;
use super::language::{Language, WordSet};
use super::weights::Weights;
use crate::heads::file::{self, WrongLength, take};

const MARK: &[u8; 8] = b"OPCXEMO2";

/// Why a file is no model that this program can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The first bytes are others.
    #[error("the file does not start with `OPCXEMO2`; make one as `train/README.md` says")]
    NoModel,
    /// It ends too early or too late.
    #[error(transparent)]
    WrongLength(#[from] WrongLength),
}

/// Writes a model.
#[must_use]
pub fn encode(model: &Model) -> Vec<u8> {
    let mut bytes = Vec::from(MARK);
    bytes.extend(model.version.to_le_bytes());
    bytes.extend(model.language.known_from.get().to_le_bytes());
    file::encode(&model.heads, &mut bytes);
    bytes.extend(model.language.known.as_bytes());
    bytes.extend(model.language.common.as_bytes());
    bytes.extend(model.weights.to_bytes());
    bytes
}

/// Reads a model.
///
/// # Errors
/// If the bytes are not such a file, or one of another length.
pub fn decode(bytes: &[u8]) -> Result<Model, ModelError> {
    let mut rest = bytes.strip_prefix(MARK).ok_or(ModelError::NoModel)?;
    let version = u16::from_le_bytes(take(&mut rest)?);
    let known_from = file::permille(&mut rest)?;
    let heads = file::decode(&mut rest)?;
    let known = WordSet::from_bytes(take(&mut rest)?);
    let common = WordSet::from_bytes(take(&mut rest)?);
    let language = Language { known, common, known_from };
    let weights = Weights::from_bytes(rest).ok_or(WrongLength)?;
    Ok(Model { version, weights, heads, language })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fast::EMBEDDED;

    #[test]
    fn a_model_survives_reading_and_writing() {
        let model = decode(EMBEDDED).expect("the embedded file is a model");
        assert!(encode(&model) == EMBEDDED);
    }

    #[test]
    fn a_file_cut_short_or_of_another_kind_is_refused() {
        assert_eq!(decode(b"something else").err(), Some(ModelError::NoModel));
        assert_eq!(decode(&EMBEDDED[..EMBEDDED.len() - 1]).err(), Some(WrongLength.into()));
        assert_eq!(decode(&EMBEDDED[..20]).err(), Some(WrongLength.into()));
    }
}
