//! Rejected: inputs that could not be understood, and why.

use opcx_core::log::Position;
use opcx_store::{RejectedRow, Store};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::InsightError;
use crate::page::{Page, READ_ROWS, rows};

/// Most characters of an input that are shown.
const RAW_CHARS_MAX: usize = 2_000;
/// Most rows that one question looks at; a page that ends there says where to go on.
const LOOKED_AT_MAX: usize = 20_000;

/// What is asked about rejected inputs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectedQuestion {
    /// Only what came from this file, by its name without its line, or by this route.
    pub from: Option<String>,
    /// Those that were sent again after a mend as well; left out unless asked otherwise.
    pub redriven: Option<bool>,
    /// How many rows, from 1 to 1,000; 50 unless asked otherwise.
    pub most: Option<u16>,
    /// Where an earlier page ended: its `next`.
    pub after: Option<String>,
}

/// Inputs that could not be understood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RejectedInputs {
    /// How many stand on the list and were not sent again yet.
    pub waiting: u64,
    /// How many were sent again.
    pub redriven: u64,
    /// One by one, oldest first.
    pub page: Page<RejectedLine>,
}

/// One input that could not be understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RejectedLine {
    /// The record of the log that holds it.
    pub position: u64,
    /// Where it came from: a route, or a file and line.
    pub from: String,
    /// The mapping or format it was read with.
    pub format: String,
    /// Why it was refused, and how to mend it.
    pub reason: String,
    /// What came in, 2,000 characters at most.
    pub raw: String,
    /// Whether that is not all of it.
    pub shortened: bool,
    /// Whether it was sent again after a mend.
    pub redriven: bool,
}

/// Inputs that could not be understood, oldest first.
///
/// # Errors
/// The question cannot be read, or the store cannot.
pub fn rejected(store: &dyn Store, question: &RejectedQuestion) -> Result<RejectedInputs, InsightError> {
    let most = rows(question.most)?;
    let place = |text: &String| {
        let read = text.parse().map(Position::new);
        read.map_err(|_| InsightError::no_page_after(text))
    };
    let mut after = question.after.as_ref().map(place).transpose()?;
    let totals = store.progress()?.totals;
    let (mut lines, mut looked_at, mut next) = (Vec::new(), 0, None);
    'pages: loop {
        let read = store.rejected(after, READ_ROWS)?;
        let Some(last) = read.last() else { break };
        after = Some(last.position);
        for row in &read {
            let fits = (question.redriven == Some(true) || !row.redriven)
                && question.from.as_ref().is_none_or(|from| is_from(row, from));
            if fits && lines.len() == most {
                next = lines.last().map(|line: &RejectedLine| line.position.to_string());
                break 'pages;
            }
            if fits {
                lines.push(RejectedLine::of(row));
            }
        }
        looked_at += read.len();
        if looked_at >= LOOKED_AT_MAX {
            next = after.map(|after| after.to_string());
            break;
        }
    }
    Ok(RejectedInputs {
        waiting: totals.rejected.saturating_sub(totals.redriven),
        redriven: totals.redriven,
        page: Page { rows: lines, next },
    })
}

/// Whether an input came from that file, whatever the line, or by that route.
#[must_use]
pub fn is_from(row: &RejectedRow, from: &str) -> bool {
    let listed = row.rejected.from.as_str();
    listed == from || listed.rsplit_once(':').is_some_and(|(file, _)| file == from)
}

impl RejectedLine {
    fn of(row: &RejectedRow) -> RejectedLine {
        let raw = &row.rejected.raw;
        let end = raw.char_indices().nth(RAW_CHARS_MAX).map(|(end, _)| end);
        RejectedLine {
            position: row.position.get(),
            from: row.rejected.from.to_string(),
            format: row.rejected.format.to_string(),
            reason: row.rejected.reason.to_string(),
            raw: raw[..end.unwrap_or(raw.len())].to_owned(),
            shortened: end.is_some(),
            redriven: row.redriven,
        }
    }
}
