use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::node::{Content, Node, Scalar};
use crate::fault::{Faults, Place};

/// The tree of a TOML file. Every fault of the syntax is reported; what could be read is returned.
pub(crate) fn parse(file: &Arc<str>, text: &str, faults: &mut Faults) -> Node {
    let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
    let line_starts = core::iter::once(0).chain(breaks).collect();
    let source = Source { file: file.clone(), text, line_starts };
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let place = source.place(error.span().map_or(0, |span| span.start));
        let what = error.message().replace('\n', ", ");
        faults.error("toml", &place, format!("this is no TOML: {what}; see https://toml.io"));
    }
    Node { place: source.place(0), content: source.table(root.get_ref()) }
}

struct Source<'a> {
    file: Arc<str>,
    text: &'a str,
    /// The byte offsets at which lines begin.
    line_starts: Vec<usize>,
}

impl Source<'_> {
    fn table(&self, table: &DeTable<'_>) -> Content {
        let mut entries: Vec<(usize, (Node, Node))> = table
            .iter()
            .map(|(key, value)| {
                let at = key.span().start;
                (at, (self.scalar(at, key.get_ref(), true), self.value(value)))
            })
            .collect();
        // The table is ordered by name; people wrote it in another order.
        entries.sort_by_key(|(at, _)| *at);
        Content::Map(entries.into_iter().map(|(_, entry)| entry).collect())
    }

    fn value(&self, value: &Spanned<DeValue<'_>>) -> Node {
        let at = value.span().start;
        let content = match value.get_ref() {
            DeValue::String(text) => return self.scalar(at, text, true),
            DeValue::Integer(number) => return self.scalar(at, &number.to_string(), false),
            DeValue::Float(number) => return self.scalar(at, &number.to_string(), false),
            DeValue::Boolean(truth) => return self.scalar(at, if *truth { "true" } else { "false" }, false),
            DeValue::Datetime(time) => return self.scalar(at, &time.to_string(), false),
            DeValue::Array(list) => Content::List(list.iter().map(|item| self.value(item)).collect()),
            DeValue::Table(table) => self.table(table),
        };
        Node { place: self.place(at), content }
    }

    fn scalar(&self, at: usize, text: &str, quoted: bool) -> Node {
        let place = self.place(at);
        let stretches = vec![(0, place.line, place.column)];
        Node { place, content: Content::Scalar(Scalar { text: text.into(), quoted, stretches }) }
    }

    fn place(&self, offset: usize) -> Place {
        let mut end = offset.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        // The first line begins at 0, so there is always one.
        let line = self.line_starts.partition_point(|&start| start <= end).saturating_sub(1);
        let before = self.text.get(self.line_starts.get(line).copied().unwrap_or(0)..end).unwrap_or("");
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Place { file: self.file.clone(), line: number(line + 1), column: number(before.chars().count() + 1) }
    }
}
