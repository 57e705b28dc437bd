//! Receipts in words: what was decided, and why.

use opcx_core::definitions::{Definitions, Version};
use opcx_core::receipt::{Decision, Deed, Receipt, Refused, Verdict};
use opcx_store::{ParcelState, Store};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{At, InsightError, KnownAs};

/// One decision, for or against, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DecisionLine {
    /// The id of its receipt; decisions that one event or timer led to share it.
    pub receipt: String,
    /// The record of the log that led to it.
    pub position: u64,
    /// When, by the log's time.
    pub at: At,
    /// About whom, as they were known then.
    pub customer: String,
    /// How they are best called now; only in lists of many customers' decisions, and none of somebody who was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_as: Option<KnownAs>,
    /// What was decided about: a playbook, or one of opcx's own rules.
    pub subject: String,
    /// What set it off: `moment pay bad`.
    pub because: String,
    /// What was decided.
    pub verdict: VerdictWord,
    /// Of a refusal the reason in one word; null for the other verdicts.
    pub reason: Option<String>,
    /// What was done or not done, and why, in words.
    pub why: String,
    /// What was looked at: fields and their values as they were.
    pub inputs: Vec<LookedAt>,
    /// What data was looked at for.
    pub purpose: String,
    /// The categories of data that were looked at, all of them allowed.
    pub categories: Vec<String>,
    /// Names the definitions it was decided under.
    pub definitions: String,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LookedAt {
    /// The field, as conditions write it.
    pub field: String,
    /// Its value then, shortened; `missing` when it was not there or might not be seen.
    pub value: String,
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerdictWord {
    /// Something was done.
    Acted,
    /// Something would have been done, but only shown (shadow mode).
    Shadow,
    /// Nothing was done.
    Refused,
    /// What was known was put right by late evidence.
    Corrected,
    /// Something was noted: who is who, or what somebody ordered.
    Noted,
}

impl VerdictWord {
    /// The verdict's word.
    #[must_use]
    pub fn of(verdict: &Verdict) -> VerdictWord {
        match verdict {
            Verdict::Acted { shadow: false, .. } => VerdictWord::Acted,
            Verdict::Acted { shadow: true, .. } => VerdictWord::Shadow,
            Verdict::Refused(_) => VerdictWord::Refused,
            Verdict::Corrected(_) => VerdictWord::Corrected,
            Verdict::Noted(_) | Verdict::NotJoined(..) => VerdictWord::Noted,
        }
    }

    /// The word used in questions and views.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            VerdictWord::Acted => "acted",
            VerdictWord::Shadow => "shadow",
            VerdictWord::Refused => "refused",
            VerdictWord::Corrected => "corrected",
            VerdictWord::Noted => "noted",
        }
    }
}

impl DecisionLine {
    pub(crate) fn of(
        store: &dyn Store,
        definitions: &Definitions,
        receipt: &Receipt,
        decision: Decision<'_>,
    ) -> Result<DecisionLine, InsightError> {
        Ok(DecisionLine {
            receipt: receipt.id.to_string(),
            position: receipt.position.get(),
            at: At(receipt.at),
            customer: receipt.customer().to_string(),
            known_as: None,
            subject: decision.subject.to_string(),
            because: decision.because.to_owned(),
            verdict: VerdictWord::of(decision.verdict),
            reason: match decision.verdict {
                Verdict::Refused(refused) => Some(reason(refused).to_owned()),
                Verdict::Acted { .. }
                | Verdict::Corrected(_)
                | Verdict::Noted(_)
                | Verdict::NotJoined(..) => None,
            },
            why: verdict_words(store, definitions, receipt.definitions, decision)?,
            inputs: decision
                .inputs()
                .map(|(field, value)| LookedAt { field: field.to_owned(), value: value.to_owned() })
                .collect(),
            purpose: decision.purpose.word().to_owned(),
            categories: decision.categories.iter().map(|category| category.word().to_owned()).collect(),
            definitions: receipt.definitions.to_string(),
        })
    }
}

fn verdict_words(
    store: &dyn Store,
    definitions: &Definitions,
    decided_under: Version,
    decision: Decision<'_>,
) -> Result<String, InsightError> {
    Ok(match decision.verdict {
        Verdict::Acted { shadow, deeds } => {
            let words =
                deeds.iter().map(|deed| deed_words(store, *shadow, deed)).collect::<Result<Vec<_>, _>>()?;
            let words = words.join("; ");
            if *shadow { format!("would have: {words}") } else { words }
        }
        Verdict::Refused(refused) => {
            let words = refused_words(refused, decision.purpose.word());
            match (refused, condition(definitions, decided_under, decision.subject)) {
                (Refused::Condition, Some(condition)) => format!("{words}: {condition}"),
                _ => words,
            }
        }
        Verdict::Corrected(words) | Verdict::Noted(words) => words.to_string(),
        Verdict::NotJoined(kind, refusal) => format!("{} not joined: {refusal}", kind.word()),
    })
}

/// The condition of the playbook that was decided about, if the folder has not changed since.
fn condition<'a>(definitions: &'a Definitions, decided_under: Version, subject: &str) -> Option<&'a str> {
    if definitions.version != decided_under {
        return None;
    }
    let playbook = definitions.playbooks.iter().find(|playbook| playbook.name == subject)?;
    Some(playbook.condition.as_ref()?.text())
}

fn deed_words(store: &dyn Store, shadow: bool, deed: &Deed) -> Result<String, InsightError> {
    Ok(match deed {
        Deed::Sent(_) if shadow => "sent something".to_owned(),
        Deed::Sent(id) => match store.parcel(*id)? {
            None => format!("sent {id}"),
            Some(row) => {
                let state = match row.state {
                    ParcelState::Pending { .. } => "waiting to go out",
                    ParcelState::Delivered { .. } => "delivered",
                    ParcelState::Dead { .. } => "given up, can be sent again",
                };
                format!("sent {} to {} ({id}, {state})", row.parcel.kind, row.parcel.to)
            }
        },
        Deed::Opened(_) if shadow => "opened a case".to_owned(),
        Deed::Opened(id) => format!("opened {id}"),
        Deed::Promised(_) if shadow => "made a promise".to_owned(),
        Deed::Promised(id) => format!("made {id}"),
        Deed::Noted(note) => format!("noted: {note}"),
        Deed::Left(refused) => format!("left one action: {}", refused_words(refused, "this")),
    })
}

/// The reason of a refusal in one word, stable for programs.
pub(crate) fn reason(refused: &Refused) -> &'static str {
    match refused {
        Refused::Condition => "condition",
        Refused::Missing(_) => "missing",
        Refused::Consent => "consent",
        Refused::Cap => "cap",
        Refused::Contacts => "contacts",
        Refused::RepairFirst => "repair_first",
        Refused::Held(_) => "held",
        Refused::HoldOut => "hold_out",
        Refused::Untrue(_) => "untrue",
        Refused::Preceded(_) => "preceded",
        Refused::Full(_) => "full",
        Refused::NoDue(_) => "no_due",
    }
}

fn refused_words(refused: &Refused, purpose: &str) -> String {
    match refused {
        Refused::Condition => "its condition did not hold".to_owned(),
        Refused::Missing(what) => format!("{what} was not there, or may not be looked at for {purpose}"),
        Refused::Consent => format!("the customer does not allow it for {purpose}"),
        Refused::Cap => "it has acted often enough for this customer".to_owned(),
        Refused::Contacts => "the customer has been written to often enough".to_owned(),
        Refused::RepairFirst => "something is to be repaired first".to_owned(),
        Refused::Held(case) => format!("a human has this matter ({case})"),
        Refused::HoldOut => "the customer is in its hold-out".to_owned(),
        Refused::Untrue(claim) => format!("the message would claim what the ledger does not hold: {claim}"),
        Refused::Preceded(playbook) => format!("{playbook} has just acted on the same matter"),
        Refused::Full(what) => format!("there is no room for more {what}"),
        Refused::NoDue(why) => format!("no due time could be worked out: {why}"),
    }
}
