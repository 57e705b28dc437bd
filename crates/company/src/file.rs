//! The files of a folder: per kind its table of keys and its reader.
//!
//! A reader takes a node that was already held against the table, so it stays silent about what is
//! missing or misshapen, and reports only what the table cannot know: names, phrases, conditions.

pub(crate) mod calendar;
pub(crate) mod journey;
pub(crate) mod mapping;
pub(crate) mod phrase;
pub(crate) mod playbook;
pub(crate) mod settings;
pub(crate) mod template;
pub(crate) mod vocabulary;

use opcx_core::event::Name;

use crate::fault::Faults;
use crate::text::Node;

/// Longest name of anything.
const NAME_CHARS_MAX: usize = 64;

/// A name that the company chooses: of a moment, a playbook, a fact.
pub(crate) fn name(node: &Node, faults: &mut Faults) -> Option<Name> {
    let text = node.text()?;
    let long = text.chars().count() > NAME_CHARS_MAX;
    if long || text.trim() != text || text.is_empty() || text.chars().any(char::is_control) {
        let what = format!(
            "`{}` cannot be a name; write 1 to {NAME_CHARS_MAX} characters without spaces at the ends",
            text.chars().take(NAME_CHARS_MAX).collect::<String>()
        );
        faults.error("name", &node.place, what);
        return None;
    }
    Some(text.into())
}

/// What `parse` makes of a node's text; its own message becomes the fault.
pub(crate) fn parsed<T, E: core::fmt::Display>(
    rule: &'static str,
    node: Option<&Node>,
    faults: &mut Faults,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Option<T> {
    let node = node?;
    // What is empty was reported with its table.
    match parse(node.text().filter(|text| !text.trim().is_empty())?) {
        Ok(value) => Some(value),
        Err(error) => {
            faults.error(rule, &node.place, error.to_string());
            None
        }
    }
}

/// The whole number under `key`, where the table allows only such that fit.
pub(crate) fn whole(node: &Node, key: &str) -> Option<i64> {
    node.text_of(key)?.parse().ok()
}
