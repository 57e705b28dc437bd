use std::collections::BTreeMap;

use opcx_core::consent::Statement;
use opcx_core::effects::{Content, Moment};
use opcx_core::event::{Event, Origin};
use opcx_core::reading::{Found, Model, Reading, Unknown};
use opcx_core::record::{Command, Entry};
use opcx_store::{CaseRow, Logged, ParcelRow, ParcelState, PromiseRow, RejectedRow};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cases::CaseLine;
use crate::customer::json;
use crate::promises::PromiseLine;
use crate::receipt_words::DecisionLine;
use crate::{At, Customer};

/// One thing that is held about a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum ExportLine {
    /// Who they are and what is known about them now, inferred or told.
    Customer(Box<Customer>),
    /// Something that happened to them, as it came in, with what was made of it.
    Event(Box<ExportedEvent>),
    /// Something that somebody of the company ordered about them.
    Order {
        /// The record of the log.
        position: u64,
        /// When it was accepted.
        accepted: At,
        /// Who ordered it.
        by: String,
        /// Why.
        reason: String,
    },
    /// Something owed to them.
    Promise(Box<PromiseLine>),
    /// Work that a human has or had for them.
    Case(Box<CaseLine>),
    /// Something that was sent, or will be.
    Parcel {
        /// Its id.
        id: String,
        /// The endpoint that takes it.
        to: String,
        /// What it is.
        kind: String,
        /// When it was decided on.
        decided: At,
        /// Where it stands: `pending`, `delivered` or `dead`.
        state: String,
        /// The words, if it is a message; otherwise the identifiers that it names.
        content: Vec<String>,
    },
    /// Something that was decided, for or against, and why.
    Decision(Box<DecisionLine>),
    /// Something that came in and could not be understood, and that names them.
    Rejected {
        /// The record of the log.
        position: u64,
        /// Where it came from.
        from: String,
        /// Why it could not be understood.
        reason: String,
        /// What came in.
        raw: String,
    },
}

/// Something that happened to a customer, with what was made of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExportedEvent {
    /// The record of the log.
    pub position: u64,
    /// When it was accepted.
    pub accepted: At,
    /// The system that told us.
    pub source: String,
    /// The event's id there.
    pub id: String,
    /// When it happened.
    pub happened: At,
    /// What kind of event it is.
    pub kind: String,
    /// Where it happened.
    pub channel: String,
    /// Who did it: `customer`, `staff` or `probe`.
    pub origin: String,
    /// Every identifier that was given, as `kind:value`.
    pub who: Vec<String>,
    /// The facts.
    pub facts: BTreeMap<String, serde_json::Value>,
    /// What was said, word for word.
    pub said: Option<String>,
    /// What they allowed or forbade with it.
    pub consents: Vec<ExportedConsent>,
    /// What a model read in what was said.
    pub reading: Option<ExportedReading>,
    /// The moments of the map that it was, and how they went.
    pub moments: Vec<ExportedMoment>,
}

/// What a customer said about their data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExportedConsent {
    /// What the data is about.
    pub category: String,
    /// What it is looked at for.
    pub purpose: String,
    /// `granted`, `denied` or `withdrawn`.
    pub answer: String,
}

/// What a model read in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExportedReading {
    /// `fast`, `deep` or `given`.
    pub model: String,
    /// The version of its weights.
    pub version: u16,
    /// Why it could not tell, if it could not.
    pub unknown: Option<String>,
    /// `negative`, `neutral` or `positive`.
    pub valence: Option<String>,
    /// Each emotion found, with its confidence of a thousand.
    pub emotions: BTreeMap<String, u16>,
    /// What the text asks for: `none`, `complaint`, `request`, `question`, `praise`, `suggestion` or `thanks`.
    pub ask: Option<String>,
    /// The chance of a thousand that it needs an answer.
    pub needs_answer: Option<u16>,
    /// Why this model and not another: `asked`, `sure`, `doubtful` or `overloaded`.
    pub chosen: String,
}

/// A moment of the map that an event was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExportedMoment {
    /// The journey.
    pub journey: String,
    /// The moment.
    pub moment: String,
    /// `good`, `neutral` or `bad`.
    pub outcome: String,
    /// How often they had gone through it before in the same run.
    pub repeats: u16,
}

impl ExportLine {
    pub(super) fn of_record(
        logged: &Logged,
        reading: Option<&Reading>,
        moments: &[Moment],
    ) -> Option<ExportLine> {
        let (position, accepted) = (logged.position.get(), At(logged.record.at));
        match &logged.record.entry {
            Entry::Event(event) => Some(of_event(position, accepted, event, reading, moments)),
            Entry::Command(Command { by, reason, .. }) => {
                Some(ExportLine::Order { position, accepted, by: by.to_string(), reason: reason.to_string() })
            }
            // A second reading is shown with the text that it is of.
            Entry::Reading(_)
            | Entry::Rejected(_)
            | Entry::Delivery(_)
            | Entry::Tick
            | Entry::Erased(_)
            | Entry::Erasure(_) => None,
        }
    }

    pub(super) fn of_promise(row: &PromiseRow) -> ExportLine {
        ExportLine::Promise(Box::new(PromiseLine::of(row, false)))
    }

    pub(super) fn of_case(row: &CaseRow) -> ExportLine {
        ExportLine::Case(Box::new(CaseLine::of(row.customer, &row.case)))
    }

    pub(super) fn of_parcel(row: &ParcelRow) -> ExportLine {
        let parcel = &row.parcel;
        let state = match row.state {
            ParcelState::Pending { .. } => "pending",
            ParcelState::Delivered { .. } => "delivered",
            ParcelState::Dead { .. } => "dead",
        };
        ExportLine::Parcel {
            id: parcel.id.to_string(),
            to: parcel.to.to_string(),
            kind: parcel.kind.to_string(),
            decided: At(parcel.decided),
            state: state.to_owned(),
            content: match &parcel.content {
                Content::Message { text, .. } => vec![text.clone()],
                Content::Notice { who, .. } => who.iter().map(ToString::to_string).collect(),
            },
        }
    }

    pub(super) fn of_rejected(row: &RejectedRow) -> ExportLine {
        ExportLine::Rejected {
            position: row.position.get(),
            from: row.rejected.from.to_string(),
            reason: row.rejected.reason.to_string(),
            raw: row.rejected.raw.to_string(),
        }
    }
}

fn of_event(
    position: u64,
    accepted: At,
    event: &Event,
    reading: Option<&Reading>,
    moments: &[Moment],
) -> ExportLine {
    let origin = match event.origin {
        Origin::Customer => "customer",
        Origin::Staff => "staff",
        Origin::Probe => "probe",
    };
    ExportLine::Event(Box::new(ExportedEvent {
        position,
        accepted,
        source: event.source.to_string(),
        id: event.id.to_string(),
        happened: At(event.happened),
        kind: event.kind.to_string(),
        channel: event.channel.to_string(),
        origin: origin.to_owned(),
        who: event.who.iter().map(ToString::to_string).collect(),
        facts: event.facts.iter().map(|(name, value)| (name.to_string(), json(value))).collect(),
        said: event.said.as_ref().map(ToString::to_string),
        consents: event.consents.iter().map(of_consent).collect(),
        reading: reading.map(of_reading),
        moments: moments
            .iter()
            .map(|moment| ExportedMoment {
                journey: moment.journey.to_string(),
                moment: moment.moment.to_string(),
                outcome: moment.outcome.word().to_owned(),
                repeats: moment.repeats,
            })
            .collect(),
    }))
}

fn of_consent(said: &Statement) -> ExportedConsent {
    ExportedConsent {
        category: said.category.word().to_owned(),
        purpose: said.purpose.word().to_owned(),
        answer: said.answer.word().to_owned(),
    }
}

fn of_reading(reading: &Reading) -> ExportedReading {
    let Model { tier, version } = reading.model;
    let (unknown, felt, emotions) = match &reading.found {
        Found::Unknown(why) => {
            let why = match why {
                Unknown::Empty => "nothing to read",
                Unknown::Language => "another language",
                Unknown::Unsure => "unsure",
            };
            (Some(why.to_owned()), None, BTreeMap::new())
        }
        Found::Felt(felt) => {
            let emotions = felt.emotions.iter();
            let emotions =
                emotions.map(|(emotion, confidence)| (emotion.word().to_owned(), confidence.get())).collect();
            (None, Some(felt), emotions)
        }
    };
    ExportedReading {
        model: tier.word().to_owned(),
        version,
        unknown,
        valence: felt.map(|felt| felt.valence.word().to_owned()),
        emotions,
        ask: felt.map(|felt| felt.ask.word().to_owned()),
        needs_answer: felt.map(|felt| felt.answer.get()),
        chosen: reading.chosen.word().to_owned(),
    }
}
