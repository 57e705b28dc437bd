//! Conditions as short expressions, and the facts that the small company declares.

use opcx_core::condition::{
    Comparison, Condition, Declared, Expression, FactType, Field, Reckoning, TextTest,
};
use opcx_core::event::{Category, Value};
use opcx_core::time::Span;

/// Every fact that events of the small company carry.
pub(crate) const FACTS: [(&str, FactType, Category, bool); 10] = [
    ("order", FactType::Text, Category::Service, false),
    ("value", FactType::Number, Category::Purchase, false),
    ("carrier", FactType::Text, Category::Operations, false),
    ("minutes_late", FactType::Number, Category::Operations, false),
    ("page", FactType::Text, Category::Browsing, false),
    ("campaign", FactType::Text, Category::Advertising, false),
    ("promised_at", FactType::Time, Category::Service, false),
    ("offered_until", FactType::Time, Category::Advertising, false),
    ("timezone", FactType::Text, Category::Service, true),
    ("interest", FactType::Text, Category::Advertising, true),
];

/// The declared fact of that name.
pub(crate) fn declared(name: &str) -> Declared {
    let (name, kind, category, _) =
        FACTS.into_iter().find(|(known, ..)| *known == name).expect("stories name declared facts");
    Declared { name: name.into(), category, kind }
}

pub(crate) fn fact(name: &str) -> Field {
    Field::Fact(declared(name))
}

pub(crate) fn promised(name: &str) -> Field {
    Field::PromiseFact(declared(name))
}

pub(crate) fn about(name: &str) -> Field {
    Field::Trait(declared(name))
}

pub(crate) fn read_field(field: Field) -> Expression {
    Expression::Read(field)
}

pub(crate) fn text(value: &str) -> Expression {
    Expression::Constant(Value::Text(value.into()))
}

pub(crate) fn number(value: f64) -> Expression {
    Expression::Constant(Value::Number(value))
}

pub(crate) fn truth(value: bool) -> Expression {
    Expression::Constant(Value::Bool(value))
}

pub(crate) fn texts(values: &[&str]) -> Expression {
    Expression::Constant(Value::List(values.iter().map(|value| Value::Text((*value).into())).collect()))
}

pub(crate) fn compare(left: Expression, how: Comparison, right: Expression) -> Expression {
    Expression::Compare(how, Box::new((left, right)))
}

pub(crate) fn is(field: Field, value: &str) -> Expression {
    compare(Expression::Read(field), Comparison::Equal, text(value))
}

pub(crate) fn same(one: Field, other: Field) -> Expression {
    compare(Expression::Read(one), Comparison::Equal, Expression::Read(other))
}

pub(crate) fn over(field: Field, value: f64) -> Expression {
    compare(Expression::Read(field), Comparison::Greater, number(value))
}

pub(crate) fn kind(name: &str) -> Expression {
    is(Field::EventKind, name)
}

pub(crate) fn kinds(names: &[&str]) -> Expression {
    among(Expression::Read(Field::EventKind), texts(names))
}

pub(crate) fn among(one: Expression, list: Expression) -> Expression {
    Expression::In(Box::new((one, list)))
}

pub(crate) fn all_of(parts: Vec<Expression>) -> Expression {
    Expression::All(parts)
}

pub(crate) fn any_of(parts: Vec<Expression>) -> Expression {
    Expression::Any(parts)
}

pub(crate) fn not(part: Expression) -> Expression {
    Expression::Not(Box::new(part))
}

pub(crate) fn reckon(left: Expression, how: Reckoning, right: Expression) -> Expression {
    Expression::Reckon(how, Box::new((left, right)))
}

pub(crate) fn test(left: Expression, how: TextTest, right: Expression) -> Expression {
    Expression::Text(how, Box::new((left, right)))
}

pub(crate) fn hours(hours: i64) -> Expression {
    Expression::Span(Span::HOUR.times(hours))
}

/// The condition; its text is of no concern here.
pub(crate) fn condition(expression: Expression) -> Condition {
    Condition::new("written in Rust", expression)
}
