//! The machine: its load, its processor time, and what its disk allows in this minute.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;

use super::Row;

/// Bytes that the calibration writes at a time: a group of a hundred events.
const GROUP_BYTES: usize = 70_000;
/// How many groups it writes.
const GROUPS: u32 = 200;

/// The load average of the last minute.
#[must_use]
pub fn load_average() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().unwrap_or("unknown").to_owned()
}

/// Processor seconds of a process so far, both in user and in system mode; 0 where they cannot be told.
#[must_use]
pub fn processor_seconds(process: &str) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name may hold spaces, so the fields are counted from behind it: 14 and 15 of all.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    // Linux counts in hundredths of a second whatever the machine.
    (ticks(11) + ticks(12)) / 100.0
}

/// What the disk and one core allow: groups of a hundred 700-byte events, appended and made durable.
///
/// # Errors
/// The folder cannot be written.
pub fn calibrate(folder: &Path) -> anyhow::Result<Row> {
    let path = folder.join("calibration");
    let mut file = File::create(&path).context("calibrating")?;
    let group = vec![7_u8; GROUP_BYTES];
    file.set_len(GROUP_BYTES as u64 * u64::from(GROUPS)).context("calibrating")?;
    let begin = Instant::now();
    for _ in 0..GROUPS {
        file.write_all(&group).context("calibrating")?;
        file.sync_data().context("calibrating")?;
    }
    let seconds = begin.elapsed().as_secs_f64();
    drop(file);
    fs::remove_file(&path).context("calibrating")?;
    Ok(Row {
        what: "calibration: 100 x 700 bytes written and fdatasync'ed",
        figure: f64::from(GROUPS) * 100.0 / seconds,
        unit: "events/s",
        per_cpu_second: None,
        note: format!(
            "{:.2} ms a group; load average {}",
            seconds * 1000.0 / f64::from(GROUPS),
            load_average()
        ),
    })
}
