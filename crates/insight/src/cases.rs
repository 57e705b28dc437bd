//! Cases: what humans have to do.

use std::collections::BTreeMap;

use opcx_core::case::{Case, CaseState};
use opcx_core::customer::CustomerId;
use opcx_core::definitions::Definitions;
use opcx_store::{CaseRow, Store};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clocks::Clocks;
use crate::known_as::{KnownAs, known_as};
use crate::overview::{CaseBook, CasePlace};
use crate::page::{Page, READ_ROWS, Smallest, rows};
use crate::{At, InsightError, Overview};

/// What is asked about cases.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CasesQuestion {
    /// Only rows in this state: `open`, `taken` or `closed`.
    pub state: Option<CaseStateWord>,
    /// Only cases of this team.
    pub team: Option<String>,
    /// How many rows, from 1 to 1,000; 50 unless asked otherwise.
    pub most: Option<u16>,
    /// Where an earlier page ended: its `next`.
    pub after: Option<String>,
}

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CaseStateWord {
    /// Waiting for a human.
    Open,
    /// A human has it.
    Taken,
    /// Done.
    Closed,
}

/// What humans have to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cases {
    /// The log's latest time: as of when this is so.
    pub as_of: Option<At>,
    /// How many cases each team has, by the teams' names.
    pub teams: Vec<TeamCases>,
    /// Cases one by one: those a human has to act on first, most urgent and then longest waiting
    /// first; then closed ones, latest closed first.
    pub page: Page<CaseLine>,
}

/// How many cases a team has.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct TeamCases {
    /// The team.
    pub team: String,
    /// Waiting for a human.
    pub open: u64,
    /// A human has them.
    pub taken: u64,
    /// Done.
    pub closed: u64,
    /// Since when the one waiting longest has been open.
    pub open_since: Option<At>,
}

/// One case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CaseLine {
    /// Its id.
    pub id: String,
    /// About whom.
    pub customer: String,
    /// How they are best called now; only in lists of many customers' cases, and none of somebody who was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_as: Option<KnownAs>,
    /// What it is about. Automation is silent on it until the case is closed.
    pub matter: String,
    /// The playbook that opened it.
    pub playbook: String,
    /// Who gets it.
    pub team: String,
    /// How soon: `low`, `normal` or `high`.
    pub priority: String,
    /// When it was opened.
    pub opened: At,
    /// Where it stands.
    pub state: CaseStateWord,
    /// Who has it, while somebody has.
    pub taken_by: Option<String>,
    /// When it was closed.
    pub closed: Option<At>,
    /// How it ended.
    pub outcome: Option<String>,
    /// What the human needs to know, line by line.
    pub brief: Vec<String>,
    /// What humans wrote down, oldest first; the newest 32.
    pub notes: Vec<NoteLine>,
}

/// What a human wrote down about a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NoteLine {
    /// Who.
    pub by: String,
    /// When.
    pub at: At,
    /// What.
    pub text: String,
    /// Whether it was sent to the customer.
    pub sent: bool,
}

/// What humans have to do.
///
/// # Errors
/// The question cannot be read, or the store cannot.
pub fn cases(
    store: &dyn Store,
    overview: &Overview,
    definitions: &Definitions,
    question: &CasesQuestion,
) -> Result<Cases, InsightError> {
    let after = question.after.as_deref().map(CasePlace::parse).transpose()?;
    let most = rows(question.most)?;
    let is_of_team = |team: &str| question.team.as_ref().is_none_or(|wanted| wanted == team);
    let is_wanted = |state: CaseStateWord, team: &str| {
        is_of_team(team) && question.state.is_none_or(|wanted| wanted == state)
    };
    let (teams, at_hand) = {
        let book = overview.cases()?;
        (teams(&book, is_of_team), book.first(most, after, is_wanted))
    };
    let (found, next) = match at_hand {
        Some((places, more)) => {
            let next = places.last().copied().filter(|_| more);
            let mut found = Vec::with_capacity(places.len());
            for place in places {
                // One that went meanwhile is left out.
                found.extend(store.case(place.id())?);
            }
            (found, next)
        }
        None => far_back(store, most, after, is_wanted)?,
    };
    let mut lines = Vec::with_capacity(found.len());
    for row in found {
        let known_as = known_as(store, definitions, row.customer)?;
        lines.push(CaseLine { known_as, ..CaseLine::of(row.customer, &row.case) });
    }
    Ok(Cases {
        as_of: Clocks::of(&store.progress()?).latest().map(At),
        teams,
        page: Page { rows: lines, next: next.map(|place| place.to_string()) },
    })
}

fn teams(book: &CaseBook, is_wanted: impl Fn(&str) -> bool) -> Vec<TeamCases> {
    let mut teams: BTreeMap<String, TeamCases> = BTreeMap::new();
    for (team, state, count) in book.teams().filter(|(team, _, count)| is_wanted(team) && *count > 0) {
        let fresh = || TeamCases {
            team: team.to_string(),
            open_since: book.open_since(team).map(At),
            ..TeamCases::default()
        };
        let cases = teams.entry(team.to_string()).or_insert_with(fresh);
        match state {
            CaseStateWord::Open => cases.open = count,
            CaseStateWord::Taken => cases.taken = count,
            CaseStateWord::Closed => cases.closed = count,
        }
    }
    teams.into_values().collect()
}

/// A page so far back that the whole table is read for it.
fn far_back(
    store: &dyn Store,
    most: usize,
    after: Option<CasePlace>,
    is_wanted: impl Fn(CaseStateWord, &str) -> bool,
) -> Result<(Vec<CaseRow>, Option<CasePlace>), InsightError> {
    let mut smallest = Smallest::new(most, after);
    let mut read_after = None;
    loop {
        let read = store.cases(read_after, READ_ROWS)?;
        let Some(last) = read.last() else { return Ok(smallest.into_rows()) };
        read_after = Some(last.case.id);
        for row in read {
            if is_wanted(CaseStateWord::of(&row.case.state), &row.case.team) {
                smallest.offer(CasePlace::of(&row.case), row);
            }
        }
    }
}

impl CaseStateWord {
    pub(crate) fn of(state: &CaseState) -> CaseStateWord {
        match state {
            CaseState::Open => CaseStateWord::Open,
            CaseState::Taken { .. } => CaseStateWord::Taken,
            CaseState::Closed { .. } => CaseStateWord::Closed,
        }
    }
}

impl CaseLine {
    pub(crate) fn of(customer: CustomerId, case: &Case) -> CaseLine {
        let (taken_by, closed, outcome) = match &case.state {
            CaseState::Open => (None, None, None),
            CaseState::Taken { by } => (Some(by.to_string()), None, None),
            CaseState::Closed { at, outcome } => (None, Some(At(*at)), Some(outcome.to_string())),
        };
        CaseLine {
            id: case.id.to_string(),
            customer: customer.to_string(),
            known_as: None,
            matter: case.matter.to_string(),
            playbook: case.playbook.to_string(),
            team: case.team.to_string(),
            priority: case.priority.word().to_owned(),
            opened: At(case.opened),
            state: CaseStateWord::of(&case.state),
            taken_by,
            closed,
            outcome,
            brief: case.brief.lines().map(String::from).collect(),
            notes: case
                .notes
                .iter()
                .map(|note| NoteLine {
                    by: note.by.to_string(),
                    at: At(note.at),
                    text: note.text.to_string(),
                    sent: note.sent,
                })
                .collect(),
        }
    }
}
