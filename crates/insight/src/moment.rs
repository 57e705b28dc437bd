//! Moment: what one moment of the map is about, and how it goes.

use std::collections::BTreeMap;

use opcx_core::calendar::Zone;
use opcx_core::condition::Condition;
use opcx_core::definitions::Definitions;
use opcx_core::map::Moment as DefinedMoment;
use opcx_core::rollup::{Rollup, Split};
use opcx_core::time::{Span, Timestamp};
use opcx_store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clocks::Clocks;
use crate::places::{Defined, FilePlace, Places};
use crate::promises::{NamedTally, tallies};
use crate::pulse::{VALUES_MAX, dimensions, worst_first};
use crate::{At, Experience, InsightError, Overview, Window};

/// Longest window that is told hour by hour; a longer one is told day by day.
const HOURLY_MAX: Span = Span::from_millis(48 * 3_600_000);
/// Most points of a series; of more, the latest.
pub const POINTS_MAX: usize = 366;

/// What is asked about a moment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MomentQuestion {
    /// From when on, by whole hours.
    pub since: Option<At>,
    /// Before when, by whole hours.
    pub until: Option<At>,
}

/// One moment: what it is about, and how it goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Moment {
    /// Its name.
    pub moment: String,
    /// The journey that it belongs to.
    pub journey: String,
    /// The stage of that journey.
    pub stage: String,
    /// Where it is defined; null where the folder was not read by whoever answers.
    pub defined: Option<FilePlace>,
    /// Who answers for it.
    pub owner: String,
    /// The account of trust that it touches.
    pub account: String,
    /// Who is here, and what concerns them.
    pub who: String,
    /// What they are trying to do.
    pub wants: String,
    /// How: the channels.
    pub how: Vec<String>,
    /// What they feel.
    pub feels: String,
    /// How a human can be reached from here.
    pub way_out: String,
    /// Which events happen here, as the condition is written.
    pub listens: String,
    /// When it went well, as the condition is written.
    pub good: Option<String>,
    /// When it went badly, as the condition is written.
    pub bad: Option<String>,
    /// From when to when it was counted.
    pub window: Window,
    /// The log's latest time: as of when this is so.
    pub as_of: Option<At>,
    /// How it goes in the whole window.
    pub all: Experience,
    /// How it goes hour by hour or day by day, as long as there was anything.
    pub series: Series,
    /// How it goes at each value of each dimension, the surely worst value first.
    pub splits: Vec<MomentSplit>,
    /// The promises that belong to it, those due in the window.
    pub promises: Vec<NamedTally>,
}

/// How a moment goes as time passes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Series {
    /// How long a point is.
    pub step: Step,
    /// The zone whose days are told; hours are the same in all.
    pub zone: String,
    /// The points with at least one moment, in order; the latest 366.
    pub points: Vec<Point>,
    /// How many earlier points were left out, as far as a running engine has them at hand: 400 days.
    pub left_out: u64,
}

/// How long a point of a series is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// An hour.
    Hour,
    /// A calendar day of the company's zone.
    Day,
}

/// How a moment went in one hour or on one day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Point {
    /// When the hour or day begins.
    pub from: At,
    /// How it went.
    #[serde(flatten)]
    pub experience: Experience,
}

/// How a moment goes at each value of a dimension.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MomentSplit {
    /// The dimension.
    pub dimension: String,
    /// Its values, the surely worst first.
    pub values: Vec<ValueOfMoment>,
    /// How many values with fewer moments were left out.
    pub left_out: u64,
}

/// How a moment goes at one value of a dimension.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ValueOfMoment {
    /// The dimension's value.
    pub value: String,
    /// How it goes there.
    #[serde(flatten)]
    pub experience: Experience,
}

/// The moment of that name, and how it goes.
///
/// # Errors
/// The folder has no such moment, the window ends before it begins, or the store cannot be read.
pub fn moment(
    store: &dyn Store,
    overview: &Overview,
    definitions: &Definitions,
    places: &Places,
    name: &str,
    question: &MomentQuestion,
) -> Result<Moment, InsightError> {
    let defined = defined_moment(definitions, name)?;
    let unknown = || unknown_moment(definitions, name);
    let journey = definitions.journeys.get(usize::from(defined.journey.0)).ok_or_else(unknown)?;
    let stage = journey.stages.get(usize::from(defined.stage)).ok_or_else(unknown)?;
    let window = Window::new(question.since, question.until)?;
    let clocks = Clocks::of(&store.progress()?);

    let mut all = Rollup::default();
    let mut hours: BTreeMap<Timestamp, Rollup> = BTreeMap::new();
    let mut splits: BTreeMap<Split, Rollup> = BTreeMap::new();
    overview.each_rollup(store, &window.hours(), |hour, moment, rollup| {
        if moment == name {
            all.add(rollup);
            // What was before the hours that are at hand is one sum, and no point of a series.
            if hour > Timestamp::MIN {
                hours.entry(hour).or_default().add(rollup);
            }
        }
    })?;
    overview.each_split(store, &window.hours(), (None, Some(name)), |split, rollup| {
        let of = Split { dimension: split.dimension.clone(), value: split.value.into() };
        splits.entry(of).or_default().add(rollup);
    })?;
    let written =
        |condition: &Option<Condition>| condition.as_ref().map(|condition| condition.text().to_owned());
    let promises = definitions.promises.iter().filter(|promise| {
        definitions.moment_and_journey(promise.moment).is_some_and(|(moment, _)| moment.name == name)
    });
    let tallied = tallies(store, overview, &clocks, &window, |_| true)?;
    Ok(Moment {
        moment: name.to_owned(),
        journey: journey.name.to_string(),
        stage: stage.name.to_string(),
        defined: places.of(Defined::Moment, name),
        owner: defined.owner.to_string(),
        account: defined.account.word().to_owned(),
        who: defined.who.to_string(),
        wants: defined.wants.to_string(),
        how: defined.how.iter().map(ToString::to_string).collect(),
        feels: defined.feels.to_string(),
        way_out: defined.way_out.to_string(),
        listens: defined.listens.text().to_owned(),
        good: written(&defined.good),
        bad: written(&defined.bad),
        window,
        as_of: clocks.latest().map(At),
        all: Experience::of(&all),
        series: series(&definitions.house.zone, hours),
        splits: dimensions(definitions).map(|dimension| split(dimension, &splits)).collect(),
        promises: promises
            .map(|promise| NamedTally {
                promise: promise.name.to_string(),
                moment: Some(name.to_owned()),
                tally: tallied.get(&promise.name).copied().unwrap_or_default().told(),
            })
            .collect(),
    })
}

/// The moment of that name on the maps.
pub(crate) fn defined_moment<'a>(
    definitions: &'a Definitions,
    name: &str,
) -> Result<&'a DefinedMoment, InsightError> {
    let defined = definitions.moments.iter().find(|moment| moment.name == name);
    defined.ok_or_else(|| unknown_moment(definitions, name))
}

fn unknown_moment(definitions: &Definitions, name: &str) -> InsightError {
    let known = definitions.moments.iter().map(|moment| moment.name.as_str());
    InsightError::unknown_of("moment", name, known)
}

/// Hours put together into days, unless there are few.
fn series(zone: &Zone, mut hours: BTreeMap<Timestamp, Rollup>) -> Series {
    hours.retain(|_, rollup| rollup.total() > 0);
    let span = match (hours.first_key_value(), hours.last_key_value()) {
        (Some((first, _)), Some((last, _))) => last.since(*first),
        _ => Span::ZERO,
    };
    let step = if span < HOURLY_MAX { Step::Hour } else { Step::Day };
    let mut points: BTreeMap<Timestamp, Rollup> = BTreeMap::new();
    for (hour, rollup) in &hours {
        let from = match step {
            Step::Hour => *hour,
            Step::Day => zone.day_start(*hour),
        };
        points.entry(from).or_default().add(rollup);
    }
    let left_out = points.len().saturating_sub(POINTS_MAX);
    let point =
        |(from, rollup): (Timestamp, Rollup)| Point { from: At(from), experience: Experience::of(&rollup) };
    Series {
        step,
        zone: zone.name().to_owned(),
        points: points.into_iter().skip(left_out).map(point).collect(),
        left_out: left_out as u64,
    }
}

fn split(dimension: &str, splits: &BTreeMap<Split, Rollup>) -> MomentSplit {
    let mut values: Vec<ValueOfMoment> = splits
        .iter()
        .filter(|(split, rollup)| split.dimension == dimension && rollup.total() > 0)
        .map(|(split, rollup)| ValueOfMoment {
            value: split.value.to_string(),
            experience: Experience::of(rollup),
        })
        .collect();
    values.sort_by_key(|value| std::cmp::Reverse(value.experience.n));
    let left_out = values.len().saturating_sub(VALUES_MAX) as u64;
    values.truncate(VALUES_MAX);
    worst_first(&mut values, |value| &value.experience);
    MomentSplit { dimension: dimension.to_owned(), values, left_out }
}
