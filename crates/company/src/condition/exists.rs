//! Word lists: `["bag", "luggage"].exists(word, event.said.lowerAscii().contains(word))`.
//!
//! CEL's macro over a list that is written out in the condition. It is unrolled when the folder is
//! loaded, so the core needs neither loops nor variables.

use opcx_core::condition::Expression;
use opcx_core::event::Value;

use super::check::{Checker, Typed, start};
use super::path::Type;
use super::syntax::{Form, Tree};

impl Checker<'_> {
    /// Any of the tests that `test` becomes when the variable is each item of the list.
    pub(super) fn exists(&mut self, list: &Tree, variable: &Tree, test: &Tree) -> Option<Typed> {
        let Form::Name(name) = &variable.form else {
            let what =
                "`exists` names each item first: `[\"a\", \"b\"].exists(word, facts.x.contains(word))`";
            return self.wrong(variable.at, what.to_owned());
        };
        let (Expression::Constant(Value::List(items)), Type::Texts | Type::Numbers) = self.check(list)?
        else {
            let what = "`exists` goes through a list that is written out, like `[\"a\", \"b\"]`";
            return self.wrong(start(list), what.to_owned());
        };
        let mut tests = Vec::with_capacity(items.len());
        for item in items {
            if self.nodes_left == 0 {
                let what = "the condition is too long when every `exists` is written out; shorten its lists";
                return self.wrong(start(list), what.to_owned());
            }
            self.bound.push((name.clone(), item));
            let checked = self.of_type(test, Type::Bool, "`exists` asks a truth value of each item");
            self.bound.pop();
            // One fault is enough: the others would say the same of the other items.
            tests.push(checked?);
        }
        Some((Expression::Any(tests), Type::Bool))
    }

    /// What a name stands for here, if it is that of an item.
    pub(super) fn meant_by(&self, name: &str) -> Option<&Value> {
        self.bound.iter().rev().find(|(bound, _)| bound == name).map(|(_, value)| value)
    }

    /// Capitals are never found where there are only small letters.
    pub(super) fn small_letters(&mut self, whole: &Expression, part: &Expression, at: usize) -> Option<()> {
        match (whole, part) {
            (Expression::LowerAscii(_), Expression::Constant(Value::Text(text)))
                if text.contains(|c: char| c.is_ascii_uppercase()) =>
            {
                let shown: String = text.chars().take(80).collect();
                let small = shown.to_ascii_lowercase();
                self.wrong(at, format!("`{shown}` is never found among small letters; write `{small}`"))
            }
            _ => Some(()),
        }
    }
}
