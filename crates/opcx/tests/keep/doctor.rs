//! The doctor: what is damaged is named, and mended from the log and a backup.

use std::fs;
use std::path::PathBuf;

use crate::shop::{Shop, turn};

/// The log's segments, in order.
fn segments(shop: &Shop) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        fs::read_dir(shop.data().join("log")).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

fn filled() -> (Shop, String) {
    let shop = Shop::open();
    shop.fill(0..100);
    let backup = shop.path("backup").to_str().unwrap().to_owned();
    assert_eq!(shop.run(&["backup", shop.folder(), &backup]).code, 0);
    (shop, backup)
}

#[test]
fn a_sound_store_passes_and_one_that_is_in_use_is_left_alone() {
    let (shop, _) = filled();
    let said = shop.run(&["doctor", shop.folder()]);
    assert_eq!((said.code, said.error.as_str()), (0, ""), "{said:?}");
    assert!(said.out.starts_with("log: 100 records in "), "{said:?}");
    assert!(said.out.ends_with("Everything is as it should be.\n"), "{said:?}");
    let json = shop.run(&["doctor", shop.folder(), "--json"]);
    let report: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((&report["end"], &report["decided"]), (&100.into(), &100.into()));

    let engine = shop.serve(&[]);
    let said = shop.run(&["doctor", shop.folder()]);
    assert_eq!(said.code, 2);
    assert!(said.error.contains("is `opcx serve` running? stop it for as long as this takes"), "{said:?}");
    engine.kill();
}

#[test]
fn damage_to_the_log_is_named_and_mended_from_a_backup() {
    let (shop, backup) = filled();
    let (sound, files) = (shop.digest(), segments(&shop));
    assert!(files.len() > 4, "{files:?}");
    // A frame, a header, a whole file, and the end.
    turn(&files[1], 500);
    turn(&files[2], 3);
    fs::remove_file(&files[3]).unwrap();
    let last = files.last().unwrap();
    turn(last, 60);
    let said = shop.run(&["doctor", shop.folder()]);
    assert_eq!(said.code, 1, "{said:?}");
    let name = |at: usize| files[at].file_name().unwrap().to_str().unwrap().to_owned();
    for named in [name(1), name(2), files.last().unwrap().file_name().unwrap().to_str().unwrap().to_owned()] {
        assert!(said.out.contains(&named), "{named}: {}", said.out);
    }
    assert!(said.out.contains("records are missing at its end"), "{}", said.out);

    let without = shop.run(&["doctor", shop.folder(), "--mend"]);
    assert_eq!(without.code, 2);
    assert!(without.error.contains("name a backup with --backup"), "{without:?}");
    let mended = shop.run(&["doctor", shop.folder(), "--mend", "--backup", &backup]);
    assert_eq!(mended.code, 0, "{mended:?}");
    assert_eq!(shop.digest(), sound);
    assert_eq!(shop.run(&["backup", shop.folder(), &backup]).code, 0);
    let aside = fs::read_dir(shop.data())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("damaged-"));
    assert!(aside.count() > 0, "what was replaced is kept");
}

#[test]
fn records_that_are_gone_from_the_logs_end_are_taken_from_a_backup() {
    let (shop, backup) = filled();
    let sound = shop.digest();
    fs::remove_file(segments(&shop).last().unwrap()).unwrap();
    let said = shop.run(&["doctor", shop.folder()]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.out.contains("the state follows from them, and they are gone"), "{said:?}");
    let mended = shop.run(&["doctor", shop.folder(), "--mend", "--backup", &backup]);
    assert_eq!(mended.code, 0, "{mended:?}");
    assert_eq!(shop.digest(), sound);
}

#[test]
fn damage_to_the_state_is_named_and_the_state_derived_anew() {
    let (shop, _) = filled();
    let sound = shop.digest();
    let state = shop.data().join("state");
    let journal = fs::read_dir(&state)
        .unwrap()
        .map(|file| file.unwrap().path())
        .find(|path| path.extension().is_some_and(|end| end == "jnl"))
        .unwrap();
    turn(&journal, 50);
    let said = shop.run(&["doctor", shop.folder()]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.out.contains("STATE: the journal "), "{said:?}");
    let mended = shop.run(&["doctor", shop.folder(), "--mend"]);
    assert_eq!(mended.code, 0, "{mended:?}");
    assert!(mended.error.contains("the state was derived anew up to position 100"), "{mended:?}");
    assert_eq!(shop.digest(), sound);
}

#[test]
fn a_damaged_state_is_set_aside_at_the_next_start_which_says_so() {
    let (shop, _) = filled();
    let sound = shop.digest();
    let current = shop.data().join("state/keyspaces/1/current");
    turn(&current, 0);
    let engine = shop.serve(&[]);
    assert!(engine.said[0].contains("the state was set aside in"), "{:?}", engine.said);
    assert!(engine.said[1].contains("the state is derived anew from 100 records"), "{:?}", engine.said);
    engine.kill();
    // Deliveries have begun by now, so compare what does not change with them.
    assert_eq!(shop.run(&["doctor", shop.folder()]).code, 0);
    let _ = sound;
}

#[test]
fn damage_to_the_definitions_is_named_and_mended_from_a_backup() {
    let (shop, backup) = filled();
    turn(&shop.data().join("definitions/history"), 0);
    let said = shop.run(&["doctor", shop.folder()]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.out.contains("DEFINITIONS: "), "{said:?}");
    let mended = shop.run(&["doctor", shop.folder(), "--mend", "--backup", &backup]);
    assert_eq!(mended.code, 0, "{mended:?}");
}
