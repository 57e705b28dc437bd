//! The doctor: goes through everything in a data directory and says what is wrong and how to mend it.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use opcx_core::log::Position;
use opcx_core::time::Timestamp;
use opcx_store::{Embedded, FORMAT, Segment, Settings, Store as _, StoreError, survey};
use serde::Serialize;

use crate::house::history::History;

/// What the doctor found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The log's segments.
    pub segments: usize,
    /// The position after the log's last whole record.
    pub end: Position,
    /// What the log's live clock says.
    pub clock: Option<Timestamp>,
    /// Versions of the definitions that decided.
    pub definitions: usize,
    /// How far the state has come, if it could be opened.
    pub decided: Option<Position>,
    /// Rows of the state by table.
    pub rows: Vec<(&'static str, u64)>,
    /// Up to where the state has come, if the log ends before that.
    pub lost_until: Option<Position>,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Where.
    pub part: Part,
    /// What, with file and positions.
    pub what: String,
}

/// A part of the data directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The file that tells the format.
    Format,
    /// The log: mended from a backup.
    Log,
    /// The definitions that decided: mended from a backup.
    Definitions,
    /// The state: derived anew from the log.
    State,
}

/// What the log and its segments are like.
pub(super) struct Examined {
    pub(super) report: Report,
    pub(super) segments: Vec<Segment>,
}

/// Examines a data directory. Nothing in it is changed.
///
/// # Errors
/// There is none, another process has it open, or the disk refused.
pub fn examine(data: &Path) -> anyhow::Result<Report> {
    Ok(examine_all(data)?.report)
}

pub(super) fn examine_all(data: &Path) -> anyhow::Result<Examined> {
    if !data.join("log").is_dir() {
        anyhow::bail!("there is no log in `{}`; nothing was taken in yet", data.display());
    }
    let mut faults = Vec::new();
    let lock = opcx_store::lock(data).context("the doctor needs the data for itself")?;
    if let Some(what) = format_fault(data)? {
        faults.push(Fault { part: Part::Format, what });
    }
    let segments = survey(&data.join("log"), &mut |_, _, _| Ok::<_, StoreError>(()))?;
    for segment in &segments {
        faults.extend(segment.damage.iter().map(|damage| Fault {
            part: Part::Log,
            what: format!(
                "{}, at byte {} of {}: {}",
                positions(damage.positions.start, damage.positions.end),
                damage.offset,
                segment.path.display(),
                damage.what
            ),
        }));
    }
    let definitions = definitions(data, &mut faults);
    drop(lock);
    let mut report = Report {
        segments: segments.len(),
        end: segments.last().map_or(Position::START, |last| last.end),
        clock: segments.iter().rev().find_map(|segment| segment.live),
        definitions,
        decided: None,
        rows: Vec::new(),
        lost_until: None,
        faults,
    };
    state(data, &mut report);
    report.faults.sort_by_key(|fault| fault.part);
    Ok(Examined { report, segments })
}

fn format_fault(data: &Path) -> anyhow::Result<Option<String>> {
    let path = data.join("format");
    match fs::read(&path) {
        Ok(bytes) if bytes == format!("{FORMAT}\n").as_bytes() => Ok(None),
        Ok(_) => Ok(Some(format!("{} does not say format {FORMAT}", path.display()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Ok(Some(format!("{} is not there", path.display())))
        }
        Err(error) => Err(error).with_context(|| format!("reading `{}`", path.display())),
    }
}

fn definitions(data: &Path, faults: &mut Vec<Fault>) -> usize {
    let fault = |error: anyhow::Error| Fault { part: Part::Definitions, what: format!("{error:#}") };
    match History::open(data) {
        Ok(history) => {
            for reign in history.reigns() {
                faults.extend(history.definitions(&reign.version).err().map(fault));
            }
            history.reigns().len()
        }
        Err(error) => {
            faults.push(fault(error));
            0
        }
    }
}

fn state(data: &Path, report: &mut Report) {
    let mut fault = |part, what| report.faults.push(Fault { part, what });
    if !data.join("state").is_dir() {
        return fault(Part::State, "there is none".into());
    }
    match Embedded::open_as_it_is(data, &Settings::default()) {
        Ok(store) => {
            let audit = store.audit();
            audit.faults.iter().for_each(|what| fault(Part::State, what.clone()));
            let more = audit.faults_in_all - audit.faults.len() as u64;
            if more > 0 {
                fault(Part::State, format!("{more} more"));
            }
            report.rows = audit.rows.iter().map(|(table, rows)| (table.name(), *rows)).collect();
            report.decided = store.progress().ok().map(|progress| progress.position);
        }
        Err(StoreError::AheadOfLog { position, end }) => {
            let which = positions(end, position);
            fault(Part::Log, format!("{which} at its end: the state follows from them, and they are gone"));
            report.lost_until = Some(position);
        }
        // Told with the log, or with the format.
        Err(StoreError::Damaged { .. } | StoreError::OtherVersion { .. }) => {}
        Err(StoreError::StateDamaged { what }) => fault(Part::State, what),
        Err(error) => fault(Part::State, error.to_string()),
    }
}

/// A range of positions in words.
fn positions(from: Position, until: Position) -> String {
    match until.get().saturating_sub(1) {
        last if last <= from.get() => format!("position {from}"),
        last => format!("positions {from} to {last}"),
    }
}
