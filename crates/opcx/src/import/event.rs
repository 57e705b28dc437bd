use std::borrow::Cow;
use std::collections::BTreeMap;

use opcx_company::mapping::{Choice, Column, Mapping, Part, Pattern, Who};
use opcx_core::condition::{Declared, FactType};
use opcx_core::event::{Event, Facts, Name, Origin, Value};
use opcx_core::identity::Identifier;
use opcx_core::time::parse_rfc3339_in;

use super::object::{Found, Object, objects};
use super::refusal::{Refusal, shown};
use super::time::{described, moment};

/// Most items of one record that become events.
pub const ITEMS_MAX: usize = 10_000;
/// Longest id of an event, in bytes.
pub(super) const ID_BYTES_MAX: usize = 512;

/// One record of a file.
#[derive(Debug)]
pub enum Record<'a> {
    /// A row of a CSV file.
    Row(Row<'a>),
    /// A line of a JSON Lines file.
    Object(Object<'a>),
}

/// A row of a CSV file.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// Which column stands where.
    pub columns: &'a BTreeMap<String, usize>,
    /// The values.
    pub values: &'a csv::StringRecord,
}

/// What a record came to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Read {
    /// The events, in the order of the items.
    pub events: Vec<Event>,
    /// Items that the mapping passes over.
    pub skipped: u64,
    /// Why the record, or some of its items, could not be read.
    pub refused: Vec<Refusal>,
}

/// The events that a mapping makes of a record. Pure: nothing but its arguments decides.
#[must_use]
pub fn events(mapping: &Mapping, record: &Record<'_>) -> Read {
    let mut read = Read::default();
    let Some(each) = &mapping.each else {
        let item = Item { record, items: &[], at: None };
        read.add(item.event(mapping));
        return read;
    };
    match items(record, each) {
        Err(refusal) => read.refused.push(refusal),
        Ok(items) => {
            for at in 0..items.len() {
                let event = Item { record, items: &items, at: Some(at) }.event(mapping);
                read.add(event.map_err(|because| Refusal::Item { number: at + 1, because: because.into() }));
            }
        }
    }
    read
}

impl Read {
    fn add(&mut self, event: Result<Option<Event>, Refusal>) {
        match event {
            Ok(Some(event)) => self.events.push(event),
            Ok(None) => self.skipped += 1,
            Err(refusal) => self.refused.push(refusal),
        }
    }
}

fn items<'a>(record: &Record<'a>, each: &Column) -> Result<Vec<Object<'a>>, Refusal> {
    let Found::List(list) = record.find(&each.path) else { return Err(Refusal::NoItems(written(each))) };
    let items = objects(list).ok_or_else(|| Refusal::NoItems(written(each)))?;
    if items.len() > ITEMS_MAX {
        return Err(Refusal::TooManyItems { column: written(each), found: items.len() });
    }
    Ok(items)
}

impl<'a> Record<'a> {
    fn find(&self, path: &[Name]) -> Found<'a> {
        match self {
            Record::Object(object) => object.find(path),
            Record::Row(row) => {
                let at = path.first().and_then(|name| row.columns.get(name.as_str()));
                match at.and_then(|&at| row.values.get(at)) {
                    None | Some("") => Found::Nothing,
                    Some(value) => Found::One(Cow::Borrowed(value)),
                }
            }
        }
    }
}

/// What becomes one event: an item of a record, or the record itself.
struct Item<'r, 'a> {
    record: &'r Record<'a>,
    items: &'r [Object<'a>],
    at: Option<usize>,
}

impl<'a> Item<'_, 'a> {
    fn event(&self, mapping: &Mapping) -> Result<Option<Event>, Refusal> {
        let Some(kind) = self.choose(&mapping.kind, "kind")? else { return Ok(None) };
        let id = self.pattern(&mapping.id)?.filter(|id| !id.is_empty());
        let id = id.ok_or_else(|| Refusal::Missing { what: "id", column: pattern_written(&mapping.id) })?;
        if id.len() > ID_BYTES_MAX {
            return Err(Refusal::IdTooLong { bytes: id.len() });
        }
        let origin = *self.choose(&mapping.by, "by")?;
        let said = match (&mapping.said, origin) {
            (Some(column), Origin::Customer | Origin::Probe) => self.one(column)?,
            // What staff write is nobody's to read feelings in.
            (Some(_), Origin::Staff) | (None, _) => None,
        };
        Ok(Some(Event {
            source: mapping.source.clone(),
            id: id.into(),
            happened: self.time(mapping)?,
            kind: kind.clone(),
            channel: self.choose(&mapping.channel, "channel")?.clone(),
            who: self.who(&mapping.who)?,
            facts: self.facts(mapping)?,
            said: said.filter(|said| !said.trim().is_empty()).map(Into::into),
            reading: None,
            consents: Vec::new(),
            masked: Vec::new(),
            origin,
        }))
    }

    fn time(&self, mapping: &Mapping) -> Result<opcx_core::time::Timestamp, Refusal> {
        let time = &mapping.time;
        let column = || written(&time.column);
        let text =
            self.one(&time.column)?.ok_or_else(|| Refusal::Missing { what: "time", column: column() })?;
        moment(&text, time).ok_or_else(|| Refusal::Time {
            column: column(),
            found: shown(&text),
            format: described(&time.format),
        })
    }

    fn choose<'c, T>(&self, choice: &'c Choice<T>, what: &'static str) -> Result<&'c T, Refusal> {
        let text = match choice.column() {
            Some(column) => self.one(column)?,
            None => None,
        };
        choice.of(text.as_deref()).ok_or_else(|| {
            let column = choice.column().map(written).unwrap_or_default();
            match &text {
                Some(found) => Refusal::NoCase { what, column, found: shown(found) },
                None => Refusal::Missing { what, column },
            }
        })
    }

    fn who(&self, who: &[(opcx_core::identity::IdentifierKind, Who)]) -> Result<Vec<Identifier>, Refusal> {
        let mut named: Vec<Identifier> = Vec::with_capacity(who.len());
        let mut why = None;
        for (kind, place) in who {
            let value = match place {
                Who::Pattern(pattern) => self.pattern(pattern)?,
                Who::FirstItem { column, wherever, is } => self.of_first_item(column, wherever, is)?,
            };
            let Some(value) = value else { continue };
            match Identifier::new(*kind, &value) {
                Ok(identifier) if named.contains(&identifier) => {}
                Ok(identifier) => named.push(identifier),
                Err(error) => why = Some(error),
            }
        }
        if !named.is_empty() {
            return Ok(named);
        }
        let places: Vec<String> = who.iter().map(|(kind, place)| who_written(*kind, place)).collect();
        Err(why.map_or_else(|| Refusal::Nobody(places.join(", ")), Refusal::from))
    }

    fn of_first_item(
        &self,
        column: &Column,
        wherever: &Column,
        is: &str,
    ) -> Result<Option<Cow<'a, str>>, Refusal> {
        for at in 0..self.items.len() {
            let item = Item { record: self.record, items: self.items, at: Some(at) };
            if item.one(wherever)?.as_deref() == Some(is) {
                return item.one(column);
            }
        }
        Ok(None)
    }

    fn facts(&self, mapping: &Mapping) -> Result<Facts, Refusal> {
        let mut facts = Vec::with_capacity(mapping.facts.len());
        for (declared, column) in &mapping.facts {
            if let Some(value) = self.fact(declared, column, mapping)? {
                facts.push((declared.name.clone(), value));
            }
        }
        Ok(Facts::from_pairs(facts)?)
    }

    fn fact(
        &self,
        declared: &Declared,
        column: &Column,
        mapping: &Mapping,
    ) -> Result<Option<Value>, Refusal> {
        let not = |found: &str, wanted| Refusal::Fact {
            fact: declared.name.to_string(),
            column: written(column),
            found: shown(found),
            wanted,
        };
        if declared.kind == FactType::Texts
            && let Found::List(list) = self.find(column)
        {
            let texts: Vec<String> = serde_json::from_str(list).map_err(|_| not(list, "a list of texts"))?;
            return Ok(Some(Value::List(texts.into_iter().map(|text| Value::Text(text.into())).collect())));
        }
        let Some(text) = self.one(column)? else { return Ok(None) };
        Ok(Some(match declared.kind {
            FactType::Text => Value::Text(text.into()),
            FactType::Texts => Value::List(vec![Value::Text(text.into())]),
            FactType::Bool => Value::Bool(
                truth(&text)
                    .ok_or_else(|| not(&text, "yes or no: `true`, `false`, `1`, `0`, `yes`, `no`"))?,
            ),
            FactType::Number => Value::Number(
                text.trim()
                    .parse()
                    .ok()
                    .filter(|number: &f64| number.is_finite())
                    .ok_or_else(|| not(&text, "a number, written like `1234.5`"))?,
            ),
            FactType::Time => Value::Text(
                moment(&text, &mapping.time)
                    .or_else(|| parse_rfc3339_in(text.trim(), &mapping.time.zone))
                    .ok_or_else(|| not(&text, "a time, written like the event's own or as RFC 3339"))?
                    .to_string()
                    .into(),
            ),
        }))
    }

    /// A text put together; missing when a part is.
    fn pattern(&self, pattern: &Pattern) -> Result<Option<Cow<'a, str>>, Refusal> {
        if let [Part::Column(column)] = pattern.0.as_slice() {
            return self.one(column);
        }
        let mut text = String::new();
        for part in &pattern.0 {
            match part {
                Part::Words(words) => text.push_str(words),
                Part::Number => text.push_str(&self.at.map_or(1, |at| at + 1).to_string()),
                Part::Column(column) => match self.one(column)? {
                    Some(value) => text.push_str(&value),
                    None => return Ok(None),
                },
            }
        }
        Ok(Some(Cow::Owned(text)))
    }

    /// The one value in a column.
    fn one(&self, column: &Column) -> Result<Option<Cow<'a, str>>, Refusal> {
        match self.find(column) {
            Found::Nothing => Ok(None),
            Found::One(text) => Ok(Some(text)),
            Found::List(_) | Found::Object => Err(Refusal::Several(written(column))),
        }
    }

    fn find(&self, column: &Column) -> Found<'a> {
        match self.at.and_then(|at| self.items.get(at)) {
            Some(item) if !column.of_record => item.find(&column.path),
            Some(_) | None => self.record.find(&column.path),
        }
    }
}

fn truth(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// A column as the mapping writes it.
pub(super) fn written(column: &Column) -> String {
    let path: Vec<&str> = column.path.iter().map(Name::as_str).collect();
    format!("{}{}", if column.of_record { "record." } else { "" }, path.join("."))
}

fn pattern_written(pattern: &Pattern) -> String {
    if let [Part::Column(column)] = pattern.0.as_slice() {
        return written(column);
    }
    let part = |part: &Part| match part {
        Part::Words(words) => words.to_string(),
        Part::Column(column) => format!("{{{}}}", written(column)),
        Part::Number => "{#}".to_owned(),
    };
    pattern.0.iter().map(part).collect()
}

fn who_written(kind: opcx_core::identity::IdentifierKind, place: &Who) -> String {
    match place {
        Who::Pattern(pattern) => format!("`{}: {}`", kind.word(), pattern_written(pattern)),
        Who::FirstItem { column, wherever, is } => {
            format!(
                "`{}: {} of the first item whose {} is {is}`",
                kind.word(),
                written(column),
                written(wherever)
            )
        }
    }
}
