//! Processor time, memory and disk, as the system counts them.

use std::path::Path;
use std::time::{Duration, Instant};

/// Processor time of all threads of this process, and the wall's.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    pub(crate) cpu: Duration,
    pub(crate) wall: Instant,
}

impl Clock {
    pub(crate) fn now() -> Clock {
        let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
        let cpu = tasks.map(|task| on_cpu(&task.path().join("schedstat"))).sum();
        Clock { cpu, wall: Instant::now() }
    }
}

/// Processor time of this thread alone.
pub(crate) fn thread_cpu() -> Duration {
    on_cpu(Path::new("/proc/thread-self/schedstat"))
}

fn on_cpu(path: &Path) -> Duration {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0))
}

/// Resident memory in megabytes.
pub(crate) fn resident_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// The one-minute load average.
pub(crate) fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("?").to_owned()
}

/// Bytes on disk under a folder, in megabytes.
pub(crate) fn disk_mb(folder: &Path) -> u64 {
    fn bytes(folder: &Path) -> u64 {
        use std::os::unix::fs::MetadataExt;
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .map(|entry| match entry.metadata() {
                Ok(about) if about.is_dir() => bytes(&entry.path()),
                Ok(about) => about.blocks() * 512,
                Err(_) => 0,
            })
            .sum()
    }
    bytes(folder) / 1_000_000
}
