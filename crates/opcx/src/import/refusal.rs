use opcx_core::event::FactsError;
use opcx_core::identity::IdentifierError;

use super::event::{ID_BYTES_MAX, ITEMS_MAX};
use super::records::RECORD_BYTES_MAX;

/// Why a record, or one item of it, is no event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A line that is not a JSON object.
    #[error("the line is no JSON object: {0}")]
    NotAnObject(String),
    /// Bytes that are no text.
    #[error("the row is no text in UTF-8; save the file as UTF-8")]
    NotText,
    /// A row of another width than the header.
    #[error(
        "the row has {found} values, the header has {expected}; look for a comma or a quote too many or too few"
    )]
    Width {
        /// How many values it has.
        found: usize,
        /// How many the header has.
        expected: usize,
    },
    /// A line that is too long.
    #[error("the line is longer than {RECORD_BYTES_MAX} bytes; split the record")]
    TooLong,
    /// The list whose objects become events is not there, or is none.
    #[error("`{0}` is no list of objects, and `each` makes an event of each")]
    NoItems(String),
    /// Too many items.
    #[error("`{column}` has {found} items, at most {ITEMS_MAX} are read; split the record")]
    TooManyItems {
        /// The list's column.
        column: String,
        /// How many there are.
        found: usize,
    },
    /// A list or an object where one value is wanted.
    #[error("`{0}` holds several values, and one is wanted")]
    Several(String),
    /// Something without which there is no event.
    #[error("the {what} is missing: nothing in `{column}`")]
    Missing {
        /// What.
        what: &'static str,
        /// Where it should be.
        column: String,
    },
    /// An id that is too long.
    #[error("the id is {bytes} bytes long, at most {ID_BYTES_MAX} are read; choose another column")]
    IdTooLong {
        /// Its length.
        bytes: usize,
    },
    /// A time that is not written as the mapping says.
    #[error("`{column}` holds `{found}`, and the mapping reads times as {format}")]
    Time {
        /// Where.
        column: String,
        /// What stands there.
        found: String,
        /// How it should be written.
        format: String,
    },
    /// A text that no case of the mapping covers.
    #[error(
        "`{column}` holds `{found}`, which the mapping's `{what}` does not know; add it to its cases, or an `otherwise`"
    )]
    NoCase {
        /// What is chosen by it.
        what: &'static str,
        /// Where.
        column: String,
        /// What stands there.
        found: String,
    },
    /// Nobody to whom it happened.
    #[error("nobody is named by {0}")]
    Nobody(String),
    /// Nobody to whom it happened, since what stands there names nobody.
    #[error(transparent)]
    NamesNobody(#[from] IdentifierError),
    /// A fact of another type than declared.
    #[error("`{column}` holds `{found}`, and the fact `{fact}` is {wanted}")]
    Fact {
        /// Which fact.
        fact: String,
        /// Where.
        column: String,
        /// What stands there.
        found: String,
        /// What it should be.
        wanted: &'static str,
    },
    /// Too many facts.
    #[error(transparent)]
    Facts(#[from] FactsError),
    /// One item of several cannot be read.
    #[error("item {number}: {because}")]
    Item {
        /// Which, from 1.
        number: usize,
        /// Why.
        because: Box<Refusal>,
    },
}

/// Most characters of a value that a reason repeats.
const SHOWN_CHARS_MAX: usize = 60;

/// A value, shortened to be shown in a reason.
pub(super) fn shown(value: &str) -> String {
    let mut chars = value.chars();
    let mut short: String = chars.by_ref().take(SHOWN_CHARS_MAX).collect();
    if chars.next().is_some() {
        short.push('…');
    }
    short
}
