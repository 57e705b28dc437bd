use std::collections::VecDeque;

use opcx_core::case::Case;
use opcx_core::customer::CustomerId;
use opcx_core::promise::{Promise, PromiseState};
use opcx_core::receipt::{Receipt, Verdict};
use opcx_store::Commit;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::At;
use crate::cases::CaseStateWord;
use crate::promises::PromiseStateWord;
use crate::receipt_words::VerdictWord;

/// Most news of each kind that are kept; older ones are found by asking.
pub const NEWS_MAX: usize = 20;

/// What changed lately, newest first, and up to which position of the log each view is as it was.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct News {
    /// How many commits were seen.
    pub commits: u64,
    /// How many of them erased somebody, or went on with it.
    pub erasures: u64,
    /// Where each part of the state last changed.
    pub changed: Changed,
    /// What was done or noted; what was refused is not news.
    pub decisions: VecDeque<DecisionNews>,
    /// Cases opened, taken, given back and closed.
    pub cases: VecDeque<CaseNews>,
    /// Promises that came at risk or were broken.
    pub promises: VecDeque<PromiseNews>,
}

/// The position of the log at which each part of the state last changed; 0 if it has not since the engine started.
/// Whoever asked a question before that position has an answer that is stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Changed {
    /// Customers, and the moments they went through: pulse, journeys, moments, customers.
    pub customers: u64,
    /// Promises.
    pub promises: u64,
    /// Cases.
    pub cases: u64,
    /// Decisions and playbooks.
    pub decisions: u64,
    /// The rejected list.
    pub rejected: u64,
}

/// Something that was decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DecisionNews {
    /// The id of its receipt.
    pub receipt: String,
    /// The record of the log that led to it.
    pub position: u64,
    /// When, by the log's time.
    pub at: At,
    /// About whom.
    pub customer: String,
    /// The playbook, or one of opcx's own rules.
    pub subject: String,
    /// What set it off.
    pub because: String,
    /// What was decided.
    pub verdict: VerdictWord,
}

/// A case that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseNews {
    /// Its id.
    pub id: String,
    /// About whom.
    pub customer: String,
    /// What it is about.
    pub matter: String,
    /// Who gets it.
    pub team: String,
    /// How soon: `low`, `normal` or `high`.
    pub priority: String,
    /// When it was opened.
    pub opened: At,
    /// Where it stands now.
    pub state: CaseStateWord,
}

/// A promise that came at risk or was broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PromiseNews {
    /// Its id.
    pub id: String,
    /// Its name in the map.
    pub promise: String,
    /// To whom.
    pub customer: String,
    /// By when it was to be kept.
    pub due: At,
    /// Where it stands now.
    pub state: PromiseStateWord,
}

impl News {
    /// Tells of a commit, and of its receipts.
    pub(super) fn tell(&mut self, commit: &Commit, receipts: &[Receipt]) {
        self.commits += 1;
        self.erasures += u64::from(!commit.erasures.is_empty());
        let position = commit.progress.position.get();
        let note = |last: &mut u64, changed: bool| {
            if changed {
                *last = position;
            }
        };
        let changed = &mut self.changed;
        note(&mut changed.customers, !commit.customers.is_empty() || !commit.rollups.is_empty());
        note(&mut changed.promises, !commit.promises.is_empty() || !commit.promises_gone.is_empty());
        note(&mut changed.cases, !commit.cases.is_empty());
        note(&mut changed.decisions, !receipts.is_empty());
        note(&mut changed.rejected, !commit.rejected.is_empty() || !commit.redriven.is_empty());
        // Those gone would be shown to nobody.
        for (_, row) in &commit.erasures {
            let gone: Vec<String> = row.erasure().gone.iter().map(ToString::to_string).collect();
            self.forget(&gone);
            let changed = &mut self.changed;
            (changed.promises, changed.cases, changed.decisions) = (position, position, position);
        }
        let fresh = receipts.iter().rev().flat_map(|receipt| {
            receipt.decisions.iter().rev().filter_map(move |decision| DecisionNews::of(receipt, decision))
        });
        add(&mut self.decisions, fresh);
        add(&mut self.cases, commit.cases.iter().rev().map(|(customer, case)| CaseNews::of(*customer, case)));
        let troubled = commit.promises.iter().rev().filter_map(|(id, promise)| PromiseNews::of(*id, promise));
        add(&mut self.promises, troubled);
    }

    fn forget(&mut self, gone: &[String]) {
        self.decisions.retain(|news| !gone.contains(&news.customer));
        self.cases.retain(|news| !gone.contains(&news.customer));
        self.promises.retain(|news| !gone.contains(&news.customer));
    }
}

/// Puts the first of `fresh`, which come newest first, before what is there.
fn add<T>(news: &mut VecDeque<T>, fresh: impl Iterator<Item = T>) {
    let fresh: Vec<T> = fresh.take(NEWS_MAX).collect();
    fresh.into_iter().rev().for_each(|one| news.push_front(one));
    news.truncate(NEWS_MAX);
}

impl DecisionNews {
    fn of(receipt: &Receipt, decision: opcx_core::receipt::Decision<'_>) -> Option<DecisionNews> {
        let is_news = match decision.verdict {
            Verdict::Acted { .. } | Verdict::Corrected(_) | Verdict::Noted(_) => true,
            Verdict::Refused(_) | Verdict::NotJoined(..) => false,
        };
        is_news.then(|| DecisionNews {
            receipt: receipt.id.to_string(),
            position: receipt.position.get(),
            at: At(receipt.at),
            customer: receipt.customer().to_string(),
            subject: decision.subject.to_string(),
            because: decision.because.to_owned(),
            verdict: VerdictWord::of(decision.verdict),
        })
    }
}

impl CaseNews {
    fn of(customer: CustomerId, case: &Case) -> CaseNews {
        CaseNews {
            id: case.id.to_string(),
            customer: customer.to_string(),
            matter: case.matter.to_string(),
            team: case.team.to_string(),
            priority: case.priority.word().to_owned(),
            opened: At(case.opened),
            state: CaseStateWord::of(&case.state),
        }
    }
}

impl PromiseNews {
    fn of(customer: CustomerId, promise: &Promise) -> Option<PromiseNews> {
        let is_news = match promise.state {
            PromiseState::AtRisk | PromiseState::Broken => true,
            PromiseState::Open | PromiseState::Kept | PromiseState::Released => false,
        };
        is_news.then(|| PromiseNews {
            id: promise.id.to_string(),
            promise: promise.name.to_string(),
            customer: customer.to_string(),
            due: At(promise.due),
            state: promise.state.into(),
        })
    }
}
