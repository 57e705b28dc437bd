use std::collections::{BTreeMap, BTreeSet};
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
    /// It fails with an error of the device and changes nothing. A sync that fails so has given up what
    /// it was to sync: a later one succeeds without it.
    Refused,
    /// If it is a write, its first half is written, and then it fails with an error of the device.
    Torn,
    /// If it takes room, there is none: of a write the first half is written. Else nothing is wrong.
    Full,
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
    is_full: bool,
    device_errors: u64,
    failed_syncs: u64,
}

#[derive(Debug, Clone, Default)]
struct Contents {
    now: Vec<u8>,
    synced: Vec<u8>,
    /// Sectors that a failed sync gave up: they are synced again only once they are written again.
    given_up: BTreeSet<usize>,
}

/// What an operation does to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It takes room.
    Takes,
    /// It renames or shortens.
    Changes,
    /// It makes something survive a power cut.
    Syncs,
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

    /// From now on there is no room for more, or there is again.
    pub fn set_full(&self, is_full: bool) {
        self.platter().is_full = is_full;
    }

    /// Whether there is no room.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.platter().is_full
    }

    /// Nothing goes wrong any more, unless asked for anew, and there is room.
    pub fn mend(&self) {
        let mut platter = self.platter();
        platter.faults.clear();
        platter.is_full = false;
    }

    /// How many operations failed with an error of the device so far, and how many of these were syncs.
    #[must_use]
    pub fn errors(&self) -> (u64, u64) {
        let platter = self.platter();
        (platter.device_errors, platter.failed_syncs)
    }

    /// The disk as the next process finds it when this one was killed: everything written is there, and
    /// what was not synced still is not. Nothing that this one does to the old disk shows on it.
    #[must_use]
    pub fn killed(&self) -> SimulatedDisk {
        let Platter { names, names_synced, files, .. } = &*self.platter();
        let (names, names_synced, files) = (names.clone(), names_synced.clone(), files.clone());
        SimulatedDisk(Arc::new(Mutex::new(Platter { names, names_synced, files, ..Platter::default() })))
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

    /// Everything that lies under a name, as it is and as a power cut may leave it.
    #[must_use]
    pub fn contents(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let platter = self.platter();
        let named = platter.names.iter().chain(&platter.names_synced);
        let both = named.flat_map(|(path, number)| {
            let Contents { now, synced, given_up: _ } = &platter.files[*number];
            [now, synced].map(|bytes| (path.clone(), bytes.clone()))
        });
        both.collect()
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

    /// The disk for one operation that changes something, and what is to go wrong with it.
    fn operate(&self, kind: Kind) -> (MutexGuard<'_, Platter>, Option<DiskFault>) {
        let mut platter = self.platter();
        let number = platter.operations;
        platter.operations += 1;
        let asked = platter.faults.get(&number).copied();
        let fault = asked.or(platter.is_full.then_some(DiskFault::Full));
        if fault == Some(DiskFault::Refused) || (fault == Some(DiskFault::Torn) && kind == Kind::Takes) {
            platter.device_errors += 1;
            platter.failed_syncs += u64::from(kind == Kind::Syncs);
        }
        (platter, fault.filter(|fault| *fault != DiskFault::Full || kind == Kind::Takes))
    }
}

/// What the system says to a fault in an operation that cannot be done by half.
fn refusal(fault: Option<DiskFault>) -> io::Result<()> {
    match fault {
        Some(DiskFault::Refused) => Err(io::Error::other("an error of the device, as asked for")),
        Some(DiskFault::Full) => Err(io::ErrorKind::StorageFull.into()),
        Some(DiskFault::Torn | DiskFault::Short) | None => Ok(()),
    }
}

impl Contents {
    fn write(&mut self, bytes: &[u8], start: usize) {
        let end = start + bytes.len();
        self.now.resize(self.now.len().max(end), 0);
        self.now[start..end].copy_from_slice(bytes);
        self.given_up.retain(|sector| !(start / SECTOR_BYTES..=end / SECTOR_BYTES).contains(sector));
    }

    fn sync(&mut self) {
        let lost: Vec<(usize, Vec<u8>)> = self.given_up.iter().map(|&at| (at, self.sector(at))).collect();
        self.synced.clone_from(&self.now);
        for (sector, bytes) in lost {
            let start = (sector * SECTOR_BYTES).min(self.synced.len());
            let end = (start + bytes.len()).min(self.synced.len());
            self.synced[start..end].copy_from_slice(&bytes[..end - start]);
        }
    }

    /// A sync fails: the system takes what it could not write for written.
    fn give_up(&mut self) {
        let sectors = self.now.len().div_ceil(SECTOR_BYTES);
        let differs = |at: &usize| {
            let here = self.now.chunks(SECTOR_BYTES).nth(*at).unwrap_or_default();
            here != self.sector(*at)
        };
        let lost: Vec<usize> = (0..sectors).filter(differs).collect();
        self.given_up.extend(lost);
    }

    /// A sector as it was synced, zeros where it never was.
    fn sector(&self, at: usize) -> Vec<u8> {
        let start = (at * SECTOR_BYTES).min(self.synced.len());
        let mut bytes = self.synced[start..(start + SECTOR_BYTES).min(self.synced.len())].to_vec();
        let length = SECTOR_BYTES.min(self.now.len().saturating_sub(at * SECTOR_BYTES));
        bytes.resize(length, 0);
        bytes
    }

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
        Contents { now: bytes.clone(), synced: bytes, given_up: BTreeSet::new() }
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
        let (mut platter, fault) = self.operate(Kind::Takes);
        refusal(fault)?;
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
        let (mut platter, fault) = self.operate(Kind::Changes);
        refusal(fault)?;
        let number = platter.names.remove(from).ok_or(io::ErrorKind::NotFound)?;
        platter.names.insert(to.to_owned(), number);
        Ok(())
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        let (mut platter, fault) = self.operate(Kind::Syncs);
        refusal(fault)?;
        let Platter { names, names_synced, .. } = &mut *platter;
        let is_within = |path: &PathBuf| path.parent() == Some(folder);
        names_synced.retain(|path, _| !is_within(path));
        names_synced
            .extend(names.iter().filter(|(path, _)| is_within(path)).map(|(path, at)| (path.clone(), *at)));
        Ok(())
    }
}

impl DiskFile for SimulatedFile {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let (mut platter, fault) = self.disk.operate(Kind::Takes);
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        let half = &bytes[..bytes.len().div_ceil(2)];
        let file = &mut platter.files[self.number];
        match fault {
            None => {
                file.write(bytes, start);
                Ok(bytes.len())
            }
            Some(DiskFault::Short) => {
                file.write(half, start);
                Ok(half.len())
            }
            Some(DiskFault::Torn) => {
                file.write(half, start);
                Err(io::Error::other("the write was torn, as asked for"))
            }
            Some(DiskFault::Full) => {
                file.write(half, start);
                Err(io::ErrorKind::StorageFull.into())
            }
            Some(DiskFault::Refused) => Err(io::Error::other("an error of the device, as asked for")),
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
        let (mut platter, fault) = self.disk.operate(Kind::Changes);
        refusal(fault)?;
        let length = usize::try_from(bytes).map_err(io::Error::other)?;
        platter.files[self.number].now.resize(length, 0);
        Ok(())
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.disk.platter().files[self.number].now.len() as u64)
    }

    fn sync(&self) -> io::Result<()> {
        let (mut platter, fault) = self.disk.operate(Kind::Syncs);
        let file = &mut platter.files[self.number];
        let refused = refusal(fault);
        match refused {
            Ok(()) => file.sync(),
            Err(_) => file.give_up(),
        }
        refused
    }
}
