//! A backup that is older than an erasure.

use std::collections::BTreeMap;
use std::fs;

use opcx::house::Company;
use opcx::keep::{Restored, Until, backup, restore};

use super::canaries::{CANARIES, files_that_hold};
use super::erase_ada;
use super::shop::Shop;

fn restored(shop: &Shop, from: &std::path::Path, data: &std::path::Path) -> Restored {
    let mut company = Company::load(&shop.folder()).unwrap();
    company.keep_data_in(Some(data)).unwrap();
    restore(&company, from, Until::End).unwrap()
}

#[test]
fn whoever_was_erased_does_not_come_back_from_an_older_backup() {
    let mut shop = Shop::open();
    shop.a_week_with_ada();
    let (kept, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    backup(&shop.data(), kept.path()).unwrap();
    erase_ada(&mut shop);

    // The control: without the list she does.
    let unknowing = target.path().join("unknowing");
    assert_eq!(restored(&shop, kept.path(), &unknowing).erased, 0);
    assert_eq!(files_that_hold(&unknowing, CANARIES).len(), CANARIES.len());

    let data = target.path().join("data");
    fs::create_dir_all(&data).unwrap();
    fs::copy(shop.data().join("erasures"), data.join("erasures")).unwrap();
    assert_eq!(restored(&shop, kept.path(), &data).erased, 1);
    assert_eq!(files_that_hold(&data, CANARIES), BTreeMap::new());
}

#[test]
fn the_next_backup_no_longer_tells_of_them() {
    let mut shop = Shop::open();
    shop.a_week_with_ada();
    let kept = tempfile::tempdir().unwrap();
    backup(&shop.data(), kept.path()).unwrap();
    assert!(!files_that_hold(kept.path(), CANARIES).is_empty());
    erase_ada(&mut shop);
    backup(&shop.data(), kept.path()).unwrap();
    assert_eq!(files_that_hold(kept.path(), CANARIES), BTreeMap::new());
}
