//! A real engine in a process of its own.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use crate::company::ENVIRONMENT;
use crate::fuse::Victim;

/// Longest wait for something that a healthy engine does within seconds.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a customer waits after a failure unless something changes at the door.
const PAUSE: Duration = Duration::from_millis(20);
/// Lines of what the engine said that are kept to explain a failure.
const LINES_KEPT: usize = 20;

/// Where the engine listens, as long as it does.
#[derive(Default)]
pub(crate) struct Door {
    address: Mutex<Option<SocketAddr>>,
    changed: Condvar,
}

impl Door {
    /// Where the engine listens, once it does.
    pub(crate) fn wait_until_open(&self) -> SocketAddr {
        let waiting = self.changed.wait_while(self.address(), |address| address.is_none());
        let address = waiting.unwrap_or_else(PoisonError::into_inner);
        address.expect("it was waited for")
    }

    /// Waits a little, or until the door is opened or closed.
    pub(crate) fn pause(&self) {
        drop(self.changed.wait_timeout(self.address(), PAUSE));
    }

    fn set(&self, address: Option<SocketAddr>) {
        *self.address() = address;
        self.changed.notify_all();
    }

    fn address(&self) -> MutexGuard<'_, Option<SocketAddr>> {
        self.address.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What ends a process from outside.
pub(crate) const SIGKILL: i32 = 9;
/// What ends a process by its own hand.
pub(crate) const SIGABRT: i32 = 6;

/// A running engine.
pub(crate) struct Server {
    victim: Victim,
    /// Says when it listens, how long after its start; hangs up when the process is gone.
    ready: Receiver<Duration>,
    lines: Arc<Mutex<VecDeque<String>>>,
}

impl Server {
    /// Starts `program` on a company's folder, with more arguments; it opens `door` once it listens.
    ///
    /// # Errors
    /// The program cannot be started.
    pub(crate) fn start(
        program: &Path,
        folder: &Path,
        arguments: &[String],
        door: &Arc<Door>,
    ) -> anyhow::Result<Server> {
        let started = Instant::now();
        let mut child = Command::new(program)
            .arg("serve")
            .arg(folder)
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .envs(ENVIRONMENT)
            // Held open as long as the trial lasts; the engine ends with it.
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting `{}`", program.display()))?;
        let said = child.stderr.take().expect("it is piped");
        let lines = Arc::new(Mutex::new(VecDeque::new()));
        let (tell, ready) = channel();
        let (kept, door) = (Arc::clone(&lines), Arc::clone(door));
        std::thread::spawn(move || {
            for line in BufReader::new(said).lines().map_while(Result::ok) {
                if let Some(address) = address(&line) {
                    door.set(Some(address));
                    // Nobody listens when the trial is over.
                    let _ = tell.send(started.elapsed());
                }
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.push_back(line);
                if kept.len() > LINES_KEPT {
                    kept.pop_front();
                }
            }
            door.set(None);
            drop(tell);
        });
        Ok(Server { victim: Arc::new(Mutex::new(child)), ready, lines })
    }

    /// For those who kill it when they see something.
    pub(crate) fn victim(&self) -> Victim {
        Arc::clone(&self.victim)
    }

    /// Waits until it listens and says how long that took; `None` if it is gone before.
    ///
    /// # Errors
    /// It takes too long.
    pub(crate) fn wait_until_ready(&self) -> anyhow::Result<Option<Duration>> {
        match self.ready.recv_timeout(PATIENCE) {
            Ok(took) => Ok(Some(took)),
            Err(RecvTimeoutError::Disconnected) => Ok(None),
            Err(RecvTimeoutError::Timeout) => {
                bail!("the engine does not listen (its state: {}); it said:\n{}", self.state(), self.said())
            }
        }
    }

    /// Lets it live for so long; says whether and after what time it listened.
    pub(crate) fn live_for(&self, time: Duration) -> Option<Duration> {
        let (began, ready) = (Instant::now(), self.ready.recv_timeout(time).ok());
        if ready.is_some() {
            // It says nothing more, so this waits out the time, or until it is gone.
            let _ = self.ready.recv_timeout(time.saturating_sub(began.elapsed()));
        }
        ready
    }

    /// Kills it as `kill -9` does, and waits until it is gone.
    ///
    /// # Errors
    /// It has ended by itself before.
    pub(crate) fn kill(self) -> anyhow::Result<()> {
        // Dead already is dead.
        let _ = self.child().kill();
        self.wait_for_death(SIGKILL)
    }

    /// Kills it, unless it has ended by itself, and waits until it is gone.
    ///
    /// # Errors
    /// It takes too long.
    pub(crate) fn put_down(self) -> anyhow::Result<()> {
        // Dead already is dead.
        let _ = self.child().kill();
        self.wait().map(|_| ())
    }

    /// Whether it still runs.
    ///
    /// # Errors
    /// It has ended by itself.
    pub(crate) fn must_live(&self) -> anyhow::Result<()> {
        match self.child().try_wait().context("looking after the engine")? {
            None => Ok(()),
            Some(status) => bail!("the engine ended by itself with {status}; it said:\n{}", self.said()),
        }
    }

    /// Waits until it has died by a signal.
    ///
    /// # Errors
    /// It takes too long, or it ends otherwise, which is as much a fault as losing something.
    pub(crate) fn wait_for_death(self, signal: i32) -> anyhow::Result<()> {
        let status = self.wait()?;
        if status.signal() != Some(signal) {
            bail!("the engine ended by itself with {status}; it said:\n{}", self.said());
        }
        Ok(())
    }

    fn wait(&self) -> anyhow::Result<ExitStatus> {
        loop {
            match self.ready.recv_timeout(PATIENCE) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    bail!("the engine does not end (its state: {}); it said:\n{}", self.state(), self.said())
                }
            }
        }
        self.child().wait().context("waiting for the engine's end")
    }

    /// Asks it to end in order, as the system does at shutdown, and waits until it has.
    ///
    /// # Errors
    /// It cannot be asked, takes too long, or ends otherwise than well.
    pub(crate) fn end(self) -> anyhow::Result<()> {
        let process = self.child().id().to_string();
        Command::new("kill").args(["-TERM", &process]).status().context("asking the engine to end")?;
        let status = self.wait()?;
        if !status.success() {
            bail!("the engine ended with {status}; it said:\n{}", self.said());
        }
        Ok(())
    }

    /// The last lines that it said.
    fn said(&self) -> String {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        Vec::from_iter(lines.iter().cloned()).join("\n")
    }

    /// What the system says that it is doing: a process that somebody has stopped is no engine that hangs.
    fn state(&self) -> String {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child().id()));
        let status = status.unwrap_or_default();
        let state = status.lines().find_map(|line| line.strip_prefix("State:"));
        state.map_or_else(|| "unknown".to_owned(), |state| state.trim().to_owned())
    }

    fn child(&self) -> MutexGuard<'_, Child> {
        self.victim.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // When a trial breaks off, its engine must not outlive it. Gone already is gone.
        let _ = self.child().kill();
    }
}

/// The address in the line with which the engine says that it listens.
fn address(line: &str) -> Option<SocketAddr> {
    let rest = line.strip_prefix("opcx listens on http://")?;
    rest.split(' ').next()?.parse().ok()
}
