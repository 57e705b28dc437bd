//! Cases: what humans have to do.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use opcx_core::case::{Case, CaseId, CaseState};
use opcx_core::customer::{CustomerId, DeedId};
use opcx_core::playbook::Priority;
use opcx_core::time::Timestamp;
use opcx_store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clocks::Clocks;
use crate::page::{Page, READ_ROWS, Smallest, rows};
use crate::{At, InsightError};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
}

/// What humans have to do.
///
/// # Errors
/// The question cannot be read, or the store cannot.
pub fn cases(store: &dyn Store, question: &CasesQuestion) -> Result<Cases, InsightError> {
    let after = question.after.as_deref().map(Place::parse).transpose()?;
    let mut smallest = Smallest::new(rows(question.most)?, after);
    let mut teams: BTreeMap<String, TeamCases> = BTreeMap::new();
    let mut read_after = None;
    loop {
        let read = store.cases(read_after, READ_ROWS)?;
        let Some(last) = read.last() else { break };
        read_after = Some(last.case.id);
        for row in read {
            if question.team.as_ref().is_some_and(|team| row.case.team != **team) {
                continue;
            }
            let team = teams.entry(row.case.team.to_string()).or_default();
            count(team, &row.case);
            if question.state.is_none_or(|state| state == CaseStateWord::of(&row.case.state)) {
                smallest.offer(Place::of(&row.case), CaseLine::of(row.customer, &row.case));
            }
        }
    }
    let (rows, next) = smallest.into_rows();
    Ok(Cases {
        as_of: Clocks::of(&store.progress()?).latest().map(At),
        teams: teams.into_iter().map(|(team, cases)| TeamCases { team, ..cases }).collect(),
        page: Page { rows, next: next.map(|place| place.to_string()) },
    })
}

fn count(team: &mut TeamCases, case: &Case) {
    match case.state {
        CaseState::Open => {
            team.open += 1;
            let opened = At(case.opened);
            team.open_since = Some(team.open_since.map_or(opened, |since| since.min(opened)));
        }
        CaseState::Taken { .. } => team.taken += 1,
        CaseState::Closed { .. } => team.closed += 1,
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
            matter: case.matter.to_string(),
            playbook: case.playbook.to_string(),
            team: case.team.to_string(),
            priority: case.priority.word().to_owned(),
            opened: At(case.opened),
            state: CaseStateWord::of(&case.state),
            taken_by,
            closed,
            outcome,
            brief: case.brief.iter().map(ToString::to_string).collect(),
        }
    }
}

/// A case's place in the order in which cases need looking at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Held(Reverse<Priority>, Timestamp, CaseId),
    Closed(Reverse<Timestamp>, CaseId),
}

impl Place {
    fn of(case: &Case) -> Place {
        match case.state {
            CaseState::Open | CaseState::Taken { .. } => {
                Place::Held(Reverse(case.priority), case.opened, case.id)
            }
            CaseState::Closed { at, .. } => Place::Closed(Reverse(at), case.id),
        }
    }

    /// Reads a place as [`std::fmt::Display`] writes it.
    fn parse(text: &str) -> Result<Place, InsightError> {
        let read = || {
            let (word, rest) = text.split_once('.')?;
            let (millis, id) = rest.split_once('.')?;
            let at = Timestamp::from_millis(millis.parse().ok()?);
            let id = CaseId(DeedId::parse(id)?);
            let held = |priority: Priority| Place::Held(Reverse(priority), at, id);
            match word {
                "high" => Some(held(Priority::High)),
                "normal" => Some(held(Priority::Normal)),
                "low" => Some(held(Priority::Low)),
                "closed" => Some(Place::Closed(Reverse(at), id)),
                _ => None,
            }
        };
        read().ok_or_else(|| InsightError::unreadable("after", text, "write the `next` of an earlier page"))
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (word, at, id) = match self {
            Place::Held(Reverse(priority), at, id) => (priority.word(), at, id),
            Place::Closed(Reverse(at), id) => ("closed", at, id),
        };
        write!(f, "{word}.{}.{}", at.as_millis(), id.0)
    }
}
