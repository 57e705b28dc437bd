use core::cmp::Ordering;

use super::letters::Letters;
use super::{Comparison, Condition, Expression, FactType, Field, Reckoning, TextTest};
use crate::customer::Traits;
use crate::event::{Categories, Category, Event, Facts, Origin, Value};
use crate::promise::Promise;
use crate::reading::{Felt, Reading};
use crate::time::{Span, Timestamp, parse_rfc3339};
use crate::trust::Ledger;

/// Everything a condition may look at, and the consent that limits it.
///
/// The only door to a customer's data: a field whose category may not be looked at reads as
/// [`Missing`].
#[derive(Debug, Clone, Copy)]
pub struct Sight<'a> {
    /// What may be looked at, for the purpose at hand ([`Grants::allowed`](crate::consent::Grants::allowed)).
    pub allowed: Categories,
    /// The event at hand; none when a timer fired.
    pub event: Option<&'a Event>,
    /// What was read in the event's text.
    pub reading: Option<&'a Reading>,
    /// The promise at hand: the facts it was made with, when, and until when.
    pub promise: Option<PromiseSight<'a>>,
    /// The customer's trust.
    pub trust: &'a Ledger,
    /// The customer's traits: facts about the person, latest value each.
    pub traits: &'a Traits,
    /// The customer's promises, settled ones too.
    pub promises: &'a [Promise],
    /// How many events of the customer were counted.
    pub events: u64,
    /// The log's time at which is looked.
    pub now: Timestamp,
}

/// What a condition can see of the promise at hand.
#[derive(Debug, Clone, Copy)]
pub struct PromiseSight<'a> {
    /// The facts of the event that made it.
    pub facts: &'a Facts,
    /// When it was made.
    pub made: Timestamp,
    /// When it is due.
    pub due: Timestamp,
}

/// What a condition could not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing<'a> {
    /// The field is not there, or may not be seen: from here the two cannot be told apart.
    Field(&'a Field),
    /// A fact has another type than the vocabulary says.
    Mistyped(&'a Field),
    /// Division by zero.
    DividedByZero,
}

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

type Outcome<'a> = Result<Operand<'a>, Missing<'a>>;

impl Condition {
    /// Whether the condition holds.
    ///
    /// # Errors
    /// Something it needs cannot be read; the caller treats that as *does not hold* and says why.
    pub fn holds<'a>(&'a self, sight: &Sight<'a>) -> Result<bool, Missing<'a>> {
        truth(&self.expression, sight)
    }
}

/// What an expression is as a truth value. Most of a condition is made of these, and they are no operands on the way.
fn truth<'a>(expression: &'a Expression, sight: &Sight<'a>) -> Result<bool, Missing<'a>> {
    match expression {
        Expression::All(parts) => quantify(parts, sight, false),
        Expression::Any(parts) => quantify(parts, sight, true),
        Expression::Not(part) => Ok(!truth(part, sight)?),
        Expression::Has(field) => Ok(sight.read(field).is_ok()),
        Expression::Compare(how, sides) => {
            Ok(agrees(*how, compare(evaluate(&sides.0, sight)?, evaluate(&sides.1, sight)?)))
        }
        Expression::In(sides) => {
            let wanted = evaluate(&sides.0, sight)?;
            let Operand::List(list) = evaluate(&sides.1, sight)? else { return Ok(false) };
            Ok(list.iter().any(|value| compare(wanted, operand(value)) == Some(Ordering::Equal)))
        }
        Expression::Text(test, sides) => {
            let (left, right) = (evaluate(&sides.0, sight)?, evaluate(&sides.1, sight)?);
            let (Some(left), Some(right)) = (Letters::of(left), Letters::of(right)) else { return Ok(false) };
            Ok(match test {
                TextTest::Contains => left.contains(right),
                TextTest::StartsWith => left.starts_with(right),
                TextTest::EndsWith => left.ends_with(right),
            })
        }
        Expression::Constant(_)
        | Expression::Span(_)
        | Expression::Time(_)
        | Expression::Read(_)
        | Expression::Reckon(..)
        | Expression::Size(_)
        | Expression::Choose(_)
        | Expression::LowerAscii(_) => match evaluate(expression, sight)? {
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

fn evaluate<'a>(expression: &'a Expression, sight: &Sight<'a>) -> Outcome<'a> {
    match expression {
        Expression::Constant(value) => Ok(operand(value)),
        Expression::Span(span) => Ok(Operand::Span(*span)),
        Expression::Time(time) => Ok(Operand::Time(*time)),
        Expression::Read(field) => sight.read(field),
        Expression::All(_)
        | Expression::Any(_)
        | Expression::Not(_)
        | Expression::Has(_)
        | Expression::Compare(..)
        | Expression::In(_)
        | Expression::Text(..) => truth(expression, sight).map(Operand::Bool),
        Expression::Reckon(how, sides) => {
            reckon(*how, evaluate(&sides.0, sight)?, evaluate(&sides.1, sight)?)
        }
        Expression::Size(part) => {
            let size = match evaluate(part, sight)? {
                Operand::Text(text) | Operand::Lowered(text) => text.chars().count(),
                Operand::List(list) => list.len(),
                Operand::Bool(_) | Operand::Number(_) | Operand::Time(_) | Operand::Span(_) => 0,
            };
            Ok(Operand::Number(u32::try_from(size).unwrap_or(u32::MAX).into()))
        }
        Expression::Choose(parts) => {
            evaluate(if truth(&parts.0, sight)? { &parts.1 } else { &parts.2 }, sight)
        }
        Expression::LowerAscii(part) => match evaluate(part, sight)? {
            Operand::Text(text) | Operand::Lowered(text) => Ok(Operand::Lowered(text)),
            // The checker admits only texts here.
            other => Ok(other),
        },
    }
}

/// All or any: `deciding` is the truth value that settles it whatever else is missing.
fn quantify<'a>(parts: &'a [Expression], sight: &Sight<'a>, deciding: bool) -> Result<bool, Missing<'a>> {
    let mut missing = None;
    for part in parts {
        match truth(part, sight) {
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

/// Values of different types are unequal and in no order.
fn agrees(how: Comparison, order: Option<Ordering>) -> bool {
    match how {
        Comparison::Equal => order == Some(Ordering::Equal),
        Comparison::NotEqual => order != Some(Ordering::Equal),
        Comparison::Less => order == Some(Ordering::Less),
        Comparison::AtMost => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Comparison::Greater => order == Some(Ordering::Greater),
        Comparison::AtLeast => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
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

impl<'a> Sight<'a> {
    /// What `field` holds.
    ///
    /// # Errors
    /// It is not there, has the wrong type, or may not be seen.
    pub fn read(&self, field: &'a Field) -> Outcome<'a> {
        let missing = Missing::Field(field);
        if let Some(category) = field.category()
            && !self.sees(category)
        {
            return Err(missing);
        }
        match field {
            Field::EventKind => Ok(Operand::Text(&self.event.ok_or(missing)?.kind)),
            Field::EventChannel => Ok(Operand::Text(&self.event.ok_or(missing)?.channel)),
            Field::EventSource => Ok(Operand::Text(&self.event.ok_or(missing)?.source)),
            Field::EventTime => Ok(Operand::Time(self.event.map_or(self.now, |event| event.happened))),
            Field::EventBy => Ok(Operand::Text(match self.event.ok_or(missing)?.origin {
                Origin::Customer => "customer",
                Origin::Probe => "probe",
                Origin::Staff => "staff",
            })),
            Field::EventSaid => {
                Ok(Operand::Text(self.event.and_then(|event| event.said.as_deref()).ok_or(missing)?))
            }
            Field::Fact(fact) => {
                typed(field, fact.kind, self.event.and_then(|event| event.facts.get(&fact.name)))
            }
            Field::PromiseFact(fact) => {
                typed(field, fact.kind, self.promise.and_then(|promise| promise.facts.get(&fact.name)))
            }
            Field::PromiseDue => Ok(Operand::Time(self.promise.ok_or(missing)?.due)),
            Field::PromiseMade => Ok(Operand::Time(self.promise.ok_or(missing)?.made)),
            Field::Trait(fact) => typed(field, fact.kind, self.traits.get(&fact.name)),
            Field::Trust(account) => Ok(Operand::Number(self.trust.level(*account, self.now).get().into())),
            Field::OpenFailures => Ok(Operand::Number(self.trust.open_failures().into())),
            Field::OpenPromises => {
                let owed = self.promises.iter().filter(|promise| promise.state.is_owed()).count();
                Ok(Operand::Number(u32::try_from(owed).unwrap_or(u32::MAX).into()))
            }
            Field::Events => Ok(Operand::Number(u32::try_from(self.events).unwrap_or(u32::MAX).into())),
            Field::Valence => {
                Ok(Operand::Text(self.reading.and_then(Reading::valence).ok_or(missing)?.word()))
            }
            Field::StrongestEmotion => {
                Ok(Operand::Text(self.reading.and_then(Reading::strongest).ok_or(missing)?.word()))
            }
            Field::ValenceScore => Ok(Operand::Number(self.felt().ok_or(missing)?.valence_permille.into())),
            Field::EmotionConfidence(emotion) => {
                let found = self.felt().ok_or(missing)?.emotions.iter().find(|(known, _)| known == emotion);
                Ok(Operand::Number(found.map_or(0, |(_, permille)| permille.get()).into()))
            }
            Field::Asked => Ok(Operand::Text(self.felt().ok_or(missing)?.ask.word())),
            Field::NeedsAnswer => Ok(Operand::Bool(self.felt().ok_or(missing)?.needs_answer())),
        }
    }

    fn felt(&self) -> Option<&'a Felt> {
        self.reading?.felt()
    }

    /// Whether data of `category` may be looked at here.
    #[must_use]
    pub fn sees(&self, category: Category) -> bool {
        self.allowed.hold(category)
    }
}

/// A fact as the vocabulary declares it. Numbers and truth values that were sent as texts are
/// read as what they say, since CSV files and query strings know only texts.
fn typed<'a>(field: &'a Field, kind: FactType, value: Option<&'a Value>) -> Outcome<'a> {
    let mistyped = Missing::Mistyped(field);
    let value = value.ok_or(Missing::Field(field))?;
    match (kind, value) {
        (FactType::Bool, Value::Bool(truth)) => Ok(Operand::Bool(*truth)),
        (FactType::Bool, Value::Text(text)) => match text.as_str() {
            "true" => Ok(Operand::Bool(true)),
            "false" => Ok(Operand::Bool(false)),
            _ => Err(mistyped),
        },
        (FactType::Number, Value::Number(number)) => Ok(Operand::Number(*number)),
        (FactType::Number, Value::Text(text)) => {
            let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
            number.map(Operand::Number).ok_or(mistyped)
        }
        (FactType::Text, Value::Text(text)) => Ok(Operand::Text(text)),
        (FactType::Time, Value::Text(text)) => parse_rfc3339(text).map(Operand::Time).ok_or(mistyped),
        (FactType::Texts, Value::List(list)) => Ok(Operand::List(list)),
        (FactType::Texts, Value::Text(_)) => Ok(Operand::List(core::slice::from_ref(value))),
        (FactType::Bool, Value::Number(_) | Value::List(_))
        | (FactType::Number, Value::Bool(_) | Value::List(_))
        | (FactType::Text, Value::Bool(_) | Value::Number(_) | Value::List(_))
        | (FactType::Time, Value::Bool(_) | Value::Number(_) | Value::List(_))
        | (FactType::Texts, Value::Bool(_) | Value::Number(_)) => Err(mistyped),
    }
}
