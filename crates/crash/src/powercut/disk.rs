use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

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

    /// Takes hold of the plug.
    ///
    /// # Errors
    /// `python3` is missing.
    pub(super) fn plug(&self) -> anyhow::Result<Plug> {
        let mut child = Command::new("python3")
            .args(["-c", include_str!("cut.py")])
            .arg(&self.mounted)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("running `python3`")?;
        let said = child.stdout.as_mut().expect("it is piped");
        BufReader::new(said).read_line(&mut String::new()).context("waiting for `python3`")?;
        Ok(Plug(child))
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

/// Whatever can cut the power at once.
pub(super) struct Plug(Child);

impl Plug {
    /// Cuts the power: from now on nothing is written, and what was not flushed is gone.
    ///
    /// # Errors
    /// The file system does not know how.
    pub(super) fn pull(mut self) -> anyhow::Result<()> {
        self.0.stdin.take().expect("it is piped").write_all(b"now\n").context("telling `python3`")?;
        succeeded("python3", &self.0.wait_with_output()?)
    }
}

/// Runs a program that must succeed; its error says what it said.
pub(super) fn told(command: &mut Command) -> anyhow::Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("running `{name}`"))?;
    succeeded(&name, &output)
}

fn succeeded(name: &str, output: &Output) -> anyhow::Result<()> {
    if !output.status.success() {
        bail!("`{name}` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
