//! Heads as bytes: per label slope (4), offset (4), ceiling (2), found from (2), little-endian.

use opcx_core::reading::Permille;

use super::calibration::Calibration;
use super::{Heads, LABELS};

/// The bytes end too early or too late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the model file has a wrong length; fetch it again or make it as `train/README.md` says")]
pub struct WrongLength;

/// Adds `heads` to `bytes`.
pub fn encode(heads: &Heads, bytes: &mut Vec<u8>) {
    for calibration in &heads.calibrations {
        bytes.extend(calibration.slope.to_le_bytes());
        bytes.extend(calibration.offset.to_le_bytes());
        bytes.extend(calibration.ceiling.get().to_le_bytes());
        bytes.extend(calibration.found_from.get().to_le_bytes());
    }
}

/// Takes heads off the beginning of `rest`.
///
/// # Errors
/// There are not enough bytes.
pub fn decode(rest: &mut &[u8]) -> Result<Heads, WrongLength> {
    let mut calibrations = [Calibration::NEVER; LABELS];
    for calibration in &mut calibrations {
        *calibration = Calibration {
            slope: i32::from_le_bytes(take(rest)?),
            offset: i32::from_le_bytes(take(rest)?),
            ceiling: permille(rest)?,
            found_from: permille(rest)?,
        };
    }
    Ok(Heads { calibrations })
}

/// Takes a share of a thousand off the beginning of `rest`.
///
/// # Errors
/// There are not enough bytes.
pub fn permille(rest: &mut &[u8]) -> Result<Permille, WrongLength> {
    Ok(Permille::new(u16::from_le_bytes(take(rest)?)))
}

/// Takes bytes off the beginning of `rest`.
///
/// # Errors
/// There are not enough of them.
pub fn take<const COUNT: usize>(rest: &mut &[u8]) -> Result<[u8; COUNT], WrongLength> {
    let (taken, after) = rest.split_first_chunk().ok_or(WrongLength)?;
    *rest = after;
    Ok(*taken)
}
