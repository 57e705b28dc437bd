//! Timeline: what happened to one customer, newest first, with what was made of it.

use std::collections::BTreeMap;

use opcx_core::consent::{Grants, Purpose};
use opcx_core::customer::CustomerId;
use opcx_core::definitions::Definitions;
use opcx_core::effects::Moment;
use opcx_core::event::{Event, Origin};
use opcx_core::log::Position;
use opcx_core::reading::{Found, Reading};
use opcx_core::record::Entry;
use opcx_store::{Logged, Store};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clocks::Clocks;
use crate::ledger::{LedgerLine, Told};
use crate::page::{Page, rows};
use crate::places::{Defined, FilePlace, Places};
use crate::promises::PromiseLine;
use crate::receipt_words::DecisionLine;
use crate::said::{Said, withheld};
use crate::{At, InsightError, find};

/// Most receipts of one record that are looked at; timers that one record made due share its place.
const RECEIPTS_MAX: usize = 1_000;

/// What is asked of a timeline.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimelineQuestion {
    /// How many records, from 1 to 1,000; 50 unless asked otherwise.
    pub most: Option<u16>,
    /// Where an earlier page ended: its `next`.
    pub after: Option<String>,
}

/// What happened to one customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Timeline {
    /// Who.
    pub customer: String,
    /// The log's latest time: as of when this is so.
    pub as_of: Option<At>,
    /// How many records tell of them in all.
    pub records: u64,
    /// Record by record, newest first.
    pub page: Page<Happened>,
}

/// One record of the log about the customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Happened {
    /// The record.
    pub position: u64,
    /// When it happened, by the event's own time.
    pub at: At,
    /// When it was accepted, by the log's.
    pub accepted: At,
    /// What it was: the event's kind, or `order`; null where it may not be looked at.
    pub kind: Option<String>,
    /// Where it happened, if that may be looked at.
    pub channel: Option<String>,
    /// Who sent it, if that may be looked at.
    pub source: Option<String>,
    /// Who did it: `customer`, `staff` or `probe`; of an order the name of whoever gave it.
    pub by: String,
    /// What was said, as far as it may be looked at.
    pub said: Option<String>,
    /// What the model read in it.
    pub read: Option<Read>,
    /// The moments that were gone through.
    pub moments: Vec<MomentGone>,
    /// What moved the accounts of trust, as far as the ledger still holds it.
    pub trust: Vec<LedgerLine>,
    /// The promises that were made.
    pub promises: Vec<PromiseLine>,
    /// What was decided, for and against.
    pub decisions: Vec<DecisionLine>,
    /// What of it is not shown, and why.
    pub withheld: Option<String>,
}

/// What a model read in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Read {
    /// The emotions with the model's confidence, likeliest first; none if it could not tell.
    pub emotions: Vec<EmotionRead>,
    /// Which way they point taken together: `negative`, `neutral` or `positive`; null if it could not tell.
    pub valence: Option<String>,
    /// How far, from -1000 to 1000.
    pub valence_permille: Option<i16>,
    /// Why it could not tell: `empty`, `language` or `unsure`.
    pub unknown: Option<String>,
}

/// One emotion, and how sure the model is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EmotionRead {
    /// The emotion.
    pub emotion: String,
    /// The model's calibrated confidence in permille.
    pub permille: u16,
}

/// A moment that was gone through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MomentGone {
    /// The journey.
    pub journey: String,
    /// The moment.
    pub moment: String,
    /// `good`, `neutral` or `bad`.
    pub outcome: String,
    /// How often the customer had gone through it in the same run before.
    pub repeats: u16,
    /// Where the moment is defined; null where the folder was not read by whoever answers, or no longer has it.
    pub defined: Option<FilePlace>,
}

/// What happened to the customer that `who` names, newest first.
///
/// # Errors
/// Nobody is known by that name, the question cannot be read, or the store cannot.
pub fn timeline(
    store: &dyn Store,
    definitions: &Definitions,
    places: &Places,
    who: &str,
    question: &TimelineQuestion,
) -> Result<Timeline, InsightError> {
    let unknown = || {
        let mend = "write an id (`c123`) or an identifier (`email:ada@example.org`)";
        InsightError::unknown("customer", who, mend)
    };
    let id = find(store, who)?.ok_or_else(unknown)?;
    let customer = store.customer(id)?.ok_or_else(unknown)?;
    let most = rows(question.most)?;
    let trail = store.trail(id)?;
    let end = match &question.after {
        None => trail.len(),
        Some(text) => {
            let place: u64 = text.parse().map_err(|_| InsightError::no_page_after(text))?;
            trail.partition_point(|position| position.get() < place)
        }
    };
    let from = end.saturating_sub(most);
    let page = &trail[from..end];

    let mut moved: BTreeMap<Position, Vec<LedgerLine>> = BTreeMap::new();
    for entry in customer.known.trust.entries() {
        moved.entry(entry.evidence.position).or_default().push(LedgerLine::of(entry, Told::default()));
    }
    let teller = Teller { store, definitions, places, id, clocks: Clocks::of(&store.progress()?) };
    let readings = store.readings(page)?;
    let mut lines = Vec::with_capacity(page.len());
    for (logged, reading) in store.read_at(page)?.iter().zip(readings).rev() {
        if let Some(mut line) = teller.line(logged, reading.as_ref(), &customer.known.grants)? {
            line.trust = moved.remove(&logged.position).unwrap_or_default();
            lines.push(line);
        }
    }
    Ok(Timeline {
        customer: id.to_string(),
        as_of: teller.clocks.latest().map(At),
        records: trail.len() as u64,
        page: Page { rows: lines, next: page.first().filter(|_| from > 0).map(ToString::to_string) },
    })
}

struct Teller<'a> {
    store: &'a dyn Store,
    definitions: &'a Definitions,
    places: &'a Places,
    id: CustomerId,
    clocks: Clocks,
}

impl Teller<'_> {
    fn line(
        &self,
        logged: &Logged,
        reading: Option<&Reading>,
        grants: &Grants,
    ) -> Result<Option<Happened>, InsightError> {
        let accepted = At(logged.record.at);
        let mut line = match &logged.record.entry {
            Entry::Event(event) => self.event(logged, event, reading, grants),
            Entry::Command(command) => Happened {
                by: command.by.to_string(),
                said: Some(command.reason.to_string()),
                ..Happened::of(logged, accepted, "order")
            },
            // A second reading is shown with the text that it is of.
            Entry::Reading(_)
            | Entry::Rejected(_)
            | Entry::Delivery(_)
            | Entry::Tick
            | Entry::Erased(_)
            | Entry::Erasure(_) => return Ok(None),
        };
        line.moments =
            self.store.moments_at(&[logged.position])?.iter().map(|moment| self.moment(moment)).collect();
        for promise in self.store.promises_made_at(&[logged.position])? {
            let Some(row) = self.store.promise(promise)? else { continue };
            let overdue = self.clocks.overdue(self.store, row.customer, &row.promise)?;
            line.promises.push(PromiseLine::of(&row, overdue));
        }
        for receipt in self.store.receipts(logged.position..logged.position.next(), RECEIPTS_MAX)? {
            if self.store.stands_for(receipt.customer())? != Some(self.id) {
                continue;
            }
            for decision in receipt.decisions.iter() {
                line.decisions.push(DecisionLine::of(self.store, self.definitions, &receipt, decision)?);
            }
        }
        Ok(Some(line))
    }

    fn event(&self, logged: &Logged, event: &Event, reading: Option<&Reading>, grants: &Grants) -> Happened {
        let category = self.definitions.category_of(&event.kind);
        if !grants.allow(category, Purpose::Service) {
            // As if it had never been collected, but that something was withheld is told (law 4).
            return Happened {
                at: At(event.happened),
                kind: None,
                withheld: Some(withheld("what happened", category)),
                ..Happened::of(logged, At(logged.record.at), "")
            };
        }
        let said = Said::of(self.definitions, event, reading, grants);
        Happened {
            at: At(event.happened),
            channel: Some(event.channel.to_string()),
            source: Some(event.source.to_string()),
            by: match event.origin {
                Origin::Customer => "customer",
                Origin::Probe => "probe",
                Origin::Staff => "staff",
            }
            .to_owned(),
            said: said.said,
            read: said.read,
            withheld: said.withheld,
            ..Happened::of(logged, At(logged.record.at), &event.kind)
        }
    }

    fn moment(&self, moment: &Moment) -> MomentGone {
        MomentGone {
            journey: moment.journey.to_string(),
            moment: moment.moment.to_string(),
            outcome: moment.outcome.word().to_owned(),
            repeats: moment.repeats,
            defined: self.places.of(Defined::Moment, &moment.moment),
        }
    }
}

impl Happened {
    fn of(logged: &Logged, accepted: At, kind: &str) -> Happened {
        Happened {
            position: logged.position.get(),
            at: accepted,
            accepted,
            kind: Some(kind.to_owned()),
            channel: None,
            source: None,
            by: String::new(),
            said: None,
            read: None,
            moments: Vec::new(),
            trust: Vec::new(),
            promises: Vec::new(),
            decisions: Vec::new(),
            withheld: None,
        }
    }
}

impl Read {
    pub(crate) fn of(reading: &Reading) -> Read {
        match &reading.found {
            Found::Unknown(why) => Read {
                emotions: Vec::new(),
                valence: None,
                valence_permille: None,
                unknown: Some(why.word().to_owned()),
            },
            Found::Felt(felt) => Read {
                emotions: felt
                    .emotions
                    .iter()
                    .map(|(emotion, sure)| EmotionRead {
                        emotion: emotion.word().to_owned(),
                        permille: sure.get(),
                    })
                    .collect(),
                valence: Some(felt.valence.word().to_owned()),
                valence_permille: Some(felt.valence_permille),
                unknown: None,
            },
        }
    }
}
