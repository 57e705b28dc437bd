use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use super::{Because, Identifier, IdentifierKind, Limits, Link, Person};
use crate::customer::CustomerId;
use crate::log::Position;

/// Whose event it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// The customers that this event shows to be one person; none when nobody is known yet.
    pub customers: Vec<CustomerId>,
    /// The person with everything the event adds; the union of the customers' persons.
    pub person: Person,
    /// Identifiers that were not believed, and why.
    pub refused: Vec<(Identifier, Refusal)>,
}

/// Why an identifier was not believed to be this person's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Refusal {
    /// The person would have too many of this kind: the device is shared, or the id is a joker.
    TooMany(IdentifierKind),
    /// Somebody of the company said that these are two people; only an order joins them again.
    KeptApart,
}

impl core::fmt::Display for Refusal {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Refusal::TooMany(kind) => write!(f, "too many of {}", kind.word()),
            Refusal::KeptApart => f.write_str("told to be somebody else"),
        }
    }
}

/// Decides whose event it is.
///
/// `named` holds the event's identifiers, each with the customer and person that it is known to
/// belong to. They are taken strongest first; a weaker one that would break a limit, or join
/// what is to stay apart, is refused and changes nothing.
#[must_use]
pub fn resolve(
    named: &[(Identifier, Option<(CustomerId, &Person)>)],
    limits: &Limits,
    position: Position,
    because: &Because,
) -> Resolution {
    let mut order: Vec<_> = named.iter().collect();
    order.sort_by(|a, b| a.0.cmp(&b.0));

    let mut found = Resolution { customers: Vec::new(), person: Person::default(), refused: Vec::new() };
    let mut anchor: Option<&Identifier> = None;
    for (identifier, owner) in order {
        if found.person.identifiers.contains(identifier) {
            continue;
        }
        let mut alone = Person::default();
        alone.identifiers.insert(identifier.clone());
        let newcomer = owner.map_or(&alone, |(_, person)| person);

        if let Some(anchor) = anchor {
            if let Some(kind) = limits.exceeded_by_joining(&found.person, newcomer) {
                found.refused.push((identifier.clone(), Refusal::TooMany(kind)));
                continue;
            }
            let mut both = found.person.union(newcomer);
            match because {
                Because::OneEvent if found.person.kept_apart_from(newcomer).is_some() => {
                    found.refused.push((identifier.clone(), Refusal::KeptApart));
                    continue;
                }
                Because::OneEvent => {}
                // Who told them apart may think better of it.
                Because::Ordered { .. } => {
                    both.apart
                        .retain(|(a, b)| !(both.identifiers.contains(a) && both.identifiers.contains(b)));
                }
            }
            found.person = both;
            found.person.links.insert(Link {
                position,
                one: anchor.clone(),
                other: identifier.clone(),
                because: because.clone(),
            });
        } else {
            found.person = newcomer.clone();
            anchor = Some(identifier);
        }
        found.customers.extend(owner.map(|(id, _)| id));
    }
    found.customers.sort();
    found
}
