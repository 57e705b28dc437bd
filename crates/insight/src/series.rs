//! Pulse over time: how customers fared hour by hour or day by day, and where it differs from usual.

use std::collections::BTreeMap;

use opcx_core::definitions::Definitions;
use opcx_core::event::Name;
use opcx_core::rollup::{Rollup, hour};
use opcx_core::time::{Span, Timestamp};
use opcx_core::trust::Account;
use opcx_store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clocks::Clocks;
use crate::journeys::{bad, negative};
use crate::moment::Step;
use crate::overview::{Counts, TrustSample};
use crate::statistic::{Difference, spread};
use crate::{At, Experience, Figure, InsightError, Mean, Overview, Share, Window};

/// Most points of a series: 8 days of hours, or a month and a bit more of days.
pub const SERIES_POINTS_MAX: i64 = 200;
/// How many hours are told unless asked otherwise.
const HOURS: i64 = 48;
/// How many of the weeks before what is told make what is usual.
const USUAL_WEEKS: i64 = 4;

/// What is asked of a pulse over time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeriesQuestion {
    /// From when on, by whole hours or days; 48 steps before `until` unless asked otherwise.
    pub since: Option<At>,
    /// Before when, by whole hours; now, by the log's time, unless asked otherwise.
    pub until: Option<At>,
    /// How long a point is: `hour`, unless asked otherwise, or `day`.
    pub step: Option<Step>,
    /// Only this moment; trust and promises are told of all.
    pub moment: Option<String>,
}

/// How customers fared as time passed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PulseSeries {
    /// From when to when.
    pub window: Window,
    /// How long a point is.
    pub step: Step,
    /// The zone whose days are told; hours are the same in all.
    pub zone: String,
    /// The log's latest time.
    pub as_of: Option<At>,
    /// Every step of the window in order, 200 at most, those in which nothing happened as well.
    pub points: Vec<SeriesPoint>,
    /// The moments that went or felt otherwise than usual in the whole window, the furthest off first.
    pub differs: Vec<Unusual>,
    /// With what they were compared: the same hours of the week in the four weeks before the window.
    pub usual: Window,
    /// How many comparisons were made; the intervals of `differs` are widened for so many.
    pub looks: u64,
}

/// One hour or day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SeriesPoint {
    /// When it begins.
    pub from: At,
    /// How moments went, and what was felt.
    #[serde(flatten)]
    pub experience: Experience,
    /// How many promises were due then.
    pub due: u64,
    /// Of those due then that were kept or broken, the share that was kept.
    pub kept_rate: Figure<Share>,
    /// Where the four accounts of trust stood at its end.
    pub trust: Vec<TrustPoint>,
}

/// Where one account of trust stood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrustPoint {
    /// The account.
    pub account: String,
    /// The mean level in permille, from 0 to 1000; 500 is "no evidence". Of at most 2,048 customers drawn by chance, those
    /// with any evidence on the account by then.
    pub level: Figure<Mean>,
}

/// A moment that is not as usual.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Unusual {
    /// The moment.
    pub moment: String,
    /// What differs: `bad`, the share that went badly, or `negative`, the share that felt bad.
    pub figure: UnusualFigure,
    /// How it is now.
    pub now: Figure<Share>,
    /// How it usually is at these hours of the week.
    pub usual: Figure<Share>,
    /// How far it is off, with an interval that does not hold 0.
    pub difference: Difference,
}

/// What differs from usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnusualFigure {
    /// The share that went badly.
    Bad,
    /// Of moments with a feeling, the share that felt bad.
    Negative,
}

/// How customers fared as time passed.
///
/// # Errors
/// The question names a moment that there is not, or asks for too many points; or the store cannot be read.
pub fn series(
    store: &dyn Store,
    overview: &Overview,
    definitions: &Definitions,
    question: &SeriesQuestion,
) -> Result<PulseSeries, InsightError> {
    let clocks = Clocks::of(&store.progress()?);
    let step = question.step.unwrap_or(Step::Hour);
    let latest = clocks.latest().unwrap_or(Timestamp::from_millis(0));
    let starts = starts(definitions, question, step, latest)?;
    if let Some(name) = &question.moment
        && !definitions.moments.iter().any(|moment| moment.name == *name)
    {
        let known = definitions.moments.iter().map(|moment| moment.name.as_str());
        return Err(InsightError::unknown_of("moment", name, known));
    }
    let is_wanted = |moment: &Name| question.moment.as_ref().is_none_or(|name| moment == name);
    let (from, until) = (starts.points[0], starts.end);

    let mut points: BTreeMap<Timestamp, Rollup> = BTreeMap::new();
    let mut now: BTreeMap<Name, Rollup> = BTreeMap::new();
    overview.each_rollup(store, &(from..until), |at, moment, rollup| {
        if is_wanted(moment) {
            points.entry(starts.of(at)).or_default().add(rollup);
            now.entry(moment.clone()).or_default().add(rollup);
        }
    })?;
    let mut due: BTreeMap<Timestamp, Counts> = BTreeMap::new();
    for (at, _, counts) in overview.promises()?.hours(&(from..until)) {
        due.entry(starts.of(at)).or_default().add(counts);
    }
    let ends = starts.points.iter().skip(1).copied().chain([until]);
    let ends: Vec<Timestamp> = ends.map(|end| end.min(latest)).collect();
    let trust = trust_at(&overview.trust()?.sample, &ends);
    let told = starts.points.iter().zip(trust).map(|(start, trust)| {
        let counts = due.get(start).copied().unwrap_or_default();
        let kept = counts.of(opcx_core::promise::PromiseState::Kept);
        let broken = counts.of(opcx_core::promise::PromiseState::Broken);
        SeriesPoint {
            from: At(*start),
            experience: Experience::of(points.get(start).unwrap_or(&Rollup::default())),
            due: counts.0.iter().sum(),
            kept_rate: Share::of(kept, kept + broken),
            trust,
        }
    });
    let points = told.collect();
    let (usual_window, usual) = usual(store, overview, from..until, is_wanted)?;
    let looks = 2 * now.len();
    Ok(PulseSeries {
        window: Window { since: Some(At(from)), until: Some(At(until)) },
        step,
        zone: definitions.house.zone.name().to_owned(),
        as_of: clocks.latest().map(At),
        points,
        differs: unusual(&now, &usual, looks),
        usual: usual_window,
        looks: looks as u64,
    })
}

/// When the points begin, and where the last one ends.
struct Starts {
    points: Vec<Timestamp>,
    end: Timestamp,
}

impl Starts {
    /// The start of the point that holds that hour.
    fn of(&self, at: Timestamp) -> Timestamp {
        let after = self.points.partition_point(|start| *start <= at);
        self.points[after.saturating_sub(1)]
    }
}

fn starts(
    definitions: &Definitions,
    question: &SeriesQuestion,
    step: Step,
    latest: Timestamp,
) -> Result<Starts, InsightError> {
    let length = match step {
        Step::Hour => Span::HOUR,
        Step::Day => Span::DAY,
    };
    // The hour that is not over yet is in.
    let end =
        question.until.map_or(latest + Span::HOUR, |At(until)| until + (Span::HOUR - Span::from_millis(1)));
    let end = hour(end);
    let first = question.since.map_or(end - length.times(HOURS), |At(since)| since);
    let first = match step {
        Step::Hour => hour(first),
        Step::Day => definitions.house.zone.day_start(first),
    };
    Window::new(Some(At(first)), Some(At(end)))?;
    if end.since(first).as_millis() / length.as_millis() >= SERIES_POINTS_MAX {
        let mend = format!("write a time at most {} steps before `until`", SERIES_POINTS_MAX - 1);
        return Err(InsightError::unreadable("since", &At(first).to_string(), mend));
    }
    let mut points = vec![first];
    let mut last = first;
    loop {
        let next = match step {
            Step::Hour => last + Span::HOUR,
            // A day may have 23 or 25 hours.
            Step::Day => definitions.house.zone.day_start(last + Span::HOUR.times(30)),
        };
        if next >= end || next <= last {
            return Ok(Starts { points, end });
        }
        points.push(next);
        last = next;
    }
}

/// Where the accounts stood at each of these times, which are in order.
fn trust_at(sample: &TrustSample, times: &[Timestamp]) -> Vec<Vec<TrustPoint>> {
    let mut sums = vec![Account::ALL.map(|_| (0, 0, 0)); times.len()];
    for (_, ledger) in sample.ledgers() {
        for (place, account) in Account::ALL.into_iter().enumerate() {
            for (sums, level) in sums.iter_mut().zip(ledger.levels_then(account, times)) {
                let Some(level) = level.map(|level| i64::from(level.get())) else { continue };
                let (n, sum, squares) = &mut sums[place];
                (*n, *sum, *squares) = (*n + 1, *sum + level, *squares + level * level);
            }
        }
    }
    let point = |(account, (n, sum, squares)): (Account, (u64, i64, i64))| TrustPoint {
        account: account.word().to_owned(),
        level: Mean::of(sum, squares, n, 1),
    };
    sums.into_iter().map(|sums| Account::ALL.into_iter().zip(sums).map(point).collect()).collect()
}

/// What was counted at each moment in each of the weeks before, at the same hours of the week.
type Usual = BTreeMap<Name, Vec<Rollup>>;

fn usual(
    store: &dyn Store,
    overview: &Overview,
    hours: std::ops::Range<Timestamp>,
    is_wanted: impl Fn(&Name) -> bool,
) -> Result<(Window, Usual), InsightError> {
    let week = Span::DAY.times(7);
    // A window longer than a week is compared with four whole windows' lengths of weeks before it.
    let weeks_long = (hours.end.since(hours.start).as_millis() + week.as_millis() - 1) / week.as_millis();
    let stride = week.times(weeks_long.max(1));
    let mut moments: Usual = BTreeMap::new();
    for number in 1..=USUAL_WEEKS {
        let back = stride.times(number);
        let mut of_week: BTreeMap<Name, Rollup> = BTreeMap::new();
        overview.each_rollup(store, &(hours.start - back..hours.end - back), |_, moment, rollup| {
            if is_wanted(moment) {
                of_week.entry(moment.clone()).or_default().add(rollup);
            }
        })?;
        for (moment, rollup) in of_week {
            moments.entry(moment).or_default().push(rollup);
        }
    }
    let since = hours.start - stride.times(USUAL_WEEKS);
    Ok((Window { since: Some(At(since)), until: Some(At(hours.end - stride)) }, moments))
}

/// How many of how many, out of what was counted.
type Counting = fn(&Rollup) -> (u64, u64);

fn unusual(now: &BTreeMap<Name, Rollup>, usual: &Usual, looks: usize) -> Vec<Unusual> {
    let mut differs = Vec::new();
    for (moment, now) in now {
        let Some(weeks) = usual.get(moment) else { continue };
        for (figure, count) in [(UnusualFigure::Bad, bad as Counting), (UnusualFigure::Negative, negative)] {
            let groups: Vec<(u64, u64)> = weeks.iter().map(count).collect();
            let before = groups.iter().fold((0, 0), |sum, group| (sum.0 + group.0, sum.1 + group.1));
            let Figure::Shown(difference) = Difference::of(count(now), before, looks, spread(&groups)) else {
                continue;
            };
            if difference.is_sure() {
                let (now, usual) = (count(now), before);
                differs.push(Unusual {
                    moment: moment.to_string(),
                    figure,
                    now: Share::of(now.0, now.1),
                    usual: Share::of(usual.0, usual.1),
                    difference,
                });
            }
        }
    }
    // By how far off it surely is.
    let surely = |unusual: &Unusual| unusual.difference.low.abs().min(unusual.difference.high.abs());
    differs.sort_by(|a, b| surely(b).total_cmp(&surely(a)));
    differs
}
