use core::fmt;

use alloc::string::ToString;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

/// Longest identifier value kept, in bytes.
pub const IDENTIFIER_BYTES_MAX: usize = 256;

/// One way a system names a person: a kind and a value, checked and normalised.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identifier {
    /// Which kind of name it is. First, so that identifiers order by strength.
    pub kind: IdentifierKind,
    value: CompactString,
}

/// The kinds of identifier, strongest first: of two that disagree the stronger one is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentifierKind {
    /// The company's own id of a known person.
    UserId,
    /// An e-mail address, compared without regard to case.
    Email,
    /// A telephone number, digits and a leading plus only.
    Phone,
    /// A public name on a social network.
    Handle,
    /// An id of a device or browser of somebody not yet known.
    AnonymousId,
}

impl IdentifierKind {
    /// Every kind, strongest first.
    pub const ALL: [IdentifierKind; 5] = [
        IdentifierKind::UserId,
        IdentifierKind::Email,
        IdentifierKind::Phone,
        IdentifierKind::Handle,
        IdentifierKind::AnonymousId,
    ];

    /// The word used in files, messages and the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            IdentifierKind::UserId => "user_id",
            IdentifierKind::Email => "email",
            IdentifierKind::Phone => "phone",
            IdentifierKind::Handle => "handle",
            IdentifierKind::AnonymousId => "anonymous_id",
        }
    }

    /// The kind that `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<IdentifierKind> {
        IdentifierKind::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// Why a value names nobody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    /// A value that programs send when they know nobody; believing it would merge strangers.
    #[error("the {} `{value}` stands for nobody; leave it out", kind.word())]
    Blocked {
        /// The kind it was sent as.
        kind: IdentifierKind,
        /// The value that was sent.
        value: CompactString,
    },
    /// Too long to be an identifier.
    #[error("the {} is {bytes} bytes long, at most {IDENTIFIER_BYTES_MAX} are kept; send a shorter one", kind.word())]
    TooLong {
        /// The kind it was sent as.
        kind: IdentifierKind,
        /// Its length.
        bytes: usize,
    },
}

impl Identifier {
    /// An identifier from what a system sent: trimmed, and normalised as its kind asks.
    ///
    /// # Errors
    /// A value that stands for nobody (`null`, `0`, `anonymous`, all zeros ...), or one over
    /// [`IDENTIFIER_BYTES_MAX`].
    pub fn new(kind: IdentifierKind, value: &str) -> Result<Identifier, IdentifierError> {
        let trimmed = value.trim();
        if trimmed.len() > IDENTIFIER_BYTES_MAX {
            return Err(IdentifierError::TooLong { kind, bytes: trimmed.len() });
        }
        if stands_for_nobody(trimmed) {
            return Err(IdentifierError::Blocked { kind, value: trimmed.into() });
        }
        let value: CompactString = match kind {
            IdentifierKind::UserId | IdentifierKind::AnonymousId => trimmed.into(),
            IdentifierKind::Email => trimmed.to_lowercase().into(),
            IdentifierKind::Handle => {
                trimmed.trim_start_matches(|c: char| c == '@' || c.is_whitespace()).to_lowercase().into()
            }
            IdentifierKind::Phone => trimmed.chars().filter(|&c| c.is_ascii_digit() || c == '+').collect(),
        };
        if stands_for_nobody(&value) {
            return Err(IdentifierError::Blocked { kind, value: trimmed.into() });
        }
        // A few letters are longer in lower case.
        if value.len() > IDENTIFIER_BYTES_MAX {
            return Err(IdentifierError::TooLong { kind, bytes: value.len() });
        }
        Ok(Identifier { kind, value })
    }

    /// The normalised value; never empty.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.word(), self.value)
    }
}

/// Values that software sends for "I do not know who this is".
const NOBODY: [&str; 22] = [
    "null",
    "nil",
    "none",
    "undefined",
    "nan",
    "n/a",
    "na",
    "anonymous",
    "anon",
    "guest",
    "unknown",
    "user",
    "id",
    "test",
    "true",
    "false",
    "-1",
    "[object object]",
    "distinct_id",
    "not_authenticated",
    "user_id",
    "anonymous_id",
];

fn stands_for_nobody(value: &str) -> bool {
    value.chars().all(|c| matches!(c, '0' | '-' | '.' | ':' | '_' | '{' | '}' | '+' | '@' | ' '))
        || NOBODY.contains(&value.to_lowercase().to_string().trim_matches(['"', '\'']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn values_that_stand_for_nobody_are_refused() {
        let sent = [
            "",
            " ",
            "0",
            "null",
            "NULL",
            "anonymous",
            "\"undefined\"",
            "[object Object]",
            "-1",
            "000000",
            "00000000-0000-0000-0000-000000000000",
            "----",
            "NaN",
        ];
        let kept: Vec<_> =
            sent.into_iter().filter(|v| Identifier::new(IdentifierKind::UserId, v).is_ok()).collect();
        assert_eq!(kept, Vec::<&str>::new());
    }

    #[test]
    fn the_same_person_written_two_ways_is_one_identifier() {
        let same = |kind, a, b| assert_eq!(Identifier::new(kind, a), Identifier::new(kind, b));
        same(IdentifierKind::Email, " Ada@Example.ORG", "ada@example.org");
        same(IdentifierKind::Phone, "+44 (20) 7946-0958", "+442079460958");
        same(IdentifierKind::Handle, "@AdaL", "adal");
        assert_ne!(
            Identifier::new(IdentifierKind::UserId, "Ada"),
            Identifier::new(IdentifierKind::UserId, "ada")
        );
    }
}
