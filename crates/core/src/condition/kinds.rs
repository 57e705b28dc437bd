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

/// What an expression asks of an event's kind, where it asks that and nothing else.
pub(super) enum OfKind<'a> {
    Is(&'a Name),
    IsNot(&'a Name),
    IsAmong(&'a [Value]),
}

impl OfKind<'_> {
    pub(super) fn asked_by(expression: &Expression) -> Option<OfKind<'_>> {
        match expression {
            Expression::Compare(how, sides) => match (&sides.0, &sides.1) {
                (Expression::Read(Field::EventKind), Expression::Constant(Value::Text(kind)))
                | (Expression::Constant(Value::Text(kind)), Expression::Read(Field::EventKind)) => {
                    match how {
                        Comparison::Equal => Some(OfKind::Is(kind)),
                        Comparison::NotEqual => Some(OfKind::IsNot(kind)),
                        Comparison::Less | Comparison::AtMost | Comparison::Greater | Comparison::AtLeast => {
                            None
                        }
                    }
                }
                _ => None,
            },
            Expression::In(sides) => match (&sides.0, &sides.1) {
                (Expression::Read(Field::EventKind), Expression::Constant(Value::List(list))) => {
                    Some(OfKind::IsAmong(list))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// What it comes to for an event of `kind`.
    pub(super) fn answer(&self, kind: &str) -> bool {
        match self {
            OfKind::Is(asked) => *asked == kind,
            OfKind::IsNot(asked) => *asked != kind,
            OfKind::IsAmong(list) => list.iter().any(|one| matches!(one, Value::Text(text) if text == kind)),
        }
    }

    fn kinds(&self) -> Kinds {
        match self {
            OfKind::Is(kind) => Kinds::Only([(*kind).clone()].into()),
            OfKind::IsNot(_) => Kinds::Any,
            OfKind::IsAmong(list) => {
                let text = |one: &Value| match one {
                    Value::Text(kind) => Some(kind.clone()),
                    Value::Bool(_) | Value::Number(_) | Value::List(_) => None,
                };
                let mut names: Vec<Name> = list.iter().filter_map(text).collect();
                names.sort();
                names.dedup();
                Kinds::Only(names)
            }
        }
    }
}

fn kinds(expression: &Expression) -> Kinds {
    match expression {
        // Only kinds that every part allows can make all parts hold.
        Expression::All(parts) => parts.iter().map(kinds).fold(Kinds::Any, both),
        Expression::Any(parts) => parts.iter().map(kinds).reduce(either).unwrap_or(Kinds::Any),
        other => OfKind::asked_by(other).map_or(Kinds::Any, |asked| asked.kinds()),
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
