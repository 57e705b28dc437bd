//! Identity: which identifiers belong to one person.

mod identifier;

pub use identifier::{IDENTIFIER_BYTES_MAX, Identifier, IdentifierError, IdentifierKind};
