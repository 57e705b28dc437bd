use std::io;
use std::path::Path;

use opcx_store::disk::{Disk, DiskFile, SimulatedDisk, SimulatedFile};

use super::Bug;

/// Bytes of a segment before its first frame.
const SEGMENT_HEADER: usize = 24;
/// Bytes of a frame before its entry.
const FRAME_HEADER: usize = 30;

/// A disk with the bug, if it is one of the disk's.
#[derive(Debug, Clone)]
pub(crate) struct PlantedDisk {
    pub(crate) disk: SimulatedDisk,
    pub(crate) bug: Option<Bug>,
}

/// An open file of it.
#[derive(Debug)]
pub(crate) struct PlantedFile {
    file: SimulatedFile,
    bug: Option<Bug>,
}

impl PlantedDisk {
    fn planted(&self, file: SimulatedFile) -> PlantedFile {
        PlantedFile { file, bug: self.bug }
    }
}

impl Disk for PlantedDisk {
    type File = PlantedFile;

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        self.disk.list(folder)
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        self.disk.create_folder(folder)
    }

    fn create(&self, path: &Path) -> io::Result<PlantedFile> {
        self.disk.create(path).map(|file| self.planted(file))
    }

    fn open(&self, path: &Path) -> io::Result<PlantedFile> {
        self.disk.open(path).map(|file| self.planted(file))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        if self.bug == Some(Bug::OldSegmentStays) && self.disk.open(to).is_ok() {
            let old = to.with_extension("old");
            self.disk.rename(to, &old)?;
        }
        self.disk.rename(from, to)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        if self.bug == Some(Bug::NoFolderSync) { Ok(()) } else { self.disk.sync_folder(folder) }
    }
}

impl DiskFile for PlantedFile {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let written = self.file.write_at(bytes, offset)?;
        Ok(if self.bug == Some(Bug::ShortWriteIgnored) { bytes.len() } else { written })
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        if self.bug == Some(Bug::ChecksumIgnored) {
            return self.read_with_right_sums(bytes, offset);
        }
        self.file.read_at(bytes, offset)
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        self.file.set_len(bytes)
    }

    fn length(&self) -> io::Result<u64> {
        self.file.length()
    }

    fn sync(&self) -> io::Result<()> {
        if self.bug == Some(Bug::NoSync) {
            return Ok(());
        }
        let synced = self.file.sync();
        if self.bug == Some(Bug::SyncRetried) { synced.or_else(|_| self.file.sync()) } else { synced }
    }
}

impl PlantedFile {
    /// Whatever a frame holds, its checksum fits.
    fn read_with_right_sums(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        let length = usize::try_from(self.file.length()?).map_err(io::Error::other)?;
        let mut all = vec![0; length];
        self.file.read_at(&mut all, 0)?;
        let mut at = SEGMENT_HEADER;
        while let Some(header) = all.get(at..at + FRAME_HEADER) {
            let entry = u32::from_le_bytes([header[0], header[1], header[2], header[3]]);
            let end = at + FRAME_HEADER + usize::try_from(entry).map_err(io::Error::other)?;
            // What was never written stays so.
            if end > length || header.iter().all(|byte| *byte == 0) {
                break;
            }
            let sum = crc32c(&[&all[at..at + 4], &all[at + 8..end]]).to_le_bytes();
            all[at + 4..at + 8].copy_from_slice(&sum);
            at = end;
        }
        let start = usize::try_from(offset).map_err(io::Error::other)?.min(length);
        let count = bytes.len().min(length - start);
        bytes[..count].copy_from_slice(&all[start..start + count]);
        Ok(count)
    }
}

/// The checksum of frames, bit by bit.
fn crc32c(parts: &[&[u8]]) -> u32 {
    let bytes = parts.iter().copied().flatten();
    !bytes.fold(!0, |sum: u32, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0x82F6_3B78 } else { sum >> 1 },
        )
    })
}
