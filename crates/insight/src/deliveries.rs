//! Deliveries: which endpoints something waits for, and what was given up.

use std::collections::{BTreeMap, BTreeSet};

use opcx_core::definitions::Definitions;
use opcx_core::delivery::ParcelId;
use opcx_core::event::Name;
use opcx_core::time::Timestamp;
use opcx_store::{EndpointState, ParcelRow, ParcelState, Store};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::known_as::{KnownAs, known_as};
use crate::page::{Page, rows};
use crate::{At, InsightError};

/// Most waiting parcels of an endpoint that are counted.
pub const WAITING_COUNTED_MAX: u64 = 1_000;

/// What is asked about deliveries.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveriesQuestion {
    /// How many dead letters, from 1 to 1,000; 50 unless asked otherwise.
    pub most: Option<u16>,
    /// Where an earlier page ended: its `next`.
    pub after: Option<String>,
}

/// What is to go out, and what did not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Deliveries {
    /// Endpoints that something waits for or that are disabled, by name.
    pub endpoints: Vec<EndpointLine>,
    /// Dead letters, those given up first first. An operator can have each tried again.
    pub page: Page<DeadLetter>,
}

/// How one endpoint stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EndpointLine {
    /// The channel or endpoint of `opcx.toml`.
    pub endpoint: String,
    /// Whether it answered that it wants nothing more (410): what is for it waits until an operator enables it.
    pub disabled: bool,
    /// How many parcels wait for it; of more than 1,000 so many. Null while it is disabled.
    pub waiting: Option<u64>,
    /// When the next of them is to be tried; past while the engine is behind or does not run.
    pub next: Option<At>,
}

/// Something that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeadLetter {
    /// Its id, the same at every attempt and in the receiver's `webhook-id`.
    pub parcel: String,
    /// The channel or endpoint it was for.
    pub endpoint: String,
    /// What it is: `playbook.late-parcel`, `message.late-delivery`.
    pub kind: String,
    /// Whom it concerns.
    pub customer: String,
    /// How they are best called now; none of somebody who was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_as: Option<KnownAs>,
    /// When it was decided on.
    pub decided: At,
    /// When it was given up.
    pub given_up: At,
    /// How many attempts were made.
    pub attempts: u16,
    /// Why it was given up.
    pub why: String,
}

/// Which endpoints something waits for, and what was given up.
///
/// # Errors
/// The question cannot be read, or the store cannot.
pub fn deliveries(
    store: &dyn Store,
    definitions: &Definitions,
    question: &DeliveriesQuestion,
) -> Result<Deliveries, InsightError> {
    let most = rows(question.most)?;
    let after = question.after.as_deref().map(place).transpose()?;
    let mut dead = store.dead(after, most + 1)?;
    let is_more = dead.len() > most;
    dead.truncate(most);
    let letters: Vec<((Timestamp, ParcelId), DeadLetter)> = dead.iter().filter_map(letter).collect();
    let next = letters.last().filter(|_| is_more).map(|((at, id), _)| format!("{}.{id}", at.as_millis()));
    let mut rows = Vec::with_capacity(letters.len());
    for ((_, id), letter) in letters {
        rows.push(DeadLetter { known_as: known_as(store, definitions, id.0.customer)?, ..letter });
    }
    Ok(Deliveries { endpoints: endpoints(store)?, page: Page { rows, next } })
}

fn endpoints(store: &dyn Store) -> Result<Vec<EndpointLine>, InsightError> {
    let states: BTreeMap<Name, EndpointState> = store.endpoints()?.into_iter().collect();
    let mut names: BTreeSet<Name> = states.keys().cloned().collect();
    names.extend(store.awaited()?);
    let line = |name: Name| {
        let disabled = states.get(&name) == Some(&EndpointState::Disabled);
        let waiting = if disabled {
            None
        } else {
            Some(store.ready(&name, Timestamp::MAX, WAITING_COUNTED_MAX as usize)?.len() as u64)
        };
        Ok(EndpointLine {
            disabled,
            waiting,
            next: store.next_ready(&name)?.map(At),
            endpoint: name.into_string(),
        })
    };
    names.into_iter().map(line).collect()
}

/// A dead letter, and its place among all; how the customer is called is not looked up.
fn letter(ParcelRow { parcel, state }: &ParcelRow) -> Option<((Timestamp, ParcelId), DeadLetter)> {
    match state {
        ParcelState::Dead { attempts, at, why } => Some((
            (*at, parcel.id),
            DeadLetter {
                parcel: parcel.id.to_string(),
                endpoint: parcel.to.to_string(),
                kind: parcel.kind.to_string(),
                customer: parcel.customer.to_string(),
                known_as: None,
                decided: At(parcel.decided),
                given_up: At(*at),
                attempts: attempts.get(),
                why: why.to_string(),
            },
        )),
        ParcelState::Pending { .. } | ParcelState::Delivered { .. } => None,
    }
}

fn place(text: &str) -> Result<(Timestamp, ParcelId), InsightError> {
    let read = || {
        let (at, id) = text.split_once('.')?;
        Some((Timestamp::from_millis(at.parse().ok()?), id.parse().ok()?))
    };
    read().ok_or_else(|| InsightError::no_page_after(text))
}
