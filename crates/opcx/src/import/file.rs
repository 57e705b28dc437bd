use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

/// The first two bytes of everything packed with gzip.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// Bytes read from the disk at a time.
const BUFFER_BYTES: usize = 256 * 1024;

/// What is imported: bytes, unpacked on the way.
pub struct File {
    /// Its name without folders, for the rejected list.
    pub name: String,
    /// Its length as it lies on the disk.
    pub bytes: u64,
    pub(super) content: Box<dyn BufRead>,
    pub(super) read: Arc<AtomicU64>,
}

impl File {
    /// Opens a file, packed with gzip or not; its first bytes tell.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn open(path: &Path) -> io::Result<File> {
        let file = std::fs::File::open(path)?;
        let bytes = file.metadata()?.len();
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        File::of(name, bytes, file)
    }

    /// A file that is a text at hand.
    ///
    /// # Errors
    /// It is packed with gzip, and wrongly.
    pub fn of_text(name: String, text: String) -> io::Result<File> {
        File::of(name, u64::try_from(text.len()).unwrap_or(u64::MAX), io::Cursor::new(text.into_bytes()))
    }

    fn of(name: String, bytes: u64, content: impl Read + 'static) -> io::Result<File> {
        let read = Arc::new(AtomicU64::new(0));
        let counted = Counted { content, read: Arc::clone(&read) };
        let mut plain = BufReader::with_capacity(BUFFER_BYTES, counted);
        let content: Box<dyn BufRead> = if plain.fill_buf()?.starts_with(&GZIP) {
            Box::new(BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(plain)))
        } else {
            Box::new(plain)
        };
        Ok(File { name, bytes, content, read })
    }
}

/// Counts the bytes that come from the disk, for the progress bar.
struct Counted<R> {
    content: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.content.read(buffer)?;
        self.read.fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
        Ok(bytes)
    }
}
