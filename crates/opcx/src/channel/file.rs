use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use opcx_core::delivery::{Outcome, Why};
use opcx_core::effects::Parcel;
use opcx_core::time::Timestamp;

use super::payload;
use super::{Channel, Sending};

/// Appends parcels to a file, one line of JSON each, for another program to take from there.
///
/// A line is written in one piece but not forced to disk: the outbox is the durable copy.
pub struct Lines(Arc<Mutex<Appending>>);

struct Appending {
    file: File,
    /// Whether the file ends in a piece of a line, which the next one must not continue.
    torn: bool,
}

impl Lines {
    /// Opens the file, making it if it is not there.
    ///
    /// # Errors
    /// The file cannot be opened, read or written to.
    pub fn open(path: &Path) -> io::Result<Lines> {
        let mut file = OpenOptions::new().create(true).append(true).read(true).open(path)?;
        let torn = file.seek(SeekFrom::End(0))? > 0 && {
            let mut last = [0];
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
            last != *b"\n"
        };
        Ok(Lines(Arc::new(Mutex::new(Appending { file, torn }))))
    }
}

impl Appending {
    fn append(&mut self, line: &str) -> io::Result<()> {
        let before = if self.torn { "\n" } else { "" };
        self.torn = true;
        self.file.write_all(format!("{before}{line}\n").as_bytes())?;
        self.torn = false;
        Ok(())
    }
}

impl Channel for Lines {
    fn send<'a>(&'a self, parcel: &'a Parcel, _now: Timestamp) -> Sending<'a> {
        let (appending, line) = (Arc::clone(&self.0), payload::line(parcel));
        Box::pin(async move {
            // A disk may hang, and must not take a worker of the runtime with it.
            let written = tokio::task::spawn_blocking(move || {
                appending.lock().unwrap_or_else(PoisonError::into_inner).append(&line)
            });
            match written.await {
                Ok(Ok(())) => Outcome::Delivered { status: None },
                Ok(Err(error)) => retry(&format!("the file cannot be written: {error}")),
                Err(error) => retry(&format!("writing the file was cut short: {error}")),
            }
        })
    }

    fn in_flight_max(&self) -> NonZeroUsize {
        NonZeroUsize::MIN
    }
}

fn retry(why: &str) -> Outcome {
    Outcome::Retry { after: None, why: Why::new(why) }
}
