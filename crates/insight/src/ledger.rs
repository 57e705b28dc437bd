//! One customer's trust, to be read aloud.

use opcx_core::log::Position;
use opcx_core::time::Timestamp;
use opcx_core::trust::{Account, Entry, Ledger, What, Why};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::At;

/// How far a customer may expect us to do well by them, on four accounts, and what moved them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrustView {
    /// The customer's own clock in the log: as of when the levels are.
    pub as_of: At,
    /// The four accounts.
    pub accounts: Vec<AccountLevel>,
    /// Bad moments and broken promises that are neither repaired nor corrected.
    pub open_failures: u32,
    /// What moved the accounts, oldest first; the newest 32 pieces of evidence are kept.
    pub entries: Vec<LedgerLine>,
}

/// Where one account stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountLevel {
    /// `capability`, `reliability`, `humanity` or `transparency`.
    pub account: String,
    /// Permille, 0 to 1000; 500 is "no evidence", and what silence fades to.
    pub level: u16,
}

/// One piece of evidence and what it did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LedgerLine {
    /// When it happened.
    pub at: At,
    /// The record of the log that told of it.
    pub position: u64,
    /// The account it moved.
    pub account: String,
    /// By how much, in permille.
    pub change: i16,
    /// Where the account stood then, in permille.
    pub level: u16,
    /// What it was about: a moment or a promise.
    pub topic: String,
    /// What happened, in words: `moment pay went badly`.
    pub what: String,
    /// Why the change is as large as it is, in words, where that is not the evidence's own weight.
    pub why: Option<String>,
    /// Where it happened, if an event of the customer told of it.
    pub channel: Option<String>,
    /// What the customer said then, shortened; null if nothing, or if feedback may not be looked at.
    pub said: Option<String>,
    /// The strongest emotion read in what they said; null if none could be read.
    pub felt: Option<String>,
    /// What the company's staff said to them then, shortened.
    pub answer: Option<String>,
}

/// What an event of the customer adds to a line of their ledger.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Told {
    pub(crate) channel: Option<String>,
    pub(crate) said: Option<String>,
    pub(crate) felt: Option<String>,
    pub(crate) answer: Option<String>,
}

impl TrustView {
    pub(crate) fn of(ledger: &Ledger, now: Timestamp, told: impl Fn(Position) -> Option<Told>) -> TrustView {
        TrustView {
            as_of: At(now),
            accounts: levels(ledger, now),
            open_failures: ledger.open_failures(),
            entries: ledger
                .entries()
                .map(|entry| LedgerLine::of(entry, told(entry.evidence.position).unwrap_or_default()))
                .collect(),
        }
    }
}

impl LedgerLine {
    pub(crate) fn of(entry: &Entry, told: Told) -> LedgerLine {
        let evidence = &entry.evidence;
        LedgerLine {
            at: At(evidence.at),
            position: evidence.position.get(),
            account: evidence.account.word().to_owned(),
            change: entry.change_permille(),
            level: entry.after().get(),
            topic: evidence.topic.to_string(),
            what: what_words(evidence.what, &evidence.topic),
            why: why_words(entry.why, entry.late),
            channel: told.channel,
            said: told.said,
            felt: told.felt,
            answer: told.answer,
        }
    }
}

pub(crate) fn levels(ledger: &Ledger, now: Timestamp) -> Vec<AccountLevel> {
    let level = |account: Account| AccountLevel {
        account: account.word().to_owned(),
        level: ledger.level(account, now).get(),
    };
    Account::ALL.map(level).into()
}

fn what_words(what: What, topic: &str) -> String {
    match what {
        What::GoodMoment => format!("moment {topic} went well"),
        What::BadMoment => format!("moment {topic} went badly"),
        What::PromiseKept => format!("promise {topic} was kept"),
        What::PromiseBroken => format!("promise {topic} was broken"),
        What::Repaired => format!("{topic} was put right"),
        What::Corrected { .. } => format!("{topic} had not failed after all"),
    }
}

fn why_words(why: Why, late: bool) -> Option<String> {
    let why = match why {
        Why::Weight | Why::Correction | Why::Repair { similar: 0 | 1 } => None,
        Why::Softened { permille } => Some(format!("goodwill softened it by {permille}")),
        Why::Repair { similar } => Some(format!("weaker, after {similar} similar failures")),
        Why::NothingToRepair => Some("there was no open failure to put right".to_owned()),
        Why::NothingToCorrect => Some("that failure is not in the ledger any more".to_owned()),
    };
    match (why, late) {
        (why, false) => why,
        (Some(why), true) => Some(format!("{why}; told late")),
        (None, true) => Some("told late".to_owned()),
    }
}
