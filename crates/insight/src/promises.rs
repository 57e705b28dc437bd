//! Promises: which are open, at risk, kept and broken.

use std::collections::BTreeMap;

use opcx_core::definitions::Definitions;
use opcx_core::event::Name;
use opcx_core::promise::PromiseState;
use opcx_store::{PromiseRow, Store};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clocks::Clocks;
use crate::known_as::{KnownAs, known_as};
use crate::overview::{Counts, PromisePlace};
use crate::page::{Page, READ_ROWS, Smallest, rows};
use crate::{At, Figure, InsightError, Overview, Share, Window};

/// What is asked about promises.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromisesQuestion {
    /// Only promises due from then on, by whole hours.
    pub since: Option<At>,
    /// Only promises due before then, by whole hours.
    pub until: Option<At>,
    /// Only promises of this name.
    pub promise: Option<String>,
    /// Only rows in this state: `open`, `at_risk`, `kept`, `broken` or `released`.
    pub state: Option<PromiseStateWord>,
    /// How many rows, from 1 to 1,000; 50 unless asked otherwise.
    pub most: Option<u16>,
    /// Where an earlier page ended: its `next`.
    pub after: Option<String>,
}

/// Where a promise stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PromiseStateWord {
    /// Made, not yet due, no warning.
    Open,
    /// Made, not yet due, the time to warn has come.
    AtRisk,
    /// Independent evidence in time.
    Kept,
    /// Due, and no evidence in time.
    Broken,
    /// No longer owed.
    Released,
}

/// Promises and how far they were kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Promises {
    /// Only promises due in this window were counted.
    pub window: Window,
    /// The log's latest time: as of when this is so.
    pub as_of: Option<At>,
    /// All promises together.
    pub all: PromiseTally,
    /// Promise by promise, the surely least kept first.
    pub promises: Vec<NamedTally>,
    /// Promises one by one: owed ones first, soonest due first; then broken, kept and released ones,
    /// latest settled first.
    pub page: Page<PromiseLine>,
}

/// How many promises stand where, and the share that was kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PromiseTally {
    /// How many were made.
    pub made: u64,
    /// How many are open.
    pub open: u64,
    /// How many are at risk.
    pub at_risk: u64,
    /// How many were kept.
    pub kept: u64,
    /// How many were broken.
    pub broken: u64,
    /// How many were released.
    pub released: u64,
    /// How many of the open and at-risk ones are past due.
    pub overdue: u64,
    /// Of all that were kept, broken or are overdue, the share that was kept. What is not yet due or
    /// was released is in neither number.
    pub kept_rate: Figure<Share>,
}

/// One promise of the map, and how far it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NamedTally {
    /// The promise's name.
    pub promise: String,
    /// The moment it belongs to; null when the folder no longer has the promise.
    pub moment: Option<String>,
    /// How it stands.
    #[serde(flatten)]
    pub tally: PromiseTally,
}

/// One promise to one customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PromiseLine {
    /// Its id.
    pub id: String,
    /// Its name in the map.
    pub promise: String,
    /// To whom.
    pub customer: String,
    /// How they are best called now; only in lists of many customers' promises, and none of somebody who was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_as: Option<KnownAs>,
    /// When it was made.
    pub made: At,
    /// By when it is to be kept.
    pub due: At,
    /// Where it stands.
    pub state: PromiseStateWord,
    /// Whether it is still owed although its time is over.
    pub overdue: bool,
    /// When it was settled, by the time of what settled it.
    pub settled: Option<At>,
}

/// Promises and how far they were kept.
///
/// # Errors
/// The question cannot be read, or the store cannot.
pub fn promises(
    store: &dyn Store,
    overview: &Overview,
    definitions: &Definitions,
    question: &PromisesQuestion,
) -> Result<Promises, InsightError> {
    let window = Window::new(question.since, question.until)?;
    let after = question.after.as_deref().map(PromisePlace::parse).transpose()?;
    let most = rows(question.most)?;
    let clocks = Clocks::of(&store.progress()?);
    let is_named = |name: &str| question.promise.as_ref().is_none_or(|wanted| wanted == name);
    let is_wanted = |state: PromiseState, name: &str| {
        is_named(name) && question.state.is_none_or(|wanted| wanted == state.into())
    };
    let at_hand = overview.promises()?.first(most, after, is_wanted, &window.hours());
    let by_name = tallies(store, overview, &clocks, &window, is_named)?;
    if let Some(name) = &question.promise
        && by_name.is_empty()
        && definitions.promise_named(name).is_none()
    {
        let known = definitions.promises.iter().map(|promise| promise.name.as_str());
        return Err(InsightError::unknown_of("promise", name, known));
    }
    let mut all = Tallied::default();
    by_name.values().for_each(|tallied| all.add(*tallied));
    let mut promises: Vec<NamedTally> = by_name
        .into_iter()
        .map(|(name, tallied)| NamedTally {
            moment: moment(definitions, &name),
            promise: name.to_string(),
            tally: tallied.told(),
        })
        .collect();
    let surely_kept = |tally: &PromiseTally| tally.kept_rate.shown().map_or(2.0, |rate| rate.high);
    promises.sort_by(|a, b| surely_kept(&a.tally).total_cmp(&surely_kept(&b.tally)));

    let (found, next) = match at_hand {
        Some((places, more)) => {
            let next = places.last().copied().filter(|_| more);
            let mut found = Vec::with_capacity(places.len());
            for place in places {
                // One that went meanwhile is left out.
                found.extend(store.promise(place.id())?);
            }
            (found, next)
        }
        None => far_back(store, most, after, is_wanted, &window)?,
    };
    let mut lines = Vec::with_capacity(found.len());
    for row in found {
        let overdue = clocks.overdue(store, row.customer, &row.promise)?;
        let known_as = known_as(store, definitions, row.customer)?;
        lines.push(PromiseLine { known_as, ..PromiseLine::of(&row, overdue) });
    }
    Ok(Promises {
        window,
        as_of: clocks.latest().map(At),
        all: all.told(),
        promises,
        page: Page { rows: lines, next: next.map(|place| place.to_string()) },
    })
}

/// A page so far back that the whole table is read for it.
fn far_back(
    store: &dyn Store,
    most: usize,
    after: Option<PromisePlace>,
    is_wanted: impl Fn(PromiseState, &str) -> bool,
    window: &Window,
) -> Result<(Vec<PromiseRow>, Option<PromisePlace>), InsightError> {
    let (mut smallest, hours) = (Smallest::new(most, after), window.hours());
    let mut read_after = None;
    loop {
        let read = store.promises(read_after, READ_ROWS)?;
        let Some(last) = read.last() else { return Ok(smallest.into_rows()) };
        read_after = Some(last.promise.id);
        for row in read {
            if is_wanted(row.promise.state, &row.promise.name) && hours.contains(&row.promise.due) {
                smallest.offer(PromisePlace::of(&row.promise), row);
            }
        }
    }
}

/// How many promises of each wanted name that are due in the window stand where.
pub(crate) fn tallies(
    store: &dyn Store,
    overview: &Overview,
    clocks: &Clocks,
    window: &Window,
    is_named: impl Fn(&str) -> bool,
) -> Result<BTreeMap<Name, Tallied>, InsightError> {
    let hours = window.hours();
    let (counts, late) = {
        let book = overview.promises()?;
        (book.tallies(&hours), clocks.latest().map_or_else(Vec::new, |latest| book.perhaps_overdue(latest)))
    };
    let mut tallied: BTreeMap<Name, Tallied> = counts
        .into_iter()
        .filter(|(name, _)| is_named(name))
        .map(|(name, counts)| (name, Tallied { counts, overdue: 0 }))
        .collect();
    for (_, customer, name, due) in late {
        let Some(of_name) = tallied.get_mut(&name).filter(|_| hours.contains(&due)) else { continue };
        let clock = overview.clocks.clock(store, customer)?;
        of_name.overdue += u64::from(clock.is_some_and(|clock| clocks.since(clock) > due));
    }
    Ok(tallied)
}

/// Counts together the promises that are due in the window.
pub(crate) fn tally(
    store: &dyn Store,
    overview: &Overview,
    clocks: &Clocks,
    window: &Window,
) -> Result<PromiseTally, InsightError> {
    let mut all = Tallied::default();
    tallies(store, overview, clocks, window, |_| true)?.into_values().for_each(|tallied| all.add(tallied));
    Ok(all.told())
}

fn moment(definitions: &Definitions, promise: &str) -> Option<String> {
    let (_, promise) = definitions.promise_named(promise)?;
    definitions.moment_and_journey(promise.moment).map(|(moment, _)| moment.name.to_string())
}

/// How many promises stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tallied {
    counts: Counts,
    overdue: u64,
}

impl Tallied {
    fn add(&mut self, other: Tallied) {
        self.counts.add(other.counts);
        self.overdue += other.overdue;
    }

    pub(crate) fn told(self) -> PromiseTally {
        let kept = self.counts.of(PromiseState::Kept);
        PromiseTally {
            made: self.counts.0.iter().sum(),
            open: self.counts.of(PromiseState::Open),
            at_risk: self.counts.of(PromiseState::AtRisk),
            kept,
            broken: self.counts.of(PromiseState::Broken),
            released: self.counts.of(PromiseState::Released),
            overdue: self.overdue,
            kept_rate: Share::of(kept, kept + self.counts.of(PromiseState::Broken) + self.overdue),
        }
    }
}

impl PromiseLine {
    pub(crate) fn of(row: &PromiseRow, overdue: bool) -> PromiseLine {
        let promise = &row.promise;
        PromiseLine {
            id: promise.id.to_string(),
            promise: promise.name.to_string(),
            customer: row.customer.to_string(),
            known_as: None,
            made: At(promise.made),
            due: At(promise.due),
            state: promise.state.into(),
            overdue,
            settled: promise.settled.map(|settled| At(settled.at)),
        }
    }
}

impl From<PromiseState> for PromiseStateWord {
    fn from(state: PromiseState) -> PromiseStateWord {
        match state {
            PromiseState::Open => PromiseStateWord::Open,
            PromiseState::AtRisk => PromiseStateWord::AtRisk,
            PromiseState::Kept => PromiseStateWord::Kept,
            PromiseState::Broken => PromiseStateWord::Broken,
            PromiseState::Released => PromiseStateWord::Released,
        }
    }
}
