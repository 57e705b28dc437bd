//! The truth: what really happened in the simulated company, a JSON object a line, beside the events.
//!
//! Lines that are about a moment stand in the order of time; sums stand at the end.

use opcx_core::reading::{Emotion, Valence};
use opcx_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::company::{Language, Region};
use crate::scenario::What;
use crate::texts::{Intent, Topic};

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "truth", rename_all = "kebab-case")]
pub enum Truth {
    /// What was played. The first line.
    Scenario(Played),
    /// Something that goes wrong.
    Cause(PlantedCause),
    /// What a customer went through and what it did to their trust.
    Felt(Felt),
    /// What a customer wrote or said.
    Text(Text),
    /// A promise that was settled, or at the end one that was not.
    Promise(Owed),
    /// Money that was lost.
    Loss(Loss),
    /// Something that happened to an event on its way.
    OnItsWay(OnItsWay),
    /// Who was the first to complain about a cause, at the end.
    FirstComplaint(FirstComplaint),
    /// One customer, at the end.
    Person(Box<TruePerson>),
    /// What a cause did in all, at the end.
    Effect(Effect),
}

/// What was played.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Played {
    pub scenario: String,
    pub seed: u64,
    pub customers: u32,
    pub start: Timestamp,
    pub end: Timestamp,
}

/// Something that goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlantedCause {
    /// Its name.
    pub cause: String,
    /// What, and where.
    pub what: What,
    /// From when on.
    pub from: Timestamp,
    /// Before when.
    pub until: Timestamp,
    /// How many of a million exposed it hits, at its full strength and before any fix.
    pub strength_millionths: u32,
    /// What was done about it.
    pub fixes: Vec<TrueFix>,
}

/// Something that was done about a cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrueFix {
    /// Its name.
    pub fix: String,
    /// When it shipped.
    pub at: Timestamp,
    /// How much of the cause it took away, in millionths.
    pub works_millionths: u32,
}

/// What a customer went through and what it did to their trust.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Felt {
    /// Whose.
    pub person: u32,
    /// When.
    pub at: Timestamp,
    /// The event that tells of it; none where no system saw it.
    pub event: Option<String>,
    /// What it was about.
    pub about: String,
    /// How good it was, `-1000..=1000`.
    pub quality: i64,
    /// By how much trust moved.
    pub change: i64,
    /// What made it so.
    pub cause: Option<String>,
}

/// What a customer wrote or said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// The event that carries it.
    pub event: String,
    /// Whose.
    pub person: u32,
    /// In which language.
    pub language: Language,
    /// About what.
    pub topic: Topic,
    /// What for.
    pub intent: Intent,
    /// What they feel.
    pub emotion: Emotion,
    /// Which way that points.
    pub valence: Valence,
    /// Whether they say the opposite of what they mean.
    pub sarcasm: bool,
    /// Whether they praise and blame in one breath.
    pub mixed: bool,
    /// The cause that they complain about, whether or not they know it.
    pub cause: Option<String>,
}

/// How a promise ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PromiseEnd {
    /// Done in time.
    Kept,
    /// Not done in time.
    Broken,
    /// Its time was not over yet at the end.
    Owed,
}

/// A promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owed {
    /// Its name in the company's map.
    pub promise: String,
    /// The fact that tells it from others of its name: of which order, which contact.
    pub key: String,
    /// To whom.
    pub person: u32,
    /// When it was made.
    pub made: Timestamp,
    /// By when it was to be kept.
    pub due: Timestamp,
    /// How it ended.
    pub state: PromiseEnd,
    /// When it was done, in time or not.
    pub done: Option<Timestamp>,
    /// What delayed it, if something did.
    pub cause: Option<String>,
}

/// Money that was lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// By which cause.
    pub cause: String,
    /// With whom.
    pub person: u32,
    /// When.
    pub at: Timestamp,
    /// How much.
    pub cents: i64,
    /// What for.
    pub what: String,
}

/// Who was the first to complain about a cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstComplaint {
    /// The cause.
    pub cause: String,
    /// Who.
    pub person: u32,
    /// When.
    pub at: Timestamp,
    /// The event.
    pub event: String,
}

/// Something that happened to an event on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnItsWay {
    /// Which.
    pub event: String,
    /// What.
    pub what: Mishap,
}

/// What can happen to an event on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mishap {
    /// It was sent a second time.
    Twice,
    /// It came hours late.
    Late,
    /// It never came.
    Lost,
    /// It came in a shape that nobody can read.
    Malformed,
    /// Its currency is wrong.
    WrongCurrency,
}

/// One customer, at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TruePerson {
    /// Their number.
    pub person: u32,
    /// Where they live.
    pub region: Region,
    /// What they write.
    pub language: Language,
    /// Identifiers that are theirs alone and stand in at least one event that can be read, as `kind:value`, in
    /// groups: some event names those of one group together; nothing that was told joins two groups.
    pub identifiers: Vec<Vec<String>>,
    /// Identifiers that they share with the household and that stand in at least one event that can be read.
    pub shared: Vec<String>,
    /// Latent trust at the start, `-1000..=1000`.
    pub trust_at_start: i64,
    /// Latent trust at the end, or when they left.
    pub trust: i64,
    /// When they left.
    pub left: Option<Timestamp>,
    /// What they spent.
    pub spent_cents: i64,
}

/// What a cause did in all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// The cause.
    pub cause: String,
    /// How many customers it hurt.
    pub people: u64,
    /// How often.
    pub times: u64,
    /// By how much it moved their trust, summed over them.
    pub trust_change: i64,
    /// How many customers left for it: the sum of what it added to each one's likelihood, in thousandths.
    pub leaving_thousandths: i64,
    /// Money lost.
    pub lost_cents: i64,
}
