//! Identity: which identifiers belong to one person.
//!
//! Events name people by identifiers. [`resolve()`] decides, for the identifiers of one event, whose
//! event it is and whether it joins people who were two until now. Joining is a union of sets, so
//! it is commutative and associative; every joining has a [`Link`] with its reason, and an un-merge
//! takes that link away again.

mod identifier;
mod person;
mod resolve;

pub use identifier::{IDENTIFIER_BYTES_MAX, Identifier, IdentifierError, IdentifierKind};
pub use person::{Because, Limits, Link, Person};
pub use resolve::{Refusal, Resolution, resolve};
