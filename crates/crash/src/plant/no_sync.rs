use std::io;
use std::path::Path;

use opcx_store::disk::{Disk, DiskFile};

/// A disk that says that it has flushed, and has not.
pub(super) struct NoSync<D>(pub(super) D);

impl<D: Disk> Disk for NoSync<D> {
    type File = NoSync<D::File>;

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        self.0.list(folder)
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        self.0.create_folder(folder)
    }

    fn create(&self, path: &Path) -> io::Result<Self::File> {
        self.0.create(path).map(NoSync)
    }

    fn open(&self, path: &Path) -> io::Result<Self::File> {
        self.0.open(path).map(NoSync)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.rename(from, to)
    }

    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }
}

impl<F: DiskFile> DiskFile for NoSync<F> {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.0.write_at(bytes, offset)
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        self.0.read_at(bytes, offset)
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        self.0.set_len(bytes)
    }

    fn length(&self) -> io::Result<u64> {
        self.0.length()
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}
