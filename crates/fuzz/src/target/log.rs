use std::path::PathBuf;

use opcx_core::log::Position;
use opcx_core::record::Entry;
use opcx_store::conformance::sample::{draft, position};
use opcx_store::disk::SimulatedDisk;
use opcx_store::parts::Log;
use opcx_store::{Draft, Encoded, SegmentLog, StoreError};

/// Room for few records, so that the log has several segments.
const SEGMENT_BYTES: u64 = 1_500;
/// Records in the log that is damaged.
const RECORDS: u64 = 20;
/// Most pieces of damage.
const DAMAGES_MAX: usize = 16;

/// Three bytes are one piece of damage: in which file, where, and which bit; then the log is read.
/// Two more ways are to cut the power before closing, and to lose a file.
pub(crate) fn check(bytes: &[u8]) {
    let (way, bytes) = super::choice(bytes);
    let disk = SimulatedDisk::new();
    let log = open(&disk).expect("an empty disk opens");
    for from in (0..RECORDS).step_by(3) {
        log.append(&drafts(from, 3.min(RECORDS - from))).expect("the disk is sound");
    }
    let closed = way & 1 == 0;
    let disk = if closed {
        drop(log);
        disk.power_cut(0)
    } else {
        disk.power_cut(0)
    };
    let mut damaged = false;
    for piece in bytes.chunks_exact(4).take(DAMAGES_MAX) {
        let files = disk.files();
        let Some((path, length)) = files.get(usize::from(piece[0]) % files.len().max(1)) else { break };
        if piece[3] & 0x80 != 0 && way & 2 != 0 {
            disk.remove(path);
        } else {
            let offset = usize::from(u16::from_le_bytes([piece[1], piece[2]])) % length;
            disk.flip(path, offset, piece[3] % 8);
        }
        damaged = true;
    }
    match open(&disk).and_then(|log| read_all(&log)) {
        // The end of a log that was not closed may be taken for torn; nothing else may be missing.
        Ok(records) => assert!(damaged || records == RECORDS, "{records}"),
        Err(StoreError::Damaged { .. } | StoreError::OtherVersion { .. }) => assert!(damaged),
        Err(other) => assert!(damaged && way & 2 != 0, "{other}"),
    }
}

fn open(disk: &SimulatedDisk) -> Result<SegmentLog<SimulatedDisk>, StoreError> {
    SegmentLog::open(disk.clone(), PathBuf::from("/log"), SEGMENT_BYTES)
}

fn drafts(from: u64, count: u64) -> Vec<Draft> {
    (from..from + count)
        .map(|number| draft(number, usize::try_from(number * 37 % 300).unwrap_or(0)))
        .collect()
}

/// How many records there are. Each must be the very one that was written there.
fn read_all(log: &impl Log) -> Result<u64, StoreError> {
    let mut next = 0;
    log.read(Position::START, usize::MAX, usize::MAX, &mut |raw| {
        let written = &drafts(next, 1)[0];
        assert_eq!((raw.position, raw.lane, raw.at), (position(next), written.lane, written.at));
        assert_eq!(raw.entry, written.entry.as_bytes());
        next += 1;
        Ok(())
    })?;
    Ok(next)
}

pub(crate) fn check_entry(bytes: &[u8]) {
    let Ok(entry) = Encoded::from_bytes(bytes.to_vec()).decode() else { return };
    let written = Encoded::of(&entry);
    let read: Entry = written.decode().expect("what we wrote can be read");
    // Numbers that are none equal nothing, themselves included; what is written tells.
    assert_eq!(Encoded::of(&read), written);
}
