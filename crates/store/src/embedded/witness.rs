//! The witness of the state: what its files must hold, noted beside them by ourselves.
//!
//! fjall verifies every block of a table when it reads it. It does not verify its journals' order (the
//! sequence number of a batch is outside the checksum), cuts a journal off at whatever does not read, and
//! takes the list of a tree's tables as it stands, deleting those that it does not name. So before fjall
//! opens the state, and before it can delete anything, we look ourselves:
//!
//! * each journal still begins with the bytes that were there at the last persist;
//! * each tree's list of tables has the checksum that fjall noted and does not look at;
//! * no table's list of its parts can make fjall ask for more memory than there is ([`contents`]);
//! * each tree's folder is still there.
//!
//! What a journal holds after the last persist, a second's worth at most, has no witness: fjall takes of it
//! what reads, and the rest is derived again from the log.
//!
//! ```text
//! opcx state 1                 the state's format
//! tree 0                       a tree's folder, one line each
//! journal 1.jnl 1234 89abcdef  the length that was synced, and the CRC-32C of so many bytes
//! sum 01234567                 CRC-32C of all lines above
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use super::contents;

/// The witness's name within the state's folder.
const FILE: &str = "witness";
/// Where fjall keeps its trees.
const TREES: &str = "keyspaces";
/// A journal is read in such pieces. It is made long beforehand: the first piece of zeros is its end.
const PIECE_BYTES: usize = 64 * 1024;
/// `current` in a tree's folder: a version's number, XXH3-128 of its file, and the kind of checksum.
const CURRENT_BYTES: usize = 25;

/// What is wrong with the state's files.
pub(super) type Damage = String;

/// What the files of a state must hold.
#[derive(Debug, Default)]
pub(super) struct Witness {
    folder: PathBuf,
    trees: BTreeSet<String>,
    journals: BTreeMap<String, Synced>,
}

/// The beginning of a journal that was synced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Synced {
    bytes: u64,
    sum: u32,
}

/// The format of the state that lies in `folder`. States of the first format had no witness.
pub(super) fn format(folder: &Path) -> u32 {
    let text = fs::read_to_string(folder.join(FILE)).unwrap_or_default();
    body(&text).and_then(|body| body.lines().next()?.strip_prefix("opcx state ")?.parse().ok()).unwrap_or(1)
}

/// Looks whether the files hold what they must. A witness that is itself damaged says nothing.
///
/// # Errors
/// The disk refused.
pub(super) fn check(folder: &Path) -> io::Result<Result<(), Damage>> {
    let witness = Witness::read(folder);
    for tree in &witness.trees {
        if !folder.join(TREES).join(tree).join("current").is_file() {
            return Ok(Err(format!("the tree {tree} is gone or has no list of its tables")));
        }
    }
    for (name, synced) in &witness.journals {
        // One that is gone was no longer needed: its tables had been written out.
        let Some(file) = open(&folder.join(name))? else { continue };
        if sum(&file, 0, 0, synced.bytes)? != (synced.bytes, synced.sum) {
            return Ok(Err(format!("the journal {name} does not hold what was synced")));
        }
    }
    for tree in trees(folder)? {
        if let Err(damage) = check_tree(&folder.join(TREES).join(&tree))? {
            return Ok(Err(format!("the tree {tree}: {damage}")));
        }
    }
    Ok(Ok(()))
}

fn check_tree(tree: &Path) -> io::Result<Result<(), Damage>> {
    let current = match fs::read(tree.join("current")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Err("it has no list of its tables".into()));
        }
        read => read?,
    };
    let Some((current, [])) = current.split_first_chunk::<CURRENT_BYTES>() else {
        return Ok(Err("`current` has another length".into()));
    };
    let (mut version, mut checksum) = ([0; 8], [0; 16]);
    version.copy_from_slice(&current[..8]);
    checksum.copy_from_slice(&current[8..24]);
    let name = format!("v{}", u64::from_le_bytes(version));
    let list = match fs::read(tree.join(&name)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Err(format!("its list of tables `{name}` is gone")));
        }
        read => read?,
    };
    let is_sound = current[24] == 0 && xxhash_rust::xxh3::xxh3_128(&list) == u128::from_le_bytes(checksum);
    if !is_sound {
        return Ok(Err(format!("its list of tables `{name}` is not what was written")));
    }
    for table in names(&tree.join("tables"), |_| true)? {
        let file = File::open(tree.join("tables").join(&table))?;
        if !contents::is_safe(&file)? {
            return Ok(Err(format!("the list of parts of its table {table} is not what was written")));
        }
    }
    Ok(Ok(()))
}

impl Witness {
    /// The witness of a state that was just opened.
    pub(super) fn resume(folder: &Path) -> Witness {
        Witness::read(folder)
    }

    fn read(folder: &Path) -> Witness {
        let mut witness = Witness { folder: folder.to_owned(), ..Witness::default() };
        let text = fs::read_to_string(folder.join(FILE)).unwrap_or_default();
        for line in body(&text).unwrap_or_default().lines() {
            match *line.split(' ').collect::<Vec<_>>() {
                ["tree", name] => {
                    witness.trees.insert(name.to_owned());
                }
                ["journal", name, bytes, sum] => {
                    if let (Ok(bytes), Ok(sum)) = (bytes.parse(), u32::from_str_radix(sum, 16)) {
                        witness.journals.insert(name.to_owned(), Synced { bytes, sum });
                    }
                }
                // The first line.
                _ => {}
            }
        }
        witness
    }

    /// Notes what is in the files now. Everything in the journals has been synced, and nobody writes.
    ///
    /// # Errors
    /// The disk refused.
    pub(super) fn note(&mut self, format: u32) -> io::Result<()> {
        let mut journals = BTreeMap::new();
        for name in names(&self.folder, |name| name.ends_with(".jnl"))? {
            // It may be deleted while we look.
            let Some(file) = open(&self.folder.join(&name))? else { continue };
            let known = self.journals.get(&name).copied().unwrap_or_default();
            let (bytes, sum) = sum(&file, known.sum, known.bytes, u64::MAX)?;
            journals.insert(name, Synced { bytes, sum });
        }
        self.journals = journals;
        self.trees = trees(&self.folder)?.into_iter().collect();
        let mut text = format!("opcx state {format}\n");
        for tree in &self.trees {
            let _ = writeln!(text, "tree {tree}");
        }
        for (name, Synced { bytes, sum }) in &self.journals {
            let _ = writeln!(text, "journal {name} {bytes} {sum:08x}");
        }
        let _ = writeln!(text, "sum {:08x}", crc32c::crc32c(text.as_bytes()));
        // Not synced: an older witness speaks of less, and one that is torn says nothing.
        let draft = self.folder.join("witness.tmp");
        fs::write(&draft, text)?;
        fs::rename(&draft, self.folder.join(FILE))
    }
}

/// The lines of a witness that is whole.
fn body(text: &str) -> Option<&str> {
    let at = text.rfind("sum ")?;
    let sum = u32::from_str_radix(text[at..].strip_prefix("sum ")?.strip_suffix('\n')?, 16).ok()?;
    (crc32c::crc32c(&text.as_bytes()[..at]) == sum).then_some(&text[..at])
}

fn trees(folder: &Path) -> io::Result<Vec<String>> {
    names(&folder.join(TREES), |_| true)
}

fn names(folder: &Path, wanted: impl Fn(&str) -> bool) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    names.filter(|name| name.as_ref().map_or(true, |name| wanted(name))).collect()
}

fn open(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        opened => opened.map(Some),
    }
}

/// The checksum of a journal's bytes up to `until`, or to where only zeros are, given that of the first
/// `known` of them; and how many bytes it is over.
fn sum(file: &File, mut sum: u32, known: u64, until: u64) -> io::Result<(u64, u32)> {
    let (mut bytes, mut piece) = (known, vec![0; PIECE_BYTES]);
    while bytes < until {
        let most = usize::try_from(until - bytes).unwrap_or(usize::MAX).min(PIECE_BYTES);
        let read = file.read_at(&mut piece[..most], bytes)?;
        // Every batch ends with a byte that is no zero. Up to a given length zeros count like others.
        let end = piece[..read].iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        let taken = if until == u64::MAX { end } else { read };
        sum = crc32c::crc32c_append(sum, &piece[..taken]);
        bytes += taken as u64;
        if taken == 0 {
            break;
        }
    }
    Ok((bytes, sum))
}
