use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use super::room;
use crate::event::{Name, Value};
use crate::log::Position;
use crate::time::Timestamp;

/// Most traits kept per customer. Vocabularies declare few; a longer list is refused on loading.
pub const TRAITS_MAX: usize = 64;

/// What is known about a person: of each declared fact the latest value, and where it came from.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Traits(Vec<Trait>);

/// One thing known about a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trait {
    /// The fact's name.
    pub name: Name,
    /// Its latest value.
    pub value: Value,
    /// When that was so, by the event's own time.
    pub at: Timestamp,
    /// The event that said so.
    pub position: Position,
}

impl Traits {
    /// The latest value of the fact of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|known| known.name == name).map(|known| &known.value)
    }

    /// Takes note of a value; one that was so earlier does not replace a later one.
    pub fn note(&mut self, new: Trait) {
        match self.0.iter().position(|known| known.name == new.name) {
            Some(at) if (self.0[at].at, self.0[at].position) <= (new.at, new.position) => self.0[at] = new,
            Some(_) => {}
            None if self.0.len() < TRAITS_MAX => room::push(&mut self.0, new),
            None => {}
        }
    }

    /// All traits, in the order in which they became known.
    pub fn iter(&self) -> impl Iterator<Item = &Trait> {
        self.0.iter()
    }
}
