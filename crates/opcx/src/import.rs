//! Import: files of the past become events, each counted once.
//!
//! ```text
//!  file ──► records ──► events ──► (sort) ──► append ──► decide
//!  gzip     CSV, JSON   by the     by time,   log, on    on a thread
//!  or not   Lines       mapping    on disk    its lane   of its own
//! ```
//!
//! * **Time** – an import runs on the clock of its data: its lane of the log takes the time of each event.
//! * **Once** – an event that the log holds is not appended again, so that an import that was broken
//!   off and run again leaves the same log as one that was not.
//! * **Bad rows** go to the rejected list with line and reason, once; when a later run can read such a
//!   row, it comes off the list.
//! * **Bounds** – [`RECORD_BYTES_MAX`] and [`ITEMS_MAX`] for what is read, `sort` for what is held to be
//!   sorted, and the deciding thread is never more than a few batches behind.
//! * **Elsewhere** – how files are described: [`opcx_company::mapping`]. For people: `docs/guide/import.md`.

mod again;
mod event;
mod feed;
mod file;
mod listed;
mod object;
mod pace;
mod records;
mod refusal;
mod sort;
mod time;

pub use again::{Again, PreparedAgain, prepare_again, send_again};
pub use event::{ITEMS_MAX, Record, Row, events};
pub use file::File;
pub use listed::entry as rejected_entry;
pub use object::Object;
pub use records::{RECORD_BYTES_MAX, Records};
pub use refusal::Refusal;

use std::sync::Arc;

use anyhow::{Context as _, bail};
use opcx_company::mapping::{Mapping, Order};
use opcx_core::definitions::Definitions;
use opcx_core::delivery::Policy;
use opcx_core::event::Event;
use opcx_core::log::Lane;
use opcx_core::playbook::Mode;
use opcx_core::record::Entry;
use opcx_engine::{Budget, Decider, Memory};
use opcx_store::{Encoded, EventKey, Store};

use feed::{Feed, Prepared};
use listed::Listed;
use pace::{Pace, Reader};
use sort::Sorter;

use crate::senses::Sense;

/// Most rows that one run puts on the rejected list: a file with more bad rows is read with a mapping
/// that does not fit it.
pub const ROWS_REJECTED_MAX: u64 = 100_000;
/// Rows between two reports of progress.
const REPORT_EVERY_ROWS: u64 = 4_096;

/// What an import works on.
pub struct Work<'a> {
    /// Where everything is kept. Nothing else may append to it meanwhile.
    pub store: &'a Arc<dyn Store>,
    /// What the company's folder says.
    pub definitions: &'a Arc<Definitions>,
    /// What reads texts.
    pub sense: Sense,
    /// How the file is read.
    pub mapping: &'a Mapping,
    /// The clock that it runs on, which also says whether what is decided goes out: usually one of history,
    /// as [`lane`] gives it.
    pub lane: Lane,
    /// A folder with room, for sorting.
    pub room: &'a std::path::Path,
    /// What memory it keeps to.
    pub memory: &'a Arc<Memory>,
}

/// How far an import has come, or what it came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Records read.
    pub rows: u64,
    /// Events that are counted now and were not before.
    pub events: u64,
    /// Events that were counted before.
    pub repeats: u64,
    /// Items that the mapping passes over (`skip`).
    pub skipped: u64,
    /// Rows put on the rejected list.
    pub rejected: u64,
    /// Bad rows that were on it already.
    pub still_rejected: u64,
    /// Rows that came off it, since they can be read now.
    pub redriven: u64,
}

/// The lane of a mapping's events: one clock for all its files.
#[must_use]
pub fn lane(mapping: &Mapping, mode: Mode) -> Lane {
    let hash = blake3::hash(mapping.name.as_bytes());
    let number = u16::from_le_bytes([hash.as_bytes()[0], hash.as_bytes()[1]]);
    match mode {
        Mode::Live => Lane::asked(number),
        Mode::Shadow => Lane::history(number),
    }
}

/// Reads a file to its end. Everything counted is decided on and safe when this returns.
///
/// # Errors
/// The file cannot be read or does not fit the mapping at all, a row never ends, more than
/// [`ROWS_REJECTED_MAX`] rows are bad, or the store refuses. What was read before stays counted.
pub fn import(work: &Work<'_>, file: File, tell: &mut dyn FnMut(&Tally, u64)) -> anyhow::Result<Tally> {
    let mut decider = decider(work)?;
    // What was accepted before is decided first, so that the store knows every event by now.
    while decider.advance()? > 0 {}
    let pace = Pace::from(decider.position());
    std::thread::scope(|scope| {
        let decided = pace.decided();
        let (closed, to_press) = std::sync::mpsc::channel();
        let deciding = scope.spawn(move || {
            while decided.has_more() {
                while decider.advance()? > 0 {
                    decided.up_to(decider.position());
                    closed.send(())?;
                }
            }
            anyhow::Ok(())
        });
        // By itself, so that nobody waits for it.
        let pressing = scope.spawn(move || {
            for () in to_press {
                while work.store.press()? {}
            }
            anyhow::Ok(())
        });
        let read = Reading::new(work, file, pace.reader()).and_then(|reading| reading.run(tell));
        let decided = deciding.join().map_err(|_| anyhow::anyhow!("the deciding thread broke off"))?;
        // When deciding fails, reading fails only because of that.
        decided.context("deciding on what was imported")?;
        let pressed = pressing.join().map_err(|_| anyhow::anyhow!("the pressing thread broke off"))?;
        pressed.context("pressing the log")?;
        work.store.persist()?;
        read
    })
}

/// A decider for what is imported.
fn decider(work: &Work<'_>) -> anyhow::Result<Decider> {
    let (store, definitions) = (Arc::clone(work.store), Arc::clone(work.definitions));
    let decider = Decider::new(store, definitions, Policy::default(), Budget::default())?;
    Ok(decider.within(Arc::clone(work.memory)))
}

/// A file on its way into the log.
struct Reading<'a> {
    mapping: &'a Mapping,
    sense: Sense,
    name: String,
    records: Records,
    listed: Listed,
    feed: Feed<'a>,
    sorter: Option<Sorter<'a>>,
    tally: Tally,
}

impl<'a> Reading<'a> {
    fn new(work: &Work<'a>, file: File, pace: Reader<'a>) -> anyhow::Result<Reading<'a>> {
        let name = file.name.clone();
        let sorter = match work.mapping.order {
            Order::OldestFirst => None,
            order @ (Order::NewestFirst | Order::Any) => Some(Sorter::new(order, work.room)),
        };
        Ok(Reading {
            mapping: work.mapping,
            sense: Arc::clone(&work.sense),
            records: Records::open(file, work.mapping)?,
            listed: Listed::read(&**work.store, &work.mapping.name)?,
            feed: Feed::new(work.store, work.lane, pace)?,
            sorter,
            name,
            tally: Tally::default(),
        })
    }

    fn run(mut self, tell: &mut dyn FnMut(&Tally, u64)) -> anyhow::Result<Tally> {
        if let Err(error) = self.records(tell) {
            // What was read before is kept all the same.
            self.feed.flush()?;
            return Err(error);
        }
        if let Some(sorter) = self.sorter.take() {
            for prepared in sorter.sorted()? {
                self.feed.event(prepared?)?;
            }
        }
        self.feed.flush()?;
        tell(&self.so_far(), self.records.bytes_read());
        Ok(self.so_far())
    }

    fn records(&mut self, tell: &mut dyn FnMut(&Tally, u64)) -> anyhow::Result<()> {
        while let Some(line) = self.records.advance()? {
            self.record(line)?;
            self.tally.rows += 1;
            if self.tally.rows.is_multiple_of(REPORT_EVERY_ROWS) {
                tell(&self.so_far(), self.records.bytes_read());
            }
        }
        Ok(())
    }

    fn record(&mut self, line: u64) -> anyhow::Result<()> {
        let read = self.records.events(self.mapping);
        self.tally.skipped += read.skipped;
        for event in read.events {
            let prepared = prepared(event, &self.sense);
            match &mut self.sorter {
                Some(sorter) => sorter.push(prepared)?,
                None => self.feed.event(prepared)?,
            }
        }
        let from = format!("{}:{line}", self.name);
        if read.refused.is_empty() {
            // Only a row that stands on the list is looked at twice.
            if self.listed.may_hold(&from)
                && let Some(position) = self.listed.take_off(&from, &self.records.raw())
            {
                self.feed.other(&listed::redriven(position))?;
                self.tally.redriven += 1;
            }
            return Ok(());
        }
        let rejected = rejected_entry(&from, &read.refused, &self.mapping.name, self.records.raw());
        if self.listed.holds(&rejected) {
            self.tally.still_rejected += 1;
            return Ok(());
        }
        if self.tally.rejected == ROWS_REJECTED_MAX {
            bail!(
                "{from}: more than {ROWS_REJECTED_MAX} rows cannot be read with the mapping `{}` ({}); mend the \
                 mapping, and import the file again: what was read is counted once",
                self.mapping.name,
                rejected.reason,
            );
        }
        self.tally.rejected += 1;
        self.feed.other(&Entry::Rejected(rejected))
    }

    fn so_far(&self) -> Tally {
        Tally { events: self.feed.fresh, repeats: self.feed.repeats, ..self.tally }
    }
}

/// An event with its time and its key, its text read, encoded for the log.
pub(crate) fn prepared(event: Event, sense: &Sense) -> Prepared {
    let event = event.sensed(|words| sense(words));
    Prepared {
        at: event.happened,
        key: EventKey::of(&event.source, &event.id),
        entry: Encoded::of(&Entry::Event(event)),
    }
}
