use core::cmp::Ordering;

use super::letters::Letters;
use super::sight::{Missing, Outcome, Sight};
use super::{Comparison, Condition, Expression, Field, FieldPlace, Reckoning, TextTest};
use crate::event::Value;
use crate::time::{Span, Timestamp};

/// A value while a condition is evaluated; texts and lists are borrowed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Operand<'a> {
    /// Yes or no.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(&'a str),
    /// A text of which every ASCII capital stands for its small letter, so that nothing is copied.
    Lowered(&'a str),
    /// A moment.
    Time(Timestamp),
    /// A distance in time.
    Span(Span),
    /// Several values.
    List(&'a [Value]),
}

impl Condition {
    /// Whether the condition holds.
    ///
    /// # Errors
    /// Something it needs cannot be read; the caller treats that as *does not hold* and says why.
    pub fn holds<'a>(&'a self, sight: &Sight<'a>) -> Result<bool, Missing<'a>> {
        truth(&self.resolved, &Values::Seen { sight, fields: &self.fields })
    }

    /// The same for what was read before: one outcome for each of [`Condition::fields`], in their order. There may be more.
    ///
    /// # Errors
    /// As with [`Condition::holds`].
    pub(crate) fn holds_with<'a>(&'a self, read: &[Outcome<'a>]) -> Result<bool, Missing<'a>> {
        truth(&self.resolved, &Values::Read(read))
    }
}

/// Where an expression finds what its fields hold.
#[derive(Clone, Copy)]
enum Values<'v, 'a> {
    /// In sight: each field is read when it is asked for.
    Seen { sight: &'v Sight<'a>, fields: &'a [Field] },
    /// All were read before.
    Read(&'v [Outcome<'a>]),
}

impl<'a> Values<'_, 'a> {
    #[inline]
    fn get(&self, place: FieldPlace) -> Outcome<'a> {
        match self {
            Values::Seen { sight, fields } => sight.read(&fields[place.0]),
            Values::Read(read) => read[place.0],
        }
    }
}

/// What an expression is as a truth value. Most of a condition is made of these, and they are no operands on the way.
fn truth<'a>(expression: &'a Expression<FieldPlace>, values: &Values<'_, 'a>) -> Result<bool, Missing<'a>> {
    match expression {
        Expression::All(parts) => quantify(parts, values, false),
        Expression::Any(parts) => quantify(parts, values, true),
        Expression::Not(part) => Ok(!truth(part, values)?),
        Expression::Has(place) => Ok(values.get(*place).is_ok()),
        Expression::Compare(how, sides) => Ok(agrees(*how, side(&sides.0, values)?, side(&sides.1, values)?)),
        Expression::In(sides) => Ok(is_among(side(&sides.0, values)?, side(&sides.1, values)?)),
        Expression::Text(test, sides) => Ok(passes(*test, side(&sides.0, values)?, side(&sides.1, values)?)),
        Expression::Constant(_)
        | Expression::Span(_)
        | Expression::Time(_)
        | Expression::Read(_)
        | Expression::Reckon(..)
        | Expression::Size(_)
        | Expression::Choose(_)
        | Expression::LowerAscii(_) => match evaluate(expression, values)? {
            Operand::Bool(truth) => Ok(truth),
            // The checker admits only truth values here.
            Operand::Number(_)
            | Operand::Text(_)
            | Operand::Lowered(_)
            | Operand::Time(_)
            | Operand::Span(_)
            | Operand::List(_) => Ok(false),
        },
    }
}

/// One of two that are compared: mostly something read or a constant, which takes no call.
#[inline(always)]
fn side<'a>(expression: &'a Expression<FieldPlace>, values: &Values<'_, 'a>) -> Outcome<'a> {
    match expression {
        Expression::Read(place) => values.get(*place),
        Expression::Constant(value) => Ok(operand(value)),
        other => evaluate(other, values),
    }
}

fn evaluate<'a>(expression: &'a Expression<FieldPlace>, values: &Values<'_, 'a>) -> Outcome<'a> {
    match expression {
        Expression::Constant(value) => Ok(operand(value)),
        Expression::Span(span) => Ok(Operand::Span(*span)),
        Expression::Time(time) => Ok(Operand::Time(*time)),
        Expression::Read(place) => values.get(*place),
        Expression::All(_)
        | Expression::Any(_)
        | Expression::Not(_)
        | Expression::Has(_)
        | Expression::Compare(..)
        | Expression::In(_)
        | Expression::Text(..) => truth(expression, values).map(Operand::Bool),
        Expression::Reckon(how, sides) => {
            reckon(*how, evaluate(&sides.0, values)?, evaluate(&sides.1, values)?)
        }
        Expression::Size(part) => {
            let size = match evaluate(part, values)? {
                Operand::Text(text) | Operand::Lowered(text) => text.chars().count(),
                Operand::List(list) => list.len(),
                Operand::Bool(_) | Operand::Number(_) | Operand::Time(_) | Operand::Span(_) => 0,
            };
            Ok(Operand::Number(u32::try_from(size).unwrap_or(u32::MAX).into()))
        }
        Expression::Choose(parts) => {
            evaluate(if truth(&parts.0, values)? { &parts.1 } else { &parts.2 }, values)
        }
        Expression::LowerAscii(part) => match evaluate(part, values)? {
            Operand::Text(text) | Operand::Lowered(text) => Ok(Operand::Lowered(text)),
            // The checker admits only texts here.
            other => Ok(other),
        },
    }
}

/// All or any: `deciding` is the truth value that settles it whatever else is missing.
fn quantify<'a>(
    parts: &'a [Expression<FieldPlace>],
    values: &Values<'_, 'a>,
    deciding: bool,
) -> Result<bool, Missing<'a>> {
    let mut missing = None;
    for part in parts {
        match truth(part, values) {
            Ok(truth) if truth == deciding => return Ok(deciding),
            Ok(_) => {}
            Err(what) => missing = missing.or(Some(what)),
        }
    }
    match missing {
        Some(what) => Err(what),
        None => Ok(!deciding),
    }
}

#[inline(always)]
fn operand(value: &Value) -> Operand<'_> {
    match value {
        Value::Bool(truth) => Operand::Bool(*truth),
        Value::Number(number) => Operand::Number(*number),
        Value::Text(text) => Operand::Text(text),
        Value::List(list) => Operand::List(list),
    }
}

fn compare(left: Operand<'_>, right: Operand<'_>) -> Option<Ordering> {
    match (left, right) {
        (Operand::Number(left), Operand::Number(right)) => left.partial_cmp(&right),
        (Operand::Text(left), Operand::Text(right)) => Some(left.cmp(right)),
        (Operand::Bool(left), Operand::Bool(right)) => Some(left.cmp(&right)),
        (Operand::Time(left), Operand::Time(right)) => Some(left.cmp(&right)),
        (Operand::Span(left), Operand::Span(right)) => Some(left.cmp(&right)),
        _ => Some(Letters::of(left)?.compare(Letters::of(right)?)),
    }
}

/// Whether two values compare that way. Values of different types are unequal and in no order.
#[inline(always)]
fn agrees(how: Comparison, left: Operand<'_>, right: Operand<'_>) -> bool {
    match (left, right) {
        (Operand::Number(left), Operand::Number(right)) => match how {
            Comparison::Equal => left == right,
            Comparison::NotEqual => left != right,
            Comparison::Less => left < right,
            Comparison::AtMost => left <= right,
            Comparison::Greater => left > right,
            Comparison::AtLeast => left >= right,
        },
        _ => {
            let order = compare(left, right);
            match how {
                Comparison::Equal => order == Some(Ordering::Equal),
                Comparison::NotEqual => order != Some(Ordering::Equal),
                Comparison::Less => order == Some(Ordering::Less),
                Comparison::AtMost => matches!(order, Some(Ordering::Less | Ordering::Equal)),
                Comparison::Greater => order == Some(Ordering::Greater),
                Comparison::AtLeast => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
            }
        }
    }
}

fn is_among(wanted: Operand<'_>, list: Operand<'_>) -> bool {
    let Operand::List(list) = list else { return false };
    list.iter().any(|value| compare(wanted, operand(value)) == Some(Ordering::Equal))
}

fn passes(test: TextTest, left: Operand<'_>, right: Operand<'_>) -> bool {
    let (Some(left), Some(right)) = (Letters::of(left), Letters::of(right)) else { return false };
    match test {
        TextTest::Contains => left.contains(right),
        TextTest::StartsWith => left.starts_with(right),
        TextTest::EndsWith => left.ends_with(right),
    }
}

fn reckon<'a>(how: Reckoning, left: Operand<'a>, right: Operand<'a>) -> Outcome<'a> {
    match (how, left, right) {
        (_, Operand::Number(left), Operand::Number(right)) => Ok(Operand::Number(match how {
            Reckoning::Add => left + right,
            Reckoning::Subtract => left - right,
            Reckoning::Multiply => left * right,
            Reckoning::Divide | Reckoning::Remainder if right == 0.0 => return Err(Missing::DividedByZero),
            Reckoning::Divide => left / right,
            Reckoning::Remainder => left % right,
        })),
        (Reckoning::Subtract, Operand::Time(left), Operand::Time(right)) => {
            Ok(Operand::Span(left.since(right)))
        }
        (Reckoning::Add, Operand::Time(time), Operand::Span(span))
        | (Reckoning::Add, Operand::Span(span), Operand::Time(time)) => Ok(Operand::Time(time + span)),
        (Reckoning::Subtract, Operand::Time(time), Operand::Span(span)) => Ok(Operand::Time(time - span)),
        (Reckoning::Add, Operand::Span(left), Operand::Span(right)) => {
            Ok(Operand::Span(Span::from_millis(left.as_millis().saturating_add(right.as_millis()))))
        }
        (Reckoning::Subtract, Operand::Span(left), Operand::Span(right)) => {
            Ok(Operand::Span(Span::from_millis(left.as_millis().saturating_sub(right.as_millis()))))
        }
        // The checker admits no other pair.
        _ => Err(Missing::DividedByZero),
    }
}
