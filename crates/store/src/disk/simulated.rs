use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Disk, DiskFile};

/// What a disk keeps or loses as a whole.
const SECTOR_BYTES: usize = 512;

/// A disk in memory that fails where a test wants, and forgets at a power cut what was not synced.
#[derive(Debug, Clone, Default)]
pub struct SimulatedDisk(Arc<Mutex<Platter>>);

/// What goes wrong at one of the operations that change something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskFault {
    /// It fails and changes nothing.
    Refused,
    /// If it is a write, its first half is written, and then it fails.
    Torn,
    /// If it is a write, only its first half is written, and it says so; else nothing is wrong.
    Short,
}

#[derive(Debug, Default)]
struct Platter {
    names: BTreeMap<PathBuf, usize>,
    names_synced: BTreeMap<PathBuf, usize>,
    files: Vec<Contents>,
    operations: u64,
    faults: BTreeMap<u64, DiskFault>,
}

#[derive(Debug, Clone, Default)]
struct Contents {
    now: Vec<u8>,
    synced: Vec<u8>,
}

/// An open file of a [`SimulatedDisk`].
#[derive(Debug)]
pub struct SimulatedFile {
    disk: SimulatedDisk,
    number: usize,
}

impl SimulatedDisk {
    /// An empty disk.
    #[must_use]
    pub fn new() -> SimulatedDisk {
        SimulatedDisk::default()
    }

    /// Lets the operation of that number go wrong; see [`SimulatedDisk::operations`].
    pub fn fail(&self, operation: u64, fault: DiskFault) {
        self.platter().faults.insert(operation, fault);
    }

    /// How many operations that change something were made so far.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.platter().operations
    }

    /// The disk after a power cut: of what was not synced, `seed` decides sector by sector and name
    /// by name what is there.
    #[must_use]
    pub fn power_cut(&self, seed: u64) -> SimulatedDisk {
        let platter = self.platter();
        let mut dice = Dice(seed);
        let mut names = platter.names_synced.clone();
        for (path, number) in &platter.names {
            if names.get(path) != Some(number) && dice.heads() {
                // A rename is one change: the old name goes when the new one comes.
                names.retain(|_, known| known != number);
                names.insert(path.clone(), *number);
            }
        }
        let files = platter.files.iter().map(|file| file.after_power_cut(&mut dice)).collect();
        let names_synced = names.clone();
        SimulatedDisk(Arc::new(Mutex::new(Platter { names, names_synced, files, ..Platter::default() })))
    }

    /// Turns one bit of a file.
    ///
    /// # Panics
    /// There is no such file, or it is shorter.
    pub fn flip(&self, path: &Path, offset: usize, bit: u8) {
        let mut platter = self.platter();
        let number = platter.names[path];
        let file = &mut platter.files[number];
        file.now[offset] ^= 1 << (bit % 8);
        file.synced.clone_from(&file.now);
    }

    /// A file's bytes.
    ///
    /// # Panics
    /// There is no such file.
    #[must_use]
    pub fn read(&self, path: &Path) -> Vec<u8> {
        let platter = self.platter();
        platter.files[platter.names[path]].now.clone()
    }

    /// Takes a file away.
    pub fn remove(&self, path: &Path) {
        let mut platter = self.platter();
        platter.names.remove(path);
        platter.names_synced.remove(path);
    }

    /// Every file's path and length.
    #[must_use]
    pub fn files(&self) -> Vec<(PathBuf, usize)> {
        let platter = self.platter();
        platter.names.iter().map(|(path, number)| (path.clone(), platter.files[*number].now.len())).collect()
    }

    fn platter(&self) -> MutexGuard<'_, Platter> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The disk for one operation that changes something, unless that is to be refused.
    fn operate(&self) -> io::Result<(MutexGuard<'_, Platter>, Option<DiskFault>)> {
        let mut platter = self.platter();
        let number = platter.operations;
        platter.operations += 1;
        match platter.faults.get(&number).copied() {
            Some(DiskFault::Refused) => Err(io::Error::other("the disk refused, as asked for")),
            fault => Ok((platter, fault)),
        }
    }
}

impl Contents {
    fn after_power_cut(&self, dice: &mut Dice) -> Contents {
        let length = if dice.heads() { self.now.len() } else { self.synced.len() };
        let mut bytes = self.synced.clone();
        bytes.resize(length, 0);
        for (kept, written) in bytes.chunks_mut(SECTOR_BYTES).zip(self.now.chunks(SECTOR_BYTES)) {
            if *kept != written[..kept.len().min(written.len())] && dice.heads() {
                let both = kept.len().min(written.len());
                kept[..both].copy_from_slice(&written[..both]);
            }
        }
        Contents { now: bytes.clone(), synced: bytes }
    }
}

/// SplitMix64: few lines, and good enough to choose sectors.
struct Dice(u64);

impl Dice {
    fn heads(&mut self) -> bool {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) & 1 == 1
    }
}

impl Disk for SimulatedDisk {
    type File = SimulatedFile;

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        let platter = self.platter();
        let within = platter.names.keys().filter(|path| path.parent() == Some(folder));
        Ok(within.filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned())).collect())
    }

    fn create_folder(&self, _folder: &Path) -> io::Result<()> {
        Ok(())
    }

    fn create(&self, path: &Path) -> io::Result<SimulatedFile> {
        let (mut platter, _) = self.operate()?;
        let number = platter.files.len();
        platter.files.push(Contents::default());
        platter.names.insert(path.to_owned(), number);
        Ok(SimulatedFile { disk: self.clone(), number })
    }

    fn open(&self, path: &Path) -> io::Result<SimulatedFile> {
        match self.platter().names.get(path) {
            Some(&number) => Ok(SimulatedFile { disk: self.clone(), number }),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let (mut platter, _) = self.operate()?;
        let number = platter.names.remove(from).ok_or(io::ErrorKind::NotFound)?;
        platter.names.insert(to.to_owned(), number);
        Ok(())
    }

    fn sync_folder(&self, _folder: &Path) -> io::Result<()> {
        let (mut platter, _) = self.operate()?;
        platter.names_synced = platter.names.clone();
        Ok(())
    }
}

impl DiskFile for SimulatedFile {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let (mut platter, fault) = self.disk.operate()?;
        let bytes = if fault.is_some() { &bytes[..bytes.len().div_ceil(2)] } else { bytes };
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        let now = &mut platter.files[self.number].now;
        now.resize(now.len().max(start + bytes.len()), 0);
        now[start..start + bytes.len()].copy_from_slice(bytes);
        match fault {
            Some(DiskFault::Torn) => Err(io::Error::other("the write was torn, as asked for")),
            Some(DiskFault::Short | DiskFault::Refused) | None => Ok(bytes.len()),
        }
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        let platter = self.disk.platter();
        let now = &platter.files[self.number].now;
        let start = usize::try_from(offset).map_err(io::Error::other)?.min(now.len());
        let count = bytes.len().min(now.len() - start);
        bytes[..count].copy_from_slice(&now[start..start + count]);
        Ok(count)
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        let (mut platter, _) = self.disk.operate()?;
        let length = usize::try_from(bytes).map_err(io::Error::other)?;
        platter.files[self.number].now.resize(length, 0);
        Ok(())
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.disk.platter().files[self.number].now.len() as u64)
    }

    fn sync(&self) -> io::Result<()> {
        let (mut platter, _) = self.disk.operate()?;
        let file = &mut platter.files[self.number];
        file.synced.clone_from(&file.now);
        Ok(())
    }
}
