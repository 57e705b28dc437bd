//! Backup of a running engine, restore, and restore to a point in time.

use std::collections::BTreeSet;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use opcx_core::delivery::ParcelId;
use opcx_core::log::{Lane, Position};
use opcx_core::record::Entry;
use opcx_store::ParcelState;

use crate::shop::{Shop, digest_at, turn};

/// Takes a backup and says how many records it holds.
fn back_up(shop: &Shop) -> u64 {
    let said = shop.run(&["backup", shop.folder(), shop.path("backup").to_str().unwrap()]);
    assert_eq!(said.code, 0, "{said:?}");
    said.out.split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn a_backup_taken_while_events_come_in_restores_to_the_state_at_its_end_and_sends_nothing_twice() {
    let shop = Shop::open();
    let engine = shop.serve(&[]);
    engine.order(0..40);
    let first = back_up(&shop);
    assert!(first >= 40, "{first}");
    // Events keep coming in while the second one is taken.
    let stop = AtomicBool::new(false);
    let second = std::thread::scope(|scope| {
        scope.spawn(|| {
            (40..)
                .take_while(|_| !stop.load(Ordering::Relaxed))
                .for_each(|number| engine.order(number..number + 1));
        });
        let ends: Vec<u64> = (0..5).map(|_| back_up(&shop)).collect();
        stop.store(true, Ordering::Relaxed);
        assert!(ends.is_sorted() && ends[0] >= first, "{ends:?}");
        ends[4]
    });
    engine.order(100_000..100_020);
    engine.kill();
    let verified = shop.run(&["backup", "--verify", shop.path("backup").to_str().unwrap()]);
    assert_eq!(verified.code, 0, "{verified:?}");
    assert!(verified.out.ends_with("every byte is what was put there\n"), "{verified:?}");

    // The original, at the position where the backup ends.
    let (company, store) = (shop.company(), shop.company().open_store().unwrap());
    let wanted = digest_at(&*store, Position::new(second), &company.definitions);
    let records = store.read(Position::START, usize::MAX, usize::MAX).unwrap();
    drop(store);
    let reported: BTreeSet<String> = records
        .iter()
        .filter(|logged| logged.position.get() < second)
        .filter_map(|logged| match &logged.record.entry {
            Entry::Delivery(report) => Some(report.parcel.to_string()),
            Entry::Event(_)
            | Entry::Reading(_)
            | Entry::Rejected(_)
            | Entry::Command(_)
            | Entry::Tick
            | Entry::Erased(_)
            | Entry::Erasure(_) => None,
        })
        .collect();
    assert!(reported.len() >= 40, "{}", reported.len());

    let elsewhere = Shop::open();
    let backup = shop.path("backup");
    let said = elsewhere.run(&["restore", elsewhere.folder(), backup.to_str().unwrap()]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(elsewhere.digest(), wanted);

    // Nothing goes out until somebody says so.
    let engine = elsewhere.serve(&[]);
    assert!(engine.said.iter().any(|line| line.contains("nothing is delivered")), "{:?}", engine.said);
    engine.order(200_000..200_003);
    engine.end();
    assert_eq!(elsewhere.delivered(), [""; 0]);
    let waiting: BTreeSet<String> = {
        let store = elsewhere.company().open_store().unwrap();
        let ready = store.ready("hooks", opcx_core::time::Timestamp::MAX, usize::MAX).unwrap();
        let row = |id: &ParcelId| store.parcel(*id).unwrap().expect("it is ready");
        assert!(ready.iter().all(|id| matches!(row(id).state, ParcelState::Pending { .. })));
        ready.iter().map(ToString::to_string).collect()
    };
    assert!(waiting.len() >= 3, "{waiting:?}");
    assert!(waiting.is_disjoint(&reported));

    let said = elsewhere.run(&["restore", elsewhere.folder(), "--release"]);
    assert_eq!((said.code, said.out.as_str()), (0, "Deliveries go out from the next start on.\n"));
    let engine = elsewhere.serve(&[]);
    while elsewhere.delivered().len() < waiting.len() {
        std::thread::yield_now();
    }
    engine.end();
    let delivered = elsewhere.delivered();
    assert_eq!(delivered.len(), waiting.len(), "each once");
    assert_eq!(delivered.into_iter().collect::<BTreeSet<_>>(), waiting, "and under the ids that they had");
}

#[test]
fn a_second_backup_copies_only_what_is_new() {
    let shop = Shop::open();
    shop.fill(0..100);
    let copied = || {
        let said = shop.run(&["backup", shop.folder(), shop.path("backup").to_str().unwrap()]);
        assert_eq!(said.code, 0, "{said:?}");
        let bytes = said.out.split("; ").nth(1).unwrap().split(' ').next().unwrap();
        bytes.parse::<u64>().unwrap()
    };
    let whole = copied();
    assert!(whole > 10_000, "{whole}");
    assert_eq!(copied(), 0);
    shop.fill(100..101);
    let added = copied();
    assert!((1..1_000).contains(&added), "{added} of {whole}");
}

#[test]
fn a_backup_that_was_broken_off_leaves_the_one_before_whole() {
    let shop = Shop::open();
    shop.fill(0..50);
    let backup = shop.path("backup");
    back_up(&shop);
    let mut files: Vec<_> =
        fs::read_dir(backup.join("log")).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    // What one leaves that ended while it copied: half of what is new, and drafts of what was to be renamed.
    let last = files.last().unwrap();
    let half = [fs::read(last).unwrap(), vec![7; 99]].concat();
    fs::write(last, half).unwrap();
    fs::write(last.with_extension("new"), "half").unwrap();
    fs::write(backup.join("manifest.tmp"), "half").unwrap();
    let verify = || shop.run(&["backup", "--verify", backup.to_str().unwrap()]).code;
    assert_eq!(verify(), 0);
    shop.fill(50..60);
    assert_eq!(back_up(&shop), 60);
    assert_eq!(verify(), 0);
}

#[test]
fn a_log_is_restored_to_a_point_in_time_or_to_a_position() {
    let shop = Shop::open();
    shop.fill(0..100);
    let backup = shop.path("backup");
    assert_eq!(back_up(&shop), 100);
    let (company, store) = (shop.company(), shop.company().open_store().unwrap());
    let records = store.read(Position::START, usize::MAX, usize::MAX).unwrap();
    for (place, by_time) in [(0_usize, false), (1, true), (37, true), (38, false), (63, true), (100, false)] {
        let elsewhere = Shop::open();
        let at = records.get(place.saturating_sub(1)).map(|logged| logged.record.at).unwrap();
        let (time, position) = (at.to_string(), place.to_string());
        let until = if by_time { ["--until", &time] } else { ["--until-position", &position] };
        let said =
            elsewhere.run(&[&["restore", elsewhere.folder(), backup.to_str().unwrap()], &until[..]].concat());
        assert_eq!(said.code, 0, "{said:?}");
        let end = Position::new(place as u64);
        assert_eq!(elsewhere.company().open_store().unwrap().end(), end);
        assert_eq!(elsewhere.digest(), digest_at(&*store, end, &company.definitions), "{until:?}");
    }
    let live = records.iter().filter(|logged| logged.record.lane == Lane::LIVE).count();
    assert_eq!(live, records.len());
    let before = shop.run(&[
        "restore",
        shop.folder(),
        backup.to_str().unwrap(),
        "--data",
        shop.path("other").to_str().unwrap(),
        "--until",
        "1969-01-01",
    ]);
    assert_eq!(before.code, 2, "{before:?}");
}

#[test]
fn a_restore_leaves_a_store_that_is_there_alone_and_takes_no_backup_that_is_damaged() {
    let shop = Shop::open();
    shop.fill(0..50);
    let backup = shop.path("backup");
    back_up(&shop);
    let there = shop.run(&["restore", shop.folder(), backup.to_str().unwrap()]);
    assert_eq!(there.code, 2);
    assert!(there.error.contains("there is a store in `shop/live.opcx-data` already"), "{there:?}");

    let mut files: Vec<_> =
        fs::read_dir(backup.join("log")).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    turn(&files[1], 100);
    let verified = shop.run(&["backup", "--verify", backup.to_str().unwrap()]);
    assert_eq!(verified.code, 1);
    let name = files[1].file_name().unwrap().to_str().unwrap();
    assert!(verified.out.contains(&format!("log/{name} is not what was put there")), "{verified:?}");
    let data = shop.path("other");
    let refused =
        shop.run(&["restore", shop.folder(), backup.to_str().unwrap(), "--data", data.to_str().unwrap()]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(!data.exists(), "nothing was begun");
}

#[test]
fn what_other_definitions_decided_is_restored_as_they_decided_it() {
    let shop = Shop::open();
    shop.fill(0..20);
    // From now on orders set nothing off.
    fs::remove_file(shop.path("playbooks/bought.yaml")).unwrap();
    shop.fill(20..40);
    let before = shop.digest();
    back_up(&shop);
    let data = shop.path("other");
    let (backup, to) = (shop.path("backup"), data.to_str().unwrap().to_owned());
    let said = shop.run(&["restore", shop.folder(), backup.to_str().unwrap(), "--data", &to]);
    assert_eq!(said.code, 0, "{said:?}");
    // The command that it tells is the one for that store.
    assert!(said.out.contains("`opcx restore shop --data shop/other --release`"), "{said:?}");
    let released = shop.run(&["restore", shop.folder(), "--data", &to, "--release"]);
    assert_eq!((released.code, released.out.as_str()), (0, "Deliveries go out from the next start on.\n"));
    fs::rename(shop.data(), shop.path("former")).unwrap();
    fs::rename(&data, shop.data()).unwrap();
    assert_eq!(shop.digest(), before);
    let store = shop.company().open_store().unwrap();
    assert_eq!(store.ready("hooks", opcx_core::time::Timestamp::MAX, 99).unwrap().len(), 20);
}
