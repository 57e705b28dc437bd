//! Opening an embedded store that is not ours to open, or not whole.

use opcx_store::conformance::sample::{commit, draft};
use opcx_store::{Embedded, Faults, PersistPoint, Settings, Store, StoreError, Verdict};

#[test]
fn a_store_open_elsewhere_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let store = Embedded::open(folder.path(), &Settings::default()).expect("a new store opens");
    let second = Embedded::open(folder.path(), &Settings::default()).map(|_| ());
    assert!(matches!(second, Err(StoreError::InUse { .. })), "{second:?}");
    store.append(&[draft(0, 1)]).expect("the first one goes on");
    drop(store);
    let store = Embedded::open(folder.path(), &Settings::default()).expect("now it is free");
    assert_eq!(store.end().get(), 1);
}

#[test]
fn a_store_of_another_version_says_which() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    drop(Embedded::open(folder.path(), &Settings::default()).expect("a new store opens"));
    std::fs::write(folder.path().join("format"), "7\n").expect("the file can be written");
    let refused = Embedded::open(folder.path(), &Settings::default()).map(|_| ());
    let Err(error) = refused else { panic!("a store of format 7 was opened") };
    let told = error.to_string().replace(&folder.path().display().to_string(), "data");
    expect_test::expect![[
        r#"data was written by store format 7, this program reads format 2; open it with the program that wrote it, or export there and import here"#
    ]]
    .assert_eq(&told);
}

#[test]
fn a_state_that_is_ahead_of_its_log_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let store = Embedded::open(folder.path(), &Settings::default()).expect("a new store opens");
    store.append(&[draft(0, 1), draft(1, 1)]).expect("the disk is sound");
    store.commit(&commit(0, 2)).expect("the commit is in order");
    drop(store);
    std::fs::remove_dir_all(folder.path().join("log")).expect("the log can be taken away");
    let refused = Embedded::open(folder.path(), &Settings::default()).map(|_| ());
    assert!(matches!(refused, Err(StoreError::AheadOfLog { .. })), "{refused:?}");
}

#[test]
fn after_a_failed_write_nothing_is_written_and_a_new_opening_finds_what_was() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let fails = |point| if point == PersistPoint::MidAppend { Verdict::Fail } else { Verdict::Pass };
    let faulty = Settings { faults: Faults::new(fails), ..Settings::default() };
    let store = Embedded::open(folder.path(), &faulty).expect("a new store opens");
    let refused = store.append(&[draft(0, 1), draft(1, 1), draft(2, 1), draft(3, 1)]);
    assert!(matches!(refused, Err(StoreError::Injected { point: PersistPoint::MidAppend })));
    assert!(matches!(store.append(&[draft(9, 1)]), Err(StoreError::Stopped { .. })));
    assert!(matches!(store.commit(&commit(0, 0)), Err(StoreError::Stopped { .. })));
    drop(store);
    let store = Embedded::open(folder.path(), &Settings::default()).expect("it opens again");
    assert_eq!(store.end().get(), 2, "the half that had arrived, of which nobody was told");
}

#[test]
fn a_state_of_another_format_is_set_aside_and_begun_anew_and_the_log_stays() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let store = Embedded::open(folder.path(), &Settings::default()).expect("a new store opens");
    store.append(&[draft(0, 1)]).expect("the disk is sound");
    store.commit(&commit(0, 1)).expect("the commit is in order");
    drop(store);
    let other = "opcx state 7\n";
    let witness = format!("{other}sum {:08x}\n", crc32c::crc32c(other.as_bytes()));
    std::fs::write(folder.path().join("state/witness"), witness).expect("the file can be written");

    let as_it_is = Embedded::open_as_it_is(folder.path(), &Settings::default()).map(|_| ());
    assert!(matches!(as_it_is, Err(StoreError::StateDamaged { .. })), "{as_it_is:?}");
    let mut told = Vec::new();
    let tell = &mut |aside: &opcx_store::SetAside| told.push(aside.clone());
    let store = Embedded::open_telling(folder.path(), &Settings::default(), tell).expect("it opens");
    assert_eq!(told[0].why, "it is of format 7, this program's is 6");
    assert!(told[0].to.join("witness").is_file(), "what was set aside is kept");
    assert_eq!((store.end().get(), store.progress().expect("it reads").position.get()), (1, 0));
    drop(store);
    let tell = &mut |aside: &opcx_store::SetAside| panic!("{aside:?}");
    drop(Embedded::open_telling(folder.path(), &Settings::default(), tell).expect("it opens again"));
}
