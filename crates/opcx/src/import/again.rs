//! Sends inputs of the rejected list again, after a mend.

use std::sync::Arc;

use opcx_core::event::Event;
use opcx_core::log::{Lane, Position};
use opcx_core::playbook::Mode;
use opcx_core::record::REJECTED_BYTES_MAX;
use opcx_core::time::Timestamp;
use opcx_engine::{Acceptor, Submission, Submitted};
use opcx_store::{Encoded, EventKey, RejectedRow, Store};

use opcx_company::mapping::Mapping;

use super::{File, Records, lane, listed, prepared};
use crate::segment::{self, Arrival, Body};
use crate::senses::Sense;

/// What became of an input that was sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Again {
    /// It is off the list; so many events of it are counted now and were not before.
    Mended {
        /// How many.
        events: u64,
    },
    /// It stays on the list.
    StillBad {
        /// Why, under the mapping as it is now.
        reason: String,
    },
}

/// An input, read anew.
struct ReadAnew {
    lane: Lane,
    /// Each event with the time of its lane.
    events: Vec<(Timestamp, Event)>,
    /// Why it stays on the list, if it does.
    still_bad: Option<String>,
}

/// Reads an input again and appends what can be read of it, each event once. What is appended is still
/// to be decided on.
///
/// # Errors
/// The store refuses.
pub fn send_again(
    store: &Arc<dyn Store>,
    acceptor: &mut Acceptor,
    mappings: &[Mapping],
    sense: &Sense,
    row: &RejectedRow,
    now: Timestamp,
) -> anyhow::Result<Again> {
    let prepared = match prepare_again(&**store, mappings, sense, row, now)? {
        Ok(prepared) => prepared,
        Err(reason) => return Ok(Again::StillBad { reason }),
    };
    let PreparedAgain { submissions, of_events, still_bad } = prepared;
    let accepted = if submissions.is_empty() { Vec::new() } else { acceptor.append(now, submissions)? };
    let events = accepted.iter().take(of_events).filter(|one| one.fresh > 0).count();
    Ok(match still_bad {
        None => Again::Mended { events: u64::try_from(events).unwrap_or(u64::MAX) },
        Some(reason) => Again::StillBad { reason },
    })
}

/// A rejected input, read again, to be handed in.
pub struct PreparedAgain {
    /// Its events that were not counted yet, one each; and last, if all of it could be read, that it is off the
    /// list.
    pub submissions: Vec<Submission>,
    /// How many of these are events.
    pub of_events: usize,
    /// Why it stays on the list, if it does.
    pub still_bad: Option<String>,
}

/// Reads an input again; or says why nothing of it can be read.
///
/// # Errors
/// The store cannot be read.
pub fn prepare_again(
    store: &dyn Store,
    mappings: &[Mapping],
    sense: &Sense,
    row: &RejectedRow,
    now: Timestamp,
) -> anyhow::Result<Result<PreparedAgain, String>> {
    let read = match read_anew(row, mappings, now) {
        Ok(read) => read,
        Err(reason) => return Ok(Err(reason)),
    };
    let keys: Vec<EventKey> =
        read.events.iter().map(|(_, event)| EventKey::of(&event.source, &event.id)).collect();
    let seen = store.seen(&keys)?;
    let fresh = read.events.into_iter().zip(seen).filter(|(_, seen)| !seen);
    let mut submissions: Vec<Submission> = fresh
        .map(|((at, event), _)| {
            let one = prepared(event, sense);
            let entries = vec![Submitted { key: Some(one.key), entry: one.entry }];
            Submission { lane: read.lane, at: Some(at), entries }
        })
        .collect();
    let of_events = submissions.len();
    if read.still_bad.is_none() {
        submissions.push(off_the_list(read.lane, row.position));
    }
    Ok(Ok(PreparedAgain { submissions, of_events, still_bad: read.still_bad }))
}

fn off_the_list(lane: Lane, position: Position) -> Submission {
    let entry: Encoded = Encoded::of(&listed::redriven(position));
    // It has no time of its own, and must not move its lane's clock.
    Submission { lane, at: Some(Timestamp::MIN), entries: vec![Submitted { key: None, entry }] }
}

fn read_anew(row: &RejectedRow, mappings: &[Mapping], now: Timestamp) -> Result<ReadAnew, String> {
    let rejected = &row.rejected;
    // Cutting leaves up to three bytes less than the bound, so as not to part a character.
    if rejected.raw.len() + 3 >= REJECTED_BYTES_MAX {
        return Err(format!(
            "only its first {REJECTED_BYTES_MAX} bytes were kept; send the whole of it again"
        ));
    }
    if rejected.format == segment::FORMAT {
        return of_segment(row, now);
    }
    let mapping = mappings
        .iter()
        .find(|mapping| mapping.name == rejected.format)
        .ok_or_else(|| format!("there is no mapping `{}` any more; write it again", rejected.format))?;
    of_mapping(row, mapping).map_err(|error| format!("{error:#}"))
}

fn of_mapping(row: &RejectedRow, mapping: &Mapping) -> anyhow::Result<ReadAnew> {
    let file = File::of_text(row.rejected.from.to_string(), row.rejected.raw.to_string())?;
    let mut records = Records::open(file, mapping)?;
    let mut events = Vec::new();
    let mut reasons = Vec::new();
    while records.advance()?.is_some() {
        let read = records.events(mapping);
        events.extend(read.events.into_iter().map(|event| (event.happened, event)));
        if !read.refused.is_empty() {
            let from = &row.rejected.from;
            reasons.push(listed::entry(from, &read.refused, &mapping.name, String::new()).reason.to_string());
        }
    }
    let still_bad = (!reasons.is_empty()).then(|| reasons.join("; "));
    Ok(ReadAnew { lane: lane(mapping, Mode::Shadow), events, still_bad })
}

fn of_segment(row: &RejectedRow, now: Timestamp) -> Result<ReadAnew, String> {
    let body = Body::open(&row.rejected.raw, None).map_err(|error| error.to_string())?;
    let mut read = ReadAnew { lane: Lane::LIVE, events: Vec::new(), still_bad: None };
    for message in body.read(&Arrival::again(&row.rejected, now, row.position.get())) {
        match message {
            Ok(event) => read.events.push((now, event)),
            Err(refusal) => read.still_bad = Some(refusal.rejected.reason.to_string()),
        }
    }
    Ok(read)
}
