//! Mappings: how a CSV or JSON Lines file becomes events.
//!
//! A [`Mapping`] is checked: its facts are declared and typed, its time format is understood, its
//! patterns are well formed. Running it over a file (and refusing rows) is the importer's work.
//!
//! * **Record** – a row of a CSV file, or a JSON object of a JSON Lines file.
//! * **Item** – without [`Mapping::each`] the record itself, and one record becomes one event. With it,
//!   each object of that list within the record becomes one event.
//! * **Missing** – an empty CSV cell, a JSON `null` and an absent key are all missing: no fact, no
//!   words. A missing id, time or kind is a reason to reject the row; so is somebody who cannot be
//!   named by any entry of [`Mapping::who`].
//! * **Staff** – what staff wrote is never read for feelings (law 11). Of an event [`Origin::Staff`]
//!   the importer leaves [`Mapping::said`] out.

use opcx_core::calendar::Zone;
use opcx_core::condition::Declared;
use opcx_core::event::{Name, Origin};
use opcx_core::identity::IdentifierKind;

/// How the records of one kind of file become events.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// Its name: the file's name without ending.
    pub name: Name,
    /// How the file is written. Compression is found from its content (gzip's first two bytes).
    pub format: Format,
    /// In which order the records stand. An import folds events in the order of time, so a file that
    /// is not [`Order::OldestFirst`] is sorted first.
    pub order: Order,
    /// The event's source: with the id it makes an event one of its kind.
    pub source: Name,
    /// The list within a record whose objects become events. Only for JSON Lines.
    pub each: Option<Column>,
    /// The event's id within its source.
    pub id: Pattern,
    /// When it happened.
    pub time: Time,
    /// Its kind. `None` of a case means that no event is made, and that is no fault.
    pub kind: Choice<Option<Name>>,
    /// Where it happened.
    pub channel: Choice<Name>,
    /// Whether a customer or somebody of the company did it.
    pub by: Choice<Origin>,
    /// Who it happened to, strongest kind first. Entries that are missing or stand for nobody are
    /// left out; at least one must remain.
    pub who: Vec<(IdentifierKind, Who)>,
    /// What the customer said.
    pub said: Option<Column>,
    /// The facts, each with the type that the vocabulary declares for it.
    pub facts: Vec<(Declared, Column)>,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Values with commas between them (RFC 4180), with a line of column names first.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

/// In which order records stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// By time.
    #[default]
    OldestFirst,
    /// By time, backwards.
    NewestFirst,
    /// In none.
    Any,
}

/// Where a value stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Column {
    /// Whether it is looked for in the record even where items become events: written `record.NAME`.
    pub of_record: bool,
    /// The way to it: for CSV one column's name as it is written in the file, for JSON the keys from
    /// the outside in. Never empty.
    pub path: Vec<Name>,
}

/// A text put together: `{session_id}-{#}`. A column's name alone is a pattern of that column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(pub Vec<Part>);

/// A part of a [`Pattern`]. If a column is missing, so is the whole text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Words as they are.
    Words(Name),
    /// What a column holds; a JSON number as JSON writes it.
    Column(Column),
    /// `{#}`: which item of its record it is, counted from 1; 1 without [`Mapping::each`].
    Number,
}

/// When an event happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Time {
    /// Where it stands.
    pub column: Column,
    /// How it is written.
    pub format: TimeFormat,
    /// The zone of times without an offset of their own.
    pub zone: Zone,
}

/// How a time is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimeFormat {
    /// As [`opcx_core::time::parse_rfc3339_in`] reads it.
    Rfc3339,
    /// Seconds since 1970, with decimals or without.
    UnixSeconds,
    /// Whole milliseconds since 1970.
    UnixMilliseconds,
    /// By a pattern of `strptime` as [`jiff::fmt::strtime`] reads it: `%Y-%m-%d %H:%M:%S %z`.
    Pattern(String),
}

/// A value that is always the same, or depends on what a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice<T> {
    /// Always this.
    Always(T),
    /// By the text in a column.
    ByColumn {
        /// Where to look.
        column: Column,
        /// What each text means; compared exactly.
        cases: Vec<(Name, T)>,
        /// What any other text and a missing one mean; without it, such a row is rejected.
        otherwise: Option<T>,
    },
}

impl<T> Choice<T> {
    /// What `text`, which the column holds, means; `None` when the row is to be rejected.
    #[must_use]
    pub fn of(&self, text: Option<&str>) -> Option<&T> {
        match self {
            Choice::Always(value) => Some(value),
            Choice::ByColumn { cases, otherwise, .. } => cases
                .iter()
                .find(|(case, _)| Some(case.as_str()) == text)
                .map(|(_, value)| value)
                .or(otherwise.as_ref()),
        }
    }

    /// The column that decides, if one does.
    #[must_use]
    pub fn column(&self) -> Option<&Column> {
        match self {
            Choice::Always(_) => None,
            Choice::ByColumn { column, .. } => Some(column),
        }
    }
}

/// Where an identifier stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// In the item itself.
    Pattern(Pattern),
    /// In the first item of the record whose column `wherever` holds `is`: the customer whom a
    /// whole conversation is about, whoever speaks.
    FirstItem {
        /// Which of that item's columns names them.
        column: Column,
        /// The column that tells which item.
        wherever: Column,
        /// What it holds there.
        is: Name,
    },
}
