use core::fmt;
use core::str::FromStr;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use alloc::string::ToString;

use crate::customer::DeedId;

/// Longest [`ParcelKind`], in bytes.
pub const KIND_BYTES_MAX: usize = 128;

/// Names a parcel for ever: the deed that sends it. Every attempt and every replay gives the same
/// name, so a receiver can tell a repeat.
///
/// Shown as `msg_<customer>_<number>`: no dots, which Standard Webhooks keeps for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ParcelId(pub DeedId);

/// A text that names no parcel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` names no parcel; write it as it was sent: `msg_`, the customer, `_`, the number")]
pub struct ParcelIdError {
    text: CompactString,
}

impl fmt::Display for ParcelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "msg_{}", self.0)
    }
}

impl FromStr for ParcelId {
    type Err = ParcelIdError;

    fn from_str(text: &str) -> Result<ParcelId, ParcelIdError> {
        let parsed = text.strip_prefix("msg_").and_then(DeedId::parse).map(ParcelId);
        // Written one way only, so two texts never name the same parcel; only the start of a wrong
        // one is quoted back, since it may come from anywhere.
        parsed
            .filter(|parcel| parcel.to_string() == text)
            .ok_or_else(|| ParcelIdError { text: text.chars().take(64).collect() })
    }
}

/// What a parcel is about, for the receiver to sort by: `message.late_delivery`, `case.opened`.
///
/// Words of letters, digits and `_`, separated by single dots, at most [`KIND_BYTES_MAX`] bytes, as
/// Standard Webhooks asks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "CompactString")]
pub struct ParcelKind(CompactString);

/// Why a text is not a [`ParcelKind`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParcelKindError {
    /// Something else than words separated by dots.
    #[error("`{text}` is not a kind; write words of a-z, A-Z, 0-9 and _ with one dot between: `case.opened`")]
    Malformed {
        /// The text.
        text: CompactString,
    },
    /// Too long to sort by.
    #[error("a kind of {bytes} bytes is too long, {KIND_BYTES_MAX} are allowed; shorten it")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
}

impl ParcelKind {
    /// The kind that `text` names.
    ///
    /// # Errors
    /// Anything but words separated by single dots, or more than [`KIND_BYTES_MAX`] bytes.
    pub fn new(text: &str) -> Result<ParcelKind, ParcelKindError> {
        if text.len() > KIND_BYTES_MAX {
            return Err(ParcelKindError::TooLong { bytes: text.len() });
        }
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        if !text.split('.').all(is_word) {
            return Err(ParcelKindError::Malformed { text: text.into() });
        }
        Ok(ParcelKind(text.into()))
    }

    /// The kind's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<CompactString> for ParcelKind {
    type Error = ParcelKindError;

    fn try_from(text: CompactString) -> Result<ParcelKind, ParcelKindError> {
        ParcelKind::new(&text)
    }
}

impl fmt::Display for ParcelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::customer::CustomerId;
    use crate::log::Position;
    use alloc::string::{String, ToString};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_id_reads_back_as_written(customer in any::<u64>(), number in any::<u32>()) {
            let id = ParcelId(DeedId { customer: CustomerId(Position::new(customer)), number });
            prop_assert_eq!(id.to_string().parse(), Ok(id));
            prop_assert!(!id.to_string().contains('.'));
        }

        #[test]
        fn no_two_texts_name_the_same_parcel(text in "msg_[+0-9]{0,3}_[-0-9]{0,3}") {
            if let Ok(id) = text.parse::<ParcelId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }

    #[test]
    fn what_names_no_parcel_is_refused() {
        for text in
            ["", "msg_", "msg_1", "msg_1_", "msg__1", "evt_1_2", "msg_1_2_3", "msg_1_65536", "msg_+1_2"]
        {
            assert!(text.parse::<ParcelId>().is_err(), "{text}");
        }
    }

    #[test]
    fn kinds_are_words_with_dots_between() {
        for good in ["message", "message.late_delivery", "Case.Opened.2"] {
            assert_eq!(ParcelKind::new(good).map(|kind| kind.to_string()), Ok(String::from(good)));
        }
        for bad in ["", ".", "a.", ".a", "a..b", "late-delivery", "späti", "a b"] {
            assert_eq!(ParcelKind::new(bad), Err(ParcelKindError::Malformed { text: bad.into() }));
        }
        assert_eq!(ParcelKind::new(&"a".repeat(129)), Err(ParcelKindError::TooLong { bytes: 129 }));
    }
}
