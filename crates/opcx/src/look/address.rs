//! Where a running engine can be asked: a file beside its data, as long as it runs.
//!
//! `opcx serve --listen` may listen elsewhere than `opcx.toml` says, and `opcx show` has to find it.
//! After a crash the file stays; nobody reads it then, since nobody has the data open.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The file's name within the data directory.
const FILE: &str = "address";

/// The address is told until this is dropped.
#[derive(Debug)]
#[must_use]
pub struct Told(PathBuf);

/// Tells where the process that has these data open listens.
///
/// # Errors
/// The directory cannot be written.
pub fn tell(data: &Path, address: SocketAddr) -> io::Result<Told> {
    let file = data.join(FILE);
    std::fs::write(&file, format!("{address}\n"))?;
    Ok(Told(file))
}

/// Where the process that has these data open says that it listens.
#[must_use]
pub fn told(data: &Path) -> Option<SocketAddr> {
    std::fs::read_to_string(data.join(FILE)).ok()?.trim().parse().ok()
}

impl Drop for Told {
    fn drop(&mut self) {
        // Left behind it harms nobody.
        let _ = std::fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_as_long_as_the_engine_runs() {
        let data = tempfile::tempdir().expect("a folder for a test");
        assert_eq!(told(data.path()), None);
        let address = "127.0.0.1:7701".parse().expect("an address");
        let running = tell(data.path(), address).expect("a writable folder");
        assert_eq!(told(data.path()), Some(address));
        drop(running);
        assert_eq!(told(data.path()), None);
    }
}
