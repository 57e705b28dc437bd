//! Decisions: what was decided, for and against, and why.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use opcx_core::customer::CustomerId;
use opcx_core::definitions::Definitions;
use opcx_core::log::Position;
use opcx_core::receipt::{Decision, Receipt, Verdict};
use opcx_store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clocks::Clocks;
use crate::known_as::known_as;
use crate::page::{Page, rows};
use crate::receipt_words::{DecisionLine, VerdictWord, reason};
use crate::{At, Figure, InsightError, Share, find};

/// Most decisions that one question looks at; a page that ends there says where to go on.
pub const DECISIONS_LOOKED_AT_MAX: usize = 20_000;
/// Records whose receipts are read at a time, unless they have more than [`RECEIPTS_READ_MAX`].
const RECORDS_READ: u64 = 1_024;
/// Receipts read at a time, of a handful of decisions each; of one record no more are looked at.
const RECEIPTS_READ_MAX: usize = 16_384;

/// What is asked about decisions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionsQuestion {
    /// Only decisions about this customer: an id (`c123`) or an identifier (`email:a@b.c`).
    pub customer: Option<String>,
    /// Only decisions about this playbook, or by this one of opcx's own rules.
    pub playbook: Option<String>,
    /// Only decisions that ended so: `acted`, `shadow`, `refused`, `corrected` or `noted`.
    pub verdict: Option<VerdictWord>,
    /// How many rows, from 1 to 1,000; 50 unless asked otherwise.
    pub most: Option<u16>,
    /// Where an earlier page ended: its `next`.
    pub after: Option<String>,
}

/// What was decided, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Decisions {
    /// The log's latest time: as of when this is so.
    pub as_of: Option<At>,
    /// Playbook by playbook how often it acted, over the newest decisions that were looked at and fit
    /// the question; only on the first page.
    pub playbooks: Vec<PlaybookDecisions>,
    /// How many decisions were looked at for that: the newest 20,000 at most.
    pub looked_at: u64,
    /// The decisions that fit, newest first.
    pub page: Page<DecisionLine>,
}

/// How often a playbook acted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlaybookDecisions {
    /// The playbook, or one of opcx's own rules.
    pub subject: String,
    /// How often it was set off, or the rule left a note.
    pub set_off: u64,
    /// How often of these there was something to decide: it acted or was refused.
    pub decided: u64,
    /// Of what was decided, the share in which it acted, or would have in shadow mode.
    pub acted: Figure<Share>,
    /// Why it did not act, most frequent reason first.
    pub refused: Vec<RefusedFor>,
}

/// How often a playbook did not act for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RefusedFor {
    /// The reason in one word.
    pub reason: String,
    /// How often.
    pub times: u64,
}

/// What was decided, newest first.
///
/// # Errors
/// The question names a customer that nobody knows, or cannot be read; or the store cannot.
pub fn decisions(
    store: &dyn Store,
    definitions: &Definitions,
    question: &DecisionsQuestion,
) -> Result<Decisions, InsightError> {
    let most = rows(question.most)?;
    let after = question.after.as_deref().map(Place::parse).transpose()?;
    let whose = question.customer.as_deref().map(|who| whose(store, who)).transpose()?;
    let progress = store.progress()?;

    let mut subjects: BTreeMap<String, Subject> = BTreeMap::new();
    let mut lines: Vec<DecisionLine> = Vec::new();
    let mut page_end: Option<Place> = None;
    let mut more = false;
    let mut looked_at: u64 = 0;
    let broke_off = newest_first(store, after, progress.position, |place, receipt, decision| {
        looked_at += 1;
        if fits(question, decision) && is_about(store, whose, receipt)? {
            if after.is_none() {
                subjects.entry(decision.subject.to_string()).or_default().count(decision.verdict);
            }
            if lines.len() < most {
                let known_as = known_as(store, definitions, receipt.customer())?;
                lines.push(DecisionLine {
                    known_as,
                    ..DecisionLine::of(store, definitions, receipt, decision)?
                });
                if lines.len() == most {
                    page_end = Some(place);
                }
            } else {
                more = true;
            }
        }
        let enough = looked_at >= DECISIONS_LOOKED_AT_MAX as u64 || (after.is_some() && more);
        Ok(if enough { ControlFlow::Break(place) } else { ControlFlow::Continue(()) })
    })?;
    let mut playbooks: Vec<PlaybookDecisions> =
        subjects.into_iter().map(|(subject, counts)| counts.told(subject)).collect();
    playbooks.sort_by_key(|playbook| std::cmp::Reverse(playbook.set_off));
    // A full page goes on after its last row, if anything may follow it; one that was given up for
    // its length goes on where it was.
    let next = match page_end {
        Some(end) => (more || broke_off.is_some()).then_some(end),
        None => broke_off,
    };
    Ok(Decisions {
        as_of: Clocks::of(&progress).latest().map(At),
        playbooks,
        looked_at,
        page: Page { rows: lines, next: next.map(|place| place.to_string()) },
    })
}

fn whose(store: &dyn Store, who: &str) -> Result<CustomerId, InsightError> {
    let mend = "write an id (`c123`) or an identifier (`email:ada@example.org`)";
    find(store, who)?.ok_or_else(|| InsightError::unknown("customer", who, mend))
}

fn fits(question: &DecisionsQuestion, decision: Decision<'_>) -> bool {
    question.playbook.as_ref().is_none_or(|playbook| *decision.subject == **playbook)
        && question.verdict.is_none_or(|verdict| verdict == VerdictWord::of(decision.verdict))
}

fn is_about(store: &dyn Store, whose: Option<CustomerId>, receipt: &Receipt) -> Result<bool, InsightError> {
    let Some(whose) = whose else { return Ok(true) };
    // Receipts name customers as they were known then.
    Ok(receipt.customer() == whose || store.stands_for(receipt.customer())? == Some(whose))
}

#[derive(Debug, Default)]
struct Subject {
    acted: u64,
    refused: BTreeMap<&'static str, u64>,
    others: u64,
}

impl Subject {
    fn count(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Acted { .. } => self.acted += 1,
            Verdict::Refused(refused) => *self.refused.entry(reason(refused)).or_default() += 1,
            Verdict::Corrected(_) | Verdict::Noted(_) | Verdict::NotJoined(..) => self.others += 1,
        }
    }

    fn told(self, subject: String) -> PlaybookDecisions {
        let decided = self.acted + self.refused.values().sum::<u64>();
        let mut refused: Vec<RefusedFor> = self
            .refused
            .into_iter()
            .map(|(reason, times)| RefusedFor { reason: reason.to_owned(), times })
            .collect();
        refused.sort_by_key(|refused| std::cmp::Reverse(refused.times));
        PlaybookDecisions {
            subject,
            set_off: decided + self.others,
            decided,
            acted: Share::of(self.acted, decided),
            refused,
        }
    }
}

/// The receipts that `fit` from the record `oldest` on, among those with the newest `looked_at_max` decisions of all;
/// newest first.
pub(crate) fn newest_about(
    store: &dyn Store,
    oldest: Position,
    looked_at_max: usize,
    fit: impl Fn(&Receipt) -> Result<bool, InsightError>,
) -> Result<Vec<Receipt>, InsightError> {
    let end = store.progress()?.position;
    let (mut about, mut looked_at): (Vec<Receipt>, usize) = (Vec::new(), 0);
    newest_first(store, None, end, |place, receipt, _| {
        looked_at += 1;
        let is_new = about.last().is_none_or(|last| last.id != receipt.id);
        if is_new && receipt.position >= oldest && fit(receipt)? {
            about.push(receipt.clone());
        }
        let enough = looked_at == looked_at_max || receipt.position < oldest;
        Ok(if enough { ControlFlow::Break(place) } else { ControlFlow::Continue(()) })
    })?;
    Ok(about)
}

/// Shows decisions from the newest backwards, after a place, until told to stop; then says where.
fn newest_first(
    store: &dyn Store,
    after: Option<Place>,
    end: Position,
    mut show: impl FnMut(Place, &Receipt, Decision<'_>) -> Result<ControlFlow<Place>, InsightError>,
) -> Result<Option<Place>, InsightError> {
    let mut until = after.map_or(end, |after| after.position.next());
    let mut width = RECORDS_READ;
    while until > Position::START {
        let from = Position::new(until.get().saturating_sub(width));
        let read = store.receipts(from..until, RECEIPTS_READ_MAX)?;
        if read.len() == RECEIPTS_READ_MAX && width > 1 {
            // Perhaps not all: look at fewer records at once.
            width /= 2;
            continue;
        }
        let mut number = 0;
        let mut position = until;
        for (receipt, decision) in backwards(read.iter().rev()) {
            number = if receipt.position == position { number + 1 } else { 0 };
            position = receipt.position;
            let place = Place { position, number };
            if after.is_some_and(|after| !place.follows(after)) {
                continue;
            }
            if let ControlFlow::Break(place) = show(place, receipt, decision)? {
                return Ok(Some(place));
            }
        }
        until = from;
    }
    Ok(None)
}

/// The decisions on receipts that come newest first.
pub(crate) fn backwards<'a>(
    receipts: impl Iterator<Item = &'a Receipt>,
) -> impl Iterator<Item = (&'a Receipt, Decision<'a>)> {
    receipts.flat_map(|receipt| receipt.decisions.iter().rev().map(move |decision| (receipt, decision)))
}

/// A decision's place: its record, and which of that record's decisions, from the last one backwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    position: Position,
    number: u64,
}

impl Place {
    /// Whether this one is shown after the other: it is older.
    fn follows(self, other: Place) -> bool {
        self.position < other.position || (self.position == other.position && self.number > other.number)
    }

    /// Reads a place as [`std::fmt::Display`] writes it.
    fn parse(text: &str) -> Result<Place, InsightError> {
        let read = || {
            let (position, number) = text.split_once('.')?;
            Some(Place { position: Position::new(position.parse().ok()?), number: number.parse().ok()? })
        };
        read().ok_or_else(|| InsightError::no_page_after(text))
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.position, self.number)
    }
}
