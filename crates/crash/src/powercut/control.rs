use std::fmt;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::disk::Disk;

/// How long a database lives.
const LIFE: Duration = Duration::from_millis(700);

/// SQLite in the same harness: what it answered for, and what was lost of that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// How much SQLite syncs.
    pub synchronous: Synchronous,
    /// How often the power was cut.
    pub cuts: usize,
    /// Rows that were said to be committed.
    pub committed: u64,
    /// Of these, rows that were gone.
    pub lost: u64,
}

/// How much SQLite syncs, in its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synchronous {
    /// Not at every commit: it loses some by design, so a harness that sees no loss is broken.
    Normal,
    /// At every commit.
    Full,
}

impl Synchronous {
    const fn word(self) -> &'static str {
        match self {
            Synchronous::Normal => "NORMAL",
            Synchronous::Full => "FULL",
        }
    }
}

impl fmt::Display for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Control { synchronous, cuts, committed, lost } = self;
        write!(f, "SQLite synchronous={}: {cuts} cuts, {committed} commits, lost {lost}", synchronous.word())
    }
}

/// Most cuts until one under SQLite that does not sync every commit must show a loss: on a busy machine it
/// may be slow to commit, and what it has was synced before the cut.
const CUTS_UNTIL_LOSS_MAX: usize = 20;

/// Cuts the power under SQLite so many times, and where it must lose some, until it does.
///
/// # Errors
/// A program is missing, or the disk does not come back.
pub(super) fn run(disk: &Disk, synchronous: Synchronous, cuts: usize) -> anyhow::Result<Control> {
    let mut control = Control { synchronous, cuts: 0, committed: 0, lost: 0 };
    let must_lose = synchronous == Synchronous::Normal;
    while control.cuts < cuts || (must_lose && control.lost == 0 && control.cuts < CUTS_UNTIL_LOSS_MAX) {
        let number = control.cuts;
        let database = disk.path().join(format!("{}-{number}.sqlite", synchronous.word()));
        let committed = committed_until_cut(disk, &database, synchronous)?;
        disk.restore()?;
        let kept = kept(&database)?;
        control.cuts += 1;
        control.committed += committed;
        control.lost += committed.saturating_sub(kept);
    }
    Ok(control)
}

/// The last number that SQLite said was committed before the power was cut.
fn committed_until_cut(disk: &Disk, database: &Path, synchronous: Synchronous) -> anyhow::Result<u64> {
    let mut child = Command::new("python3")
        .args(["-c", include_str!("insert.py")])
        .arg(database)
        .arg(synchronous.word())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("running `python3`")?;
    let last = Arc::new(AtomicU64::new(0));
    let heard = Arc::clone(&last);
    let said = BufReader::new(child.stdout.take().expect("it is piped"));
    let plug = disk.plug()?;
    let (tell, ended) = channel::<()>();
    std::thread::spawn(move || {
        for number in said.lines().map_while(Result::ok).filter_map(|line| line.parse().ok()) {
            heard.store(number, Ordering::Relaxed);
        }
        drop(tell);
    });
    // It does not end by itself, so this waits out its life.
    let _ = ended.recv_timeout(LIFE);
    // As for the engine, what is said from now on does not count.
    let committed = last.load(Ordering::Relaxed);
    let cut = plug.pull();
    child.kill().and_then(|()| child.wait().map(|_| ())).context("killing SQLite")?;
    cut?;
    Ok(committed)
}

fn kept(database: &Path) -> anyhow::Result<u64> {
    let output = Command::new("python3").args(["-c", include_str!("count.py")]).arg(database).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    match said.trim().parse() {
        Ok(kept) => Ok(kept),
        Err(_) => bail!("SQLite does not say what it kept: `{}`", said.trim()),
    }
}
