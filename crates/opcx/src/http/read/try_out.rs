//! Trying out: what edited files would have decided otherwise on the last days. In memory, in shadow, one at a time,
//! bounded in records and time; nothing is delivered and nothing is saved.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use opcx_core::customer::CustomerId;
use opcx_core::definitions::Definitions;
use opcx_core::log::Position;
use opcx_core::record::Entry;
use opcx_core::time::{Span, Timestamp};
use opcx_insight::{At, known_as};
use opcx_store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::files::{FaultLine, check_path, folder, put};
use super::route::read_body;
use super::{Sight, json};
use crate::http::{Problem, body_bytes};
use crate::replay::{Comparison, compare_from, under};

/// Most records that are decided on again: both states are held in memory, 2 to 4 KB a record each.
pub(super) const RECORDS_TRIED_MAX: u64 = 100_000;
/// Longest that a try may take.
const SECONDS_MAX: u64 = 120;
/// Most days that are asked for.
const DAYS_MAX: u16 = 90;
/// Days that are tried unless asked otherwise.
const DAYS: u16 = 7;
/// Differences of each kind that are listed.
const LISTED_MAX: usize = 100;

/// Edited files, and how far back to try them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Trying {
    /// The files that were edited; all others are as they are on disk.
    files: Vec<TryingFile>,
    /// How many days back, by the log's time, from 1 to 90; 7 unless asked otherwise.
    days: Option<u16>,
}

/// One edited file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TryingFile {
    /// Its path within the folder.
    path: String,
    /// What is in it; null if it is taken away.
    text: Option<String>,
}

/// How far a try has come, and what it found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(super) struct TryView {
    /// Which try since opcx started, from 1; 0 if there was none.
    number: u64,
    /// Where it stands.
    state: TryState,
    /// What is wrong with the edited files; with an error among them nothing is tried.
    faults: Vec<FaultLine>,
    /// Records decided on so far, by the one definitions and by the other.
    done: u64,
    /// How many there are to be.
    total: u64,
    /// Since when decisions are compared; later than asked for where so many records cannot be held.
    since: Option<At>,
    /// Whether the whole log was decided on again. If not, both sides begin with nothing known some while before `since`,
    /// so what rests on what happened earlier is missing on both.
    whole: bool,
    /// Why it failed.
    why: Option<String>,
    /// What differs: `now` under the files on disk, `with` under the edited ones.
    comparison: Option<Comparison>,
}

/// Where a try stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum TryState {
    /// There was none.
    None,
    /// The edited files have errors.
    Faulty,
    /// It is under way.
    Running,
    /// It found what differs.
    Done,
    /// It was broken off.
    BrokenOff,
    /// It failed.
    Failed,
}

/// The latest try.
pub(super) struct Tries {
    latest: Mutex<TryView>,
    done: AtomicU64,
    stop: AtomicBool,
}

impl Default for Tries {
    fn default() -> Tries {
        let latest = TryView {
            number: 0,
            state: TryState::None,
            faults: Vec::new(),
            done: 0,
            total: 0,
            since: None,
            whole: false,
            why: None,
            comparison: None,
        };
        Tries { latest: Mutex::new(latest), done: AtomicU64::new(0), stop: AtomicBool::new(false) }
    }
}

/// What is tried.
struct Plan {
    store: Arc<dyn Store>,
    definitions: [Arc<Definitions>; 2],
    /// Where deciding begins, and where comparing does.
    from: Position,
    compared_from: Position,
}

impl Tries {
    fn lock(&self) -> MutexGuard<'_, TryView> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn view(&self) -> TryView {
        let mut view = self.lock().clone();
        if view.state == TryState::Running {
            view.done = self.done.load(Ordering::Relaxed);
        }
        view
    }

    /// Breaks off what is under way; it ends at the next page of records.
    pub(super) fn break_off(&self) -> TryView {
        self.stop.store(true, Ordering::Relaxed);
        self.view()
    }

    fn run(&self, plan: &Plan) {
        let told = self.tried(plan);
        let mut view = self.lock();
        view.done = self.done.load(Ordering::Relaxed);
        match told {
            Ok(Some(comparison)) => {
                view.state = TryState::Done;
                view.comparison = Some(comparison);
            }
            Ok(None) if self.stop.load(Ordering::Relaxed) => view.state = TryState::BrokenOff,
            Ok(None) => {
                view.state = TryState::Failed;
                view.why = Some(format!("it took longer than {SECONDS_MAX} seconds; try fewer days"));
            }
            Err(error) => {
                view.state = TryState::Failed;
                view.why = Some(format!("{error:#}"));
            }
        }
    }

    fn tried(&self, plan: &Plan) -> anyhow::Result<Option<Comparison>> {
        let until = Instant::now() + Duration::from_secs(SECONDS_MAX);
        let mut sides = Vec::with_capacity(2);
        for definitions in &plan.definitions {
            let before = self.done.load(Ordering::Relaxed);
            let go_on = &mut |done: u64| {
                self.done.store(before + done, Ordering::Relaxed);
                !self.stop.load(Ordering::Relaxed) && Instant::now() < until
            };
            let Some(side) = under(&plan.store, plan.from, definitions, go_on)? else {
                return Ok(None);
            };
            sides.push(side);
        }
        let from = Position::new(plan.compared_from.get() - plan.from.get());
        let mut comparison = compare_from(&*sides[0], &*sides[1], from, LISTED_MAX)?;
        self.name_as_known(plan, &mut comparison)?;
        Ok(Some(comparison))
    }

    /// Where the log was not decided on from its beginning, customers and records have other numbers there than here.
    fn name_as_known(&self, plan: &Plan, comparison: &mut Comparison) -> anyhow::Result<()> {
        if plan.from == Position::START {
            return Ok(());
        }
        for differs in &mut comparison.first_decisions {
            differs.position += plan.from.get();
            let first = CustomerId::parse(&differs.customer).map(|id| plan.from.plus(id.0.get()));
            let Some(first) = first else { continue };
            if let Some(Entry::Event(event)) =
                plan.store.read_at(&[first])?.into_iter().next().map(|logged| logged.record.entry)
            {
                for identifier in &event.who {
                    if let Some(owner) = plan.store.owner(identifier)? {
                        differs.customer = plan.store.stands_for(owner)?.unwrap_or(owner).to_string();
                        break;
                    }
                }
            }
        }
        for differs in &mut comparison.first_moments {
            differs.position += plan.from.get();
        }
        Ok(())
    }
}

pub(super) async fn begin<A>(sight: &Sight<A>, body: Body) -> Result<Response, Problem> {
    let refused = |what: String| Problem::new(StatusCode::BAD_REQUEST, what);
    let body = body_bytes(body).await.map_err(|error| refused(error.to_string()))?;
    let Trying { files: edited, days } = read_body(&body).map_err(refused)?;
    let days = days.unwrap_or(DAYS);
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(refused(format!("`days` is {days}; write 1 to {DAYS_MAX}")));
    }
    let mut files = opcx_company::all_files(folder(sight)?);
    let now = opcx_company::parse(&files).definitions;
    for file in &edited {
        check_path(&file.path)?;
        put(&mut files, &file.path, file.text.as_deref());
    }
    let with = opcx_company::parse(&files);
    let unreadable = |_| Problem::unreadable();
    let store = Arc::clone(&sight.store);
    let (from, compared_from, since) = window(&*store, days).map_err(unreadable)?;

    let view = {
        let mut latest = sight.tries.lock();
        if latest.state == TryState::Running {
            return Err(Problem::new(
                StatusCode::CONFLICT,
                "another try is under way; wait for its end, or break it off",
            ));
        }
        let records = store.end().get() - from.get();
        *latest = TryView {
            number: latest.number + 1,
            state: if with.definitions.is_some() { TryState::Running } else { TryState::Faulty },
            faults: with.faults.iter().map(FaultLine::of).collect(),
            done: 0,
            total: records * 2,
            since,
            whole: from == Position::START,
            why: None,
            comparison: None,
        };
        sight.tries.done.store(0, Ordering::Relaxed);
        sight.tries.stop.store(false, Ordering::Relaxed);
        latest.clone()
    };
    if let Some(with) = with.definitions {
        // Where the files on disk have faults, what decides now is what is compared with.
        let now = now.map_or_else(|| Arc::clone(&sight.reigning().definitions), Arc::new);
        let plan = Plan { store, definitions: [now, Arc::new(with)], from, compared_from };
        let tries = Arc::clone(&sight.tries);
        std::thread::spawn(move || tries.run(&plan));
    }
    Ok(json(StatusCode::ACCEPTED, &view))
}

/// How far the latest try has come. People are called as they are known when somebody asks: whoever was erased since is not.
pub(super) fn tried<A>(sight: &Sight<A>) -> Result<Response, Problem> {
    let (mut view, reigning) = (sight.tries.view(), sight.reigning());
    for differs in view.comparison.iter_mut().flat_map(|comparison| &mut comparison.first_decisions) {
        let Some(id) = CustomerId::parse(&differs.customer) else { continue };
        differs.known_as =
            known_as(&*sight.store, &reigning.definitions, id).map_err(|error| super::problem(&error))?;
    }
    Ok(json(StatusCode::OK, &view))
}

/// Where deciding and comparing begin, and since when that is.
fn window(store: &dyn Store, days: u16) -> Result<(Position, Position, Option<At>), opcx_store::StoreError> {
    let end = store.end();
    let from = Position::new(end.get().saturating_sub(RECORDS_TRIED_MAX));
    let latest = store.progress()?.clocks.iter().map(|(_, at)| *at).max();
    let since = latest.map_or(Timestamp::MIN, |latest| latest - Span::DAY.times(i64::from(days)));
    // By halves: times in the log rise, but for imports, of which any part may be meant.
    let (mut low, mut high) = (from.get(), end.get());
    while low < high {
        let middle = low + (high - low) / 2;
        let before =
            store.read(Position::new(middle), 1, 0)?.first().is_some_and(|logged| logged.record.at < since);
        if before {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    // Of too many records a fifth leads up to what is compared, so that something is known by then.
    let lead = if from == Position::START { 0 } else { RECORDS_TRIED_MAX / 5 };
    let compared_from = Position::new(low.max(from.get() + lead));
    let since = store.read(compared_from, 1, 0)?.first().map(|logged| At(logged.record.at));
    Ok((from, compared_from, since))
}
