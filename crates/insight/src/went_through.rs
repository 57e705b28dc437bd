//! Who went through a moment, newest first, and what they said there.

use opcx_core::definitions::Definitions;
use opcx_core::effects::Moment;
use opcx_core::log::Position;
use opcx_core::record::Entry;
use opcx_store::{Logged, Store};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clocks::Clocks;
use crate::moment::defined_moment;
use crate::page::{Page, rows};
use crate::pulse::{CHANNEL, dimension};
use crate::said::Said;
use crate::timeline::Read;
use crate::{At, InsightError, KnownAs};

/// Most records that one question looks at; a page that ends there says where to go on.
pub const RECORDS_LOOKED_AT_MAX: u64 = 32_768;
/// Records whose moments are read at a time.
const RECORDS_READ: u64 = 1_024;
/// Most moments of so many records that are read.
const MOMENTS_READ_MAX: usize = 65_536;

/// What is asked about those who went through a moment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WentThroughQuestion {
    /// Only where it went so.
    pub outcome: Option<OutcomeWord>,
    /// Only where the customer said something that a model looked at: true or false.
    pub said: Option<bool>,
    /// Only at one value of this dimension: `channel`, or one of the vocabulary's. Goes with `value`.
    pub by: Option<String>,
    /// That value.
    pub value: Option<String>,
    /// How many rows, from 1 to 1,000; 50 unless asked otherwise.
    pub most: Option<u16>,
    /// Where an earlier page ended: its `next`.
    pub after: Option<String>,
}

/// How a moment went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is the word of its name")]
pub enum OutcomeWord {
    Good,
    Neutral,
    Bad,
}

/// Who went through a moment. Probes are never among them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WentThrough {
    /// The moment.
    pub moment: String,
    /// The log's latest time: as of when this is so.
    pub as_of: Option<At>,
    /// How many records were looked at for this page. It may hold fewer rows than were asked for, and still have a
    /// `next`: then further rows are far back.
    pub looked_at: u64,
    /// Those who fit, the newest record first.
    pub page: Page<WentThroughLine>,
}

/// Somebody went through a moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WentThroughLine {
    /// The record.
    pub position: u64,
    /// When, by the event's own time.
    pub at: At,
    /// Who, as they are known now; null of somebody who was erased.
    pub customer: Option<String>,
    /// How they are best called.
    pub known_as: Option<KnownAs>,
    /// Where.
    pub channel: String,
    /// How it went.
    pub outcome: OutcomeWord,
    /// How often they had gone through it in the same run before.
    pub repeats: u16,
    /// What was said, as far as it may be looked at.
    pub said: Option<String>,
    /// What the model read in it.
    pub read: Option<Read>,
    /// What of it is not shown, and why.
    pub withheld: Option<String>,
}

/// Who went through the moment of that name, newest first.
///
/// # Errors
/// The folder has no such moment or dimension, or the question or the store cannot be read.
pub fn went_through(
    store: &dyn Store,
    definitions: &Definitions,
    name: &str,
    question: &WentThroughQuestion,
) -> Result<WentThrough, InsightError> {
    let moment = defined_moment(definitions, name)?;
    let most = rows(question.most)?;
    let at_value = AtValue::of(definitions, question)?;
    let progress = store.progress()?;
    let start = match &question.after {
        None => progress.position,
        Some(text) => {
            let place: u64 = text.parse().map_err(|_| InsightError::no_page_after(text))?;
            Position::new(place).min(progress.position)
        }
    };
    let fits = |gone: &Moment| {
        !gone.probe
            && gone.moment == moment.name
            && question.outcome.is_none_or(|outcome| outcome == OutcomeWord::of(gone.outcome))
            && at_value.as_ref().is_none_or(|at_value| at_value.is_of(gone))
    };

    let mut lines = Vec::new();
    let mut until = start;
    while lines.len() < most && until > Position::START {
        let looked_at = start.get() - until.get();
        if looked_at >= RECORDS_LOOKED_AT_MAX {
            break;
        }
        let from = Position::new(until.get().saturating_sub(RECORDS_READ));
        let mut gone = store.moments(from..until, MOMENTS_READ_MAX)?;
        gone.retain(|gone| fits(gone));
        until = newest(store, definitions, question, &gone, most, &mut lines)?.unwrap_or(from);
    }
    Ok(WentThrough {
        moment: name.to_owned(),
        as_of: Clocks::of(&progress).latest().map(At),
        looked_at: start.get() - until.get(),
        page: Page {
            rows: lines,
            next: Some(until).filter(|at| *at > Position::START).map(|at| at.to_string()),
        },
    })
}

/// Tells of the newest of these until the page is full; returns the record that it ended with if it is.
fn newest(
    store: &dyn Store,
    definitions: &Definitions,
    question: &WentThroughQuestion,
    gone: &[Moment],
    most: usize,
    lines: &mut Vec<WentThroughLine>,
) -> Result<Option<Position>, InsightError> {
    // As many at a time as there is room for: what one of them said is read only if it is told.
    let mut left = gone;
    while !left.is_empty() {
        let (earlier, now) = left.split_at(left.len().saturating_sub(most - lines.len()));
        let positions: Vec<Position> = now.iter().map(|gone| gone.position).collect();
        let readings = store.readings(&positions)?;
        let wanted = |read: bool| question.said.is_none_or(|said| said == read);
        let told: Vec<_> =
            now.iter().zip(readings).filter(|(_, reading)| wanted(reading.is_some())).collect();
        let records: Vec<Position> = told.iter().map(|(gone, _)| gone.position).collect();
        for ((gone, reading), logged) in told.into_iter().zip(store.read_at(&records)?).rev() {
            lines.push(line(store, definitions, gone, reading.as_ref(), &logged)?);
        }
        if lines.len() >= most {
            return Ok(positions.first().copied());
        }
        left = earlier;
    }
    Ok(None)
}

fn line(
    store: &dyn Store,
    definitions: &Definitions,
    gone: &Moment,
    reading: Option<&opcx_core::reading::Reading>,
    logged: &Logged,
) -> Result<WentThroughLine, InsightError> {
    let customer = match store.stands_for(gone.customer)? {
        Some(id) => store.customer(id)?.map(|customer| (id, customer)),
        None => None,
    };
    let said = match (&logged.record.entry, &customer) {
        (Entry::Event(event), Some((_, customer))) => {
            Said::of(definitions, event, reading, &customer.known.grants)
        }
        _ => Said::default(),
    };
    Ok(WentThroughLine {
        position: gone.position.get(),
        at: At(gone.at),
        known_as: customer.as_ref().and_then(|(_, customer)| KnownAs::of(definitions, customer)),
        customer: customer.map(|(id, _)| id.to_string()),
        channel: gone.channel.to_string(),
        outcome: OutcomeWord::of(gone.outcome),
        repeats: gone.repeats,
        said: said.said,
        read: said.read,
        withheld: said.withheld,
    })
}

impl OutcomeWord {
    fn of(outcome: opcx_core::map::Outcome) -> OutcomeWord {
        match outcome {
            opcx_core::map::Outcome::Good => OutcomeWord::Good,
            opcx_core::map::Outcome::Neutral => OutcomeWord::Neutral,
            opcx_core::map::Outcome::Bad => OutcomeWord::Bad,
        }
    }
}

/// One value of a dimension, and where a moment has it.
struct AtValue<'q> {
    /// Its number in the vocabulary; none of `channel`.
    number: Option<usize>,
    value: &'q str,
}

impl<'q> AtValue<'q> {
    fn of(
        definitions: &Definitions,
        question: &'q WentThroughQuestion,
    ) -> Result<Option<AtValue<'q>>, InsightError> {
        match (&question.by, &question.value) {
            (None, None) => Ok(None),
            (Some(by), Some(value)) => {
                let name = dimension(definitions, by)?;
                let known = &definitions.vocabulary.dimensions;
                let number = known.iter().position(|fact| fact.name.as_str() == name && name != CHANNEL);
                Ok(Some(AtValue { number, value }))
            }
            (Some(by), None) => {
                Err(InsightError::unreadable("by", by, "write which of its values as `value` as well"))
            }
            (None, Some(value)) => Err(InsightError::unreadable(
                "value",
                value,
                "write of which dimension it is as `by` as well",
            )),
        }
    }

    fn is_of(&self, gone: &Moment) -> bool {
        match self.number {
            None => *gone.channel == *self.value,
            Some(number) => gone
                .dimensions
                .get(number)
                .and_then(Option::as_deref)
                .is_some_and(|value| value == self.value),
        }
    }
}
