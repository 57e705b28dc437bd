//! Rewriting the log on a disk that fails: a segment is replaced or not, never half.

use std::path::PathBuf;

use opcx_core::log::Position;
use opcx_core::record::Entry;
use opcx_store::conformance::sample::draft;
use opcx_store::disk::{DiskFault, SimulatedDisk};
use opcx_store::{Assembled, Draft, Encoded, Faults, MemoryTables, SegmentLog, Store, StoreError};

/// Room for few records, so that a short test goes through several segments; and for more than have one entry in the
/// index, so that it matters where they stand.
const SEGMENT_BYTES: u64 = 4_000;
/// Records in the log before it is rewritten.
const RECORDS: u64 = 120;

fn open(disk: &SimulatedDisk) -> Assembled<SegmentLog<SimulatedDisk>, MemoryTables> {
    let log = SegmentLog::open(disk.clone(), PathBuf::from("/log"), SEGMENT_BYTES).expect("the log opens");
    Assembled::of(log, MemoryTables::default(), Faults::none()).expect("the state is not ahead")
}

fn written(number: u64) -> Draft {
    draft(number, usize::try_from(number * 37 % 60).unwrap_or(0))
}

/// Every record but ticks is erased.
fn rewrite(store: &dyn Store) -> Result<(), StoreError> {
    store.rewrite(Position::new(RECORDS), &mut |logged| {
        let is_tick = logged.record.entry == Entry::Tick || logged.record.entry == Entry::Erased(None);
        Ok((!is_tick).then(|| Encoded::of(&Entry::Erased(None))))
    })
}

/// How many records are erased; the others are as they were written. Each is looked up by itself.
fn erased(store: &dyn Store) -> usize {
    let read = |at| store.read(Position::new(at), 1, usize::MAX).expect("the log is whole");
    let records: Vec<_> = (0..RECORDS).flat_map(read).collect();
    assert_eq!(records.len() as u64, RECORDS);
    let is_erased = |entry: &Entry| *entry == Entry::Erased(None);
    for (number, logged) in (0..).zip(&records).filter(|(_, logged)| !is_erased(&logged.record.entry)) {
        assert_eq!(Encoded::of(&logged.record.entry).as_bytes(), written(number).entry.as_bytes());
    }
    records.iter().filter(|logged| is_erased(&logged.record.entry)).count()
}

/// A log of several segments on a disk that refuses one of the operations to come.
fn about_to_fail_at(operation: u64) -> (SimulatedDisk, Assembled<SegmentLog<SimulatedDisk>, MemoryTables>) {
    let disk = SimulatedDisk::new();
    let store = open(&disk);
    for number in 0..RECORDS {
        store.append(&[written(number)]).expect("the disk is sound");
    }
    disk.fail(disk.operations() + operation, DiskFault::Refused);
    (disk, store)
}

#[test]
fn whichever_operation_fails_and_whatever_a_power_cut_leaves_it_can_be_tried_again() {
    let mut operations = 0;
    loop {
        let (disk, store) = about_to_fail_at(operations);
        let failed = rewrite(&store).err();
        let at_once = erased(&store);
        for seed in 0..20 {
            let after = open(&disk.power_cut(seed));
            let before = erased(&after);
            rewrite(&after).expect("the disk is sound again");
            assert!(before <= at_once && at_once <= erased(&after), "operation {operations}, seed {seed}");
            rewrite(&after).expect("nothing is left to do");
        }
        if failed.is_none() {
            assert!(operations > 12, "there were several segments");
            return;
        }
        operations += 1;
    }
}

#[test]
fn what_was_rewritten_for_good_stays_so_at_a_power_cut() {
    let mut operations = 0;
    loop {
        let (disk, store) = about_to_fail_at(operations);
        let first = rewrite(&store);
        // After a failed sync the store takes nothing more; after anything else the same call goes on.
        if matches!(first, Err(StoreError::Unsynced { .. })) {
            assert!(matches!(rewrite(&store), Err(StoreError::Stopped { .. })), "operation {operations}");
            assert!(matches!(store.append(&[written(RECORDS)]), Err(StoreError::Stopped { .. })));
        } else {
            rewrite(&store).expect("the disk is sound again");
            let done = erased(&store);
            for seed in 0..20 {
                assert_eq!(erased(&open(&disk.power_cut(seed))), done, "operation {operations}, seed {seed}");
            }
        }
        if first.is_ok() {
            return;
        }
        operations += 1;
    }
}
