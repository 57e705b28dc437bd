use opcx_core::log::{Lane, Position};
use opcx_core::record::{Entry, Record};
use opcx_core::time::Timestamp;

/// An entry as the log holds it: encoded once, by whoever accepted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded(Vec<u8>);

/// An entry about to be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Which clock it runs on.
    pub lane: Lane,
    /// That clock's time.
    pub at: Timestamp,
    /// The entry.
    pub entry: Encoded,
}

/// A record read back, with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Logged {
    /// Where it stands.
    pub position: Position,
    /// What it holds.
    pub record: Record,
}

impl Encoded {
    /// Encodes an entry.
    #[must_use]
    pub fn of(entry: &Entry) -> Encoded {
        // Only a type that refuses to be serialised could fail here, and ours do not.
        Encoded(postcard::to_allocvec(entry).expect("entries are plain data"))
    }

    /// Takes bytes that were read back from a log; they are checked when decoded.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Encoded {
        Encoded(bytes)
    }

    /// The encoded bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Decodes the entry.
    ///
    /// # Errors
    /// The bytes are not an entry of this version.
    pub fn decode(&self) -> Result<Entry, postcard::Error> {
        postcard::from_bytes(&self.0)
    }
}
