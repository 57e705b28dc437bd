//! Conditions: what a definition asks of an event and of the customer it happened to.
//!
//! People write conditions in CEL. They are parsed, resolved and type-checked when the folder is
//! loaded (crate `opcx-company`) and lowered to [`Expression`], which this module evaluates without
//! allocating, without side effects, and in time linear in the expression's size.
//!
//! * **Missing is not false.** Reading a fact that the event lacks gives [`Missing`]. As in CEL it
//!   is absorbed by `&&` with a false and `||` with a true side; a condition that ends missing does
//!   not hold, and the receipt says what was missing.
//! * **Sight is limited.** Everything is read through [`Sight`]. A datum of a category that the
//!   customer has not granted for the purpose at hand is missing, exactly as if it had never been
//!   sent (law 4).
//! * **One kind of number.** Facts are JSON, so all numbers are `f64`; `7 / 2` is `3.5`, unlike CEL's
//!   integers. Ids belong in texts.

mod evaluate;
mod kinds;
mod letters;
mod resolve;
mod rest;
mod sight;

pub use evaluate::Operand;
pub use kinds::Kinds;
pub use rest::Rest;
pub use sight::{Missing, PromiseSight, Sight};

use resolve::FieldPlace;
pub(crate) use sight::Outcome;

use alloc::boxed::Box;
use alloc::vec::Vec;
use compact_str::{CompactString, format_compact};
use serde::{Deserialize, Serialize};

use crate::event::{Category, Name, Value};
use crate::reading::Emotion;
use crate::time::{Span, Timestamp};
use crate::trust::Account;

/// Most nodes one condition may have; a longer one is for a program, not for a definition.
pub const NODES_MAX: usize = 256;

/// A checked condition: it names only what exists, and its types agree.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    text: CompactString,
    expression: Expression,
    /// What the expression reads, each field once, in the order written.
    fields: Vec<Field>,
    /// The expression with the places of what it reads among the fields: what is evaluated.
    resolved: Expression<FieldPlace>,
}

/// An expression over what [`Sight`] can see. `F` is how it names what it reads.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression<F = Field> {
    /// A constant.
    Constant(Value),
    /// A constant distance in time: `duration("72h")`.
    Span(Span),
    /// A constant moment: `timestamp("2026-11-21T10:00:00Z")`.
    Time(Timestamp),
    /// Something read.
    Read(F),
    /// Whether something can be read at all: `has(facts.x)`.
    Has(F),
    /// All hold. Empty holds.
    All(Vec<Expression<F>>),
    /// At least one holds. Empty does not.
    Any(Vec<Expression<F>>),
    /// Does not hold.
    Not(Box<Expression<F>>),
    /// Two values compared.
    Compare(Comparison, Box<(Expression<F>, Expression<F>)>),
    /// Whether a value is among others: `x in [..]`.
    In(Box<(Expression<F>, Expression<F>)>),
    /// Two numbers (or times and spans) reckoned.
    Reckon(Reckoning, Box<(Expression<F>, Expression<F>)>),
    /// Two texts tested; letters are compared as they are.
    Text(TextTest, Box<(Expression<F>, Expression<F>)>),
    /// How many characters a text or values a list has.
    Size(Box<Expression<F>>),
    /// `test ? this : that`.
    Choose(Box<(Expression<F>, Expression<F>, Expression<F>)>),
    /// A text with its ASCII capitals as small letters: `text.lowerAscii()`.
    LowerAscii(Box<Expression<F>>),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

/// How two numbers are reckoned. Times and spans: `time - time`, `time ± span`, `span ± span`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reckoning {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`; by zero gives missing.
    Divide,
    /// `%`; by zero gives missing.
    Remainder,
}

/// How two texts are tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextTest {
    /// `a.contains(b)`
    Contains,
    /// `a.startsWith(b)`
    StartsWith,
    /// `a.endsWith(b)`
    EndsWith,
}

/// One thing a condition or a template can read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Field {
    /// `event.kind`
    EventKind,
    /// `event.channel`
    EventChannel,
    /// `event.source`
    EventSource,
    /// `event.time`: when it happened.
    EventTime,
    /// `event.by`: `customer`, `staff` or `probe`.
    EventBy,
    /// `event.said`: the customer's words; category feedback.
    EventSaid,
    /// `facts.NAME`: a fact of the event.
    Fact(Declared),
    /// `promise.facts.NAME`: a fact of the event that made the promise.
    PromiseFact(Declared),
    /// `promise.due`
    PromiseDue,
    /// `promise.made`
    PromiseMade,
    /// `customer.NAME`: the latest value of a fact that is declared to be about the customer.
    Trait(Declared),
    /// `customer.trust.ACCOUNT`: `0..=1000`.
    Trust(Account),
    /// `customer.open_failures`: bad moments and broken promises not yet made good.
    OpenFailures,
    /// `customer.open_promises`
    OpenPromises,
    /// `customer.events`: how many of their events were counted.
    Events,
    /// `reading.valence`: `negative`, `neutral` or `positive`; missing when unknown.
    Valence,
    /// `reading.score`: `-1000..=1000`; missing when unknown.
    ValenceScore,
    /// `reading.emotion`: the strongest emotion's name; missing when unknown.
    StrongestEmotion,
    /// `reading.emotions.NAME`: confidence `0..=1000`, 0 when not found; missing when unknown.
    EmotionConfidence(Emotion),
    /// `reading.ask`: what the text asks for, such as `complaint`; missing when unknown.
    Asked,
    /// `reading.needs_answer`; missing when unknown.
    NeedsAnswer,
}

/// A fact that the company's vocabulary declares, with its category.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Declared {
    /// The fact's name.
    pub name: Name,
    /// What it is about.
    pub category: Category,
    /// What type it has.
    pub kind: FactType,
}

/// The types a fact can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FactType {
    /// Yes or no.
    Bool,
    /// A number.
    Number,
    /// A text.
    Text,
    /// A moment, sent as RFC 3339 text.
    Time,
    /// Several texts.
    Texts,
}

impl Field {
    /// The field as conditions write it.
    #[must_use]
    pub fn words(&self) -> CompactString {
        match self {
            Field::EventKind => "event.kind".into(),
            Field::EventChannel => "event.channel".into(),
            Field::EventSource => "event.source".into(),
            Field::EventTime => "event.time".into(),
            Field::EventBy => "event.by".into(),
            Field::EventSaid => "event.said".into(),
            Field::Fact(fact) => format_compact!("facts.{}", fact.name),
            Field::PromiseFact(fact) => format_compact!("promise.facts.{}", fact.name),
            Field::PromiseDue => "promise.due".into(),
            Field::PromiseMade => "promise.made".into(),
            Field::Trait(fact) => format_compact!("customer.{}", fact.name),
            Field::Trust(account) => format_compact!("customer.trust.{account}"),
            Field::OpenFailures => "customer.open_failures".into(),
            Field::OpenPromises => "customer.open_promises".into(),
            Field::Events => "customer.events".into(),
            Field::Valence => "reading.valence".into(),
            Field::ValenceScore => "reading.score".into(),
            Field::StrongestEmotion => "reading.emotion".into(),
            Field::EmotionConfidence(emotion) => format_compact!("reading.emotions.{emotion}"),
            Field::Asked => "reading.ask".into(),
            Field::NeedsAnswer => "reading.needs_answer".into(),
        }
    }

    /// The category the field belongs to: what must be granted for it to be seen. `None` for what
    /// says nothing about the customer beyond the event itself, whose kind has its own category.
    #[must_use]
    pub fn category(&self) -> Option<Category> {
        match self {
            Field::Fact(fact) | Field::PromiseFact(fact) | Field::Trait(fact) => Some(fact.category),
            Field::EventSaid
            | Field::Valence
            | Field::ValenceScore
            | Field::StrongestEmotion
            | Field::EmotionConfidence(_)
            | Field::Asked
            | Field::NeedsAnswer => Some(Category::Feedback),
            Field::Trust(_) | Field::OpenFailures | Field::OpenPromises | Field::Events => {
                Some(Category::Service)
            }
            Field::EventKind
            | Field::EventChannel
            | Field::EventSource
            | Field::EventTime
            | Field::EventBy
            | Field::PromiseDue
            | Field::PromiseMade => None,
        }
    }
}
