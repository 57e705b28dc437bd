//! `templates/NAME.md` or `.txt`: what is written to customers.
//!
//! ```text
//! ---
//! claims:
//!   - promise delivered-by at risk
//! ---
//! Your order {{ promise.facts.order_id }} may be late.
//! ```

use std::sync::Arc;

use opcx_core::definitions::Vocabulary;
use opcx_core::event::Name;
use opcx_core::playbook::{MESSAGE_BYTES_MAX, Piece, Template};

use super::phrase;
use crate::condition::resolve;
use crate::fault::{Faults, Place};
use crate::names::Names;
use crate::shape::{self, Shape, Table, optional};
use crate::text::{Content, Node, parse_yaml_at};

pub(crate) const TABLE: Table = Table {
    what: "a template's head",
    keys: &[optional(
        "claims",
        Shape::List(&Shape::Text),
        "what the words say is so, like `promise delivered-by at risk` or `event Order Shipped`; nothing goes \
         out unless the ledger holds it",
    )],
};

/// A line that begins or ends the head.
const FENCE: &str = "---";

/// The template in a file, and where each of its holes stands.
pub(crate) fn read(
    file: &Arc<str>,
    text: &str,
    name: Name,
    vocabulary: &Vocabulary,
    names: &Names,
    faults: &mut Faults,
) -> Read {
    let parts = split(text);
    let mut claims = Vec::new();
    if let Some(head) = parts.head
        && let Some(node) = parse_yaml_at(file, head, 1, faults)
        && !matches!(node.content, Content::Nothing)
    {
        shape::check(&node, &TABLE_SHAPE, faults);
        for claim in node.get("claims").map_or(&[][..], Node::items) {
            claims.extend(super::parsed("claim", Some(claim), faults, |text| phrase::claim(text, names)));
        }
    }
    if parts.unclosed {
        let what = "the head that starts here does not end; close it with a line `---`";
        faults.error("template", &Place::start_of(file), what);
    }
    // Also a bound on the work below.
    if parts.body.len() > MESSAGE_BYTES_MAX {
        let what = format!("the template is longer than {MESSAGE_BYTES_MAX} bytes; shorten it");
        faults.error("template", &Place::start_of(file), what);
        return Read { template: Template { name, claims, body: Vec::new() }, file: file.clone() };
    }
    let mut body = Body { file, vocabulary, faults, line: parts.body_line, pieces: Vec::new() };
    body.read(parts.body);
    let pieces = body.pieces;
    if parts.body.trim().is_empty() {
        faults.error(
            "template",
            &Place::start_of(file),
            "the template is empty; write what the customer reads",
        );
    }
    Read { template: Template { name, claims, body: pieces }, file: file.clone() }
}

const TABLE_SHAPE: Shape = Shape::Table(&TABLE);

/// A template and its file.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) template: Template,
    pub(crate) file: Arc<str>,
}

struct Parts<'a> {
    head: Option<&'a str>,
    body: &'a str,
    /// The line of the file at which the body begins.
    body_line: u32,
    unclosed: bool,
}

fn split(text: &str) -> Parts<'_> {
    let all = Parts { head: None, body: text, body_line: 1, unclosed: false };
    let mut lines = text.split_inclusive('\n');
    let Some(first) = lines.next().filter(|line| line.trim_end() == FENCE) else { return all };
    let mut at = first.len();
    let mut number: u32 = 2;
    for line in lines {
        if line.trim_end() == FENCE {
            return Parts {
                head: text.get(first.len()..at),
                body: text.get(at + line.len()..).unwrap_or(""),
                body_line: number + 1,
                unclosed: false,
            };
        }
        at += line.len();
        number = number.saturating_add(1);
    }
    Parts { unclosed: true, ..all }
}

struct Body<'a> {
    file: &'a Arc<str>,
    vocabulary: &'a Vocabulary,
    faults: &'a mut Faults,
    line: u32,
    pieces: Vec<Piece>,
}

impl Body<'_> {
    fn read(&mut self, text: &str) {
        let mut rest = text.trim_end();
        let mut read = 0;
        while let Some(open) = rest.find("{{") {
            let place = self.place(text, read + open);
            self.words(&rest[..open]);
            let Some(length) = rest[open..].find("}}") else {
                self.faults.error(
                    "template",
                    &place,
                    "the hole that starts here does not end; close it with `}}`",
                );
                return;
            };
            self.hole(&rest[open + 2..open + length], &place);
            read += open + length + 2;
            rest = &rest[open + length + 2..];
        }
        self.words(rest);
    }

    fn words(&mut self, words: &str) {
        if !words.is_empty() {
            self.pieces.push(Piece::Words(words.into()));
        }
    }

    fn hole(&mut self, name: &str, place: &Place) {
        let name = name.trim();
        let path: Vec<&str> = name.split('.').map(str::trim).collect();
        if path.iter().any(|part| part.is_empty()) {
            let what = format!(
                "`{}` names nothing; write what fills the hole, like `{{{{ facts.order_id }}}}`",
                name.chars().take(80).collect::<String>()
            );
            self.faults.error("template", place, what);
            return;
        }
        match resolve(&path, self.vocabulary) {
            Ok((field, _)) => {
                self.pieces.push(Piece::Hole(field));
            }
            Err(what) => self.faults.error("template", place, what),
        }
    }

    fn place(&self, text: &str, offset: usize) -> Place {
        let before = &text[..offset];
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Place {
            file: self.file.clone(),
            line: self.line.saturating_add(number(before.bytes().filter(|&byte| byte == b'\n').count())),
            column: number(before[line_start..].chars().count() + 1),
        }
    }
}
