//! Brief: one case, and what whoever takes it needs to know of the customer.

use opcx_core::case::{CaseId, CaseState};
use opcx_core::consent::Purpose;
use opcx_core::definitions::Definitions;
use opcx_core::event::Category;
use opcx_core::promise::Promise;
use opcx_store::{PromiseRow, Store};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cases::CaseLine;
use crate::clocks::Clocks;
use crate::customer::{CourseLine, IdentifierLine, Recount, TraitLine, course, traits};
use crate::ledger::{AccountLevel, LedgerLine, TrustView};
use crate::promises::PromiseLine;
use crate::{At, InsightError, KnownAs};

/// Newest pieces of evidence that a brief tells of.
const HAPPENED_SHOWN: usize = 12;

/// One case, with what whoever takes it needs to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Brief {
    /// The case.
    pub case: CaseLine,
    /// The log's latest time: as of when this is so.
    pub as_of: Option<At>,
    /// How the customer is known, strongest first.
    pub identifiers: Vec<IdentifierLine>,
    /// What is known about them and may be looked at.
    pub traits: Vec<TraitLine>,
    /// Where the four accounts of their trust stand.
    pub trust: Vec<AccountLevel>,
    /// How they felt in the course of what they said last.
    pub course: Option<CourseLine>,
    /// What moved that lately, newest first, with what they said as far as it may be looked at.
    pub happened: Vec<LedgerLine>,
    /// What is owed to them, soonest due first.
    pub owed: Vec<PromiseLine>,
    /// Promises that were broken lately, latest due first.
    pub broken: Vec<PromiseLine>,
    /// Other cases of theirs that are not closed.
    pub others: Vec<CaseLine>,
    /// What not to bring up, and why.
    pub leave_alone: Vec<LeaveAlone>,
    /// What may be done with the case now.
    pub actions: Vec<CaseAction>,
}

/// Something not to bring up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeaveAlone {
    /// What: a category of data, or `offers`.
    pub what: String,
    /// Why, in words.
    pub why: String,
}

/// What may be done with a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CaseAction {
    /// Take it. While somebody has it, automation is silent on its matter.
    Take,
    /// Give it back to the team: whoever has it, or an operator.
    GiveBack,
    /// Write something down.
    Note,
    /// Write to the customer: whoever has it.
    Answer,
    /// Say how it ended: whoever has it, anybody if nobody has it, or an operator.
    Close,
}

/// One case, with what whoever takes it needs to know.
///
/// # Errors
/// There is no such case, or the store cannot be read.
pub fn brief(store: &dyn Store, definitions: &Definitions, id: &str) -> Result<Brief, InsightError> {
    let unknown = || InsightError::unknown("case", id, "write it as it is shown: `case_c12_3`");
    let row = CaseId::parse(id).map(|id| store.case(id)).transpose()?.flatten().ok_or_else(unknown)?;
    let whose = store.stands_for(row.customer)?.ok_or_else(unknown)?;
    let customer = store.customer(whose)?.ok_or_else(unknown)?;
    let known = &customer.known;
    let clocks = Clocks::of(&store.progress()?);
    let recount = Recount::of(store, definitions, &customer)?;
    let trust = TrustView::of(&known.trust, clocks.of_customer(&customer), |position| recount.told(position));
    let cases = customer.deeds.cases.iter().rev().map(|case| CaseLine::of(whose, case));
    let line = |promise: &Promise| -> Result<PromiseLine, InsightError> {
        let overdue = clocks.overdue(store, whose, promise)?;
        Ok(PromiseLine::of(&PromiseRow { customer: whose, promise: promise.clone() }, overdue))
    };
    let in_state = |owed: bool| {
        let fits = move |promise: &&Promise| match promise.state {
            opcx_core::promise::PromiseState::Open | opcx_core::promise::PromiseState::AtRisk => owed,
            opcx_core::promise::PromiseState::Broken => !owed,
            opcx_core::promise::PromiseState::Kept | opcx_core::promise::PromiseState::Released => false,
        };
        known.promises.iter().filter(fits).map(line).collect::<Result<Vec<_>, _>>()
    };
    let (mut owed, mut broken) = (in_state(true)?, in_state(false)?);
    owed.sort_by_key(|promise| promise.due);
    broken.sort_by_key(|promise| std::cmp::Reverse(promise.due));
    let withheld = |category: &Category| !known.grants.allow(*category, Purpose::Service);
    let mut leave_alone: Vec<LeaveAlone> = Category::ALL
        .into_iter()
        .filter(withheld)
        .map(|category| LeaveAlone {
            what: category.word().to_owned(),
            why: "the customer has not allowed that it be looked at for service".to_owned(),
        })
        .collect();
    if known.trust.open_failures() > 0 || known.complaint.is_some() {
        let why = "something is to be repaired first".to_owned();
        leave_alone.push(LeaveAlone { what: "offers".to_owned(), why });
    }
    Ok(Brief {
        actions: actions(&row.case.state),
        case: CaseLine {
            known_as: KnownAs::of(definitions, &customer),
            ..CaseLine::of(row.customer, &row.case)
        },
        as_of: clocks.latest().map(At),
        identifiers: customer.person.identifiers.iter().map(IdentifierLine::of).collect(),
        traits: traits(definitions, known),
        trust: trust.accounts,
        course: course(store, definitions, &customer, &recount.trail)?,
        happened: trust.entries.into_iter().rev().take(HAPPENED_SHOWN).collect(),
        owed,
        broken,
        others: cases.filter(|case| case.id != id && case.closed.is_none()).collect(),
        leave_alone,
    })
}

fn actions(state: &CaseState) -> Vec<CaseAction> {
    match state {
        CaseState::Open => vec![CaseAction::Take, CaseAction::Note, CaseAction::Close],
        CaseState::Taken { .. } => {
            vec![CaseAction::Answer, CaseAction::Note, CaseAction::GiveBack, CaseAction::Close]
        }
        CaseState::Closed { .. } => Vec::new(),
    }
}
