//! Conditions: from CEL text to the core's checked form.
//!
//! A subset of CEL (<https://cel.dev>) is read, the part that means the same for a person reading
//! it aloud: comparisons, `&&`, `||`, `!`, arithmetic, `in`, `has()`, `size()`, `contains`,
//! `startsWith`, `endsWith`, `lowerAscii`, `exists`, `duration()`, `timestamp()` and `? :`. Whatever else CEL has is refused
//! with the list of what there is. Names and types are resolved here, once; `docs/adr/0003` says why
//! and with which numbers. Every fault is reported at its own place, also within a text of several lines.

mod check;
mod exists;
mod lex;
mod path;
mod syntax;

pub(crate) use path::{Scope, resolve};

use opcx_core::condition::{Condition, Expression, NODES_MAX};
use opcx_core::definitions::Vocabulary;

use crate::fault::Faults;
use crate::text::Node;

/// Something wrong in a condition, at a byte offset of its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) at: usize,
    pub(crate) what: String,
}

/// The condition that a node holds; its faults are reported.
pub(crate) fn read(
    node: &Node,
    vocabulary: &Vocabulary,
    scope: Scope,
    faults: &mut Faults,
) -> Option<Condition> {
    // What is empty was reported with its table.
    let text = node.text().filter(|text| !text.trim().is_empty())?;
    match compile(text, vocabulary, scope) {
        Ok(expression) => Some(Condition::new(text.trim(), expression)),
        Err(wrongs) => {
            for wrong in wrongs {
                faults.error("condition", &node.place_of(wrong.at), wrong.what);
            }
            None
        }
    }
}

/// The checked form of a condition, or everything that is wrong with it.
pub(crate) fn compile(text: &str, vocabulary: &Vocabulary, scope: Scope) -> Result<Expression, Vec<Wrong>> {
    let tree = syntax::parse(text, NODES_MAX).map_err(|wrong| vec![wrong])?;
    check::truth(&tree, vocabulary, scope)
}
