//! Shapes: which keys a file may have, and what stands behind each.
//!
//! One table per kind of file says it once. [`check()`] holds a file against its table and reports
//! every fault; [`schema()`] writes the same table as JSON Schema, so editors cannot disagree with
//! the loader.

mod check;
mod schema;

pub(crate) use check::check;
pub(crate) use schema::schema;

/// What may stand at some place of a file.
#[derive(Debug)]
pub(crate) enum Shape {
    /// Any text.
    Text,
    /// A condition in CEL.
    Condition,
    /// One of some words.
    Word(&'static [&'static str]),
    /// A whole number within bounds, both allowed.
    Whole(i64, i64),
    /// `true` or `false`.
    Truth,
    /// Several of one shape.
    List(&'static Shape),
    /// Keys known beforehand.
    Table(&'static Table),
    /// Keys that the company chooses, each with the same shape behind it.
    Named(&'static Shape),
    /// A single value, or else a group of keys or a list.
    Either(&'static Shape, &'static Shape),
}

/// A group of keys.
#[derive(Debug)]
pub(crate) struct Table {
    /// What the group is, with its article: `a moment`.
    pub(crate) what: &'static str,
    /// The keys, in the order in which people should write them.
    pub(crate) keys: &'static [Key],
}

/// One key of a group.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) need: Need,
    pub(crate) shape: Shape,
    /// What it means, for editors and the guide.
    pub(crate) says: &'static str,
}

/// Whether a key must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// It must; which rule its absence breaks.
    Required(&'static str),
    /// It may.
    Optional,
}

/// A key that must be there.
pub(crate) const fn required(name: &'static str, shape: Shape, says: &'static str) -> Key {
    required_by("missing-key", name, shape, says)
}

/// A key that must be there because a rule of its own says so.
pub(crate) const fn required_by(
    rule: &'static str,
    name: &'static str,
    shape: Shape,
    says: &'static str,
) -> Key {
    Key { name, need: Need::Required(rule), shape, says }
}

/// A key that may be there.
pub(crate) const fn optional(name: &'static str, shape: Shape, says: &'static str) -> Key {
    Key { name, need: Need::Optional, shape, says }
}
