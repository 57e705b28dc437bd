//! The embedded engine: one data directory, no outside service.
//!
//! ```text
//! format    the format's number
//! log/      segments, synced at every append
//! state/    tables, synced at every persist; their lock guards the whole directory
//! ```

mod frame;
mod log;
mod segment;
mod tables;

use std::path::Path;

pub use log::SegmentLog;
pub use tables::{TreeBatch, TreeBytes, TreeTables, TreeView};

use crate::disk::{Disk, DiskFile, RealDisk, read_full_at, write_all_at};
use crate::{Assembled, Faults, StoreError};
use segment::refused;

type Result<T> = core::result::Result<T, StoreError>;

/// The format of the whole directory; counted up when any part of it changes.
const FORMAT: u32 = 1;

/// Longest entry that the log takes, in bytes; what comes in is bounded far below this at the edge.
pub const RECORD_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The embedded store.
pub type Embedded = Assembled<SegmentLog<RealDisk>, TreeTables>;

/// How much room the embedded store takes.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Size of a segment file of the log, in bytes.
    pub segment_bytes: u64,
    /// Most bytes of the state kept in memory for readers.
    pub cache_bytes: u64,
    /// Most bytes of changes to customers kept in memory before they are written out; other tables
    /// get a quarter of it each. While they are written out as many again gather.
    pub memtable_bytes: u64,
    /// Faults for tests.
    pub faults: Faults,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            segment_bytes: 64 * 1024 * 1024,
            cache_bytes: 64 * 1024 * 1024,
            memtable_bytes: 32 * 1024 * 1024,
            faults: Faults::none(),
        }
    }
}

impl Embedded {
    /// Opens the store in a directory, or makes one there.
    ///
    /// # Errors
    /// Another process has it open, another version wrote it, it is damaged, or the disk refused.
    pub fn open(directory: &Path, settings: &Settings) -> Result<Embedded> {
        std::fs::create_dir_all(directory).map_err(refused("making", directory))?;
        check_format(&RealDisk, directory)?;
        // The tables first: they hold the lock that keeps another process off the log as well.
        let tables = TreeTables::open(&directory.join("state"), settings)?;
        let log = SegmentLog::open(RealDisk, directory.join("log"), settings.segment_bytes)?;
        Assembled::of(log, tables, settings.faults.clone())
    }
}

/// Refuses a directory of another format; notes ours in a new one.
fn check_format(disk: &impl Disk, directory: &Path) -> Result<()> {
    let path = directory.join("format");
    match disk.open(&path) {
        Ok(file) => {
            let mut text = [0; 16];
            let read = read_full_at(&file, &mut text, 0).map_err(refused("reading", &path))?;
            let found = String::from_utf8_lossy(&text[..read]).trim().parse().unwrap_or(0);
            if found == FORMAT {
                return Ok(());
            }
            Err(StoreError::OtherVersion { path: directory.to_owned(), found, expected: FORMAT })
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let draft = directory.join("format.tmp");
            let note = || {
                let file = disk.create(&draft)?;
                write_all_at(&file, format!("{FORMAT}\n").as_bytes(), 0)?;
                file.sync()?;
                disk.rename(&draft, &path)?;
                disk.sync_folder(directory)
            };
            note().map_err(refused("noting the format in", &path))
        }
        Err(error) => Err(refused("opening", &path)(error)),
    }
}
