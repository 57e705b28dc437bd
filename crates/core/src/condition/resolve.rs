use alloc::boxed::Box;
use alloc::vec::Vec;
use compact_str::CompactString;

use super::{Condition, Expression, Field};

/// Which of the fields that a condition reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FieldPlace(pub(super) usize);

impl Condition {
    /// The condition that is written as `text`.
    #[must_use]
    pub fn new(text: impl Into<CompactString>, expression: Expression) -> Condition {
        let mut fields: Vec<Field> = Vec::new();
        let resolved = expression.map(&mut |field| {
            FieldPlace(fields.iter().position(|known| known == field).unwrap_or_else(|| {
                fields.push(field.clone());
                fields.len() - 1
            }))
        });
        Condition { text: text.into(), expression, fields, resolved }
    }

    /// The condition as written, for receipts and pages.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it says.
    #[must_use]
    pub fn expression(&self) -> &Expression {
        &self.expression
    }

    /// What it reads, each field once, in the order written.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }
}

impl<F> Expression<F> {
    /// The same expression with other names for what it reads; `name` is asked in the order written.
    fn map<G>(&self, name: &mut impl FnMut(&F) -> G) -> Expression<G> {
        match self {
            Expression::Constant(value) => Expression::Constant(value.clone()),
            Expression::Span(span) => Expression::Span(*span),
            Expression::Time(time) => Expression::Time(*time),
            Expression::Read(field) => Expression::Read(name(field)),
            Expression::Has(field) => Expression::Has(name(field)),
            Expression::All(parts) => Expression::All(parts.iter().map(|part| part.map(name)).collect()),
            Expression::Any(parts) => Expression::Any(parts.iter().map(|part| part.map(name)).collect()),
            Expression::Not(part) => Expression::Not(Box::new(part.map(name))),
            Expression::Compare(how, sides) => Expression::Compare(*how, two(sides, name)),
            Expression::In(sides) => Expression::In(two(sides, name)),
            Expression::Reckon(how, sides) => Expression::Reckon(*how, two(sides, name)),
            Expression::Text(test, sides) => Expression::Text(*test, two(sides, name)),
            Expression::Size(part) => Expression::Size(Box::new(part.map(name))),
            Expression::Choose(parts) => {
                Expression::Choose(Box::new((parts.0.map(name), parts.1.map(name), parts.2.map(name))))
            }
            Expression::LowerAscii(part) => Expression::LowerAscii(Box::new(part.map(name))),
        }
    }
}

fn two<F, G>(
    sides: &(Expression<F>, Expression<F>),
    name: &mut impl FnMut(&F) -> G,
) -> Box<(Expression<G>, Expression<G>)> {
    Box::new((sides.0.map(name), sides.1.map(name)))
}
