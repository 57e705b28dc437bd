use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

/// Size of the disk in bytes. The file is sparse; it takes what is written.
const DISK_BYTES: u64 = 4 << 30;

/// A disk of its own, in a file, whose power can be cut.
pub(super) struct Disk {
    image: PathBuf,
    mounted: PathBuf,
}

impl Disk {
    /// A new, empty disk, kept in the folder `home`.
    ///
    /// # Errors
    /// This machine lacks a program or the right to mount.
    pub(super) fn new(home: &Path) -> anyhow::Result<Disk> {
        let disk = Disk { image: home.join("disk"), mounted: home.join("mounted") };
        File::create(&disk.image)
            .and_then(|file| file.set_len(DISK_BYTES))
            .and_then(|()| std::fs::create_dir(&disk.mounted))
            .with_context(|| format!("making a disk in `{}`", home.display()))?;
        told(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(&disk.image))?;
        disk.mount()?;
        Ok(disk)
    }

    /// Where it is mounted.
    pub(super) fn path(&self) -> &Path {
        &self.mounted
    }

    /// Writes everything out.
    ///
    /// # Errors
    /// The disk refuses.
    pub(super) fn sync(&self) -> anyhow::Result<()> {
        told(Command::new("sync").arg("--file-system").arg(&self.mounted))
    }

    /// Cuts the power: from now on nothing is written, and what was not flushed is gone.
    ///
    /// # Errors
    /// The file system does not know how.
    pub(super) fn cut(&self) -> anyhow::Result<()> {
        told(Command::new("python3").args(["-c", include_str!("cut.py")]).arg(&self.mounted))
    }

    /// Puts the power on again, once nobody uses the disk any more.
    ///
    /// # Errors
    /// Somebody does, or the file system cannot be mended.
    pub(super) fn restore(&self) -> anyhow::Result<()> {
        told(Command::new("umount").arg(&self.mounted))?;
        self.mount()
    }

    fn mount(&self) -> anyhow::Result<()> {
        told(Command::new("mount").args(["-o", "loop"]).arg(&self.image).arg(&self.mounted))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Never mounted is as good. Lazily, since a trial that broke off may still have it open.
        let _ = Command::new("umount").args(["--lazy", "--quiet"]).arg(&self.mounted).status();
    }
}

/// Runs a program that must succeed; its error says what it said.
pub(super) fn told(command: &mut Command) -> anyhow::Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("running `{name}`"))?;
    if !output.status.success() {
        bail!("`{name}` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
