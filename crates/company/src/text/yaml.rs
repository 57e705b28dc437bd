use std::collections::BTreeMap;
use std::sync::Arc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, StrInput};

use super::node::{Content, Node, Scalar};
use crate::fault::{Faults, Place};

/// Deepest nesting read; our files need six.
const DEPTH_MAX: usize = 32;

/// Most nodes one file may become, with its aliases written out: a bound on "billion laughs".
const NODES_MAX: usize = 20_000;

/// The tree of a YAML file; nothing, and a fault, when it is no YAML.
pub(crate) fn parse(file: &Arc<str>, text: &str, faults: &mut Faults) -> Option<Node> {
    parse_at(file, text, 0, faults)
}

/// Like [`parse`], for a text that begins `lines_before` lines into its file.
pub(crate) fn parse_at(file: &Arc<str>, text: &str, lines_before: u32, faults: &mut Faults) -> Option<Node> {
    let mut reader = Reader {
        file: file.clone(),
        characters: text.chars().collect(),
        lines_before,
        parser: Parser::new_from_str(text),
        anchors: Vec::new(),
        nodes: 0,
        slips: Vec::new(),
    };
    let read = reader.document();
    for slip in reader.slips {
        faults.error("yaml", &slip.place, slip.what);
    }
    match read {
        Ok(node) => Some(node),
        Err(stop) => {
            faults.error("yaml", &stop.place, stop.what);
            None
        }
    }
}

/// What is wrong with the YAML. As an error it stops the reading: the parser cannot go on.
struct Stop {
    place: Place,
    what: String,
}

struct Reader<'a> {
    file: Arc<str>,
    characters: Vec<char>,
    lines_before: u32,
    parser: Parser<'a, StrInput<'a>>,
    anchors: Vec<(usize, Node)>,
    nodes: usize,
    /// What is wrong and yet does not stop the reading.
    slips: Vec<Stop>,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<Node, Stop> {
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::Nothing | Event::StreamStart | Event::DocumentStart(_) => {}
                Event::StreamEnd | Event::DocumentEnd => {
                    return Ok(Node { place: self.place(span.start), content: Content::Nothing });
                }
                other => {
                    let root = self.node(other, span, 0)?;
                    return self.end(root);
                }
            }
        }
    }

    /// Nothing may follow the first document.
    fn end(&mut self, root: Node) -> Result<Node, Stop> {
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(root),
                Event::DocumentStart(_) => {
                    let what = "a second document starts here; put it into a file of its own";
                    return Err(Stop { place: self.place(span.start), what: what.into() });
                }
                _ => {}
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), Stop> {
        match self.parser.next_event() {
            Some(Ok(found)) => Ok(found),
            Some(Err(error)) => Err(Stop { place: self.place(*error.marker()), what: mend(error.info()) }),
            None => Ok((Event::StreamEnd, Span::empty(Marker::new(0, 1, 0)))),
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, Stop> {
        let place = self.place(span.start);
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            let what = format!("the file has more than {NODES_MAX} entries; split it");
            return Err(Stop { place, what });
        }
        if depth > DEPTH_MAX {
            let what = format!("nested more than {DEPTH_MAX} deep; check the indentation");
            return Err(Stop { place, what });
        }
        let (anchor, content) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                if tag.is_some() {
                    let what = "YAML reads `!` at the start of a value as a tag; put the value in quotes, \
                                or behind `|` on a line of its own";
                    self.slips.push(Stop { place: place.clone(), what: what.into() });
                }
                (anchor, self.scalar(&text, style, span))
            }
            Event::SequenceStart(anchor, _) => {
                let mut list = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd | Event::StreamEnd, _) => break,
                        (event, span) => list.push(self.node(event, span, depth + 1)?),
                    }
                }
                (anchor, Content::List(list))
            }
            Event::MappingStart(anchor, _) => (anchor, Content::Map(self.map(depth)?)),
            Event::Alias(anchor) => {
                let Some((_, known)) = self.anchors.iter().find(|(known, _)| *known == anchor) else {
                    let what = "this alias names an anchor that stands nowhere above it; define it first";
                    return Err(Stop { place, what: what.into() });
                };
                let copy = known.clone();
                self.nodes += count(&copy);
                return Ok(copy);
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::SequenceEnd
            | Event::MappingEnd => (0, Content::Nothing),
        };
        let node = Node { place, content };
        if anchor > 0 {
            self.anchors.push((anchor, node.clone()));
        }
        Ok(node)
    }

    fn map(&mut self, depth: usize) -> Result<Vec<(Node, Node)>, Stop> {
        let mut map: Vec<(Node, Node)> = Vec::new();
        let mut first_lines: BTreeMap<Arc<str>, u32> = BTreeMap::new();
        loop {
            let key = match self.next()? {
                (Event::MappingEnd | Event::StreamEnd, _) => return Ok(map),
                (event, span) => self.node(event, span, depth + 1)?,
            };
            let Some(name) = key.scalar().map(|scalar| scalar.text.clone()) else {
                let what = "a key must be a single word or text; check the indentation".to_owned();
                return Err(Stop { place: key.place, what });
            };
            if let Some(first) = first_lines.get(&name) {
                let what = format!(
                    "`{name}` stands here a second time (first in line {first}); keep one of the two"
                );
                self.slips.push(Stop { place: key.place.clone(), what });
                let (event, span) = self.next()?;
                self.node(event, span, depth + 1)?;
                continue;
            }
            first_lines.insert(name, key.place.line);
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            map.push((key, value));
        }
    }

    fn scalar(&self, text: &str, style: ScalarStyle, span: Span) -> Content {
        let quoted = !matches!(style, ScalarStyle::Plain);
        if !quoted && matches!(text, "" | "~" | "null" | "Null" | "NULL") {
            return Content::Nothing;
        }
        let start = match style {
            ScalarStyle::Plain => span.start,
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => after(span.start),
            ScalarStyle::Literal | ScalarStyle::Folded => self.after_header(span.start),
        };
        let stretches = self.stretches(text, start, span.end);
        Content::Scalar(Scalar { text: text.into(), quoted, stretches })
    }

    /// A block scalar's text begins in the line after its header (`|`, `>-`).
    fn after_header(&self, start: Marker) -> Marker {
        let (mut at, line) = (start.index(), start.line());
        if !matches!(self.characters.get(at), Some('|' | '>')) {
            return start;
        }
        while let Some(&character) = self.characters.get(at) {
            at += 1;
            if character == '\n' {
                return Marker::new(at, line + 1, 0);
            }
        }
        start
    }

    /// Follows `text` through the file: its visible characters stand there in the same order, with
    /// line breaks, indentation and escapes between them.
    fn stretches(&self, text: &str, start: Marker, end: Marker) -> Vec<(usize, u32, u32)> {
        let mut stretches = Vec::new();
        let (mut at, mut line, mut column) = (start.index(), start.line(), start.col());
        // What the last stretch expects to come next.
        let mut expected = None;
        for (offset, character) in text.char_indices() {
            if character.is_whitespace() {
                continue;
            }
            while let Some(&found) = self.characters.get(at)
                && found != character
                && at < end.index()
            {
                at += 1;
                if found == '\n' { (line, column) = (line + 1, 0) } else { column += 1 }
            }
            if expected != Some((offset, line, column)) {
                stretches.push((offset, self.line(line), number(column + 1)));
            }
            at += 1;
            column += 1;
            let after = offset + character.len_utf8();
            // Single spaces are the same in both.
            let spaces = text[after..].bytes().take_while(|&byte| byte == b' ').count();
            let same = (0..spaces).all(|space| self.characters.get(at + space) == Some(&' '));
            expected =
                Some(if same { (after + spaces, line, column + spaces) } else { (after, line, column) });
        }
        if stretches.is_empty() {
            stretches.push((0, self.line(start.line()), number(start.col() + 1)));
        }
        stretches
    }

    fn place(&self, marker: Marker) -> Place {
        Place { file: self.file.clone(), line: self.line(marker.line()), column: number(marker.col() + 1) }
    }

    fn line(&self, line: usize) -> u32 {
        self.lines_before.saturating_add(number(line.max(1)))
    }
}

fn after(marker: Marker) -> Marker {
    Marker::new(marker.index() + 1, marker.line(), marker.col() + 1)
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn count(node: &Node) -> usize {
    let below: usize = match &node.content {
        Content::Nothing | Content::Scalar(_) => 0,
        Content::List(list) => list.iter().map(count).sum(),
        Content::Map(map) => map.iter().map(|(key, value)| count(key) + count(value)).sum(),
    };
    below + 1
}

/// The parser's own words say what it stumbled over; these add what people usually meant.
fn mend(info: &str) -> String {
    let hint = if info.contains("mapping values are not allowed") {
        "a value with `: ` in it needs quotes, or a line of its own behind `|`"
    } else if info.contains("tab") {
        "indent with spaces"
    } else {
        "check the indentation, and put a value with quotes or `: ` in it on a line of its own behind `|`"
    };
    format!("this is no YAML ({info}); {hint}")
}
