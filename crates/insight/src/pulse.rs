//! Pulse: how customers fare everywhere, worst moments first.

use std::collections::BTreeMap;

use opcx_core::definitions::Definitions;
use opcx_core::event::Name;
use opcx_core::rollup::Rollup;
use opcx_store::{Progress, Store};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clocks::Clocks;
use crate::promises::{PromiseTally, tally};
use crate::{At, Experience, Figure, InsightError, Overview, Share, Window};

/// Most values of a dimension that a pulse is split by; of more, those with the most moments.
pub const VALUES_MAX: usize = 50;

/// The dimension that every company has.
pub(crate) const CHANNEL: &str = "channel";

/// What is asked of a pulse.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PulseQuestion {
    /// From when on, by whole hours.
    pub since: Option<At>,
    /// Before when, by whole hours.
    pub until: Option<At>,
    /// A dimension to split by: `channel`, or one of the vocabulary's.
    pub by: Option<String>,
}

/// How customers fare.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Pulse {
    /// From when to when moments and promises were counted.
    pub window: Window,
    /// The log's latest time: as of when this is so.
    pub as_of: Option<At>,
    /// Names the definitions that moments are judged by now.
    pub definitions: String,
    /// Counts over the whole history, whatever the window.
    pub history: History,
    /// All moments together.
    pub all: Experience,
    /// Each moment, the surely worst first; those with too few observations last.
    pub moments: Vec<MomentExperience>,
    /// Promises that were due in the window.
    pub promises: PromiseTally,
    /// All moments split by the dimension asked for.
    pub split: Option<SplitBy>,
}

/// Counts over the whole history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct History {
    /// Events counted, each once.
    pub events: u64,
    /// Repeats that were recognised and not counted.
    pub repeats: u64,
    /// Events of probes, which count in no customer number.
    pub probes: u64,
    /// Customers; merged ones count once.
    pub customers: u64,
    /// The share of customers' events that no moment listened to: what the map does not see.
    pub unmatched: Figure<Share>,
    /// The share of texts in which no feeling could be read.
    pub unreadable: Figure<Share>,
    /// Inputs that could not be understood and were not sent again yet.
    pub rejected: u64,
    /// Decisions taken, for and against, each with its receipt.
    pub decisions: u64,
}

/// How one moment goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MomentExperience {
    /// The moment's name.
    pub moment: String,
    /// The stage of its journey; null when the folder no longer has the moment.
    pub stage: Option<String>,
    /// How it goes.
    #[serde(flatten)]
    pub experience: Experience,
}

/// Moments split by a dimension.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SplitBy {
    /// The dimension.
    pub dimension: String,
    /// Its values, the surely worst first.
    pub values: Vec<ValueExperience>,
    /// How many values with fewer moments were left out.
    pub left_out: u64,
}

/// How customers fare at one value of a dimension.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ValueExperience {
    /// The dimension's value.
    pub value: String,
    /// All moments at that value.
    #[serde(flatten)]
    pub experience: Experience,
    /// Each moment at that value, the surely worst first.
    pub moments: Vec<MomentExperience>,
}

/// How customers fare.
///
/// # Errors
/// The question names a dimension that there is not, or a window that ends before it begins; or the
/// store cannot be read.
pub fn pulse(
    store: &dyn Store,
    overview: &Overview,
    definitions: &Definitions,
    question: &PulseQuestion,
) -> Result<Pulse, InsightError> {
    let window = Window::new(question.since, question.until)?;
    let by = question.by.as_deref().map(|by| dimension(definitions, by)).transpose()?;
    let progress = store.progress()?;
    let clocks = Clocks::of(&progress);

    let mut all = Rollup::default();
    let mut moments: BTreeMap<Name, Rollup> = BTreeMap::new();
    let mut values: BTreeMap<String, BTreeMap<Name, Rollup>> = BTreeMap::new();
    overview.each_rollup(store, &window.hours(), |_, moment, rollup| {
        all.add(rollup);
        moments.entry(moment.clone()).or_default().add(rollup);
    })?;
    if let Some(by) = by {
        overview.each_split(store, &window.hours(), (Some(by), None), |split, rollup| {
            let of_value = values.entry(split.value.to_owned()).or_default();
            of_value.entry(split.moment.clone()).or_default().add(rollup);
        })?;
    }
    Ok(Pulse {
        window,
        as_of: clocks.latest().map(At),
        definitions: definitions.version.to_string(),
        history: history(&progress),
        all: Experience::of(&all),
        moments: ranked(definitions, &moments),
        promises: tally(store, overview, &clocks, &window)?,
        split: by.map(|by| split_by(definitions, by, values)),
    })
}

/// The dimension of that name.
pub(crate) fn dimension<'a>(definitions: &'a Definitions, name: &str) -> Result<&'a str, InsightError> {
    let known = || dimensions(definitions);
    known().find(|known| *known == name).ok_or_else(|| InsightError::unknown_of("dimension", name, known()))
}

/// Every dimension that moments are counted by.
pub(crate) fn dimensions(definitions: &Definitions) -> impl Iterator<Item = &str> {
    std::iter::once(CHANNEL).chain(definitions.vocabulary.dimensions.iter().map(|fact| fact.name.as_str()))
}

/// Moments in the order in which they need looking at.
fn ranked(definitions: &Definitions, moments: &BTreeMap<Name, Rollup>) -> Vec<MomentExperience> {
    let mut ranked: Vec<MomentExperience> = moments
        .iter()
        .filter(|(_, rollup)| rollup.total() > 0)
        .map(|(name, rollup)| MomentExperience {
            moment: name.to_string(),
            stage: stage(definitions, name),
            experience: Experience::of(rollup),
        })
        .collect();
    worst_first(&mut ranked, |moment| &moment.experience);
    ranked
}

fn split_by(
    definitions: &Definitions,
    dimension: &str,
    values: BTreeMap<String, BTreeMap<Name, Rollup>>,
) -> SplitBy {
    let mut split: Vec<ValueExperience> = values
        .into_iter()
        .map(|(value, moments)| {
            let mut all = Rollup::default();
            moments.values().for_each(|rollup| all.add(rollup));
            ValueExperience {
                value,
                experience: Experience::of(&all),
                moments: ranked(definitions, &moments),
            }
        })
        .filter(|value| value.experience.n > 0)
        .collect();
    // Stable, so equal values stay in the order of their names.
    split.sort_by_key(|value| std::cmp::Reverse(value.experience.n));
    let left_out = split.len().saturating_sub(VALUES_MAX) as u64;
    split.truncate(VALUES_MAX);
    worst_first(&mut split, |value| &value.experience);
    SplitBy { dimension: dimension.to_owned(), values: split, left_out }
}

/// Orders by how bad it surely is, then by how many were observed.
pub(crate) fn worst_first<T>(groups: &mut [T], experience: impl Fn(&T) -> &Experience) {
    groups.sort_by(|a, b| {
        let (a, b) = (experience(a), experience(b));
        let (one, other) = (a.badness(), b.badness());
        other.0.total_cmp(&one.0).then(other.1.total_cmp(&one.1)).then(b.n.cmp(&a.n))
    });
}

/// The name of the stage that a moment belongs to.
fn stage(definitions: &Definitions, moment: &str) -> Option<String> {
    let moment = definitions.moments.iter().find(|known| known.name == moment)?;
    let journey = definitions.journeys.get(usize::from(moment.journey.0))?;
    Some(journey.stages.get(usize::from(moment.stage))?.name.to_string())
}

fn history(progress: &Progress) -> History {
    let totals = &progress.totals;
    History {
        events: totals.events,
        repeats: totals.repeats,
        probes: totals.probes,
        customers: totals.customers,
        unmatched: Share::of(totals.unmatched, totals.events.saturating_sub(totals.probes)),
        unreadable: Share::of(totals.unknown, totals.texts),
        rejected: totals.rejected.saturating_sub(totals.redriven),
        decisions: totals.decisions,
    }
}
