//! Journeys: the maps as people know them, and how customers fare along them.

use std::collections::BTreeMap;
use std::ops::Range;

use opcx_core::definitions::Definitions;
use opcx_core::event::Name;
use opcx_core::map::{Moment as DefinedMoment, Outcome};
use opcx_core::rollup::Rollup;
use opcx_core::time::Timestamp;
use opcx_store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clocks::Clocks;
use crate::experience::count;
use crate::places::{Defined, FilePlace, Places};
use crate::promises::{PromiseTally, Tallied, tallies};
use crate::pulse::dimension;
use crate::statistic::Difference;
use crate::{At, Experience, Figure, InsightError, Overview, Window};

/// What is asked about journeys.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JourneysQuestion {
    /// Only the journey of this name.
    pub journey: Option<String>,
    /// From when on, by whole hours.
    pub since: Option<At>,
    /// Before when, by whole hours.
    pub until: Option<At>,
    /// From when on the period begins that is compared with, by whole hours; nothing is compared without it.
    pub compare_since: Option<At>,
    /// Before when that period ends; `since` unless asked otherwise.
    pub compare_until: Option<At>,
    /// Only moments at one value of this dimension: `channel`, or one of the vocabulary's. Goes with `value`.
    pub by: Option<String>,
    /// That value.
    pub value: Option<String>,
    /// Another value of the same dimension, in the same period, that is compared with. Instead of another period.
    pub against: Option<String>,
}

/// The maps, and how customers fare along them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Journeys {
    /// From when to when it was counted.
    pub window: Window,
    /// The period that is compared with.
    pub compared: Option<Window>,
    /// The dimension that only one value of was counted.
    pub by: Option<String>,
    /// That value.
    pub value: Option<String>,
    /// The other value that is compared with.
    pub against: Option<String>,
    /// The log's latest time: as of when this is so.
    pub as_of: Option<At>,
    /// Names the definitions that the maps are of.
    pub definitions: String,
    /// The dimensions that may be asked for, `channel` first.
    pub dimensions: Vec<String>,
    /// The journeys, in the order of the folder's files.
    pub journeys: Vec<JourneyMap>,
}

/// One journey.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JourneyMap {
    /// Its name.
    pub journey: String,
    /// Who answers for it.
    pub owner: String,
    /// Where it is defined; null where the folder was not read by whoever answers.
    pub defined: Option<FilePlace>,
    /// The fact that tells one way through it from another; null if a customer has one at a time.
    pub one_per: Option<String>,
    /// All its moments together.
    pub all: Experience,
    /// Its stages in order.
    pub stages: Vec<StageMap>,
}

/// One stage of a journey.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StageMap {
    /// Its name.
    pub stage: String,
    /// Its moments in order.
    pub moments: Vec<MomentMap>,
}

/// One moment of a journey.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MomentMap {
    /// Its name.
    pub moment: String,
    /// Where it is defined; null where the folder was not read by whoever answers.
    pub defined: Option<FilePlace>,
    /// What customers are trying to do.
    pub wants: String,
    /// What they feel, as the map says.
    pub feels: String,
    /// The channels.
    pub how: Vec<String>,
    /// The account of trust that it touches.
    pub account: String,
    /// How a human can be reached from here.
    pub way_out: String,
    /// Whether the journey has reached its goal here.
    pub goal: bool,
    /// How it goes.
    pub experience: Experience,
    /// How it went in the period, or at the other value, that is compared with.
    pub before: Option<Experience>,
    /// How far it differs from that.
    pub change: Option<Change>,
    /// The promises that belong to it, those due in the window; of all values of a dimension.
    pub promises: Vec<PromiseMap>,
}

/// How far a moment differs from another period or another value. Intervals are widened for the number of moments that are compared at a
/// time, so that 95 % of such maps hold the truth at every moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// Of the share that went badly.
    pub bad: Figure<Difference>,
    /// Of the share that felt bad, among moments with a feeling.
    pub negative: Figure<Difference>,
}

/// One promise of a moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PromiseMap {
    /// Its name.
    pub promise: String,
    /// Where it is defined; null where the folder was not read by whoever answers.
    pub defined: Option<FilePlace>,
    /// By when it is to be kept, as it is written.
    pub due: String,
    /// How it stands.
    #[serde(flatten)]
    pub tally: PromiseTally,
}

/// The maps, and how customers fare along them.
///
/// # Errors
/// The question names a journey or dimension that there is not, or a window that ends before it begins; or the store
/// cannot be read.
pub fn journeys(
    store: &dyn Store,
    overview: &Overview,
    definitions: &Definitions,
    places: &Places,
    question: &JourneysQuestion,
) -> Result<Journeys, InsightError> {
    let window = Window::new(question.since, question.until)?;
    let compared = match (question.compare_since, question.compare_until) {
        (None, None) => None,
        (since, until) => Some(Window::new(since, until.or(question.since))?),
    };
    let split = one_value(definitions, question)?;
    let against = against(question, split)?;
    if let Some(name) = &question.journey
        && !definitions.journeys.iter().any(|journey| journey.name == *name)
    {
        let known = definitions.journeys.iter().map(|journey| journey.name.as_str());
        return Err(InsightError::unknown_of("journey", name, known));
    }
    let clocks = Clocks::of(&store.progress()?);
    let told = Telling {
        definitions,
        places,
        now: counted(store, overview, &window.hours(), split)?,
        before: match (against, compared) {
            (Some(other), _) => Some(counted(store, overview, &window.hours(), Some(other))?),
            (None, Some(before)) => Some(counted(store, overview, &before.hours(), split)?),
            (None, None) => None,
        },
        owed: tallies(store, overview, &clocks, &window, |_| true)?,
    };
    let wanted = definitions
        .journeys
        .iter()
        .filter(|journey| question.journey.as_ref().is_none_or(|name| journey.name == *name));
    Ok(Journeys {
        window,
        compared,
        by: question.by.clone(),
        value: question.value.clone(),
        against: question.against.clone(),
        as_of: clocks.latest().map(At),
        definitions: definitions.version.to_string(),
        dimensions: crate::pulse::dimensions(definitions).map(str::to_owned).collect(),
        journeys: wanted.map(|journey| told.journey(journey)).collect(),
    })
}

/// The one value of one dimension that is asked for.
fn one_value<'q>(
    definitions: &Definitions,
    question: &'q JourneysQuestion,
) -> Result<Option<(&'q str, &'q str)>, InsightError> {
    match (&question.by, &question.value) {
        (None, None) => Ok(None),
        (Some(by), Some(value)) => {
            dimension(definitions, by)?;
            Ok(Some((by, value)))
        }
        (Some(by), None) => {
            Err(InsightError::unreadable("by", by, "write which of its values as `value` as well"))
        }
        (None, Some(value)) => {
            Err(InsightError::unreadable("value", value, "write of which dimension it is as `by` as well"))
        }
    }
}

/// The other value that is compared with.
fn against<'q>(
    question: &'q JourneysQuestion,
    split: Option<(&'q str, &str)>,
) -> Result<Option<(&'q str, &'q str)>, InsightError> {
    let Some(other) = question.against.as_deref() else { return Ok(None) };
    let refused = |mend| Err(InsightError::unreadable("against", other, mend));
    if question.compare_since.is_some() || question.compare_until.is_some() {
        return refused(
            "compare with one thing at a time: leave this out, or `compare_since` and `compare_until`",
        );
    }
    match split {
        Some((_, value)) if value == other => refused("write another value than `value`"),
        Some((by, _)) => Ok(Some((by, other))),
        None => {
            refused("write of which dimension it is as `by`, and which of its values to compare as `value`")
        }
    }
}

/// What was counted at each moment.
fn counted(
    store: &dyn Store,
    overview: &Overview,
    hours: &Range<Timestamp>,
    split: Option<(&str, &str)>,
) -> Result<BTreeMap<Name, Rollup>, InsightError> {
    let mut moments: BTreeMap<Name, Rollup> = BTreeMap::new();
    match split {
        None => overview.each_rollup(store, hours, |_, moment, rollup| {
            moments.entry(moment.clone()).or_default().add(rollup);
        })?,
        Some((by, value)) => {
            overview.each_split(store, hours, (Some(by), None), |split, rollup| {
                if split.value == value {
                    moments.entry(split.moment.clone()).or_default().add(rollup);
                }
            })?;
        }
    }
    Ok(moments)
}

struct Telling<'a> {
    definitions: &'a Definitions,
    places: &'a Places,
    now: BTreeMap<Name, Rollup>,
    before: Option<BTreeMap<Name, Rollup>>,
    owed: BTreeMap<Name, Tallied>,
}

impl Telling<'_> {
    fn journey(&self, journey: &opcx_core::map::Journey) -> JourneyMap {
        let moment = |index: &opcx_core::map::MomentIndex| self.definitions.moments.get(usize::from(index.0));
        let mut all = Rollup::default();
        let stages = journey.stages.iter().map(|stage| {
            let moments = stage.moments.iter().filter_map(moment).inspect(|moment| {
                if let Some(rollup) = self.now.get(&moment.name) {
                    all.add(rollup);
                }
            });
            StageMap {
                stage: stage.name.to_string(),
                moments: moments.map(|moment| self.moment(moment)).collect(),
            }
        });
        let stages = stages.collect();
        JourneyMap {
            journey: journey.name.to_string(),
            owner: journey.owner.to_string(),
            defined: self.places.of(Defined::Journey, &journey.name),
            one_per: journey.one_per.as_ref().map(|fact| fact.name.to_string()),
            all: Experience::of(&all),
            stages,
        }
    }

    fn moment(&self, moment: &DefinedMoment) -> MomentMap {
        let nothing = Rollup::default();
        let now = self.now.get(&moment.name).unwrap_or(&nothing);
        let before = self.before.as_ref().map(|before| before.get(&moment.name).unwrap_or(&nothing));
        // Two figures are compared at each moment.
        let looks = 2 * self.definitions.moments.len();
        MomentMap {
            moment: moment.name.to_string(),
            defined: self.places.of(Defined::Moment, &moment.name),
            wants: moment.wants.to_string(),
            feels: moment.feels.to_string(),
            how: moment.how.iter().map(ToString::to_string).collect(),
            account: moment.account.word().to_owned(),
            way_out: moment.way_out.to_string(),
            goal: moment.goal,
            experience: Experience::of(now),
            before: before.map(Experience::of),
            change: before.map(|before| Change {
                bad: Difference::of(bad(now), bad(before), looks, 1.0),
                negative: Difference::of(negative(now), negative(before), looks, 1.0),
            }),
            promises: self.promises(moment),
        }
    }

    fn promises(&self, moment: &DefinedMoment) -> Vec<PromiseMap> {
        let belongs = |promise: &&opcx_core::promise::PromiseDefinition| {
            let of = self.definitions.moments.get(usize::from(promise.moment.0));
            of.is_some_and(|of| of.name == moment.name)
        };
        let told = |promise: &opcx_core::promise::PromiseDefinition| PromiseMap {
            promise: promise.name.to_string(),
            defined: self.places.of(Defined::Promise, &promise.name),
            due: promise.due.to_string(),
            tally: self.owed.get(&promise.name).copied().unwrap_or_default().told(),
        };
        self.definitions.promises.iter().filter(belongs).map(told).collect()
    }
}

/// How many of how many went badly.
pub(crate) fn bad(rollup: &Rollup) -> (u64, u64) {
    (count(rollup.went(Outcome::Bad)), count(rollup.total()))
}

/// How many of how many with a feeling felt bad.
pub(crate) fn negative(rollup: &Rollup) -> (u64, u64) {
    (count(rollup.felt(opcx_core::reading::Valence::Negative)), count(rollup.valences.iter().sum()))
}
