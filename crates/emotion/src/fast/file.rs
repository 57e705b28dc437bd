//! The model as a file: one fixed layout, little-endian, no optional parts.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `OPCXEMO1` |
//! | 2 | version of the weights |
//! | 2 | lowest share of known words, permille |
//! | 2 + 2 | neutral band of the valence score: lowest, highest |
//! | 28 * 12 | per emotion: slope (4), offset (4), ceiling (2), found from (2) |
//! | 32,768 | known words, one bit each |
//! | 32,768 | common words, one bit each |
//! | 1,048,576 | rows of weights |

use opcx_core::reading::Permille;

use super::Model;
use super::calibration::Calibration;
use super::language::{Language, WordSet};
use super::weights::{EMOTIONS, Weights};
use crate::valence::NeutralBand;

const MARK: &[u8; 8] = b"OPCXEMO1";

/// Why a file is no model that this program can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The first bytes are others.
    #[error("the file does not start with `OPCXEMO1`; train a model with `cargo xtask train-emotion`")]
    NoModel,
    /// It ends too early or too late.
    #[error("the model file has a wrong length; fetch it again or train it with `cargo xtask train-emotion`")]
    WrongLength,
}

/// Writes a model.
#[must_use]
pub fn encode(model: &Model) -> Vec<u8> {
    let mut bytes = Vec::from(MARK);
    bytes.extend(model.version.to_le_bytes());
    bytes.extend(model.language.known_from.get().to_le_bytes());
    bytes.extend(model.neutral_band.from.to_le_bytes());
    bytes.extend(model.neutral_band.to.to_le_bytes());
    for calibration in &model.calibrations {
        bytes.extend(calibration.slope.to_le_bytes());
        bytes.extend(calibration.offset.to_le_bytes());
        bytes.extend(calibration.ceiling.get().to_le_bytes());
        bytes.extend(calibration.found_from.get().to_le_bytes());
    }
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
    let known_from = Permille::new(u16::from_le_bytes(take(&mut rest)?));
    let neutral_band =
        NeutralBand { from: i16::from_le_bytes(take(&mut rest)?), to: i16::from_le_bytes(take(&mut rest)?) };
    let mut calibrations = [Calibration::NEVER; EMOTIONS];
    for calibration in &mut calibrations {
        *calibration = Calibration {
            slope: i32::from_le_bytes(take(&mut rest)?),
            offset: i32::from_le_bytes(take(&mut rest)?),
            ceiling: Permille::new(u16::from_le_bytes(take(&mut rest)?)),
            found_from: Permille::new(u16::from_le_bytes(take(&mut rest)?)),
        };
    }
    let known = WordSet::from_bytes(take(&mut rest)?);
    let common = WordSet::from_bytes(take(&mut rest)?);
    let language = Language { known, common, known_from };
    let weights = Weights::from_bytes(rest).ok_or(ModelError::WrongLength)?;
    Ok(Model { version, weights, calibrations, language, neutral_band })
}

fn take<const COUNT: usize>(rest: &mut &[u8]) -> Result<[u8; COUNT], ModelError> {
    let (taken, after) = rest.split_first_chunk().ok_or(ModelError::WrongLength)?;
    *rest = after;
    Ok(*taken)
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
        assert_eq!(decode(&EMBEDDED[..EMBEDDED.len() - 1]).err(), Some(ModelError::WrongLength));
        assert_eq!(decode(&EMBEDDED[..20]).err(), Some(ModelError::WrongLength));
    }
}
