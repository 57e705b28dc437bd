//! `mappings/NAME.yaml`: how a CSV or JSON Lines file becomes events.

use jiff::fmt::strtime;
use opcx_core::calendar::Zone;
use opcx_core::condition::{Declared, FactType};
use opcx_core::definitions::Vocabulary;
use opcx_core::event::{Name, Origin};
use opcx_core::identity::IdentifierKind;

use super::{name, parsed};
use crate::fault::Faults;
use crate::mapping::{Choice, Column, Format, Mapping, Order, Part, Pattern, Time, TimeFormat, Who};
use crate::names::Names;
use crate::nearest::mend_or_mean;
use crate::shape::{Shape, Table, optional, required};
use crate::text::Node;

pub(crate) const TABLE: Table = Table {
    what: "a mapping",
    keys: &[
        required("format", Shape::Word(&["csv", "jsonl"]), "how the file is written: `csv` or `jsonl`"),
        optional(
            "order",
            Shape::Word(&["oldest first", "newest first", "any"]),
            "in which order its records stand; `oldest first` if left out",
        ),
        required("source", Shape::Text, "the event's source, like `twitter`"),
        optional(
            "each",
            Shape::Text,
            "jsonl: the list in a record whose objects become events, like `turns`",
        ),
        required("id", Shape::Text, "the event's id: a column, or a pattern like `{session_id}-{#}`"),
        required(
            "time",
            Shape::Either(&Shape::Text, &Shape::Table(&TIME)),
            "when it happened: a column with a time as RFC 3339 writes it, or a group of keys",
        ),
        required("kind", Shape::Either(&Shape::Text, &Shape::Table(&CHOICE)), "the kind of event, or cases"),
        required(
            "channel",
            Shape::Either(&Shape::Text, &Shape::Table(&CHOICE)),
            "where it happened, or cases",
        ),
        optional(
            "by",
            Shape::Either(&Shape::Text, &Shape::Table(&CHOICE)),
            "who did it, `customer` or `staff`, or cases; `customer` if left out",
        ),
        required("who", Shape::Table(&WHO), "who it happened to: a kind of identifier and where it stands"),
        optional("said", Shape::Text, "the column with what the customer said"),
        optional("facts", Shape::Named(&Shape::Text), "facts of the vocabulary, each with its column"),
    ],
};

const TIME: Table = Table {
    what: "a time",
    keys: &[
        required("column", Shape::Text, "the column that holds it"),
        optional(
            "format",
            Shape::Text,
            "`rfc3339`, `unix seconds`, `unix milliseconds`, or a pattern like `%Y-%m-%d %H:%M:%S %z`; \
             `rfc3339` if left out",
        ),
        optional("zone", Shape::Text, "the zone of times without an offset; `UTC` if left out"),
    ],
};

const CHOICE: Table = Table {
    what: "a choice by cases",
    keys: &[
        required("column", Shape::Text, "the column that decides"),
        required("cases", Shape::Named(&Shape::Text), "what each text in the column means"),
        optional("otherwise", Shape::Text, "what any other text means; without it, such a row is rejected"),
    ],
};

const WHO_SHAPE: Shape = Shape::Either(&Shape::Text, &Shape::Table(&FIRST));

const WHO: Table = Table {
    what: "who",
    keys: &[
        optional("user_id", WHO_SHAPE, "the company's own id of a known person"),
        optional("email", WHO_SHAPE, "an e-mail address"),
        optional("phone", WHO_SHAPE, "a telephone number"),
        optional("handle", WHO_SHAPE, "a public name on a social network"),
        optional("anonymous_id", WHO_SHAPE, "an id of a device or browser"),
    ],
};

const FIRST: Table = Table {
    what: "the one a whole record is about",
    keys: &[
        required("first", Shape::Text, "the column that names them, in the first item that fits"),
        required(
            "where",
            Shape::Named(&Shape::Text),
            "the column and text that tell which item, like `{ role: client }`",
        ),
    ],
};

/// The word for making no event.
const SKIP: &str = "skip";

pub(crate) fn read(
    node: &Node,
    name_of_file: Name,
    vocabulary: &Vocabulary,
    names: &Names,
    faults: &mut Faults,
) -> Option<Mapping> {
    let format = match node.text_of("format") {
        Some("csv") => Format::Csv,
        Some("jsonl") => Format::JsonLines,
        _ => return None,
    };
    if let (Some(each), Format::Csv) = (node.get("each"), format) {
        faults.error("mapping", &each.place, "a row of a CSV file holds no list; leave `each` out");
    }
    let mut reader = Reader { format, items: node.get("each").is_some(), names, vocabulary, faults };
    let source = node.get("source").and_then(|node| name(node, reader.faults));
    let each = node.get("each").and_then(|node| reader.column(node));
    let id = node.get("id").and_then(|node| reader.pattern(node));
    let time = node.get("time").and_then(|node| reader.time(node));
    let kind = node.get("kind").and_then(|node| {
        reader.choice(node, |text, names| if text == SKIP { Ok(None) } else { names.kind(text).map(Some) })
    });
    let channel = node.get("channel").and_then(|node| reader.choice(node, |text, _| Ok(text.into())));
    let by = match node.get("by") {
        None => Some(Choice::Always(Origin::Customer)),
        Some(node) => reader.choice(node, |text, _| match text {
            "customer" => Ok(Origin::Customer),
            "staff" => Ok(Origin::Staff),
            other => Err(format!("`{other}` did nothing; write `customer` or `staff`")),
        }),
    };
    let who = node.get("who").map_or_else(Vec::new, |node| reader.who(node));
    let said = node.get("said").and_then(|node| reader.column(node));
    let facts = node.get("facts").map_or_else(Vec::new, |node| reader.facts(node));
    Some(Mapping {
        name: name_of_file,
        format,
        order: match node.text_of("order") {
            Some("newest first") => Order::NewestFirst,
            Some("any") => Order::Any,
            _ => Order::OldestFirst,
        },
        source: source?,
        each,
        id: id?,
        time: time?,
        kind: kind?,
        channel: channel?,
        by: by?,
        who,
        said,
        facts,
    })
}

struct Reader<'a> {
    format: Format,
    /// Whether items of a record become events.
    items: bool,
    names: &'a Names,
    vocabulary: &'a Vocabulary,
    faults: &'a mut Faults,
}

impl Reader<'_> {
    fn column(&mut self, node: &Node) -> Option<Column> {
        let text = node.text()?;
        match column(text, self.format, self.items) {
            Ok(column) => Some(column),
            Err(what) => {
                self.faults.error("column", &node.place, what);
                None
            }
        }
    }

    fn pattern(&mut self, node: &Node) -> Option<Pattern> {
        match pattern(node.text()?, self.format, self.items) {
            Ok(pattern) => Some(pattern),
            Err(what) => {
                self.faults.error("pattern", &node.place, what);
                None
            }
        }
    }

    fn time(&mut self, node: &Node) -> Option<Time> {
        if node.text().is_some() {
            let column = self.column(node)?;
            return Some(Time { column, format: TimeFormat::Rfc3339, zone: Zone::UTC });
        }
        let format = match node.text_of("format") {
            None | Some("rfc3339") => Some(TimeFormat::Rfc3339),
            Some("unix seconds") => Some(TimeFormat::UnixSeconds),
            Some("unix milliseconds") => Some(TimeFormat::UnixMilliseconds),
            Some(_) => parsed("time-format", node.get("format"), self.faults, time_pattern),
        };
        let zone = match node.get("zone") {
            None => Some(Zone::UTC),
            zone => parsed("zone", zone, self.faults, Zone::new),
        };
        let column = node.get("column").and_then(|node| self.column(node));
        Some(Time { column: column?, format: format?, zone: zone? })
    }

    fn choice<T>(
        &mut self,
        node: &Node,
        value: impl Fn(&str, &Names) -> Result<T, String>,
    ) -> Option<Choice<T>> {
        let names = self.names;
        if node.text().is_some() {
            let value = parsed("mapping", Some(node), self.faults, |text| value(text, names));
            return value.map(Choice::Always);
        }
        let mut cases = Vec::new();
        for (case, meant) in node.get("cases").map_or(&[][..], Node::entries) {
            let meant = parsed("mapping", Some(meant), self.faults, |text| value(text, names));
            cases.extend(case.text().map(Name::from).zip(meant));
        }
        let otherwise = parsed("mapping", node.get("otherwise"), self.faults, |text| value(text, names));
        let column = node.get("column").and_then(|node| self.column(node))?;
        Some(Choice::ByColumn { column, cases, otherwise })
    }

    fn who(&mut self, node: &Node) -> Vec<(IdentifierKind, Who)> {
        let mut who = Vec::new();
        for kind in IdentifierKind::ALL {
            let Some(value) = node.get(kind.word()) else { continue };
            who.extend(self.one(value).map(|one| (kind, one)));
        }
        if node.entries().is_empty() && node.text().is_none() {
            let what = "an event happens to somebody; add an identifier such as `email: ` and its column";
            self.faults.error("mapping", &node.place, what);
        }
        who
    }

    fn one(&mut self, node: &Node) -> Option<Who> {
        if node.text().is_some() {
            return self.pattern(node).map(Who::Pattern);
        }
        if !self.items {
            let what = "`first` looks through the items of a record; add `each`, or name a column";
            self.faults.error("mapping", &node.place, what);
        }
        let column = node.get("first").and_then(|node| self.column(node));
        let [(wherever, is)] = node.get("where")?.entries() else {
            let what = "`where` needs one column and one text, like `{ role: client }`";
            self.faults.error("mapping", &node.get("where")?.place, what);
            return None;
        };
        Some(Who::FirstItem { column: column?, wherever: self.column(wherever)?, is: is.text()?.into() })
    }

    fn facts(&mut self, node: &Node) -> Vec<(Declared, Column)> {
        let mut facts = Vec::new();
        for (key, value) in node.entries() {
            let Some(name) = key.text() else { continue };
            let column = self.column(value);
            match self.vocabulary.facts.get(name) {
                Some(fact) => {
                    if self.format == Format::Csv && fact.kind == FactType::Texts {
                        let what = format!(
                            "the fact `{name}` is a list of texts, and a CSV cell holds one text; give it `type: text` in vocabulary.yaml"
                        );
                        self.faults.error("mapping", &key.place, what);
                    }
                    let declared = Declared { name: name.into(), category: fact.category, kind: fact.kind };
                    facts.extend(column.map(|column| (declared, column)));
                }
                None => {
                    let known = self.vocabulary.facts.keys().map(Name::as_str);
                    let what = format!(
                        "the fact `{name}` is not in vocabulary.yaml; {}",
                        mend_or_mean("add it there", name, known)
                    );
                    self.faults.error("unknown-name", &key.place, what);
                }
            }
        }
        facts
    }
}

/// Columns of a CSV file may hold dots; of JSON, dots lead inwards.
fn column(text: &str, format: Format, items: bool) -> Result<Column, String> {
    let within = text.strip_prefix("record.").filter(|_| items);
    let (of_record, rest) = within.map_or((false, text), |rest| (true, rest));
    let path: Vec<Name> = match format {
        Format::Csv => vec![rest.into()],
        Format::JsonLines => rest.split('.').map(Name::from).collect(),
    };
    if path.iter().any(Name::is_empty) {
        return Err(format!("`{text}` names no column; write its name, in JSON with dots between the keys"));
    }
    Ok(Column { of_record, path })
}

fn pattern(text: &str, format: Format, items: bool) -> Result<Pattern, String> {
    if !text.contains(['{', '}']) {
        return Ok(Pattern(vec![Part::Column(column(text, format, items)?)]));
    }
    let unclear = || format!("`{text}` is not a pattern; put each column's name in `{{` and `}}`");
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find(['{', '}']) {
        if open > 0 {
            parts.push(Part::Words(rest[..open].into()));
        }
        let inner = rest[open..].strip_prefix('{').ok_or_else(unclear)?;
        let close =
            inner.find(['{', '}']).filter(|&close| inner[close..].starts_with('}')).ok_or_else(unclear)?;
        parts.push(match &inner[..close] {
            "#" => Part::Number,
            name => Part::Column(column(name, format, items)?),
        });
        rest = &inner[close + 1..];
    }
    if !rest.is_empty() {
        parts.push(Part::Words(rest.into()));
    }
    Ok(Pattern(parts))
}

/// A `strptime` pattern that says at least a date. Tried by writing a time with it and reading that
/// back, since that is what the importer does.
fn time_pattern(text: &str) -> Result<TimeFormat, String> {
    let unclear = |why: String| {
        format!(
            "`{text}` is no format of times ({why}); write `rfc3339`, `unix seconds`, `unix milliseconds` or a \
             pattern like `%Y-%m-%d %H:%M:%S %z`"
        )
    };
    let sample = jiff::civil::date(2021, 3, 4).at(5, 6, 7, 0).to_zoned(jiff::tz::TimeZone::UTC);
    let sample = sample.map_err(|error| unclear(error.to_string()))?;
    let written =
        strtime::BrokenDownTime::from(&sample).to_string(text).map_err(|e| unclear(e.to_string()))?;
    let read = strtime::parse(text, &written).map_err(|error| unclear(error.to_string()))?;
    let dated = read.to_date().is_ok() || read.to_timestamp().is_ok();
    if !dated {
        return Err(unclear("it has no date".to_owned()));
    }
    Ok(TimeFormat::Pattern(text.to_owned()))
}
