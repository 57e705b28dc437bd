//! Conditions that can never hold, found without an event.
//!
//! A condition is written out as alternatives, each a list of demands on single fields. It can never
//! hold when in every alternative the demands on some field contradict each other. What is not
//! understood demands nothing, so *never* is only said when it is so.

use std::collections::BTreeMap;

use opcx_core::condition::{Comparison, Expression, Field};
use opcx_core::event::Value;

/// Most alternatives that are written out; a condition with more counts as one that may hold.
const ALTERNATIVES_MAX: usize = 64;

/// Whether no event and no customer can ever meet all of `expressions` at once.
pub(super) fn never(expressions: &[&Expression]) -> bool {
    alternatives(expressions).is_some_and(|alternatives| !alternatives.iter().any(Alternative::is_possible))
}

/// The ways in which all of `expressions` can be met; `None` when there are too many to tell.
pub(super) fn alternatives<'a>(expressions: &[&'a Expression]) -> Option<Vec<Alternative<'a>>> {
    expressions.iter().try_fold(vec![Alternative::default()], |known, expression| {
        product(&known, &write_out(expression, true)?)
    })
}

/// One way in which a condition can be met: what it demands of single fields.
#[derive(Debug, Clone, Default)]
pub(super) struct Alternative<'a> {
    demands: Vec<(&'a Field, Demand<'a>)>,
}

/// What is demanded of a field.
#[derive(Debug, Clone)]
pub(super) enum Demand<'a> {
    /// It is there.
    Present,
    /// It is not.
    Absent,
    /// It is one of these.
    OneOf(Vec<&'a Value>),
    /// It is none of these.
    NoneOf(Vec<&'a Value>),
    /// It is a number of at least that; more than that if so said.
    AtLeast(f64, bool),
    /// It is a number of at most that; less than that if so said.
    AtMost(f64, bool),
    /// It is that truth value.
    Is(bool),
}

impl<'a> Alternative<'a> {
    /// What is demanded, field by field.
    pub(super) fn demands(&self) -> &[(&'a Field, Demand<'a>)] {
        &self.demands
    }

    /// Whether the demands on each field agree.
    pub(super) fn is_possible(&self) -> bool {
        let mut by_field: BTreeMap<&Field, Vec<&Demand<'a>>> = BTreeMap::new();
        for (field, demand) in &self.demands {
            by_field.entry(field).or_default().push(demand);
        }
        by_field.into_iter().all(|(field, demands)| agree(field, &demands))
    }
}

fn agree(field: &Field, demands: &[&Demand<'_>]) -> bool {
    let (mut least, mut most) = bounds(field);
    let mut allowed: Option<Vec<&Value>> = None;
    let mut refused: Vec<&Value> = Vec::new();
    let (mut present, mut absent, mut yes, mut no) = (false, false, false, false);
    for demand in demands {
        present |= !matches!(demand, Demand::Absent);
        match demand {
            Demand::Present => {}
            Demand::Absent => absent = true,
            Demand::OneOf(values) => {
                allowed = Some(match allowed {
                    None => values.clone(),
                    Some(allowed) => allowed.into_iter().filter(|value| values.contains(value)).collect(),
                });
            }
            Demand::NoneOf(values) => refused.extend(values),
            Demand::AtLeast(number, more) => least = tighter(least, (*number, *more), f64::gt),
            Demand::AtMost(number, less) => most = tighter(most, (*number, *less), f64::lt),
            Demand::Is(true) => yes = true,
            Demand::Is(false) => no = true,
        }
    }
    if (present && absent) || (yes && no) || least.0 > most.0 || (least.0 == most.0 && (least.1 || most.1)) {
        return false;
    }
    let fits = |value: &Value| match value {
        Value::Number(number) => {
            let enough = *number > least.0 || (*number == least.0 && !least.1);
            enough && (*number < most.0 || (*number == most.0 && !most.1))
        }
        Value::Bool(truth) => !(if *truth { no } else { yes }),
        Value::Text(_) | Value::List(_) => true,
    };
    allowed.is_none_or(|allowed| allowed.into_iter().any(|value| !refused.contains(&value) && fits(value)))
}

/// Which numbers a field can hold at all.
fn bounds(field: &Field) -> ((f64, bool), (f64, bool)) {
    let (least, most) = match field {
        Field::Trust(_) | Field::EmotionConfidence(_) => (0.0, 1_000.0),
        Field::ValenceScore => (-1_000.0, 1_000.0),
        Field::OpenFailures | Field::OpenPromises | Field::Events => (0.0, f64::INFINITY),
        Field::EventKind
        | Field::EventChannel
        | Field::EventSource
        | Field::EventTime
        | Field::EventBy
        | Field::EventSaid
        | Field::Fact(_)
        | Field::PromiseFact(_)
        | Field::PromiseDue
        | Field::PromiseMade
        | Field::Trait(_)
        | Field::Valence
        | Field::StrongestEmotion
        | Field::Asked
        | Field::NeedsAnswer => (f64::NEG_INFINITY, f64::INFINITY),
    };
    ((least, false), (most, false))
}

/// Of two bounds the one that leaves less.
fn tighter(known: (f64, bool), new: (f64, bool), beyond: fn(&f64, &f64) -> bool) -> (f64, bool) {
    if beyond(&new.0, &known.0) {
        new
    } else if new.0 == known.0 {
        (known.0, known.1 || new.1)
    } else {
        known
    }
}

/// The alternatives in which `expression` is `wanted`.
fn write_out(expression: &Expression, wanted: bool) -> Option<Vec<Alternative<'_>>> {
    match expression {
        Expression::Constant(Value::Bool(truth)) => {
            Some(if *truth == wanted { vec![Alternative::default()] } else { Vec::new() })
        }
        Expression::All(parts) if wanted => every(parts, true),
        Expression::Any(parts) if !wanted => every(parts, false),
        Expression::All(parts) | Expression::Any(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(write_out(part, wanted)?);
                if all.len() > ALTERNATIVES_MAX {
                    return None;
                }
            }
            Some(all)
        }
        Expression::Not(part) => write_out(part, !wanted),
        Expression::Has(field) => Some(one(field, if wanted { Demand::Present } else { Demand::Absent })),
        Expression::Read(field) => Some(one(field, Demand::Is(wanted))),
        Expression::In(sides) => Some(match (&sides.0, &sides.1) {
            (Expression::Read(field), Expression::Constant(Value::List(list))) => {
                let values = list.iter().collect();
                one(field, if wanted { Demand::OneOf(values) } else { Demand::NoneOf(values) })
            }
            _ => vec![Alternative::default()],
        }),
        Expression::Compare(how, sides) => Some(match (&sides.0, &sides.1) {
            (Expression::Read(field), Expression::Constant(value)) => compared(field, *how, value, wanted),
            (Expression::Constant(value), Expression::Read(field)) => {
                compared(field, turned(*how), value, wanted)
            }
            _ => vec![Alternative::default()],
        }),
        Expression::Constant(_)
        | Expression::Span(_)
        | Expression::Time(_)
        | Expression::Reckon(..)
        | Expression::Text(..)
        | Expression::Size(_)
        | Expression::Choose(_)
        | Expression::LowerAscii(_) => Some(vec![Alternative::default()]),
    }
}

fn every(parts: &[Expression], wanted: bool) -> Option<Vec<Alternative<'_>>> {
    parts
        .iter()
        .try_fold(vec![Alternative::default()], |known, part| product(&known, &write_out(part, wanted)?))
}

fn product<'a>(left: &[Alternative<'a>], right: &[Alternative<'a>]) -> Option<Vec<Alternative<'a>>> {
    if left.len().saturating_mul(right.len()) > ALTERNATIVES_MAX {
        return None;
    }
    let mut all = Vec::new();
    for one in left {
        for other in right {
            let demands = one.demands.iter().chain(&other.demands).cloned().collect();
            all.push(Alternative { demands });
        }
    }
    Some(all)
}

fn one<'a>(field: &'a Field, demand: Demand<'a>) -> Vec<Alternative<'a>> {
    vec![Alternative { demands: vec![(field, demand)] }]
}

fn compared<'a>(field: &'a Field, how: Comparison, value: &'a Value, wanted: bool) -> Vec<Alternative<'a>> {
    let how = if wanted { how } else { opposite(how) };
    let demand = match (how, value) {
        (Comparison::Equal, Value::Bool(truth)) => Demand::Is(*truth),
        (Comparison::NotEqual, Value::Bool(truth)) => Demand::Is(!*truth),
        (Comparison::Equal, value) => Demand::OneOf(vec![value]),
        (Comparison::NotEqual, value) => Demand::NoneOf(vec![value]),
        (Comparison::Less, Value::Number(number)) => Demand::AtMost(*number, true),
        (Comparison::AtMost, Value::Number(number)) => Demand::AtMost(*number, false),
        (Comparison::Greater, Value::Number(number)) => Demand::AtLeast(*number, true),
        (Comparison::AtLeast, Value::Number(number)) => Demand::AtLeast(*number, false),
        // The order of texts is not looked into.
        (Comparison::Less | Comparison::AtMost | Comparison::Greater | Comparison::AtLeast, _) => {
            Demand::Present
        }
    };
    one(field, demand)
}

/// The comparison that holds where `how` does not.
fn opposite(how: Comparison) -> Comparison {
    match how {
        Comparison::Equal => Comparison::NotEqual,
        Comparison::NotEqual => Comparison::Equal,
        Comparison::Less => Comparison::AtLeast,
        Comparison::AtMost => Comparison::Greater,
        Comparison::Greater => Comparison::AtMost,
        Comparison::AtLeast => Comparison::Less,
    }
}

/// The same comparison with its sides exchanged.
fn turned(how: Comparison) -> Comparison {
    match how {
        Comparison::Equal | Comparison::NotEqual => how,
        Comparison::Less => Comparison::Greater,
        Comparison::AtMost => Comparison::AtLeast,
        Comparison::Greater => Comparison::Less,
        Comparison::AtLeast => Comparison::AtMost,
    }
}
