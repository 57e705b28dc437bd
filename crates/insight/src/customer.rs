//! Customer: everything about one person.

mod course;
mod decided;
mod find;
mod lines;
mod owed;
mod recount;

pub(crate) use course::course;
pub use course::{CourseLine, TrendWord};
pub use find::find;
pub use lines::{ApartLine, ConsentLine, IdentifierLine, LinkLine, RunLine, StepLine, TraitLine};
pub(crate) use lines::{json, traits};
pub(crate) use recount::Recount;

use opcx_core::definitions::Definitions;
use opcx_store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cases::CaseLine;
use crate::clocks::Clocks;
use crate::ledger::TrustView;
use crate::promises::PromiseLine;
use crate::receipt_words::DecisionLine;
use crate::{At, InsightError};

/// Everything about one customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Customer {
    /// Their id.
    pub id: String,
    /// Their name, as far as it may be looked at for service.
    pub name: Option<String>,
    /// When they were first heard of, by the events' own times.
    pub first_heard: Option<At>,
    /// When they were last heard of.
    pub last_heard: Option<At>,
    /// How many of their events were counted.
    pub events: u64,
    /// Of these, how many no moment listened to.
    pub unmatched: u64,
    /// Since when a complaint of theirs has been waiting for an answer.
    pub complaint_since: Option<At>,
    /// How they felt in the course of what they said last.
    pub course: Option<CourseLine>,
    /// Their identifiers, strongest first.
    pub identifiers: Vec<IdentifierLine>,
    /// Why these identifiers are believed to be one person's, oldest first.
    pub links: Vec<LinkLine>,
    /// Identifiers that were told to be two people's.
    pub apart: Vec<ApartLine>,
    /// What they said about their data; what they said nothing about is as by default.
    pub consents: Vec<ConsentLine>,
    /// What is known about the person and may be looked at.
    pub traits: Vec<TraitLine>,
    /// How far they may expect us to do well by them, and what moved that.
    pub trust: TrustView,
    /// Their ways through journeys, newest first.
    pub runs: Vec<RunLine>,
    /// What we owe them and what was settled lately, latest made first: all that is owed, and eight of those settled that their
    /// newest 64 records or we ourselves made.
    pub promises: Vec<PromiseLine>,
    /// Work that humans have or had for them, newest first.
    pub cases: Vec<CaseLine>,
    /// The newest decisions about them, for and against, newest first, twenty at most. One that time
    /// alone set off, more than 20,000 decisions ago, is not here; ask for decisions by customer.
    pub decisions: Vec<DecisionLine>,
}

/// Everything about the customer that `who` names: an id (`c123`), an identifier (`email:a@b.c`), or
/// an identifier's value alone.
///
/// # Errors
/// Nobody is known by that name, or the store cannot be read.
pub fn customer(store: &dyn Store, definitions: &Definitions, who: &str) -> Result<Customer, InsightError> {
    let unknown = || {
        let mend = "write an id (`c123`) or an identifier (`email:ada@example.org`)";
        InsightError::unknown("customer", who, mend)
    };
    let id = find(store, who)?.ok_or_else(unknown)?;
    let customer = store.customer(id)?.ok_or_else(unknown)?;
    let now = Clocks::of(&store.progress()?).of_customer(&customer);
    let recount = Recount::of(store, definitions, &customer)?;

    let known = &customer.known;
    Ok(Customer {
        id: id.to_string(),
        name: crate::known_as::name(definitions, &customer),
        first_heard: known.heard.map(|(first, _)| At(first)),
        last_heard: known.heard.map(|(_, last)| At(last)),
        events: known.events,
        unmatched: known.unmatched,
        complaint_since: known.complaint.map(|complaint| At(complaint.at)),
        course: course(store, definitions, &customer, &recount.trail)?,
        identifiers: customer.person.identifiers.iter().map(IdentifierLine::of).collect(),
        links: lines::links(store, &customer.person)?,
        apart: customer.person.apart.iter().map(ApartLine::of).collect(),
        consents: known.grants.iter().map(ConsentLine::of).collect(),
        traits: lines::traits(definitions, known),
        trust: TrustView::of(&known.trust, now, |position| recount.told(position)),
        runs: lines::runs(store, known)?,
        promises: owed::promises(store, &customer, &recount.trail, now)?,
        cases: customer.deeds.cases.iter().rev().map(|case| CaseLine::of(id, case)).collect(),
        decisions: decided::decisions(store, definitions, id, &recount.trail)?,
    })
}
