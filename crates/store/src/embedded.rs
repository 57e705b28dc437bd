//! The embedded engine: one data directory, no outside service.
//!
//! ```text
//! lock            held by the process that has the directory open
//! format          the log's format
//! log/            segments, synced at every append
//! state/          tables, synced at every persist, with their own format and a witness of what was synced
//! damaged-DATE/   what was found damaged and set aside
//! ```

mod contents;
mod frame;
mod log;
mod pressed;
mod purge;
mod segment;
mod set_aside;
mod survey;
mod tables;
mod trees;
mod witness;

use std::fs::{File, TryLockError};
use std::path::Path;

pub use log::SegmentLog;
pub use pressed::Pressed;
pub use segment::{SegmentFile, open_segment};
pub use set_aside::{SetAside, set_aside};
pub use survey::{Damage, Segment, frame_bytes, segment_header, survey, survey_segment};
pub use tables::{TreeBatch, TreeBytes, TreeTables, TreeView};

use crate::disk::{Disk, DiskFile, RealDisk, read_full_at, write_all_at};
use crate::parts::Tables as _;
use crate::{Assembled, Faults, StoreError, state};
use segment::refused;

type Result<T> = core::result::Result<T, StoreError>;

/// The format of the directory and its log; counted up when either changes. The state has its own.
pub const FORMAT: u32 = 2;

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
    /// Bytes of changes to customers at which they are written out; other tables get an eighth of it each. While they are
    /// written out more gather, up to three times as many bytes in all; then whoever commits waits.
    pub memtable_bytes: u64,
    /// Faults for tests.
    pub faults: Faults,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            segment_bytes: 64 * 1024 * 1024,
            cache_bytes: 32 * 1024 * 1024,
            memtable_bytes: 32 * 1024 * 1024,
            faults: Faults::none(),
        }
    }
}

impl Embedded {
    /// Opens the store in a directory, or makes one there. A state that is damaged or of another format is
    /// set aside, with a warning, and begun anew.
    ///
    /// # Errors
    /// Another process has it open, another version wrote it, its log is damaged, or the disk refused.
    pub fn open(directory: &Path, settings: &Settings) -> Result<Embedded> {
        let mut warn = |aside: &SetAside| {
            tracing::warn!("the state was set aside in {} ({})", aside.to.display(), aside.why);
        };
        Embedded::open_telling(directory, settings, &mut warn)
    }

    /// As [`Embedded::open`]; `tell` hears of a state that was set aside. It is derived anew by deciding
    /// on the log again from its start.
    ///
    /// # Errors
    /// Those of [`Embedded::open`].
    pub fn open_telling(
        directory: &Path,
        settings: &Settings,
        tell: &mut dyn FnMut(&SetAside),
    ) -> Result<Embedded> {
        let lock = lock(directory)?;
        check_format(&RealDisk, directory)?;
        let folder = directory.join("state");
        let tables = match open_state(&folder, settings) {
            Err(StoreError::StateDamaged { what: why }) => {
                let to =
                    set_aside(directory, Path::new("state")).map_err(refused("setting aside", &folder))?;
                tell(&SetAside { why, to });
                TreeTables::open(&folder, settings)?
            }
            opened => opened?,
        };
        Embedded::of_parts(directory, settings, tables.guarded_by(lock))
    }

    /// Opens the store in a directory without mending anything.
    ///
    /// # Errors
    /// Those of [`Embedded::open`], and that the state is damaged or of another format.
    pub fn open_as_it_is(directory: &Path, settings: &Settings) -> Result<Embedded> {
        let lock = lock(directory)?;
        check_format(&RealDisk, directory)?;
        let tables = open_state(&directory.join("state"), settings)?;
        Embedded::of_parts(directory, settings, tables.guarded_by(lock))
    }

    fn of_parts(directory: &Path, settings: &Settings, tables: TreeTables) -> Result<Embedded> {
        let log = SegmentLog::open(RealDisk, directory.join("log"), settings.segment_bytes)?;
        Assembled::of(log, tables, settings.faults.clone())
    }
}

/// Opens the tables, once it is known that fjall may be let at them.
fn open_state(folder: &Path, settings: &Settings) -> Result<TreeTables> {
    let damaged = |what| Err(StoreError::StateDamaged { what });
    if folder.exists() {
        if let Some(what) = set_aside::marked(folder) {
            return damaged(what);
        }
        let format = witness::format(folder);
        if format != trees::FORMAT {
            return damaged(format!("it is of format {format}, this program's is {}", trees::FORMAT));
        }
        if let Err(what) = witness::check(folder).map_err(refused("reading", folder))? {
            return damaged(what);
        }
    }
    let tables = TreeTables::open(folder, settings)?;
    // Without this row nothing goes on.
    state::progress(&tables.view())?;
    Ok(tables)
}

/// Takes a directory for this process, making it if it is not there. The lock goes with the file.
///
/// # Errors
/// Another process has it, or the disk refused.
pub fn lock(directory: &Path) -> Result<File> {
    std::fs::create_dir_all(directory).map_err(refused("making", directory))?;
    let path = directory.join("lock");
    let open = File::options().create(true).truncate(false).write(true).open(&path);
    let file = open.map_err(refused("opening", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: directory.to_owned() }),
        Err(TryLockError::Error(error)) => Err(refused("locking", &path)(error)),
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
