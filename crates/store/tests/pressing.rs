//! Pressing closed segments: they are read as before, whatever happens to the disk meanwhile or later.

use std::path::{Path, PathBuf};

use opcx_core::log::Position;
use opcx_core::record::Entry;
use opcx_store::conformance::sample::{draft, position};
use opcx_store::disk::{DiskFault, SimulatedDisk};
use opcx_store::parts::Log;
use opcx_store::{Draft, Encoded, SegmentLog, StoreError, open_segment, survey};

/// Records in the logs of these tests.
const RECORDS: u64 = 60;
/// Room for few records, so that there are several segments of one block each.
const SMALL: u64 = 1_500;
/// Room for a segment of several blocks.
const LARGE: u64 = 100_000;

fn open(disk: &SimulatedDisk, segment_bytes: u64) -> Result<SegmentLog<SimulatedDisk>, StoreError> {
    SegmentLog::open(disk.clone(), PathBuf::from("/log"), segment_bytes)
}

fn written(number: u64) -> Draft {
    draft(number, usize::try_from(number * 37 % 300).unwrap_or(0))
}

fn filled(disk: &SimulatedDisk) -> SegmentLog<SimulatedDisk> {
    let log = open(disk, SMALL).expect("an empty disk opens");
    for number in 0..RECORDS {
        log.append(&[written(number)]).expect("the disk is sound");
    }
    log
}

fn press_all(log: &impl Log) -> Result<usize, StoreError> {
    let mut pressed = 0;
    while log.press()? {
        pressed += 1;
    }
    Ok(pressed)
}

/// Reads record by record. Returns which cannot be read; each other one is the very one that was written.
fn unreadable(log: &impl Log) -> Vec<u64> {
    let mut broken = Vec::new();
    for number in 0..log.end().get() {
        let read = log.read(position(number), 1, 0, &mut |raw| {
            let expected = written(number);
            assert_eq!((raw.position, raw.lane, raw.at), (position(number), expected.lane, expected.at));
            assert_eq!(raw.entry, expected.entry.as_bytes());
            Ok(())
        });
        match read {
            Ok(()) => {}
            Err(StoreError::Damaged { .. }) => broken.push(number),
            Err(other) => panic!("{other}"),
        }
    }
    broken
}

/// The first segment, which is pressed, and of how many records it is.
fn first_segment(disk: &SimulatedDisk) -> (PathBuf, Vec<u8>, u64) {
    let names = disk.files();
    let [(first, _), (second, _), ..] = &names[..] else { panic!("there are several segments: {names:?}") };
    let records = second.file_stem().and_then(|name| name.to_str()?.parse().ok());
    (first.clone(), disk.read(first), records.expect("segments are called after their first record"))
}

#[test]
fn all_but_the_last_segment_are_pressed_once_take_less_room_and_read_as_before() {
    let disk = SimulatedDisk::new();
    let log = filled(&disk);
    let room = |disk: &SimulatedDisk| disk.files().iter().map(|(_, bytes)| bytes).sum::<usize>();
    let (segments, before) = (disk.files().len(), room(&disk));
    assert_eq!(press_all(&log).expect("the disk is sound"), segments - 1);
    assert!(room(&disk) < before / 2, "{} of {before}", room(&disk));
    assert_eq!(unreadable(&log), []);
    log.append(&[written(RECORDS)]).expect("the last one takes more");
    drop(log);
    let log = open(&disk, SMALL).expect("pressed segments are opened");
    assert_eq!((log.end(), unreadable(&log)), (position(RECORDS + 1), vec![]));
    assert_eq!(press_all(&log).expect("the disk is sound"), 0, "it is known which are pressed");
}

#[test]
fn a_segment_of_several_blocks_reads_as_before_from_wherever_one_begins() {
    let disk = SimulatedDisk::new();
    let log = open(&disk, LARGE).expect("an empty disk opens");
    let drafts: Vec<Draft> = (0..1_500).map(written).collect();
    for some in drafts.chunks(100) {
        log.append(some).expect("the disk is sound");
    }
    assert!(press_all(&log).expect("the disk is sound") > 1);
    assert_eq!(unreadable(&log), []);
    let mut read = 0;
    log.read(Position::START, usize::MAX, usize::MAX, &mut |raw| {
        assert_eq!(raw.entry, written(read).entry.as_bytes());
        read += 1;
        Ok(())
    })
    .expect("the log is whole");
    assert_eq!(read, 1_500);
}

#[test]
fn whichever_operation_fails_and_whatever_a_power_cut_leaves_no_record_is_lost() {
    let mut operations = 0;
    loop {
        let disk = SimulatedDisk::new();
        let log = filled(&disk);
        disk.fail(disk.operations() + operations, DiskFault::Refused);
        let failed = press_all(&log).is_err();
        assert_eq!(unreadable(&log), [], "operation {operations}");
        for seed in 0..10 {
            let after = open(&disk.power_cut(seed), SMALL).expect("the log opens");
            assert_eq!(
                (after.end(), unreadable(&after)),
                (position(RECORDS), vec![]),
                "operation {operations}"
            );
            press_all(&after).expect("the disk is sound again");
            assert_eq!(unreadable(&after), [], "operation {operations}, seed {seed}");
        }
        press_all(&log).expect("what failed is tried again");
        assert_eq!(unreadable(&log), [], "operation {operations}");
        if !failed {
            assert!(operations > 12, "there were several segments");
            return;
        }
        operations += 1;
    }
}

#[test]
fn a_pressed_segment_is_rewritten_and_pressed_again() {
    let disk = SimulatedDisk::new();
    let log = filled(&disk);
    press_all(&log).expect("the disk is sound");
    let erased = Encoded::of(&Entry::Erased(None));
    log.rewrite(position(RECORDS), &mut |raw| {
        Ok((raw.position == position(3)).then(|| erased.as_bytes().to_vec()))
    })
    .expect("a pressed segment is rewritten");
    press_all(&log).expect("the disk is sound");
    for number in 0..RECORDS {
        let expected = if number == 3 { erased.clone() } else { written(number).entry };
        log.read(position(number), 1, 0, &mut |raw| {
            assert_eq!(raw.entry, expected.as_bytes(), "{number}");
            Ok(())
        })
        .expect("the log is whole");
    }
}

#[test]
fn where_all_segments_after_a_pressed_one_are_lost_the_log_ends_with_it_and_goes_on_in_another() {
    let disk = SimulatedDisk::new();
    let log = filled(&disk);
    press_all(&log).expect("the disk is sound");
    drop(log);
    let (_, _, records) = first_segment(&disk);
    for (later, _) in disk.files().iter().skip(1) {
        disk.remove(later);
    }
    let log = open(&disk, SMALL).expect("what is left is whole");
    assert_eq!((log.end(), unreadable(&log)), (position(records), vec![]));
    log.append(&[written(records)]).expect("it goes on");
    assert_eq!(unreadable(&log), []);
}

/// What a survey of the log says of its first segment, when that is made of these bytes.
fn surveyed(disk: &SimulatedDisk, changed: &Path, bytes: &[u8]) -> Vec<opcx_store::Damage> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, _) in disk.files() {
        let content = if path == changed { bytes.to_vec() } else { disk.read(&path) };
        let name = path.file_name().expect("files have names");
        std::fs::write(folder.path().join(name), content).expect("a temporary file");
    }
    let segments = survey(folder.path(), &mut |_, _, _| Ok::<_, StoreError>(())).expect("the disk is sound");
    segments.into_iter().flat_map(|segment| segment.damage).collect()
}

#[test]
fn every_flipped_bit_of_a_pressed_segment_is_found_and_harms_no_other_segment() {
    let disk = SimulatedDisk::new();
    let log = filled(&disk);
    press_all(&log).expect("the disk is sound");
    drop(log);
    let (path, sound, records) = first_segment(&disk);
    assert_eq!(surveyed(&disk, &path, &sound), []);
    for place in 0..sound.len() {
        for bit in 0..8 {
            disk.flip(&path, place, bit);
            let lost = match open(&disk, SMALL) {
                Ok(log) => unreadable(&log),
                // Its header, or its only block.
                Err(StoreError::Damaged { from, .. }) if from == Position::START => (0..records).collect(),
                Err(other) => panic!("{other}"),
            };
            assert!(lost.iter().all(|number| *number < records), "byte {place}, bit {bit}: {lost:?}");
            let damage = surveyed(&disk, &path, &disk.read(&path));
            assert!(!damage.is_empty(), "byte {place}, bit {bit}");
            assert!(damage.iter().all(|damage| damage.positions.end <= position(records)), "{damage:?}");
            disk.flip(&path, place, bit);
        }
    }
}

#[test]
fn a_pressed_segment_that_was_cut_short_anywhere_is_found() {
    let disk = SimulatedDisk::new();
    let log = filled(&disk);
    press_all(&log).expect("the disk is sound");
    drop(log);
    let (path, sound, _) = first_segment(&disk);
    for length in 0..sound.len() {
        assert!(!surveyed(&disk, &path, &sound[..length]).is_empty(), "{length} bytes");
    }
}

#[test]
fn either_table_alone_is_enough() {
    let disk = SimulatedDisk::new();
    let log = filled(&disk);
    press_all(&log).expect("the disk is sound");
    drop(log);
    let (path, sound, _) = first_segment(&disk);
    for place in [9, sound.len() - 9] {
        disk.flip(&path, place, 0);
        let log = open(&disk, SMALL).expect("the other table serves");
        assert_eq!(unreadable(&log), [], "byte {place}");
        let damage = surveyed(&disk, &path, &disk.read(&path));
        let what: Vec<&str> = damage.iter().map(|damage| damage.what).collect();
        assert_eq!(what, ["one of the two tables of its blocks is broken"], "byte {place}");
        disk.flip(&path, place, 0);
    }
}

#[test]
fn a_pressed_file_reads_as_what_it_was_pressed_from() {
    let disk = SimulatedDisk::new();
    let log = filled(&disk);
    let (path, plain, _) = first_segment(&disk);
    press_all(&log).expect("the disk is sound");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let copy = folder.path().join("copy.log");
    std::fs::write(&copy, disk.read(&path)).expect("a temporary file");
    let file = open_segment(&copy).expect("a pressed file opens");
    let mut read = vec![1; plain.len() + 10];
    let count = opcx_store::disk::read_full_at(&file, &mut read, 0).expect("a sound file is read");
    assert_eq!(read[..count], plain);
}
