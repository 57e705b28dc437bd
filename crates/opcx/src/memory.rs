//! What memory a process takes.

use std::fs;
use std::sync::Arc;

use opcx_engine::Memory;

/// Memory that this process keeps to, at the cost of speed.
#[must_use]
pub fn keep_to(megabytes: u32) -> Arc<Memory> {
    let taken = || Some(resident("self").0).filter(|bytes| *bytes > 0);
    Arc::new(Memory::new(u64::from(megabytes) * 1_000_000, taken, opcx_allocator::give_back))
}

/// Resident memory of a process (`self` or its number) in bytes: now, and at most so far. Both 0 where the system does not
/// tell.
#[must_use]
pub fn resident(process: &str) -> (u64, u64) {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let kilobytes = |key: &str| {
        let line = status.lines().find(|line| line.starts_with(key));
        line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).unwrap_or(0)
    };
    (kilobytes("VmRSS:") * 1024, kilobytes("VmHWM:") * 1024)
}
