//! Ingest: what comes in, from where, how fast; and what could not be understood, read again.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use opcx_core::event::Name;
use opcx_core::log::Position;
use opcx_core::record::Entry;
use opcx_core::time::{Span, Timestamp};
use opcx_engine::IntakeError;
use opcx_insight::{At, is_from};
use opcx_store::{RejectedRow, Store};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::route::read_body;
use super::{Sight, json};
use crate::http::{Accept, Problem, body_bytes};
use crate::import::{PreparedAgain, prepare_again};

/// Newest records of the log in which sources are looked for that do not come over HTTP.
const RECORDS_LOOKED_AT: u64 = 2_000;
/// Most bytes of them.
const RECORD_BYTES_MAX: usize = 4 << 20;
/// Most rejected inputs that are read again at a time.
const REDRIVEN_AT_ONCE_MAX: usize = 200;
/// Rows of the rejected list that are read at a time, and most that are looked at.
const ROWS_READ: usize = 1_000;
const ROWS_LOOKED_AT_MAX: usize = 50_000;

/// What comes in, and how far it is decided on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Ingest {
    /// The log's latest time.
    as_of: Option<At>,
    /// The position up to which the log is decided on.
    position: u64,
    /// The position at which the log ends.
    end: u64,
    /// How many records are taken in and not decided on yet.
    undecided: u64,
    /// How long ago, by the log, what is decided on next was taken in, in milliseconds; 0 when nothing waits.
    behind_millis: u64,
    /// Events counted so far, each once.
    events: u64,
    /// Repeats left out.
    repeats: u64,
    /// Inputs that could not be understood and were not sent again yet.
    rejected: u64,
    /// Where events come from, by name.
    sources: Vec<SourceLine>,
}

/// One source of events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(super) struct SourceLine {
    /// Its name: of a write key, or of an import's mapping.
    source: String,
    /// Whether it comes over HTTP. Of one that does not, only the newest 2,000 records of the log are looked at, and
    /// nothing but when it was last seen is told.
    over_http: bool,
    /// Events appended since opcx started.
    accepted: u64,
    /// Repeats left out since opcx started.
    repeats: u64,
    /// Messages that could not be understood since opcx started.
    rejected: u64,
    /// Events a second in the last full minute.
    per_second: f64,
    /// When something last came.
    last_seen: Option<At>,
    /// Events minute by minute, those of the last hour in which any came.
    minutes: Vec<MinuteLine>,
}

/// What came in one minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct MinuteLine {
    /// When it begins.
    from: At,
    /// How many events came.
    events: u64,
}

/// Which rejected inputs are to be read again.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Redriving {
    /// Those at these positions, 200 at most; the oldest 200 that wait, if left out.
    positions: Option<Vec<u64>>,
    /// Only what came from this file or route.
    from: Option<String>,
}

/// What came of reading rejected inputs again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Redriven {
    /// How many are off the list.
    mended: u64,
    /// How many events of them are counted now and were not before.
    events: u64,
    /// Those that still cannot be read, and why.
    still_bad: Vec<StillBad>,
    /// Positions that were asked for and are not on the list.
    not_there: Vec<u64>,
    /// It is carried out once the log is decided on up to here; null if there is nothing to carry out.
    position: Option<u64>,
}

/// A rejected input that still cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct StillBad {
    /// Its record.
    position: u64,
    /// Why.
    reason: String,
}

pub(super) fn ingest<A: Accept>(sight: &Sight<A>) -> Result<Response, Problem> {
    let (store, now) = (&*sight.store, sight.door.clock.now());
    let unreadable = |_| Problem::unreadable();
    let (progress, end) = (store.progress().map_err(unreadable)?, store.end());
    let behind = store.read(progress.position, 1, 0).map_err(unreadable)?;
    let behind = behind.first().map_or(0, |next| now.since(next.record.at).as_millis());
    let mut sources: BTreeMap<Name, SourceLine> = BTreeMap::new();
    for (name, source) in sight.door.sources.all() {
        let minutes = source.minutes.iter().map(|&(from, events)| MinuteLine { from: At(from), events });
        let line = SourceLine {
            source: name.to_string(),
            over_http: true,
            accepted: source.accepted,
            repeats: source.repeats,
            rejected: source.rejected,
            per_second: per_second(&source.minutes, now),
            last_seen: source.last.map(At),
            minutes: minutes.collect(),
        };
        sources.insert(name, line);
    }
    let from = Position::new(end.get().saturating_sub(RECORDS_LOOKED_AT));
    let newest = store.read(from, usize::try_from(RECORDS_LOOKED_AT).unwrap_or(usize::MAX), RECORD_BYTES_MAX);
    for logged in newest.map_err(unreadable)? {
        if let Entry::Event(event) = logged.record.entry {
            let fresh = || SourceLine {
                source: event.source.to_string(),
                over_http: false,
                accepted: 0,
                repeats: 0,
                rejected: 0,
                per_second: 0.0,
                last_seen: None,
                minutes: Vec::new(),
            };
            let line = sources.entry(event.source.clone()).or_insert_with(fresh);
            line.last_seen = line.last_seen.max(Some(At(logged.record.at)));
        }
    }
    let view = Ingest {
        as_of: progress.clocks.iter().map(|(_, at)| At(*at)).max(),
        position: progress.position.get(),
        end: end.get(),
        undecided: end.get().saturating_sub(progress.position.get()),
        behind_millis: u64::try_from(behind).unwrap_or(0),
        events: progress.totals.events,
        repeats: progress.totals.repeats,
        rejected: progress.totals.rejected.saturating_sub(progress.totals.redriven),
        sources: sources.into_values().collect(),
    };
    Ok(json(StatusCode::OK, &view))
}

/// How many came a second in the last minute that is over.
fn per_second<'m>(minutes: impl IntoIterator<Item = &'m (Timestamp, u64)>, now: Timestamp) -> f64 {
    let full = now - Span::MINUTE;
    let last = minutes.into_iter().find(|(from, _)| *from <= full && full < *from + Span::MINUTE);
    let events = last.map_or(0, |(_, events)| *events);
    f64::from(u32::try_from(events).unwrap_or(u32::MAX)) / 60.0
}

pub(super) async fn redrive<A: Accept>(sight: &Sight<A>, body: Body) -> Result<Response, Problem> {
    let refused = |what: String| Problem::new(StatusCode::BAD_REQUEST, what);
    let body = body_bytes(body).await.map_err(|error| refused(error.to_string()))?;
    let Redriving { positions, from } = read_body(&body).map_err(refused)?;
    let wanted: Option<BTreeSet<u64>> = positions.map(|positions| positions.into_iter().collect());
    if wanted.as_ref().is_some_and(|wanted| wanted.len() > REDRIVEN_AT_ONCE_MAX) {
        return Err(refused(format!(
            "at most {REDRIVEN_AT_ONCE_MAX} inputs are read again at a time; ask again for more"
        )));
    }
    let unreadable = |_| Problem::unreadable();
    let rows = waiting(&*sight.store, wanted.as_ref(), from.as_deref()).map_err(unreadable)?;
    let there: BTreeSet<u64> = rows.iter().map(|row| row.position.get()).collect();
    let mut told = Redriven {
        mended: 0,
        events: 0,
        still_bad: Vec::new(),
        not_there: wanted.into_iter().flatten().filter(|position| !there.contains(position)).collect(),
        position: None,
    };
    let reigning = sight.reigning();
    for row in &rows {
        let position = row.position.get();
        let prepared =
            prepare_again(&*sight.store, &reigning.mappings, &sight.door.sense, row, sight.door.clock.now());
        let prepared = prepared.map_err(|_| Problem::unreadable())?;
        let PreparedAgain { submissions, of_events, still_bad } = match prepared {
            Ok(prepared) => prepared,
            Err(reason) => {
                told.still_bad.push(StillBad { position, reason });
                continue;
            }
        };
        for (number, submission) in submissions.into_iter().enumerate() {
            let accepted = sight.door.intake.accept(submission).await.map_err(|error| {
                let status = match error {
                    IntakeError::Overloaded { .. } => StatusCode::TOO_MANY_REQUESTS,
                    IntakeError::Stopped { .. } => StatusCode::SERVICE_UNAVAILABLE,
                };
                Problem::new(status, error.to_string())
            })?;
            told.position = told.position.max(Some(accepted.end.get()));
            told.events += u64::from(number < of_events && accepted.fresh > 0);
        }
        match still_bad {
            None => told.mended += 1,
            Some(reason) => told.still_bad.push(StillBad { position, reason }),
        }
    }
    Ok(json(StatusCode::OK, &told))
}

/// The rejected inputs that are meant and wait.
fn waiting(
    store: &dyn Store,
    wanted: Option<&BTreeSet<u64>>,
    from: Option<&str>,
) -> Result<Vec<RejectedRow>, opcx_store::StoreError> {
    let first = wanted.and_then(|wanted| wanted.first()).and_then(|first| first.checked_sub(1));
    let last = wanted.and_then(|wanted| wanted.last().copied());
    let (mut after, mut found, mut looked_at) = (first.map(Position::new), Vec::new(), 0);
    while found.len() < REDRIVEN_AT_ONCE_MAX && looked_at < ROWS_LOOKED_AT_MAX {
        let rows = store.rejected(after, ROWS_READ)?;
        let Some(end) = rows.last().map(|row| row.position) else { break };
        looked_at += rows.len();
        found.extend(rows.into_iter().filter(|row| {
            !row.redriven
                && wanted.is_none_or(|wanted| wanted.contains(&row.position.get()))
                && from.is_none_or(|from| is_from(row, from))
        }));
        if wanted.is_some() && last.is_none_or(|last| last <= end.get()) {
            break;
        }
        after = Some(end);
    }
    found.truncate(REDRIVEN_AT_ONCE_MAX);
    Ok(found)
}
