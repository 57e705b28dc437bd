use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{self, BufRead, Read as _};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, bail};
use csv::{ByteRecord, StringRecord};
use opcx_company::mapping::{Choice, Column, Format, Mapping, Part, Pattern, Who};

use super::event::{Read, Record, Row, events};
use super::{File, Object, Refusal};

/// Longest record, in bytes. A conversation of a thousand messages is shorter.
pub const RECORD_BYTES_MAX: usize = 1 << 20;
/// Most columns that an error lists.
const COLUMNS_SHOWN: usize = 30;

/// The records of a file, one after the other; only the last one read is held.
pub struct Records {
    name: String,
    bytes_read: Arc<AtomicU64>,
    format: Shape,
}

enum Shape {
    Csv(Box<Table>),
    JsonLines(Lines),
}

impl Records {
    /// Reads the beginning of a file.
    ///
    /// # Errors
    /// It cannot be read, or lacks a column that the mapping names.
    pub fn open(file: File, mapping: &Mapping) -> anyhow::Result<Records> {
        let File { name, content, read, .. } = file;
        let format = match mapping.format {
            Format::Csv => Shape::Csv(Box::new(Table::open(&name, content, mapping)?)),
            Format::JsonLines => Shape::JsonLines(Lines::new(content)),
        };
        Ok(Records { name, bytes_read: read, format })
    }

    /// Reads the next record. Returns the line it begins on, counted from 1.
    ///
    /// # Errors
    /// The disk refuses, what is packed is damaged, or a row never ends.
    pub fn advance(&mut self) -> anyhow::Result<Option<u64>> {
        match &mut self.format {
            Shape::Csv(table) => table.advance(&self.name),
            Shape::JsonLines(lines) => {
                lines.advance().with_context(|| format!("reading {} after line {}", self.name, lines.number))
            }
        }
    }

    /// What the mapping makes of the record.
    #[must_use]
    pub fn events(&self, mapping: &Mapping) -> Read {
        match &self.format {
            Shape::Csv(table) => table.events(mapping),
            Shape::JsonLines(lines) => lines.events(mapping),
        }
    }

    /// The record as a file of its own that the mapping can read.
    #[must_use]
    pub fn raw(&self) -> String {
        match &self.format {
            Shape::Csv(table) => table.raw(),
            Shape::JsonLines(lines) => String::from_utf8_lossy(&lines.line).into_owned(),
        }
    }

    /// Bytes read from the disk so far.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }
}

/// Rows of values with commas between them.
struct Table {
    reader: csv::Reader<Bounded>,
    left: Rc<Cell<usize>>,
    header: StringRecord,
    columns: BTreeMap<String, usize>,
    row: ByteRecord,
    text: Option<StringRecord>,
}

impl Table {
    fn open(name: &str, content: Box<dyn BufRead>, mapping: &Mapping) -> anyhow::Result<Table> {
        let left = Rc::new(Cell::new(RECORD_BYTES_MAX));
        let bounded = Bounded { content, left: Rc::clone(&left) };
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bounded);
        let header = reader.headers().with_context(|| {
            format!("{name}:1: the header cannot be read; is it a CSV file in UTF-8, with a line of column names first?")
        })?;
        let header = header.clone();
        let mut columns = BTreeMap::new();
        for (at, column) in header.iter().enumerate() {
            // Of two columns of one name the first counts.
            columns.entry(column.to_owned()).or_insert(at);
        }
        let missing: Vec<&str> =
            columns_of(mapping).into_iter().filter(|column| !columns.contains_key(*column)).collect();
        if header.is_empty() {
            bail!("{name} is empty; a CSV file begins with a line of column names");
        }
        if !missing.is_empty() {
            let commas = if header.len() == 1 { "; are they set apart by commas?" } else { "" };
            let there: Vec<&str> = header.iter().take(COLUMNS_SHOWN).collect();
            bail!(
                "{name} lacks {}, which the mapping `{}` names; its columns are {}{commas}",
                quoted(&missing),
                mapping.name,
                quoted(&there)
            );
        }
        Ok(Table { reader, left, header, columns, row: ByteRecord::new(), text: None })
    }

    fn advance(&mut self, name: &str) -> anyhow::Result<Option<u64>> {
        self.left.set(RECORD_BYTES_MAX);
        let line = self.reader.position().line();
        let more = self.reader.read_byte_record(&mut self.row).with_context(|| format!("{name}:{line}"))?;
        if !more {
            return Ok(None);
        }
        self.text = StringRecord::from_byte_record(self.row.clone()).ok();
        Ok(Some(self.row.position().map_or(line, csv::Position::line)))
    }

    fn events(&self, mapping: &Mapping) -> Read {
        let refused = |refusal| Read { refused: vec![refusal], ..Read::default() };
        let Some(text) = &self.text else { return refused(Refusal::NotText) };
        if text.len() != self.header.len() {
            return refused(Refusal::Width { found: text.len(), expected: self.header.len() });
        }
        events(mapping, &Record::Row(Row { columns: &self.columns, values: text }))
    }

    fn raw(&self) -> String {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        // Writing into memory does not fail.
        let _ = writer.write_record(&self.header).and_then(|()| writer.write_byte_record(&self.row));
        let bytes = writer.into_inner().unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Ends the reading of a row that never ends.
struct Bounded {
    content: Box<dyn BufRead>,
    left: Rc<Cell<usize>>,
}

impl io::Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left.get() == 0 {
            return Err(io::Error::other(format!(
                "a row is longer than {RECORD_BYTES_MAX} bytes; look for a quote that is not closed, mend it and \
                 import the file again: what was read is counted once"
            )));
        }
        let bytes = self.content.read(buffer)?;
        self.left.set(self.left.get().saturating_sub(bytes));
        Ok(bytes)
    }
}

/// One JSON object a line.
struct Lines {
    content: Box<dyn BufRead>,
    line: Vec<u8>,
    too_long: bool,
    number: u64,
}

impl Lines {
    fn new(content: Box<dyn BufRead>) -> Lines {
        Lines { content, line: Vec::new(), too_long: false, number: 0 }
    }

    fn advance(&mut self) -> io::Result<Option<u64>> {
        loop {
            self.line.clear();
            let most = u64::try_from(RECORD_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
            if (&mut self.content).take(most).read_until(b'\n', &mut self.line)? == 0 {
                return Ok(None);
            }
            self.number += 1;
            self.too_long = self.line.len() > RECORD_BYTES_MAX && self.line.last() != Some(&b'\n');
            if self.too_long {
                self.content.skip_until(b'\n')?;
            }
            if self.number == 1 && self.line.starts_with(b"\xEF\xBB\xBF") {
                self.line.drain(..3);
            }
            self.line.truncate(self.line.trim_ascii_end().len());
            if !self.line.is_empty() {
                return Ok(Some(self.number));
            }
        }
    }

    fn events(&self, mapping: &Mapping) -> Read {
        let refused = |refusal| Read { refused: vec![refusal], ..Read::default() };
        if self.too_long {
            return refused(Refusal::TooLong);
        }
        let Ok(text) = std::str::from_utf8(&self.line) else { return refused(Refusal::NotText) };
        match Object::parse(text) {
            Ok(object) => events(mapping, &Record::Object(object)),
            Err(error) => refused(Refusal::NotAnObject(error.to_string())),
        }
    }
}

/// The names of all columns that a mapping reads of a CSV file.
fn columns_of(mapping: &Mapping) -> Vec<&str> {
    fn of_pattern(pattern: &Pattern) -> impl Iterator<Item = &Column> {
        pattern.0.iter().filter_map(|part| match part {
            Part::Column(column) => Some(column),
            Part::Words(_) | Part::Number => None,
        })
    }
    let mut columns: Vec<&Column> = of_pattern(&mapping.id).collect();
    columns.push(&mapping.time.column);
    columns.extend(mapping.kind.column());
    columns.extend(Choice::column(&mapping.channel));
    columns.extend(mapping.by.column());
    for (_, who) in &mapping.who {
        match who {
            Who::Pattern(pattern) => columns.extend(of_pattern(pattern)),
            Who::FirstItem { column, wherever, .. } => columns.extend([column, wherever]),
        }
    }
    columns.extend(&mapping.said);
    columns.extend(mapping.facts.iter().map(|(_, column)| column));
    let mut names: Vec<&str> = columns
        .into_iter()
        .filter_map(|column| column.path.first())
        .map(compact_str::CompactString::as_str)
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn quoted(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
