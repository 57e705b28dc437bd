//! The log under faults: torn appends, turned bits, power cuts, disks that refuse.

use std::path::{Path, PathBuf};

use opcx_core::log::Position;
use opcx_store::conformance::sample::{draft, position};
use opcx_store::disk::{Disk as _, DiskFault, DiskFile as _, SimulatedDisk};
use opcx_store::parts::Log;
use opcx_store::{Draft, SegmentLog, StoreError};
use proptest::prelude::*;

/// Room for few records, so that a short test goes through several segments.
const SEGMENT_BYTES: u64 = 1_500;

fn open(disk: &SimulatedDisk) -> Result<SegmentLog<SimulatedDisk>, StoreError> {
    SegmentLog::open(disk.clone(), PathBuf::from("/log"), SEGMENT_BYTES)
}

fn drafts(from: u64, count: u64) -> Vec<Draft> {
    (from..from + count)
        .map(|number| draft(number, usize::try_from(number * 37 % 300).unwrap_or(0)))
        .collect()
}

/// Every record, or why it cannot be read. A record that reads must be the one that was written.
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

/// A log of so many records in appends of three, left without closing it.
fn written(disk: &SimulatedDisk, records: u64) -> SegmentLog<SimulatedDisk> {
    let log = open(disk).expect("an empty disk opens");
    for from in (0..records).step_by(3) {
        log.append(&drafts(from, 3.min(records - from))).expect("the disk is sound");
    }
    log
}

/// The records that cannot be read by themselves, as their errors name them.
fn unreadable(log: &impl Log, records: u64) -> Vec<u64> {
    let mut unreadable = Vec::new();
    for number in 0..records {
        let read = log.read(position(number), 1, 0, &mut |raw| {
            assert_eq!((raw.position, raw.entry), (position(number), drafts(number, 1)[0].entry.as_bytes()));
            Ok(())
        });
        match read {
            Ok(()) => {}
            Err(StoreError::Damaged { from, .. }) => unreadable.push(from.get()),
            Err(other) => panic!("record {number}: {other}"),
        }
    }
    unreadable
}

#[test]
fn every_turned_bit_of_a_closed_log_is_found_or_harmless_and_costs_one_record_at_most() {
    let disk = SimulatedDisk::new();
    drop(written(&disk, 20));
    assert!(disk.files().len() > 2, "several segments: {:?}", disk.files());
    let (mut contained, mut refused) = (0, 0);
    for (path, bytes) in disk.files() {
        for bit in 0..bytes * 8 {
            let damaged = disk.power_cut(0);
            damaged.flip(&path, bit / 8, u8::try_from(bit % 8).unwrap_or(0));
            match open(&damaged).map(|log| unreadable(&log, 20)) {
                // The seal, or space that holds nothing.
                Ok(unreadable) if unreadable.is_empty() => {}
                Ok(unreadable) => {
                    assert_eq!(unreadable.len(), 1, "bit {bit} of {}: {unreadable:?}", path.display());
                    contained += 1;
                }
                // Nothing is appended behind something that cannot be read.
                Err(StoreError::Damaged { .. }) => refused += 1,
                Err(other) => panic!("bit {bit} of {}: {other}", path.display()),
            }
        }
    }
    let framed: usize = drafts(0, 20).iter().map(|draft| 30 + draft.entry.as_bytes().len()).sum();
    let headers = disk.files().len() * 24;
    assert_eq!(contained + refused, (framed + headers) * 8, "every bit of every frame and header");
    assert!(contained > refused, "{contained} contained, {refused} refused");
}

#[test]
fn a_closed_log_cut_off_anywhere_says_what_is_missing_unless_that_is_its_end() {
    let disk = SimulatedDisk::new();
    drop(written(&disk, 20));
    let files = disk.files();
    for (number, (path, bytes)) in files.iter().enumerate() {
        let is_last = number + 1 == files.len();
        for length in 0..*bytes {
            let cut = disk.power_cut(0);
            cut.open(path).and_then(|file| file.set_len(length as u64)).expect("the disk is sound");
            match open(&cut).map(|log| (log.end().get(), unreadable(&log, log.end().get()))) {
                Ok((20, missing)) => {
                    assert!(missing.is_empty() || !is_last, "{length} of {}", path.display());
                }
                // Not to be told from an append that was torn: the state, which is ahead, tells.
                Ok((end, missing)) => {
                    assert!(is_last && end < 20 && missing.is_empty(), "{length}: {missing:?}");
                }
                Err(StoreError::Damaged { .. }) => assert!(length < 24, "the header: {length}"),
                Err(other) => panic!("{length} of {}: {other}", path.display()),
            }
        }
    }
}

#[test]
fn a_log_cut_off_anywhere_in_its_last_append_opens_with_the_records_before() {
    let disk = SimulatedDisk::new();
    let log = open(&disk).unwrap();
    log.append(&drafts(0, 2)).unwrap();
    let whole = disk.power_cut(0);
    drop(log);
    let log = open(&whole).unwrap();
    assert_eq!(read_all(&log).unwrap(), 2);

    // The next operation is the write of the append: its first half arrives, and the system fails.
    let before = whole.operations();
    whole.fail(before, DiskFault::Torn);
    assert!(matches!(log.append(&drafts(2, 3)), Err(StoreError::Disk { .. })));
    assert_eq!(read_all(&log).unwrap(), 2, "readers see none of it");
    for seed in 0..50 {
        let found = open(&whole.power_cut(seed)).unwrap();
        let records = read_all(&found).unwrap();
        assert!((2..5).contains(&records), "{records}");
        found.append(&drafts(records, 4)).unwrap();
        assert_eq!(read_all(&found).unwrap(), records + 4);
    }
}

#[test]
fn a_short_write_is_carried_on() {
    let disk = SimulatedDisk::new();
    let log = open(&disk).unwrap();
    let first = disk.operations();
    (first..first + 3).for_each(|operation| disk.fail(operation, DiskFault::Short));
    log.append(&drafts(0, 3)).unwrap();
    assert_eq!(read_all(&log).unwrap(), 3);
}

#[test]
fn a_log_of_another_format_says_so() {
    let disk = SimulatedDisk::new();
    drop(written(&disk, 1));
    // The format number's lowest byte, from 1 to 3, with the checksum that belongs to it.
    let path = Path::new("/log/00000000000000000000.log");
    let header = disk.read(path)[..24].to_vec();
    let mut other = header.clone();
    other[8] = 3;
    let sum = crc32c::crc32c(&other[..20]).to_le_bytes();
    other[20..].copy_from_slice(&sum);
    for (offset, (was, is)) in header.iter().zip(&other).enumerate() {
        (0..8).filter(|bit| (was ^ is) >> bit & 1 == 1).for_each(|bit| disk.flip(path, offset, bit));
    }
    let refused = open(&disk).map(|_| ());
    assert!(matches!(refused, Err(StoreError::OtherVersion { found: 3, expected: 1, .. })), "{refused:?}");
}

#[test]
fn a_segment_that_is_gone_is_missed() {
    let disk = SimulatedDisk::new();
    drop(written(&disk, 20));
    let files = disk.files();
    for (gone, (path, _)) in files.iter().enumerate().take(files.len() - 1) {
        let rest = disk.power_cut(0);
        rest.remove(path);
        let read = open(&rest).and_then(|log| read_all(&log));
        assert!(matches!(read, Err(StoreError::Damaged { .. })), "file {gone}: {read:?}");
    }
}

proptest! {
    /// Law 1, for the log alone.
    #[test]
    fn nothing_appended_is_lost_whatever_fails_and_wherever_the_power_is_cut(
        sizes in prop::collection::vec(1_u64..6, 1..12),
        fault in (0_u64..60, prop_oneof![Just(DiskFault::Refused), Just(DiskFault::Torn), Just(DiskFault::Short)]),
        seeds in prop::collection::vec(any::<u64>(), 1..4),
    ) {
        let mut disk = SimulatedDisk::new();
        disk.fail(fault.0, fault.1);
        let mut acknowledged = 0;
        for seed in seeds {
            if let Ok(log) = open(&disk) {
                let found = read_all(&log).expect("what opens can be read");
                prop_assert!(found >= acknowledged, "{acknowledged} were acknowledged, {found} found");
                prop_assert_eq!(log.end(), position(found));
                acknowledged = found;
                for size in &sizes {
                    match log.append(&drafts(acknowledged, *size)) {
                        Ok(first) => {
                            prop_assert_eq!(first, position(acknowledged));
                            acknowledged += size;
                        }
                        Err(_) => break,
                    }
                }
                // As if the process had been killed: the log is not closed.
                let after = disk.power_cut(seed);
                drop(log);
                disk = after;
            } else {
                disk = disk.power_cut(seed);
            }
        }
        let log = open(&disk).expect("a sound disk opens");
        prop_assert!(read_all(&log).expect("what opens can be read") >= acknowledged);
    }
}
