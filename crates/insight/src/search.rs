//! Search: customers by the beginning of any of their identifiers.

use opcx_core::customer::CustomerId;
use opcx_core::definitions::Definitions;
use opcx_core::identity::{Identifier, IdentifierKind};
use opcx_store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::customer::IdentifierLine;
use crate::known_as::name;
use crate::page::{Page, rows};
use crate::{At, InsightError, find};

/// Fewest characters of a beginning that is searched for: of one, half of all customers would be found.
const BEGINNING_CHARS_MIN: usize = 2;

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchQuestion {
    /// An id (`c123`), an identifier, or the beginning of one, with its kind (`email:ada@`) or without (`ada`).
    pub find: String,
    /// How many rows, from 1 to 1,000; 50 unless asked otherwise.
    pub most: Option<u16>,
    /// Where an earlier page ended: its `next`.
    pub after: Option<String>,
}

/// Who was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Found {
    /// Who has exactly this id or identifier.
    pub exact: Option<FoundLine>,
    /// Whoever has an identifier that begins so, by kind and then in the order of the identifiers.
    pub page: Page<FoundLine>,
}

/// Somebody who was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FoundLine {
    /// Their id.
    pub customer: String,
    /// Their name, as far as it may be looked at for service.
    pub name: Option<String>,
    /// The identifier that was found; null where the id itself was asked for.
    pub found: Option<IdentifierLine>,
    /// All their identifiers, strongest first.
    pub identifiers: Vec<IdentifierLine>,
    /// When they were last heard of.
    pub last_heard: Option<At>,
    /// How many of their events were counted.
    pub events: u64,
    /// How many cases of theirs are open or taken.
    pub cases: u64,
    /// How many failures are neither repaired nor corrected.
    pub open_failures: u32,
}

/// Customers with that id or identifier, and those with one that begins so.
///
/// # Errors
/// The question cannot be read, or the store cannot.
pub fn search(
    store: &dyn Store,
    definitions: &Definitions,
    question: &SearchQuestion,
) -> Result<Found, InsightError> {
    let most = rows(question.most)?;
    let text = question.find.trim();
    let exact = find(store, text)?.map(|id| line(store, definitions, id, None)).transpose()?.flatten();
    let (kinds, beginning) =
        match text.split_once(':').map(|(word, rest)| (IdentifierKind::from_word(word), rest)) {
            Some((Some(kind), rest)) => (vec![kind], rest),
            Some((None, _)) | None => (IdentifierKind::ALL.to_vec(), text),
        };
    if exact.is_none() && beginning.chars().count() < BEGINNING_CHARS_MIN {
        let mend = format!("write at least {BEGINNING_CHARS_MIN} characters of an identifier");
        return Err(InsightError::unreadable("find", text, mend));
    }
    let after = question.after.as_deref().map(place).transpose()?;
    let mut found: Vec<(Identifier, CustomerId)> = Vec::new();
    if beginning.chars().count() >= BEGINNING_CHARS_MIN {
        for kind in kinds {
            let left = (most + 1).saturating_sub(found.len());
            // Kinds are gone through in order, so those before the cursor's are done with.
            let after = match &after {
                Some(after) if after.kind > kind => continue,
                Some(after) if after.kind == kind => Some(after),
                Some(_) | None => None,
            };
            let begun = begun(kind, beginning);
            // `petit` begins no telephone number: without its letters nothing is left of it, which all begin with.
            if begun.chars().count() >= BEGINNING_CHARS_MIN {
                found.extend(store.known_as(kind, &begun, after, left)?);
            }
        }
    }
    let more = found.len() > most;
    found.truncate(most);
    let next = found.last().filter(|_| more).map(|(identifier, _)| identifier.to_string());
    let mut rows = Vec::with_capacity(found.len());
    for (identifier, owner) in found {
        let Some(owner) = store.stands_for(owner)? else { continue };
        rows.extend(line(store, definitions, owner, Some(&identifier))?);
    }
    Ok(Found { exact, page: Page { rows, next } })
}

/// The beginning as identifiers of that kind are written down.
fn begun(kind: IdentifierKind, beginning: &str) -> String {
    match kind {
        IdentifierKind::Email => beginning.to_lowercase(),
        IdentifierKind::Handle => beginning.trim_start_matches('@').to_lowercase(),
        IdentifierKind::Phone => beginning.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect(),
        IdentifierKind::UserId | IdentifierKind::AnonymousId => beginning.to_owned(),
    }
}

fn place(text: &str) -> Result<Identifier, InsightError> {
    let read = || {
        let (word, value) = text.split_once(':')?;
        Identifier::new(IdentifierKind::from_word(word)?, value).ok()
    };
    read().ok_or_else(|| InsightError::no_page_after(text))
}

fn line(
    store: &dyn Store,
    definitions: &Definitions,
    id: CustomerId,
    found: Option<&Identifier>,
) -> Result<Option<FoundLine>, InsightError> {
    let Some(customer) = store.customer(id)? else { return Ok(None) };
    Ok(Some(FoundLine {
        customer: id.to_string(),
        name: name(definitions, &customer),
        found: found.map(IdentifierLine::of),
        identifiers: customer.person.identifiers.iter().map(IdentifierLine::of).collect(),
        last_heard: customer.known.heard.map(|(_, last)| At(last)),
        events: customer.known.events,
        cases: customer.deeds.cases.iter().filter(|case| case.state.is_held()).count() as u64,
        open_failures: customer.known.trust.open_failures(),
    }))
}
