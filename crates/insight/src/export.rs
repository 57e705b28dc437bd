//! Export: everything that is held about one customer, what was inferred, and why.
//!
//! It comes in pages, line by line: who they are and what is known now; what we owe and do; then every record
//! of theirs with what was read in it and which moments it was; then every decision about them; and at last
//! whatever came in that could not be understood and names them.

mod lines;

pub use lines::{ExportLine, ExportedConsent, ExportedEvent, ExportedMoment, ExportedReading};

use std::collections::BTreeSet;

use opcx_core::customer::CustomerId;
use opcx_core::definitions::Definitions;
use opcx_core::erasure::Mentions;
use opcx_core::log::Position;
use opcx_core::receipt::{Deed, Receipt, Verdict};
use opcx_core::record::Rejected;
use opcx_store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::receipt_words::DecisionLine;
use crate::{InsightError, customer, find};

/// Records on a page.
const RECORDS_MAX: usize = 200;
/// Positions whose decisions are gone through for one page.
const POSITIONS_MAX: u64 = 50_000;
/// Rejected inputs that are gone through for one page.
const REJECTED_MAX: usize = 2_000;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportQuestion {
    /// Where an earlier page ended: its `next`.
    pub after: Option<String>,
}

/// A page of what is held about a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Export {
    /// What is held, line by line.
    pub lines: Vec<ExportLine>,
    /// Ask again with this as `after` for the lines that follow; null when these are the last.
    pub next: Option<String>,
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Profile,
    /// Which of the customer's records.
    Records(usize),
    /// From which position on.
    Decisions(Position),
    /// From which position on.
    Rejected(Position),
}

/// A page of everything that is held about the customer that `who` names: an id (`c123`), an identifier
/// (`email:a@b.c`), or an identifier's value alone.
///
/// # Errors
/// Nobody is known by that name, `after` is no place, or the store cannot be read.
pub fn export(
    store: &dyn Store,
    definitions: &Definitions,
    who: &str,
    question: &ExportQuestion,
) -> Result<Export, InsightError> {
    let unknown = || {
        let mend = "write an id (`c123`) or an identifier (`email:ada@example.org`)";
        InsightError::unknown("customer", who, mend)
    };
    let id = find(store, who)?.ok_or_else(unknown)?;
    let place = question.after.as_deref().map_or(Ok(Place::Profile), Place::parse)?;
    let (lines, next) = match place {
        Place::Profile => (profile(store, definitions, id)?, Some(Place::Records(0))),
        Place::Records(from) => records(store, id, from)?,
        Place::Decisions(from) => decisions(store, definitions, id, from)?,
        Place::Rejected(from) => {
            let customer = store.customer(id)?.ok_or_else(unknown)?;
            rejected(store, &Mentions::new(customer.person.identifiers), from)?
        }
    };
    Ok(Export { lines, next: next.map(|place| place.to_string()) })
}

fn profile(
    store: &dyn Store,
    definitions: &Definitions,
    id: CustomerId,
) -> Result<Vec<ExportLine>, InsightError> {
    let view = customer(store, definitions, &id.to_string())?;
    Ok(vec![ExportLine::Customer(Box::new(view))])
}

fn records(
    store: &dyn Store,
    id: CustomerId,
    from: usize,
) -> Result<(Vec<ExportLine>, Option<Place>), InsightError> {
    let trail = store.trail(id)?;
    let end = trail.len().min(from.saturating_add(RECORDS_MAX));
    let positions = &trail[from.min(end)..end];
    let mut lines = Vec::new();
    for (logged, reading) in store.read_at(positions)?.into_iter().zip(store.readings(positions)?) {
        let moments = store.moments_at(&[logged.position])?;
        lines.extend(ExportLine::of_record(&logged, reading.as_ref(), &moments));
        for promise in store.promises_made_at(&[logged.position])? {
            lines.extend(store.promise(promise)?.map(|row| ExportLine::of_promise(&row)));
        }
    }
    let next = if end < trail.len() { Place::Records(end) } else { Place::Decisions(Position::START) };
    Ok((lines, Some(next)))
}

/// Every decision about the customer, whichever record or time led to it, with what came of it.
fn decisions(
    store: &dyn Store,
    definitions: &Definitions,
    id: CustomerId,
    from: Position,
) -> Result<(Vec<ExportLine>, Option<Place>), InsightError> {
    let end = store.progress()?.position;
    let until = from.plus(POSITIONS_MAX).min(end);
    let mut lines = Vec::new();
    let mut theirs: BTreeSet<CustomerId> = BTreeSet::from([id]);
    let mut others: BTreeSet<CustomerId> = BTreeSet::new();
    for receipt in store.receipts(from..until, usize::MAX)? {
        let whose = receipt.customer();
        if !theirs.contains(&whose) && !others.contains(&whose) {
            let stands = store.stands_for(whose)? == Some(id);
            if stands {
                theirs.insert(whose)
            } else {
                others.insert(whose)
            };
        }
        if theirs.contains(&whose) {
            for decision in receipt.decisions.iter() {
                let line = DecisionLine::of(store, definitions, &receipt, decision)?;
                lines.push(ExportLine::Decision(Box::new(line)));
            }
            lines.extend(deeds(store, &receipt)?);
        }
    }
    let next = if until < end { Place::Decisions(until) } else { Place::Rejected(Position::START) };
    Ok((lines, Some(next)))
}

/// What was sent, opened and promised.
fn deeds(store: &dyn Store, receipt: &Receipt) -> Result<Vec<ExportLine>, InsightError> {
    let mut lines = Vec::new();
    let done = receipt.decisions.iter().filter_map(|decision| match decision.verdict {
        Verdict::Acted { deeds, .. } => Some(deeds),
        Verdict::Refused(_) | Verdict::Corrected(_) | Verdict::Noted(_) | Verdict::NotJoined(..) => None,
    });
    for deed in done.flatten() {
        lines.extend(match deed {
            Deed::Sent(id) => store.parcel(*id)?.map(|row| ExportLine::of_parcel(&row)),
            Deed::Opened(id) => store.case(*id)?.map(|row| ExportLine::of_case(&row)),
            Deed::Promised(id) => store.promise(*id)?.map(|row| ExportLine::of_promise(&row)),
            Deed::Noted(_) | Deed::Left(_) => None,
        });
    }
    Ok(lines)
}

fn rejected(
    store: &dyn Store,
    mentions: &Mentions,
    from: Position,
) -> Result<(Vec<ExportLine>, Option<Place>), InsightError> {
    let after = from.get().checked_sub(1).map(Position::new);
    let rows = store.rejected(after, REJECTED_MAX)?;
    let next = match rows.last() {
        Some(last) if rows.len() == REJECTED_MAX => Some(Place::Rejected(last.position.next())),
        _ => None,
    };
    let named = rows.into_iter().filter(|row| {
        let Rejected { raw, reason, .. } = &row.rejected;
        mentions.are_in(raw) || mentions.are_in(reason)
    });
    Ok((named.map(|row| ExportLine::of_rejected(&row)).collect(), next))
}

impl Place {
    fn parse(text: &str) -> Result<Place, InsightError> {
        let read = || {
            let (what, at) = text.split_once('.')?;
            Some(match what {
                "records" => Place::Records(at.parse().ok()?),
                "decisions" => Place::Decisions(Position::new(at.parse().ok()?)),
                "rejected" => Place::Rejected(Position::new(at.parse().ok()?)),
                _ => return None,
            })
        };
        read().ok_or_else(|| InsightError::no_page_after(text))
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            // No page ends before the profile.
            Place::Profile => write!(f, "records.0"),
            Place::Records(from) => write!(f, "records.{from}"),
            Place::Decisions(from) => write!(f, "decisions.{from}"),
            Place::Rejected(from) => write!(f, "rejected.{from}"),
        }
    }
}
