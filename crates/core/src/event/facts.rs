use alloc::vec::Vec;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::Name;

/// Most facts one event may carry; more make the event unreadable for people too.
pub const FACTS_MAX: usize = 512;

/// Of so few facts one is found soonest by comparing each: names of different length differ at once.
const FEW_FACTS: usize = 16;

/// An event's typed properties, ordered by name, each name once.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Facts(Vec<(Name, Value)>);

/// One typed property.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A number; never NaN. Whole numbers are exact up to 2^53, so ids travel as text.
    Number(f64),
    /// A text. Times travel as text (RFC 3339) and are read where a time is expected.
    Text(CompactString),
    /// Several values.
    List(Vec<Value>),
}

/// Why properties are not facts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FactsError {
    /// Too many properties in one event.
    #[error("the event has {found} properties, at most {FACTS_MAX} are read; send fewer, or split the event")]
    TooMany {
        /// How many there were.
        found: usize,
    },
}

impl Facts {
    /// No facts.
    pub const NONE: Facts = Facts(Vec::new());

    /// Facts from pairs in any order; of a repeated name the last one counts.
    ///
    /// # Errors
    /// More than [`FACTS_MAX`] names.
    pub fn from_pairs(mut pairs: Vec<(Name, Value)>) -> Result<Facts, FactsError> {
        // A stable sort keeps repeats in the order given, so `dedup` from the back keeps the last.
        pairs.sort_by(|a, b| a.0.cmp(&b.0));
        pairs.reverse();
        pairs.dedup_by(|later, kept| later.0 == kept.0);
        pairs.reverse();
        if pairs.len() > FACTS_MAX {
            return Err(FactsError::TooMany { found: pairs.len() });
        }
        Ok(Facts(pairs))
    }

    /// The fact of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        let at = if self.0.len() <= FEW_FACTS {
            self.0.iter().position(|(known, _)| known == name)?
        } else {
            self.0.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok()?
        };
        self.0.get(at).map(|(_, value)| value)
    }

    /// The fact of that name, if it is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Value::Text(text) => Some(text),
            Value::Bool(_) | Value::Number(_) | Value::List(_) => None,
        }
    }

    /// All facts in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Those facts that are `wanted`.
    #[must_use]
    pub fn only(&self, wanted: impl Fn(&str, &Value) -> bool) -> Facts {
        Facts(self.0.iter().filter(|(name, value)| wanted(name, value)).cloned().collect())
    }

    /// How many facts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use compact_str::format_compact;

    #[test]
    fn the_last_of_a_repeated_name_counts() {
        let facts = Facts::from_pairs(vec![
            ("b".into(), Value::Number(1.0)),
            ("a".into(), Value::Bool(true)),
            ("b".into(), Value::Number(2.0)),
        ])
        .unwrap();
        assert_eq!(facts.len(), 2);
        assert_eq!(facts.get("b"), Some(&Value::Number(2.0)));
        assert_eq!(facts.get("c"), None);
    }

    #[test]
    fn every_fact_is_found_among_few_and_among_many() {
        for many in [1, FEW_FACTS, FEW_FACTS + 1, FACTS_MAX] {
            let named = |number: usize| (format_compact!("fact {number}"), Value::Number(0.0));
            let facts = Facts::from_pairs((0..many).map(named).collect()).unwrap();
            let found = |number| facts.get(&format_compact!("fact {number}")).is_some();
            assert!((0..many).all(found) && !found(many));
        }
    }
}
