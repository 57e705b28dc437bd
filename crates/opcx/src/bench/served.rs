//! `opcx serve` in a process of its own, which may be killed.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, bail};

use super::load::WRITE_KEY;

/// What it says once it listens.
const LISTENS: &str = "opcx listens on http://";

/// A serving process; killed when it is let go.
pub struct Served {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Served {
    /// Starts it on a company's folder and waits until it listens.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(company: &Path) -> anyhow::Result<Served> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("serve")
            .arg(company)
            .args(["--listen", "127.0.0.1:0"])
            .env("OPCX_WRITE_KEY", WRITE_KEY)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("starting the engine")?;
        let told = child.stderr.take().context("the engine's words are piped")?;
        let mut lines = BufReader::new(told).lines();
        while let Some(line) = lines.next().transpose()? {
            let Some((_, rest)) = line.split_once(LISTENS) else { continue };
            let address = rest.split_whitespace().next().unwrap_or("").parse()?;
            // Whoever stops reading would stop it.
            std::thread::spawn(move || lines.for_each(drop));
            return Ok(Served { child, address });
        }
        child.wait()?;
        bail!("the engine did not start; run `opcx serve {}`", company.display());
    }

    /// The process's id.
    #[must_use]
    pub fn process(&self) -> String {
        self.child.id().to_string()
    }

    /// Kills it as `kill -9` does, in the midst of whatever it does.
    ///
    /// # Errors
    /// The system refuses.
    pub fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
