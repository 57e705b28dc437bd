//! Known as: how somebody is best called where many people are told of.

use opcx_core::consent::Purpose;
use opcx_core::customer::{Customer, CustomerId};
use opcx_core::definitions::Definitions;
use opcx_core::event::Value;
use opcx_store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::InsightError;
use crate::customer::IdentifierLine;

/// The trait that holds all of a person's name, and those that hold its parts.
const NAME: &str = "name";
const FIRST_NAME: &str = "first_name";
const LAST_NAME: &str = "last_name";

/// How somebody is best called: by people, and by systems.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KnownAs {
    /// Their name, as far as it may be looked at for service: the trait `name`, or else `first_name` and `last_name`.
    pub name: Option<String>,
    /// Their strongest identifier.
    pub identifier: Option<IdentifierLine>,
}

impl KnownAs {
    /// None of somebody who has neither a name nor an identifier.
    pub(crate) fn of(definitions: &Definitions, customer: &Customer) -> Option<KnownAs> {
        let name = name(definitions, customer);
        let identifier = customer.person.identifiers.first().map(IdentifierLine::of);
        (name.is_some() || identifier.is_some()).then_some(KnownAs { name, identifier })
    }
}

impl std::fmt::Display for KnownAs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let identifier = self.identifier.as_ref().map(|line| format!("{}:{}", line.kind, line.value));
        let parts: Vec<&str> = self.name.as_deref().into_iter().chain(identifier.as_deref()).collect();
        f.write_str(&parts.join(", "))
    }
}

/// How whoever that id stands for now is best called; none of somebody who was erased.
///
/// # Errors
/// The store cannot be read.
pub fn known_as(
    store: &dyn Store,
    definitions: &Definitions,
    id: CustomerId,
) -> Result<Option<KnownAs>, InsightError> {
    let Some(id) = store.stands_for(id)? else { return Ok(None) };
    Ok(store.customer(id)?.and_then(|customer| KnownAs::of(definitions, &customer)))
}

/// A customer's name, as far as it may be looked at for service (law 4).
pub(crate) fn name(definitions: &Definitions, customer: &Customer) -> Option<String> {
    let part = |name: &str| {
        let fact = definitions.vocabulary.facts.get(name)?;
        if !customer.known.grants.allow(fact.category, Purpose::Service) {
            return None;
        }
        match &customer.known.traits.iter().find(|known| *known.name == *name)?.value {
            Value::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Value::Bool(_) | Value::Number(_) | Value::List(_) => None,
        }
    };
    part(NAME).or_else(|| {
        let parts: Vec<String> = [part(FIRST_NAME), part(LAST_NAME)].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    })
}
