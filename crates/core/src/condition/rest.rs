use alloc::boxed::Box;
use alloc::vec::Vec;

use super::kinds::OfKind;
use super::{Condition, Expression, Sight};
use crate::event::Value;

/// What is left of a condition for events of one kind. Most conditions ask for the kind, and many for nothing else.
#[derive(Debug, Clone, PartialEq)]
pub enum Rest {
    /// It holds.
    Holds,
    /// It does not hold.
    Fails,
    /// This is still to be asked.
    Ask(Condition),
}

impl Rest {
    /// What is left of the condition for events of `kind`, for which it holds if and only if the condition does. All of it
    /// where the kind is not known.
    #[must_use]
    pub fn of(condition: &Condition, kind: Option<&str>) -> Rest {
        let Some(kind) = kind else { return Rest::Ask(condition.clone()) };
        match given(condition.expression(), kind) {
            Expression::Constant(Value::Bool(true)) => Rest::Holds,
            Expression::Constant(Value::Bool(false)) => Rest::Fails,
            expression => Rest::Ask(Condition::new(condition.text(), expression)),
        }
    }

    /// Whether it holds with an event of that kind in sight. What misses something does not.
    #[must_use]
    pub fn holds(&self, sight: &Sight<'_>) -> bool {
        match self {
            Rest::Holds => true,
            Rest::Fails => false,
            Rest::Ask(condition) => condition.holds(sight).unwrap_or(false),
        }
    }
}

/// The expression with what the kind settles put in its place.
fn given(expression: &Expression, kind: &str) -> Expression {
    if let Some(asked) = OfKind::asked_by(expression) {
        return truth(asked.answer(kind));
    }
    match expression {
        Expression::All(parts) => match left(parts, kind, true) {
            Some(parts) if parts.is_empty() => truth(true),
            Some(parts) => Expression::All(parts),
            None => truth(false),
        },
        Expression::Any(parts) => match left(parts, kind, false) {
            Some(parts) if parts.is_empty() => truth(false),
            Some(parts) => Expression::Any(parts),
            None => truth(true),
        },
        Expression::Not(part) => match given(part, kind) {
            Expression::Constant(Value::Bool(settled)) => truth(!settled),
            part => Expression::Not(Box::new(part)),
        },
        Expression::Constant(_)
        | Expression::Span(_)
        | Expression::Time(_)
        | Expression::Read(_)
        | Expression::Has(_)
        | Expression::Compare(..)
        | Expression::In(_)
        | Expression::Reckon(..)
        | Expression::Text(..)
        | Expression::Size(_)
        | Expression::Choose(_)
        | Expression::LowerAscii(_) => expression.clone(),
    }
}

/// The parts that the kind does not settle; `None` if it settles one of them otherwise than `settled`, which then settles
/// all of them, whatever else is missing.
fn left(parts: &[Expression], kind: &str, settled: bool) -> Option<Vec<Expression>> {
    let mut left = Vec::new();
    for part in parts {
        match given(part, kind) {
            Expression::Constant(Value::Bool(truth)) if truth == settled => {}
            Expression::Constant(Value::Bool(_)) => return None,
            part => left.push(part),
        }
    }
    Some(left)
}

fn truth(truth: bool) -> Expression {
    Expression::Constant(Value::Bool(truth))
}
