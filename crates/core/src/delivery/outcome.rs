use alloc::string::String;
use core::fmt;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::time::Span;

/// Longest [`Why`] kept, in bytes: a line for an operator, not a page.
pub const WHY_BYTES_MAX: usize = 200;

/// What one attempt to deliver a parcel came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The receiver has it.
    Delivered {
        /// The HTTP status it answered with, where the channel speaks HTTP.
        status: Option<u16>,
    },
    /// Not this time; a later attempt may succeed.
    Retry {
        /// How long the receiver asked us to wait, if it did.
        after: Option<Span>,
        /// What went wrong.
        why: Why,
    },
    /// No attempt can succeed until somebody mends something.
    Refused {
        /// What has to be mended.
        why: Why,
    },
    /// The receiver wants nothing more, ever (HTTP 410).
    Gone,
}

/// A short reason for an operator: one line of at most [`WHY_BYTES_MAX`] bytes.
///
/// Never what a customer said nor what a receiver answered, since it is kept in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "CompactString")]
pub struct Why(CompactString);

impl Why {
    /// The reason as one line: control characters become spaces, what is too long is cut.
    #[must_use]
    pub fn new(text: &str) -> Why {
        let mut line = CompactString::default();
        for character in text.chars() {
            if line.len() + character.len_utf8() > WHY_BYTES_MAX {
                break;
            }
            line.push(if character.is_control() { ' ' } else { character });
        }
        Why(line)
    }

    /// The reason.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<CompactString> for Why {
    fn from(text: CompactString) -> Why {
        Why::new(&text)
    }
}

impl From<String> for Why {
    fn from(text: String) -> Why {
        Why::new(&text)
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_reason_is_one_short_line_whatever_it_was_made_of(text in any::<String>()) {
            let why = Why::new(&text);
            prop_assert!(why.as_str().len() <= WHY_BYTES_MAX);
            prop_assert!(!why.as_str().chars().any(char::is_control));
            prop_assert_eq!(&Why::new(why.as_str()), &why, "cutting twice cuts nothing more");
        }
    }

    #[test]
    fn a_reason_read_back_from_the_log_is_bounded_too() {
        let stored = postcard::to_allocvec(&"ö".repeat(WHY_BYTES_MAX)).expect("a text can be stored");
        let why: Why = postcard::from_bytes(&stored).expect("it was just stored");
        assert_eq!(why.as_str(), "ö".repeat(WHY_BYTES_MAX / 2));
    }
}
