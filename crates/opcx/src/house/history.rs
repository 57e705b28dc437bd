//! Which definitions decided on which part of the log.
//!
//! The log holds what came in, and the state what was decided about it under the definitions of the day. To
//! derive the state anew from the log, those definitions are needed again: under today's the past would be
//! decided otherwise, and what was sent would be sent again under other ids. So the data directory keeps
//! every version of the files that was ever decided with, and from which position on:
//!
//! ```text
//! definitions/history          a line per version: position, version, CRC-32C of both
//! definitions/VERSION.json     its files, by their paths
//! ```

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use opcx_company::Files;
use opcx_core::definitions::{Definitions, Version};
use opcx_core::log::Position;

/// The folder's name within the data directory.
pub const FOLDER: &str = "definitions";
const FILE: &str = "history";

/// The versions of a company's definitions, in the order in which they decided.
#[derive(Debug)]
pub struct History {
    folder: PathBuf,
    reigns: Vec<Reign>,
}

/// A version that was in force from a position on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reign {
    /// The first record that was decided on under it.
    pub from: Position,
    /// The version, as receipts name it.
    pub version: String,
}

/// What writes a whole file, durable with its name; it may fail when all is written but not yet durable.
type Write<'a> = &'a dyn Fn(&Path, &[u8]) -> anyhow::Result<()>;

impl History {
    /// The history in a data directory; empty if none was kept yet.
    ///
    /// # Errors
    /// It is damaged, or cannot be read.
    pub fn open(data: &Path) -> anyhow::Result<History> {
        let folder = data.join(FOLDER);
        let path = folder.join(FILE);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            read => read.with_context(|| format!("reading `{}`", path.display()))?,
        };
        let Some(reigns) = text.lines().map(read_line).collect() else {
            bail!("`{}` is damaged; `opcx doctor --mend --backup` takes it from a backup", path.display());
        };
        Ok(History { folder, reigns })
    }

    /// The versions in the order in which they decided.
    #[must_use]
    pub fn reigns(&self) -> &[Reign] {
        &self.reigns
    }

    /// Notes that from a position on this version decides, unless it does already. Durable on return.
    ///
    /// # Errors
    /// The disk refused.
    pub fn note(&mut self, from: Position, version: Version, files: &Files) -> anyhow::Result<()> {
        self.note_through(&write, from, version, files)
    }

    /// Notes what [`History::note`] does, of definitions that are to take the place of others that decide now. If the
    /// disk refuses, also when all was written already, the others go on deciding, and the history says so.
    ///
    /// # Errors
    /// The disk refused. If it did not even let the note be taken back, the error says so.
    pub fn note_succession(
        &mut self,
        from: Position,
        deciding: Version,
        version: Version,
        files: &Files,
    ) -> anyhow::Result<()> {
        self.succession_through(&write, from, deciding, version, files)
    }

    fn succession_through(
        &mut self,
        write: Write<'_>,
        from: Position,
        deciding: Version,
        version: Version,
        files: &Files,
    ) -> anyhow::Result<()> {
        self.hold_through(write, deciding)?;
        let before = self.reigns.clone();
        let noted = self.note_through(write, from, version, files);
        if noted.is_err() && self.reigns != before {
            self.reigns = before;
            self.write_through(write).context(
                "a note of definitions that do not decide may stand in the history, and could not be taken back",
            )?;
        }
        noted
    }

    /// Forgets a note of definitions that never came into force, while those of `deciding` go on deciding, if one was
    /// left in the history.
    ///
    /// # Errors
    /// The disk refused.
    pub fn hold(&mut self, deciding: Version) -> anyhow::Result<()> {
        self.hold_through(&write, deciding)
    }

    fn hold_through(&mut self, write: Write<'_>, deciding: Version) -> anyhow::Result<()> {
        let told = deciding.to_string();
        match self.reigns.iter().rposition(|reign| reign.version == told) {
            Some(at) if at + 1 == self.reigns.len() => return Ok(()),
            Some(at) => self.reigns.truncate(at + 1),
            None => match self.reigns.last_mut() {
                // It took the place of a reign that had decided on nothing yet.
                Some(last) => last.version = told,
                None => return Ok(()),
            },
        }
        self.write_through(write)
    }

    fn note_through(
        &mut self,
        write: Write<'_>,
        from: Position,
        version: Version,
        files: &Files,
    ) -> anyhow::Result<()> {
        let told = version.to_string();
        if self.reigns.last().is_some_and(|last| last.version == told) {
            return Ok(());
        }
        if opcx_company::parse(files).definitions.map(|read| read.version) != Some(version) {
            bail!("the company's files changed while they were read; start again");
        }
        let version = told;
        fs::create_dir_all(&self.folder).with_context(|| format!("making `{}`", self.folder.display()))?;
        write(&self.files_of(&version), &serde_json::to_vec(files)?)?;
        // A version that decided on nothing leaves no trace.
        self.reigns.retain(|reign| reign.from < from);
        if self.reigns.last().is_none_or(|last| last.version != version) {
            self.reigns.push(Reign { from, version });
        }
        self.write_through(write)
    }

    /// Forgets what decided on records from a position on, since these records are no more.
    ///
    /// # Errors
    /// The disk refused.
    pub fn cut(&mut self, end: Position) -> anyhow::Result<()> {
        // The first one decided on everything before it as well, where the history began late.
        let kept = self.reigns.iter().skip(1).take_while(|reign| reign.from < end).count() + 1;
        if self.reigns.len() <= kept {
            return Ok(());
        }
        self.reigns.truncate(kept);
        self.write_through(&write)
    }

    fn write_through(&self, write: Write<'_>) -> anyhow::Result<()> {
        let lines: String = self.reigns.iter().map(line).collect();
        write(&self.folder.join(FILE), lines.as_bytes())
    }

    /// The definitions of a version.
    ///
    /// # Errors
    /// Its files are missing or damaged, or this program reads them otherwise than the one that kept them.
    pub fn definitions(&self, version: &str) -> anyhow::Result<Definitions> {
        let path = self.files_of(version);
        let bytes = fs::read(&path).with_context(|| format!("reading `{}`", path.display()))?;
        let files: Files =
            serde_json::from_slice(&bytes).with_context(|| format!("`{}` is damaged", path.display()))?;
        let Some(definitions) = opcx_company::parse(&files).definitions else {
            bail!("`{}` holds definitions that this program cannot read", path.display());
        };
        if definitions.version.to_string() != version {
            bail!("`{}` is damaged: it holds other definitions", path.display());
        }
        Ok(definitions)
    }

    fn files_of(&self, version: &str) -> PathBuf {
        self.folder.join(format!("{version}.json"))
    }
}

fn line(reign: &Reign) -> String {
    let told = format!("{} {}", reign.from, reign.version);
    format!("{told} {:08x}\n", crc32c::crc32c(told.as_bytes()))
}

fn read_line(text: &str) -> Option<Reign> {
    let (told, sum) = text.rsplit_once(' ')?;
    let (from, version) = told.split_once(' ')?;
    let reign = Reign { from: Position::new(from.parse().ok()?), version: version.to_owned() };
    (u32::from_str_radix(sum, 16) == Ok(crc32c::crc32c(told.as_bytes()))).then_some(reign)
}

/// Writes a whole file, durable with its name.
///
/// # Errors
/// The disk refused.
pub fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let draft = path.with_extension("tmp");
    let write = || {
        let mut file = File::create(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, path)?;
        File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
    };
    write().with_context(|| format!("writing `{}`", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn company(remark: &str) -> (Version, Files) {
        let mut files = opcx_company::starter();
        *files.entry("opcx.toml".into()).or_default() += &format!("# {remark}\n");
        let loaded = opcx_company::parse(&files);
        (loaded.definitions.unwrap_or_else(|| panic!("{:?}", loaded.faults)).version, files)
    }

    #[test]
    fn each_version_is_kept_from_where_it_decided_and_one_that_decided_on_nothing_is_not() {
        let data = tempfile::tempdir().expect("a folder for a test");
        let ((one, one_files), (other, other_files)) = (company("one"), company("other"));
        let mut history = History::open(data.path()).expect("an empty history");
        for (from, version, files) in [
            (0, one, &one_files),
            (5, one, &one_files),
            (7, other, &other_files),
            (7, one, &one_files),
            (9, other, &other_files),
        ] {
            history.note(Position::new(from), version, files).expect("a writable folder");
        }
        let history = History::open(data.path()).expect("what was written reads");
        let told: Vec<_> =
            history.reigns().iter().map(|reign| (reign.from.get(), reign.version.clone())).collect();
        assert_eq!(told, [(0, one.to_string()), (9, other.to_string())]);
        assert_eq!(history.definitions(&one.to_string()).expect("they were kept").version, one);
    }

    #[test]
    fn a_change_that_fails_halfway_is_not_in_the_history_and_can_be_made_later() {
        let data = tempfile::tempdir().expect("a folder for a test");
        let ((one, one_files), (other, other_files)) = (company("one"), company("other"));
        let mut history = History::open(data.path()).expect("an empty history");
        history.note(Position::START, one, &one_files).expect("a writable folder");
        let told = || {
            let history = History::open(data.path()).expect("what was written reads");
            let reigns = history.reigns().iter().map(|reign| (reign.from.get(), reign.version.clone()));
            reigns.collect::<Vec<_>>()
        };
        let only_one = [(0, one.to_string())];
        let both = |from| [(0, one.to_string()), (from, other.to_string())];

        // The disk takes everything, and then says that it is not durable: once, and then for good.
        for (refusals, expected) in [(1, &only_one[..]), (u32::MAX, &both(5)[..])] {
            let left = std::cell::Cell::new(refusals);
            let refusing = |path: &Path, bytes: &[u8]| {
                if path.ends_with(FILE) && left.get() > 0 {
                    left.set(left.get() - 1);
                    // What the disk kept of a note that it took back is what the note said.
                    if left.get() + 1 == refusals {
                        write(path, bytes)?;
                    }
                    bail!("the disk refused");
                }
                write(path, bytes)
            };
            let mut history = History::open(data.path()).expect("what was written reads");
            let noted = history.succession_through(&refusing, Position::new(5), one, other, &other_files);
            noted.expect_err("the disk refused");
            assert_eq!(told(), expected, "{refusals} refusals");
        }

        // The same change, when the disk works again and the others have decided on more.
        let mut history = History::open(data.path()).expect("what was written reads");
        history.note_succession(Position::new(9), one, other, &other_files).expect("a writable folder");
        assert_eq!(told(), both(9));
    }

    #[test]
    fn a_history_with_a_turned_bit_says_so() {
        let data = tempfile::tempdir().expect("a folder for a test");
        let (version, files) = company("one");
        History::open(data.path()).expect("empty").note(Position::new(3), version, &files).expect("writable");
        let path = data.path().join(FOLDER).join(FILE);
        let sound = fs::read(&path).expect("it was written");
        for bit in 0..sound.len() * 8 {
            let mut turned = sound.clone();
            turned[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, &turned).expect("a writable file");
            let same = History::open(data.path()).is_ok_and(|history| {
                history.reigns() == [Reign { from: Position::new(3), version: version.to_string() }]
            });
            // A digit of the checksum in capitals is the same digit, and a line may end in other ways.
            assert!(same || History::open(data.path()).is_err(), "bit {bit}");
        }
    }
}
