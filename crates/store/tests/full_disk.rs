//! A disk that is full for a while.

use std::path::{Path, PathBuf};
use std::process::Command;

use opcx_core::log::Position;
use opcx_store::conformance::sample::{commit, draft};
use opcx_store::{Embedded, Settings, Store, StoreError};

/// Room on the disk.
const MEBIBYTES: usize = 48;

/// A small disk in memory. It goes when this is dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None` where mounting is not allowed.
    fn mount(at: &Path) -> Option<SmallDisk> {
        let size = format!("size={MEBIBYTES}m");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at);
        mount.output().ok()?.status.success().then(|| SmallDisk(at.to_owned()))
    }

    /// Takes all the room there is.
    fn fill(&self) {
        let filler = self.0.join("filler");
        let full = std::fs::write(&filler, vec![1; MEBIBYTES << 20]);
        assert_eq!(full.expect_err("it is larger than the disk").kind(), std::io::ErrorKind::StorageFull);
    }

    fn make_room(&self) {
        std::fs::remove_file(self.0.join("filler")).expect("the filler is there");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).output();
    }
}

fn position(store: &Embedded) -> Position {
    store.progress().expect("reads stay up").position
}

#[test]
fn law_01_a_full_disk_stops_writing_until_there_is_room_and_loses_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let Some(disk) = SmallDisk::mount(folder.path()) else {
        println!("SKIPPED: mounting a small disk is not allowed here");
        return;
    };
    let data = folder.path().join("data");
    let settings = Settings { segment_bytes: 1 << 20, ..Settings::default() };
    let store = Embedded::open(&data, &settings).expect("the store opens");
    let drafts = |from: u64| (from..from + 100).map(|number| draft(number, 1_000)).collect::<Vec<_>>();
    store.append(&drafts(0)).expect("there is room");
    store.commit(&commit(0, 100)).expect("there is room");

    disk.fill();
    let mut end = 100;
    let refused = loop {
        match store.append(&drafts(end)) {
            Ok(_) => end += 100,
            Err(error) => break error,
        }
    };
    assert!(refused.is_for_want_of_room(), "{refused}");
    assert!(matches!(store.append(&drafts(end)), Err(StoreError::Stopped { .. })));
    assert!(store.recover().is_err(), "there is no room yet");
    assert_eq!((store.end(), position(&store)), (Position::new(end), Position::new(100)));
    assert_eq!(store.read(Position::START, usize::MAX, usize::MAX).expect("reads stay up").len() as u64, end);

    disk.make_room();
    assert!(store.recover().expect("there is room again"));
    assert!(!store.recover().expect("nothing is wrong any more"));
    store.append(&drafts(end)).expect("there is room");
    store.commit(&commit(100, end + 100)).expect("there is room");
    store.persist().expect("there is room");
    drop(store);

    let store = Embedded::open(&data, &settings).expect("the store opens");
    assert_eq!((store.end(), position(&store)), (Position::new(end + 100), Position::new(end + 100)));
}

#[test]
fn a_state_that_found_no_room_is_opened_again_by_the_running_program() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let Some(disk) = SmallDisk::mount(folder.path()) else {
        println!("SKIPPED: mounting a small disk is not allowed here");
        return;
    };
    let data = folder.path().join("data");
    let store = Embedded::open(&data, &Settings::default()).expect("the store opens");
    let drafts: Vec<_> = (0..1_000).map(|number| draft(number, 10)).collect();
    store.append(&drafts).expect("there is room");
    disk.fill();
    let refused = (0..1_000).find_map(|from| {
        let written = store.commit(&commit(from, from + 1)).and_then(|()| store.persist());
        written.err()
    });
    let refused = refused.expect("a thousand commits do not fit on a full disk");
    assert!(refused.is_for_want_of_room(), "{refused}");
    let before = position(&store);

    disk.make_room();
    assert!(store.recover().expect("there is room again"));
    let after = position(&store);
    assert!(after <= before.next(), "{after} is at most one commit after {before}: the one that failed");
    store.commit(&commit(after.get(), 1_000)).expect("there is room");
    store.persist().expect("there is room");
    assert_eq!(position(&store), Position::new(1_000));
}
