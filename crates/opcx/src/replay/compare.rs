use std::collections::BTreeMap;

use opcx_core::log::Position;
use opcx_core::receipt::{Deed, Refused, Verdict};
use opcx_insight::KnownAs;
use opcx_store::{Store, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Positions compared at a time.
const PAGE: u64 = 4_096;
/// Promises asked for at a time.
const PROMISES: usize = 1_000;

/// What differs between two runs over one log.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// Records replayed.
    pub records: u64,
    /// Verdicts of each playbook or rule: how often, in the one run and in the other.
    pub decisions: BTreeMap<String, BTreeMap<String, Count>>,
    /// Promises by name and state.
    pub promises: BTreeMap<String, BTreeMap<String, Count>>,
    /// Moments by name and outcome.
    pub moments: BTreeMap<String, BTreeMap<String, Count>>,
    /// How many decisions differ.
    pub decisions_differ: u64,
    /// How many promises differ.
    pub promises_differ: u64,
    /// How many moments differ.
    pub moments_differ: u64,
    /// The first decisions that differ.
    pub first_decisions: Vec<DecisionDiffers>,
    /// The first promises that differ.
    pub first_promises: Vec<PromiseDiffers>,
    /// The first moments that differ.
    pub first_moments: Vec<MomentDiffers>,
}

/// How often something is so, in the one run and in the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Count {
    /// Under the folder's own definitions.
    pub now: u64,
    /// Under the other definitions.
    pub with: u64,
}

/// A decision that differs; `null` where nothing was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DecisionDiffers {
    /// The record that led to it.
    pub position: u64,
    /// About whom.
    pub customer: String,
    /// How they are best called now; only over HTTP, and none of somebody who was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_as: Option<KnownAs>,
    /// What was decided about.
    pub subject: String,
    /// What set it off.
    pub because: String,
    /// The verdict under the folder's own definitions.
    pub now: Option<String>,
    /// The verdict under the other definitions.
    pub with: Option<String>,
}

/// A promise that differs; `null` where none was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PromiseDiffers {
    /// Its id.
    pub promise: String,
    /// Its name and state, with when it is due, under the folder's own definitions.
    pub now: Option<String>,
    /// The same under the other definitions.
    pub with: Option<String>,
}

/// A record's moment that differs; `null` where there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MomentDiffers {
    /// The record.
    pub position: u64,
    /// The moment, with its journey.
    pub moment: String,
    /// How it went under the folder's own definitions.
    pub now: Option<String>,
    /// How it went under the other definitions.
    pub with: Option<String>,
}

impl Comparison {
    /// Whether anything differs.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.decisions_differ + self.promises_differ + self.moments_differ > 0
    }
}

/// Compares what two runs over one log decided. Of each kind of difference the first `most` are listed.
///
/// # Errors
/// A store cannot be read.
pub fn compare(now: &dyn Store, with: &dyn Store, most: usize) -> Result<Comparison, StoreError> {
    compare_from(now, with, Position::START, most)
}

/// The same, of records from `from` on; what was decided before only led up to it. Promises are compared all.
///
/// # Errors
/// A store cannot be read.
pub fn compare_from(
    now: &dyn Store,
    with: &dyn Store,
    from: Position,
    most: usize,
) -> Result<Comparison, StoreError> {
    let (first, end) = (from.get(), now.end().get());
    let mut comparison = Comparison { records: end.saturating_sub(first), ..Comparison::default() };
    for from in (first..end).step_by(usize::try_from(PAGE).unwrap_or(usize::MAX)) {
        let page = Position::new(from)..Position::new(end.min(from.saturating_add(PAGE)));
        comparison.decisions(sides(|store| decided(store, page.clone()), now, with)?, most);
        comparison.moments(sides(|store| went(store, page.clone()), now, with)?, most);
    }
    comparison.promises(sides(promised, now, with)?, most);
    Ok(comparison)
}

/// What is so in the one run and in the other, by what it is about.
type Sides<Key, Value> = BTreeMap<Key, (Option<Value>, Option<Value>)>;

fn sides<Key: Ord, Value>(
    ask: impl Fn(&dyn Store) -> Result<Vec<(Key, Value)>, StoreError>,
    now: &dyn Store,
    with: &dyn Store,
) -> Result<Sides<Key, Value>, StoreError> {
    let mut sides = Sides::new();
    for (key, value) in ask(now)? {
        sides.entry(key).or_insert((None, None)).0 = Some(value);
    }
    for (key, value) in ask(with)? {
        sides.entry(key).or_insert((None, None)).1 = Some(value);
    }
    Ok(sides)
}

fn tally(
    table: &mut BTreeMap<String, BTreeMap<String, Count>>,
    name: &str,
    now: Option<&str>,
    with: Option<&str>,
) {
    let mut count = |word: &str, add: fn(&mut Count)| {
        add(table.entry(name.to_owned()).or_default().entry(word.to_owned()).or_default());
    };
    if let Some(word) = now {
        count(word, |count| count.now += 1);
    }
    if let Some(word) = with {
        count(word, |count| count.with += 1);
    }
}

/// The record, whom it concerns, about what, because of what, and which of several alike.
type Question = (u64, String, String, String, usize);

/// A verdict in short, and in full.
#[derive(PartialEq)]
struct Answer {
    short: String,
    full: String,
}

fn decided(
    store: &dyn Store,
    page: std::ops::Range<Position>,
) -> Result<Vec<(Question, Answer)>, StoreError> {
    let mut alike: BTreeMap<(u64, String, String, String), usize> = BTreeMap::new();
    let mut answers = Vec::new();
    for receipt in store.receipts(page, usize::MAX)? {
        for decision in receipt.decisions.iter() {
            let place = (
                receipt.position.get(),
                receipt.customer().to_string(),
                decision.subject.to_string(),
                decision.because.to_owned(),
            );
            let number = alike.entry(place.clone()).or_default();
            let (position, customer, subject, because) = place;
            answers.push(((position, customer, subject, because, *number), answer(store, decision.verdict)?));
            *number += 1;
        }
    }
    Ok(answers)
}

fn answer(store: &dyn Store, verdict: &Verdict) -> Result<Answer, StoreError> {
    Ok(match verdict {
        Verdict::Acted { deeds, .. } => {
            let done: Vec<String> =
                deeds.iter().map(|deed| deed_in_words(store, deed)).collect::<Result<_, _>>()?;
            Answer { short: "acted".to_owned(), full: format!("acted: {}", done.join(", ")) }
        }
        Verdict::Refused(refused) => Answer {
            short: format!("refused: {}", refused_word(refused)),
            full: format!("refused: {}", refused_in_words(refused)),
        },
        Verdict::Corrected(what) => {
            Answer { short: "corrected".to_owned(), full: format!("corrected: {what}") }
        }
        Verdict::Noted(what) => Answer { short: "noted".to_owned(), full: format!("noted: {what}") },
        Verdict::NotJoined(kind, refusal) => {
            Answer { short: "not joined".to_owned(), full: format!("{} not joined: {refusal}", kind.word()) }
        }
    })
}

fn deed_in_words(store: &dyn Store, deed: &Deed) -> Result<String, StoreError> {
    Ok(match deed {
        // Ids count all deeds of a customer, so they differ after the first difference; what was sent
        // does not.
        Deed::Sent(parcel) => match store.parcel(*parcel)? {
            Some(row) => format!("{} to {}", row.parcel.kind, row.parcel.to),
            None => "a parcel".to_owned(),
        },
        Deed::Opened(_) => "case".to_owned(),
        Deed::Promised(_) => "promise".to_owned(),
        Deed::Noted(note) => format!("note {note}"),
        Deed::Left(refused) => format!("left out, {}", refused_in_words(refused)),
    })
}

fn refused_word(refused: &Refused) -> &'static str {
    match refused {
        Refused::Condition => "condition",
        Refused::Missing(_) => "missing",
        Refused::Consent => "consent",
        Refused::Cap => "cap",
        Refused::Contacts => "contacts",
        Refused::RepairFirst => "repair first",
        Refused::Held(_) => "held by a human",
        Refused::HoldOut => "hold-out",
        Refused::Untrue(_) => "untrue",
        Refused::Preceded(_) => "preceded",
        Refused::Full(_) => "full",
        Refused::NoDue(_) => "no due time",
    }
}

fn refused_in_words(refused: &Refused) -> String {
    let word = refused_word(refused);
    match refused {
        Refused::Missing(what) | Refused::Untrue(what) | Refused::Full(what) | Refused::NoDue(what) => {
            format!("{word} ({what})")
        }
        Refused::Preceded(playbook) => format!("{word} ({playbook})"),
        Refused::Condition
        | Refused::Consent
        | Refused::Cap
        | Refused::Contacts
        | Refused::RepairFirst
        | Refused::Held(_)
        | Refused::HoldOut => word.to_owned(),
    }
}

/// Each record's moments by name, each with how it went.
type Went = Vec<((u64, String, usize), String)>;

fn went(store: &dyn Store, page: std::ops::Range<Position>) -> Result<Went, StoreError> {
    let mut alike: BTreeMap<(u64, String), usize> = BTreeMap::new();
    let moments = store.moments(page, usize::MAX)?;
    Ok(moments
        .into_iter()
        .map(|moment| {
            let place = (moment.position.get(), format!("{} / {}", moment.journey, moment.moment));
            let number = alike.entry(place.clone()).or_default();
            *number += 1;
            ((place.0, place.1, *number), moment.outcome.word().to_owned())
        })
        .collect())
}

/// A promise's name, its state, and when it is due.
type Promised = (String, String, String);

fn promised(store: &dyn Store) -> Result<Vec<(String, Promised)>, StoreError> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = store.promises(after, PROMISES)?;
        let Some(last) = page.last() else { return Ok(all) };
        after = Some(last.promise.id);
        all.extend(page.iter().map(|row| {
            let promise = &row.promise;
            let state = (promise.name.to_string(), promise.state.word().to_owned(), promise.due.to_string());
            (promise.id.to_string(), state)
        }));
    }
}

impl Comparison {
    fn decisions(&mut self, sides: Sides<Question, Answer>, most: usize) {
        for ((position, customer, subject, because, _), (now, with)) in sides {
            let short = |side: &Option<Answer>| side.as_ref().map(|answer| answer.short.clone());
            tally(&mut self.decisions, &subject, short(&now).as_deref(), short(&with).as_deref());
            if now == with {
                continue;
            }
            self.decisions_differ += 1;
            if self.first_decisions.len() < most {
                let (now, with) = (now.map(|answer| answer.full), with.map(|answer| answer.full));
                let differs =
                    DecisionDiffers { position, customer, known_as: None, subject, because, now, with };
                self.first_decisions.push(differs);
            }
        }
    }

    fn moments(&mut self, sides: Sides<(u64, String, usize), String>, most: usize) {
        for ((position, moment, _), (now, with)) in sides {
            tally(&mut self.moments, &moment, now.as_deref(), with.as_deref());
            if now == with {
                continue;
            }
            self.moments_differ += 1;
            if self.first_moments.len() < most {
                self.first_moments.push(MomentDiffers { position, moment, now, with });
            }
        }
    }

    fn promises(&mut self, sides: Sides<String, Promised>, most: usize) {
        for (promise, (now, with)) in sides {
            for (side, is_now) in [(&now, true), (&with, false)] {
                let Some((name, state, _)) = side else { continue };
                let state = Some(state.as_str());
                let (now, with) = if is_now { (state, None) } else { (None, state) };
                tally(&mut self.promises, name, now, with);
            }
            if now == with {
                continue;
            }
            self.promises_differ += 1;
            if self.first_promises.len() < most {
                let said = |side: Option<Promised>| {
                    side.map(|(name, state, due)| format!("{name} {state}, due {due}"))
                };
                self.first_promises.push(PromiseDiffers { promise, now: said(now), with: said(with) });
            }
        }
    }
}
