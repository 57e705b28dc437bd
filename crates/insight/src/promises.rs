//! Promises: which are open, at risk, kept and broken.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use opcx_core::definitions::Definitions;
use opcx_core::event::Name;
use opcx_core::promise::{Promise, PromiseId, PromiseState};
use opcx_core::time::Timestamp;
use opcx_store::{PromiseRow, Store};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clocks::Clocks;
use crate::page::{Page, READ_ROWS, Smallest, rows};
use crate::{At, Figure, InsightError, Share, Window};

/// What is asked about promises.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromisesQuestion {
    /// Only promises due from then on.
    pub since: Option<At>,
    /// Only promises due before then.
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
    definitions: &Definitions,
    question: &PromisesQuestion,
) -> Result<Promises, InsightError> {
    let window = Window::new(question.since, question.until)?;
    let after = question.after.as_deref().map(Place::parse).transpose()?;
    let clocks = Clocks::of(&store.progress()?);

    let mut all = Counts::default();
    let mut by_name: BTreeMap<Name, Counts> = BTreeMap::new();
    let mut smallest = Smallest::new(rows(question.most)?, after);
    each(store, |row| {
        let promise = &row.promise;
        if !window.holds(promise.due) || question.promise.as_ref().is_some_and(|name| promise.name != **name)
        {
            return Ok(());
        }
        let overdue = clocks.overdue(store, row.customer, promise)?;
        all.count(promise.state, overdue);
        by_name.entry(promise.name.clone()).or_default().count(promise.state, overdue);
        if question.state.is_none_or(|state| state == promise.state.into()) {
            smallest.offer(Place::of(promise), (row, overdue));
        }
        Ok(())
    })?;
    if let Some(name) = &question.promise
        && by_name.is_empty()
        && definitions.promise_named(name).is_none()
    {
        let known = definitions.promises.iter().map(|promise| promise.name.as_str());
        return Err(InsightError::unknown_of("promise", name, known));
    }

    let mut promises: Vec<NamedTally> = by_name
        .into_iter()
        .map(|(name, counts)| NamedTally {
            moment: moment(definitions, &name),
            promise: name.to_string(),
            tally: counts.tally(),
        })
        .collect();
    let surely_kept = |tally: &PromiseTally| tally.kept_rate.shown().map_or(2.0, |rate| rate.high);
    promises.sort_by(|a, b| surely_kept(&a.tally).total_cmp(&surely_kept(&b.tally)));

    let (lines, next) = smallest.into_rows();
    let lines = lines.into_iter().map(|(row, overdue)| PromiseLine::of(&row, overdue)).collect();
    Ok(Promises {
        window,
        as_of: clocks.latest().map(At),
        all: all.tally(),
        promises,
        page: Page { rows: lines, next: next.map(|place| place.to_string()) },
    })
}

/// Counts the promises that `wanted` accepts.
pub(crate) fn tally(
    store: &dyn Store,
    clocks: &Clocks,
    wanted: impl Fn(&Promise) -> bool,
) -> Result<PromiseTally, InsightError> {
    let mut counts = Counts::default();
    each(store, |row| {
        if wanted(&row.promise) {
            counts.count(row.promise.state, clocks.overdue(store, row.customer, &row.promise)?);
        }
        Ok(())
    })?;
    Ok(counts.tally())
}

/// Shows every promise, read from the store bit by bit.
fn each(
    store: &dyn Store,
    mut show: impl FnMut(PromiseRow) -> Result<(), InsightError>,
) -> Result<(), InsightError> {
    let mut after = None;
    loop {
        let read = store.promises(after, READ_ROWS)?;
        let Some(last) = read.last() else { return Ok(()) };
        after = Some(last.promise.id);
        for row in read {
            show(row)?;
        }
    }
}

fn moment(definitions: &Definitions, promise: &str) -> Option<String> {
    let (_, promise) = definitions.promise_named(promise)?;
    definitions.moment_and_journey(promise.moment).map(|(moment, _)| moment.name.to_string())
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    states: [u64; 5],
    overdue: u64,
}

impl Counts {
    fn count(&mut self, state: PromiseState, overdue: bool) {
        self.states[state as usize] += 1;
        self.overdue += u64::from(overdue);
    }

    fn tally(self) -> PromiseTally {
        let in_state = |state: PromiseState| self.states[state as usize];
        let kept = in_state(PromiseState::Kept);
        PromiseTally {
            made: self.states.iter().sum(),
            open: in_state(PromiseState::Open),
            at_risk: in_state(PromiseState::AtRisk),
            kept,
            broken: in_state(PromiseState::Broken),
            released: in_state(PromiseState::Released),
            overdue: self.overdue,
            kept_rate: Share::of(kept, kept + in_state(PromiseState::Broken) + self.overdue),
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

/// A promise's place in the order in which they need looking at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Owed(Timestamp, PromiseId),
    Broken(Reverse<Timestamp>, PromiseId),
    Kept(Reverse<Timestamp>, PromiseId),
    Released(Reverse<Timestamp>, PromiseId),
}

impl Place {
    fn of(promise: &Promise) -> Place {
        let settled = Reverse(promise.settled.map_or(promise.due, |settled| settled.at));
        match promise.state {
            PromiseState::Open | PromiseState::AtRisk => Place::Owed(promise.due, promise.id),
            PromiseState::Broken => Place::Broken(settled, promise.id),
            PromiseState::Kept => Place::Kept(settled, promise.id),
            PromiseState::Released => Place::Released(settled, promise.id),
        }
    }

    /// Reads a place as [`std::fmt::Display`] writes it.
    fn parse(text: &str) -> Result<Place, InsightError> {
        let read = || {
            let (word, rest) = text.split_once('.')?;
            let (millis, id) = rest.split_once('.')?;
            let at = Timestamp::from_millis(millis.parse().ok()?);
            let id = PromiseId::parse(id)?;
            match word {
                "owed" => Some(Place::Owed(at, id)),
                "broken" => Some(Place::Broken(Reverse(at), id)),
                "kept" => Some(Place::Kept(Reverse(at), id)),
                "released" => Some(Place::Released(Reverse(at), id)),
                _ => None,
            }
        };
        read().ok_or_else(|| InsightError::unreadable("after", text, "write the `next` of an earlier page"))
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (word, at, id) = match self {
            Place::Owed(at, id) => ("owed", at, id),
            Place::Broken(Reverse(at), id) => ("broken", at, id),
            Place::Kept(Reverse(at), id) => ("kept", at, id),
            Place::Released(Reverse(at), id) => ("released", at, id),
        };
        write!(f, "{word}.{}.{id}", at.as_millis())
    }
}
