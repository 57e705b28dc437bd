use alloc::vec::Vec;

use super::{Comparison, Condition, Expression, Field};
use crate::event::{Name, Value};

/// The event kinds for which a condition can hold at all, found without evaluating it. It lets
/// the engine look only at the definitions that an event can concern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kinds {
    /// The kind does not matter, or could not be told.
    Any,
    /// Only these, sorted, each once.
    Only(Vec<Name>),
}

impl Condition {
    /// The event kinds for which this condition can hold.
    #[must_use]
    pub fn kinds(&self) -> Kinds {
        kinds(self.expression())
    }
}

fn kinds(expression: &Expression) -> Kinds {
    match expression {
        Expression::Compare(Comparison::Equal, sides) => match (&sides.0, &sides.1) {
            (Expression::Read(Field::EventKind), Expression::Constant(value))
            | (Expression::Constant(value), Expression::Read(Field::EventKind)) => only(value),
            _ => Kinds::Any,
        },
        Expression::In(sides) => match (&sides.0, &sides.1) {
            (Expression::Read(Field::EventKind), Expression::Constant(list)) => only(list),
            _ => Kinds::Any,
        },
        // Only kinds that every part allows can make all parts hold.
        Expression::All(parts) => parts.iter().map(kinds).fold(Kinds::Any, both),
        Expression::Any(parts) => parts.iter().map(kinds).reduce(either).unwrap_or(Kinds::Any),
        Expression::Constant(_)
        | Expression::Span(_)
        | Expression::Time(_)
        | Expression::Read(_)
        | Expression::Has(_)
        | Expression::Not(_)
        | Expression::Compare(..)
        | Expression::Reckon(..)
        | Expression::Text(..)
        | Expression::Size(_)
        | Expression::Choose(_)
        | Expression::LowerAscii(_) => Kinds::Any,
    }
}

fn only(value: &Value) -> Kinds {
    match value {
        Value::Text(kind) => Kinds::Only([kind.clone()].into()),
        Value::List(list) => {
            let mut names: Vec<Name> = Vec::new();
            for item in list {
                match item {
                    Value::Text(kind) => names.push(kind.clone()),
                    Value::Bool(_) | Value::Number(_) | Value::List(_) => return Kinds::Any,
                }
            }
            names.sort();
            names.dedup();
            Kinds::Only(names)
        }
        Value::Bool(_) | Value::Number(_) => Kinds::Any,
    }
}

fn both(a: Kinds, b: Kinds) -> Kinds {
    match (a, b) {
        (Kinds::Any, other) | (other, Kinds::Any) => other,
        (Kinds::Only(a), Kinds::Only(b)) => {
            Kinds::Only(a.into_iter().filter(|kind| b.binary_search(kind).is_ok()).collect())
        }
    }
}

fn either(a: Kinds, b: Kinds) -> Kinds {
    match (a, b) {
        (Kinds::Any, _) | (_, Kinds::Any) => Kinds::Any,
        (Kinds::Only(mut a), Kinds::Only(b)) => {
            a.extend(b);
            a.sort();
            a.dedup();
            Kinds::Only(a)
        }
    }
}
