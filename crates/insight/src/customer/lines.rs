//! The parts of a customer that are told line by line.

use std::cmp::Reverse;

use opcx_core::consent::{Grant, Purpose};
use opcx_core::customer::Known;
use opcx_core::definitions::Definitions;
use opcx_core::effects::Moment;
use opcx_core::event::Value;
use opcx_core::identity::{Because, Identifier, Person};
use opcx_core::journey::{Run, RunState};
use opcx_core::log::Position;
use opcx_store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{At, InsightError};

/// One name by which some system knows the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IdentifierLine {
    /// `user_id`, `email`, `phone`, `handle` or `anonymous_id`.
    pub kind: String,
    /// The value, normalised.
    pub value: String,
}

/// Why two identifiers are believed to be one person's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkLine {
    /// One identifier, as `kind:value`.
    pub one: String,
    /// The other.
    pub other: String,
    /// Why, in words.
    pub because: String,
    /// The record of the log that joined them.
    pub position: u64,
    /// When that was accepted.
    pub at: At,
}

/// Two identifiers that were told to be two people's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApartLine {
    /// One identifier, as `kind:value`.
    pub one: String,
    /// The other.
    pub other: String,
}

/// What the customer said about one category of data and one purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConsentLine {
    /// What the data is about.
    pub category: String,
    /// What it is looked at for.
    pub purpose: String,
    /// `granted`, `denied` or `withdrawn`.
    pub answer: String,
    /// Since when.
    pub since: At,
    /// Who recorded it.
    pub by: String,
    /// Which version of the wording they saw, if any.
    pub wording: Option<String>,
}

/// Something known about the person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TraitLine {
    /// The fact's name.
    pub name: String,
    /// Its latest value.
    pub value: serde_json::Value,
    /// When that was so.
    pub at: At,
}

/// One way through a journey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunLine {
    /// The journey.
    pub journey: String,
    /// What tells this run from others: an order's id.
    pub key: Option<String>,
    /// `under_way`, `reached` or `abandoned`.
    pub state: String,
    /// When its first moment happened.
    pub started: At,
    /// When its latest moment happened.
    pub latest: At,
    /// How many moments it had in all.
    pub steps_total: u32,
    /// How often a moment was gone through again.
    pub repeats: u32,
    /// The longest time between two moments, in milliseconds.
    pub longest_gap_millis: i64,
    /// Its newest moments, eight at most, in the order in which they became known.
    pub steps: Vec<StepLine>,
}

/// One moment gone through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StepLine {
    /// The moment.
    pub moment: String,
    /// When.
    pub at: At,
    /// `good`, `neutral` or `bad`.
    pub outcome: String,
}

impl IdentifierLine {
    pub(crate) fn of(identifier: &Identifier) -> IdentifierLine {
        IdentifierLine { kind: identifier.kind.word().to_owned(), value: identifier.value().to_owned() }
    }
}

impl ApartLine {
    pub(super) fn of((one, other): &(Identifier, Identifier)) -> ApartLine {
        ApartLine { one: one.to_string(), other: other.to_string() }
    }
}

impl ConsentLine {
    pub(super) fn of(grant: &Grant) -> ConsentLine {
        let answer = grant.statement.answer.word();
        ConsentLine {
            category: grant.statement.category.word().to_owned(),
            purpose: grant.statement.purpose.word().to_owned(),
            answer: answer.to_owned(),
            since: At(grant.since),
            by: grant.statement.proof.actor.to_string(),
            wording: grant.statement.proof.wording.as_ref().map(ToString::to_string),
        }
    }
}

impl RunLine {
    /// `moments` are those of the records that the run's steps lead to, in order.
    fn of(run: &Run, moments: &[Moment]) -> RunLine {
        let state = match run.state {
            RunState::UnderWay => "under_way",
            RunState::Reached => "reached",
            RunState::Abandoned => "abandoned",
        };
        let step = |moment: &Moment| StepLine {
            moment: moment.moment.to_string(),
            at: At(moment.at),
            outcome: moment.outcome.word().to_owned(),
        };
        let gone = run.steps.iter().filter_map(|of_run| moments.iter().find(|moment| of_run.is(moment)));
        RunLine {
            journey: run.journey.to_string(),
            key: run.key.as_ref().map(ToString::to_string),
            state: state.to_owned(),
            started: At(run.started),
            latest: At(run.latest),
            steps_total: run.steps_total,
            repeats: run.repeats,
            longest_gap_millis: run.longest_gap.as_millis(),
            steps: gone.map(step).collect(),
        }
    }
}

/// Ways through journeys, newest first, with what the store has of their steps.
pub(super) fn runs(store: &dyn Store, known: &Known) -> Result<Vec<RunLine>, InsightError> {
    let mut runs: Vec<&Run> = known.runs.iter().collect();
    runs.sort_by_key(|run| Reverse(run.latest));
    let line = |run: &Run| {
        let mut records: Vec<Position> = run.steps.iter().map(|step| step.position).collect();
        records.dedup();
        Ok(RunLine::of(run, &store.moments_at(&records)?))
    };
    runs.into_iter().map(line).collect()
}

pub(super) fn links(store: &dyn Store, person: &Person) -> Result<Vec<LinkLine>, InsightError> {
    let positions: Vec<Position> = person.links.iter().map(|link| link.position).collect();
    let records = store.read_at(&positions)?;
    let line = |(link, logged): (&opcx_core::identity::Link, opcx_store::Logged)| LinkLine {
        one: link.one.to_string(),
        other: link.other.to_string(),
        because: match &link.because {
            Because::OneEvent => "one event named both".to_owned(),
            Because::Ordered { by, reason } => format!("{by} said so: {reason}"),
        },
        position: link.position.get(),
        at: At(logged.record.at),
    };
    Ok(person.links.iter().zip(records).map(line).collect())
}

/// What is known about the person, as far as it may be looked at for anything (law 4).
pub(crate) fn traits(definitions: &Definitions, known: &Known) -> Vec<TraitLine> {
    let may_see = |name: &str| {
        definitions.vocabulary.facts.get(name).is_some_and(|fact| {
            Purpose::ALL.into_iter().any(|purpose| known.grants.allow(fact.category, purpose))
        })
    };
    known
        .traits
        .iter()
        .filter(|known| may_see(&known.name))
        .map(|known| TraitLine { name: known.name.to_string(), value: json(&known.value), at: At(known.at) })
        .collect()
}

/// A fact's value as JSON.
pub(crate) fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Bool(truth) => (*truth).into(),
        Value::Number(number) => (*number).into(),
        Value::Text(text) => text.as_str().into(),
        Value::List(list) => list.iter().map(json).collect(),
    }
}
